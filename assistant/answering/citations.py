"""Spans of notes -> numbered citations, each checked against the note before it leaves."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.models import Citation, Note, Sentence

Span = tuple[Note, int, int]


def cite(spans: Sequence[Span]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """One verbatim sentence and one citation a span, numbered from 1 in the order given.

    The sentence is the quote on one line; the quote itself is `note.text[start:end]` to the letter.

    Raises:
        ValueError: a span is empty or lies outside its note.
    """
    citations = tuple(_citation(number, *span) for number, span in enumerate(spans, start=1))
    sentences = tuple(Sentence(one_line(citation.quote), (citation.number,)) for citation in citations)
    return sentences, citations


def _citation(number: int, note: Note, start: int, end: int) -> Citation:
    quote = note.text[start:end]
    if not 0 <= start < end <= len(note.text) or not quote.strip():
        raise ValueError(f"expected a span of text within 0..{len(note.text)} of note {note.id}, got {start}..{end}")
    return Citation(number, note.id, note.title, note.date, note.date_inferred, start, end, quote)


def one_line(text: str) -> str:
    """The text with each line end and its indentation turned into one space; nothing else changes."""
    return " ".join(line.strip(" \t") for line in text.split("\n"))
