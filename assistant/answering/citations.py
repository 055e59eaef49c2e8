"""Spans of notes -> numbered citations, each checked against the note before it leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.dates import find_dates
from assistant.french.sentences import sentence_spans
from assistant.french.words import canonical, index_terms
from assistant.index import Build
from assistant.models import Citation, DateReading, Note, Sentence, Turn

Span = tuple[Note, int, int]
_NUMBER = re.compile(r"\s*\[\d+\]")
_LOOKED_AT, _TERMS = 5, 30  # passages in which an earlier sentence is looked for, and by how many of its words


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


def with_citations(build: Build, history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns, those of the assistant that do not say what they cited with the notes that hold their sentences."""
    return tuple(
        turn if turn.cited or turn.role == "user" else replace(turn, cited=_quoted(build, turn.content))
        for turn in history
    )


def _quoted(build: Build, said: str) -> tuple[str, ...]:
    plain = _NUMBER.sub("", said)
    found: list[str] = []
    for start, end in sentence_spans(plain):
        sentence = _even(plain[start:end])
        terms = list(dict.fromkeys(index_terms(sentence).split()))[:_TERMS]
        near = build.catalogue.chunks(list(build.catalogue.lexical_scores(terms, _LOOKED_AT)))
        found += [note.id for _, note in near.values() if sentence in _even(note.text)]
    return tuple(dict.fromkeys(found))


def _even(text: str) -> str:
    return " ".join(canonical(text).split())
