"""Templates -> HTML. Every value is escaped: notes and answers may hold anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.evaluation.metrics import EVERY
from assistant.evaluation.report.views import EXPECTED, TAGGED, VERDICTS
from assistant.evaluation.telling import definition, interval, moment, number, percent

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "interval": interval,
        "percent": percent,
        "moment": moment,
        "definition": definition,
    }
    environment.globals |= {
        "references": {metric.name: metric.reference for metric in EVERY},
        "titles": {metric.name: metric.title for metric in EVERY},
        "expected": EXPECTED,
        "verdicts": VERDICTS,
        "tagged": TAGGED,
    }
    return environment


def render(template: str, **values: Any) -> str:
    """A template with these values."""
    return _environment().get_template(template).render(**values)


@cache
def asset(name: str) -> Markup:
    """A style sheet or a script of ours, to stand in a page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
