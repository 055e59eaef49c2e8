"""A note -> the text of its file, which `parse_note` reads back as it was."""

from __future__ import annotations

import re

import yaml

from assistant.corpus.front_matter import Origin
from assistant.models import Kind, Note

# What YAML reads as itself without quotes; all else is quoted, which no title can break out of.
_PLAIN = re.compile(r"[^\W\d_](?:[\w /.’()+-]*[\w.)])?")


def render_note(note: Note, origin: Origin | None = None) -> str:
    """Front matter and text; fields without a value are left out.

    The values are those that `parse_note` gives: one line each, without blanks at their ends.
    """
    lines = [f"id: {_value(note.id)}", f"title: {_value(note.title)}"]
    if note.date:
        lines.append(f"date: {note.date}")
        lines += ["date_inferred: true"] if note.date_inferred else []
    lines += [f"kind: {note.kind}"] if note.kind is not Kind.OTHER else []
    lines += [f"themes: [{', '.join(_value(theme) for theme in note.themes)}]"] if note.themes else []
    origin = origin or Origin()
    rest = {"source": note.source, "author": origin.author, "original": origin.original, "sha256": origin.sha256}
    lines += [f"{name}: {_value(value)}" for name, value in rest.items() if value]
    return "\n".join(["---", *lines, "---", note.text, ""])


def _value(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).strip()
