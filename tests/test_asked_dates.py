"""The dates that a question names, and what that changes in what is found."""

from __future__ import annotations

from datetime import date

import pytest

from assistant import Answer, Assistant, Note
from assistant.answering.citations import date_readings
from assistant.dates import DayRange, asked_dates
from assistant.embedding import Embedder
from assistant.retrieval import retrieve

TODAY = date(2017, 11, 23)


@pytest.mark.parametrize(
    ("question", "ranges"),
    [
        ("Quels événements en décembre 2017 ?", [(date(2017, 12, 1), date(2017, 12, 31))]),
        ("Que s'est-il passé le 20 novembre 2017 ?", [(date(2017, 11, 20), date(2017, 11, 20))]),
        ("Quels forums avant l'été 2018 ?", [(None, date(2018, 6, 20))]),
        ("Que s'est-il passé le mois dernier ?", [(date(2017, 10, 1), date(2017, 10, 31))]),
        ("Qui était là hier ?", [(date(2017, 11, 22), date(2017, 11, 22))]),
        ("Qui était là le 17 octobre ?", []),  # of which year? The words alone decide
        ("Combien de communes compte le consortium ?", []),
    ],
)
def test_what_a_question_names(question: str, ranges: list[tuple[date | None, date | None]]) -> None:
    assert asked_dates(question, TODAY) == tuple(DayRange(*pair) for pair in ranges)


@pytest.mark.parametrize(
    ("question", "note_id"),
    [
        ("Quel événement en décembre 2017 ?", "forum-interconnectes"),
        ("Quel événement fin novembre 2017 ?", "forum-smart-city-grand-paris"),
        ("Que s'est-il passé le 17 octobre 2017 ?", "demi-journee-smart-city-syntec"),
        ("Que s'est-il passé le mois dernier ?", "demi-journee-smart-city-syntec"),
    ],
)
def test_the_date_of_the_event_decides_not_that_of_the_note(
    bot: Assistant, embedder: Embedder, question: str, note_id: str
) -> None:
    found = retrieve(bot.reader.current, embedder, question, 5, today=TODAY)
    assert note_id in {p.note.id for p in found.passages if p.chunk.id in found.on_date}
    assert found.passages[0].chunk.id in found.on_date
    assert not found.misses_the_date


def test_a_date_of_which_no_note_speaks_is_told(bot: Assistant, embedder: Embedder) -> None:
    assert retrieve(bot.reader.current, embedder, "Où s'est tenu le Forum en 2019 ?", 5).misses_the_date
    assert not retrieve(bot.reader.current, embedder, "Où s'est tenu le Forum ?", 5).misses_the_date


def test_relative_dates_of_a_cited_span_are_resolved(notes: list[Note]) -> None:
    (note,) = [note for note in notes if note.id == "demi-journee-smart-city-syntec"]
    end = note.text.index(".")
    (reading,) = date_readings(note, 0, end)
    assert reading.text in note.text[:end]
    assert reading.first == reading.last == date(2017, 10, 17)
    assert date_readings(note, 0, 20) == ()


def test_an_undated_note_resolves_nothing() -> None:
    assert date_readings(Note("n", "t", "Le forum a eu lieu mardi dernier."), 0, 33) == ()


def test_an_answer_tells_what_its_relative_dates_mean(bot: Assistant) -> None:
    reply = bot.ask("Quand a eu lieu la demi-journée de Syntec numérique ?")
    assert isinstance(reply, Answer)
    (reading,) = [reading for sentence in reply.sentences for reading in sentence.dates]
    assert (reading.first, reading.last) == (date(2017, 10, 17), date(2017, 10, 17))
    assert reply.text.count(reading.text) == 1
    assert "17 octobre 2017" not in reply.text, "a quote stays verbatim"
