"""Every threat of `docs/securite.md` says what protects, where it stops, and names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "securite.md").read_text(encoding="utf-8")
THREATS = {part.split("\n", 1)[0]: part for part in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]}
FIELDS = ("Référence", "Protège", "S'arrête", "Tests")


def fields(threat: str) -> dict[str, str]:
    section = re.split(r"^## ", THREATS[threat], flags=re.MULTILINE)[0]
    return dict(re.findall(r"^- \*\*(.+?)\*\* : (.+?)(?=\n- |\n*\Z)", section, re.MULTILINE | re.DOTALL))


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_there_are_threats_of_every_kind() -> None:
    assert len(THREATS) >= 25
    assert {f"LLM{number:02}" for number in range(1, 11)} <= set(re.findall(r"LLM\d\d", " ".join(THREATS.values())))


@pytest.mark.parametrize("threat", THREATS)
def test_a_threat_has_its_four_lines_and_tests_that_exist(threat: str) -> None:
    told = fields(threat)
    assert tuple(told) == FIELDS
    assert all(text.strip() for text in told.values())
    assert re.fullmatch(r"(LLM\d\d|V\d+\.\d+\.\d+)(,\s(LLM\d\d|V\d+\.\d+\.\d+))*", told["Référence"].strip())
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", told["Tests"])
    assert named
    assert len(named) == told["Tests"].count("::")
    for path, name in named:
        assert name in names_in(path), f"{path}::{name}"
