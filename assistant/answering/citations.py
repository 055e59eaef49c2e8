"""Spans of notes -> numbered citations, each checked against the note before it leaves."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.dates import find_dates
from assistant.models import Citation, DateReading, Note, Sentence

Span = tuple[Note, int, int]


def cite(spans: Sequence[Span]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """One verbatim sentence and one citation a span, numbered from 1 in the order given.

    The sentence is the quote on one line; the quote itself is `note.text[start:end]` to the letter.

    Raises:
        ValueError: a span is empty or lies outside its note.
    """
    citations = tuple(citation(number, *span) for number, span in enumerate(spans, start=1))
    sentences = tuple(
        Sentence(one_line(cited.quote), (cited.number,), date_readings(*span))
        for cited, span in zip(citations, spans, strict=True)
    )
    return sentences, citations


def date_readings(note: Note, start: int, end: int) -> tuple[DateReading, ...]:
    """The relative dates of a span that the note's date resolves: `17 octobre dernier` -> 2017-10-17.

    The whole note is read: what « aujourd'hui » means depends on what is around it.
    """
    return tuple(
        DateReading(one_line(mention.text), mention.first, mention.last)
        for mention in find_dates(note.text, note.date)
        if mention.relative and mention.first and mention.last and start <= mention.start and mention.end <= end
    )


def citation(number: int, note: Note, start: int, end: int) -> Citation:
    """The citation of one span.

    Raises:
        ValueError: the span is empty or lies outside its note.
    """
    quote = note.text[start:end]
    if not 0 <= start < end <= len(note.text) or not quote.strip():
        raise ValueError(f"expected a span of text within 0..{len(note.text)} of note {note.id}, got {start}..{end}")
    return Citation(number, note.id, note.title, note.date, note.date_inferred, start, end, quote)


def one_line(text: str) -> str:
    """The text with each line end and its indentation turned into one space; nothing else changes."""
    return " ".join(line.strip(" \t") for line in text.split("\n"))
