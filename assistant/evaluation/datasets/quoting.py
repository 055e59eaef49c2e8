"""An answer's place in a passage -> the sentence that says it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from assistant.french.sentences import sentence_spans
from assistant.models import Note

_spans = cache(sentence_spans)


def place(text: str, answer: str, start: int | None) -> int | None:
    """Where an answer stands: where it is said to be, else where it is first; None where it is not."""
    if start is not None and text[start : start + len(answer)] == answer:
        return start
    found = text.find(answer)
    return None if found < 0 else found


def sentence(note: Note, start: int, end: int) -> str:
    """The words of the note from the sentence that holds `start` to the one that holds `end`."""
    spans = [(first, last) for first, last in _spans(note.text) if first < end and start < last]
    first, last = min([start, *(s for s, _ in spans)]), max([end, *(e for _, e in spans)])
    return note.text[first:last]


def sources(note: Note, answers: Mapping[str, int | None]) -> list[dict[str, str]]:
    """The sentence of each answer that stands in the note, each once."""
    quotes = [
        sentence(note, start, start + len(answer))
        for answer, given in answers.items()
        if (start := place(note.text, answer, given)) is not None
    ]
    return [{"note": note.id, "quote": quote} for quote in dict.fromkeys(quotes)]
