"""Spans -> citations whose quotes are the notes' own text."""

from __future__ import annotations

import pytest

from assistant.answering.citations import cite, one_line
from assistant.models import Note, PartialDate

NOTE = Note(
    "note",
    "Titre",
    "  Un début\u00a0: «\u202foui\u202f».\n   La suite,\n\tau long\ncours. e\u0301té 🏙️.",
    PartialDate(2017),
)
OTHER = Note("autre", "Autre", "Un fait.")


def test_numbers_follow_the_order_given() -> None:
    sentences, citations = cite([(OTHER, 0, 8), (NOTE, 2, 20), (OTHER, 0, 2)])
    assert [citation.number for citation in citations] == [1, 2, 3]
    assert [sentence.citations for sentence in sentences] == [(1,), (2,), (3,)]
    assert [(citation.note_id, citation.title, citation.date) for citation in citations[:2]] == [
        ("autre", "Autre", None),
        ("note", "Titre", PartialDate(2017)),
    ]


@pytest.mark.parametrize(("start", "end"), [(2, 23), (0, len(NOTE.text)), (27, 50), (5, 6)])
def test_quotes_are_verbatim_and_sentences_on_one_line(start: int, end: int) -> None:
    (sentence,), (citation,) = cite([(NOTE, start, end)])
    assert citation.quote == NOTE.text[start:end]
    assert (citation.start, citation.end) == (start, end)
    assert "\n" not in sentence.text
    assert sentence.text.split() == citation.quote.split()


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (5, 5), (6, 5), (-1, 4), (-4, -1), (0, len(NOTE.text) + 1), (10_000, 10_001), (0, 2)]
)
def test_a_span_of_nothing_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=f"got {start}\\.\\.{end}"):
        cite([(NOTE, start, end)])


def test_no_spans() -> None:
    assert cite([]) == ((), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("un\n  deux\t\ntrois", "un deux trois"),
        ("un\u00a0: deux", "un\u00a0: deux"),
        ("un  deux", "un  deux"),
        ("un", "un"),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected
