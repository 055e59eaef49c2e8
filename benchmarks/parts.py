"""The parts of PIAF dev for what is trained: by article, so that no part knows another's texts."""

from __future__ import annotations

import hashlib

from benchmarks.data import Question, piaf_notes

_PARTS = ("train",) * 5 + ("development",) * 2 + ("report",) * 3


def part_of(title: str) -> str:
    """`train`, `development` or `report`, by the sha1 of an article's title."""
    return _PARTS[int(hashlib.sha1(title.encode()).hexdigest(), 16) % 10]


def of_part(part: str, questions: list[Question]) -> list[Question]:
    """The answerable questions on the articles of a part."""
    kept = {note.id for note in piaf_notes() if part_of(note.title) == part}
    return [question for question in questions if question.passage_id in kept]
