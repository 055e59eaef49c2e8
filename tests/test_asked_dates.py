"""The dates that a question names, and what that changes in what is found."""

from __future__ import annotations

from datetime import date

import pytest

from assistant import Answer, Assistant, Note, Refusal
from assistant.answering.citations import date_readings
from assistant.dates import DayRange, asked_dates, find_occurrences, format_when, read_asked
from assistant.dates.english import in_french
from assistant.embedding import Embedder
from assistant.models import PartialDate, Reason
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


def _range(text: str) -> DayRange:
    first, _, last = text.partition("..")
    return DayRange(*(date.fromisoformat(end) if end else None for end in (first, last)))


@pytest.mark.parametrize(
    "line",
    [
        line.strip()
        for line in """
    avant l'été 2018 = ..2018-06-20
    après 2016 = 2017-01-01..
    depuis 2017 = 2017-01-01..
    à partir de janvier 2018 = 2018-01-01..
    jusqu'en 2018 = ..2018-12-31
    avant fin 2017 = ..2017-12-31
    avant la fin de l'année 2017 = ..2017-12-31
    avant la fin de l'année = ..2017-12-31
    d'ici la fin de l'année = 2017-11-23..2017-12-31
    d'ici l'été 2018 = 2017-11-23..2018-09-22
    entre octobre et décembre 2017 = 2017-10-01..2017-12-31
    entre octobre 2017 et mars 2018 = 2017-10-01..2018-03-31
    de 2016 à 2018 = 2016-01-01..2018-12-31
    du 1er au 15 décembre 2017 = 2017-12-01..2017-12-15
    en novembre et décembre 2017 = 2017-11-01..2017-11-30 2017-12-01..2017-12-31
    en 2016 ou 2017 = 2016-01-01..2016-12-31 2017-01-01..2017-12-31
    au dernier trimestre 2017 = 2017-10-01..2017-12-31
    au premier semestre 2018 = 2018-01-01..2018-06-30
    fin 2017 = 2017-09-01..2017-12-31
    début décembre 2017 = 2017-12-01..2017-12-10
    mi-novembre 2017 = 2017-11-11..2017-11-20
    2017 = 2017-01-01..2017-12-31
    12/2017 = 2017-12-01..2017-12-31
    cette année = 2017-01-01..2017-12-31
    l'année dernière = 2016-01-01..2016-12-31
    l'an passé = 2016-01-01..2016-12-31
    le mois prochain = 2017-12-01..2017-12-31
    ce mois-ci = 2017-11-01..2017-11-30
    ce trimestre = 2017-10-01..2017-12-31
    cet automne = 2017-09-23..2017-12-20
    la semaine prochaine = 2017-11-27..2017-12-03
    dans les trois prochains mois = 2017-11-23..2018-02-23
    ces six derniers mois = 2017-05-23..2017-11-23
    en décembre prochain = 2017-12-01..2017-12-31
    en décembre =
""".strip().splitlines()
    ],
)
def test_ranges_of_french_questions(line: str) -> None:
    said, _, ranges = line.partition(" =")
    expected = tuple(_range(text) for text in ranges.split())
    assert asked_dates(f"Quels événements {said} ?", TODAY) == expected
    assert asked_dates(f"événements {said}", TODAY) == expected


@pytest.mark.parametrize(
    "line",
    [
        line.strip()
        for line in """
    in December 2017 = 2017-12-01..2017-12-31
    in 2017 = 2017-01-01..2017-12-31
    since 2016 = 2016-01-01..
    after 2016 = 2017-01-01..
    until 2018 = ..2018-12-31
    before summer 2018 = ..2018-06-20
    before the summer of 2018 = ..2018-06-20
    before the end of 2017 = ..2017-12-31
    between October and December 2017 = 2017-10-01..2017-12-31
    from October to December 2017 = 2017-10-01..2017-12-31
    on 17 October 2017 = 2017-10-17..2017-10-17
    on October 17th, 2017 = 2017-10-17..2017-10-17
    in early 2018 = 2018-01-01..2018-04-30
    in late 2017 = 2017-09-01..2017-12-31
    at the end of 2017 = 2017-09-01..2017-12-31
    in mid-November 2017 = 2017-11-11..2017-11-20
    in the first quarter of 2018 = 2018-01-01..2018-03-31
    in summer 2018 = 2018-06-21..2018-09-22
    this year = 2017-01-01..2017-12-31
    last year = 2016-01-01..2016-12-31
    next month = 2017-12-01..2017-12-31
    next week = 2017-11-27..2017-12-03
    in May 2018 = 2018-05-01..2018-05-31
    that may change =
""".strip().splitlines()
    ],
)
def test_ranges_of_english_questions(line: str) -> None:
    said, _, ranges = line.partition(" =")
    assert asked_dates(f"Which events took place {said}?", TODAY) == tuple(_range(text) for text in ranges.split())


@pytest.mark.parametrize("text", ["Qui est le maire de Mars ?", "La marche du 3 mai", "Quels sont les dates ?", ""])
def test_french_stays_as_it_is(text: str) -> None:
    assert in_french(text) == text


def test_after_and_before_are_one_range() -> None:
    (asked,) = asked_dates("Quels événements après le 22 novembre 2017 et avant le 1er juin 2018 ?", TODAY)
    assert (asked.first, asked.last) == (date(2017, 11, 23), date(2018, 5, 31))


def test_a_yearless_question_is_of_any_year() -> None:
    asked = read_asked("Quels événements en décembre ?", TODAY)
    assert asked.ranges == ()
    assert asked.yearless
    assert asked.in_year_of(date(2012, 12, 5)) == (DayRange(date(2012, 12, 1), date(2012, 12, 31)),)
    assert "décembre" not in asked.rest


@pytest.mark.parametrize(
    ("text", "reference", "days", "bounds"),
    [
        ("le 17 octobre 2017", None, "2017-10-17..2017-10-17", None),
        ("mardi 17 octobre dernier", "2017-10", "2017-10-17..2017-10-17", None),
        ("les 28 et 29 novembre prochains", "2017", "2017-11-28..2017-11-29", None),
        ("les 6 et 7 décembre", "2017", "2017-12-06..2017-12-07", "2016-12-06..2017-12-07"),
        ("le 15 janvier", "2017", "2017-01-15..2017-01-15", "2017-01-15..2018-01-15"),
        ("la semaine dernière", "2017-10", "2017-10-02..2017-10-08", "2017-09-18..2017-10-29"),
    ],
)
def test_days_known_or_bounded(text: str, reference: str | None, days: str, bounds: str | None) -> None:
    (found,) = find_occurrences(text, PartialDate.from_iso(reference) if reference else None)
    assert DayRange(found.first, found.last) == _range(days)
    assert DayRange(found.earliest, found.latest) == _range(bounds or days)
    assert found.sure is (bounds is None)
    assert found.fine


def test_days_that_nothing_bounds_are_left_out() -> None:
    assert find_occurrences("mardi dernier, le 3 mai", None) == []


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("2017-10-17..2017-10-17", "le 17 octobre 2017"),
        ("2018-05-01..2018-05-01", "le 1er mai 2018"),
        ("2017-12-06..2017-12-07", "les 6 et 7 décembre 2017"),
        ("2018-05-03..2018-05-05", "du 3 au 5 mai 2018"),
        ("2018-05-01..2018-05-31", "en mai 2018"),
        ("2017-01-01..2017-12-31", "en 2017"),
        ("2017-10-01..2017-11-30", "d'octobre à novembre 2017"),
    ],
)
def test_days_as_an_adverb(days: str, said: str) -> None:
    found = _range(days)
    assert found.first and found.last
    assert format_when(found.first, found.last) == said


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
    on_date = set[str]().union(*(bot.reader.current.catalogue.speaking_of(days) for days in found.asked))
    assert note_id in {p.note.id for p in found.passages if p.chunk.id in on_date}
    assert found.passages[0].chunk.id in on_date


def test_a_date_of_which_no_note_speaks_is_told(bot: Assistant) -> None:
    reply = bot.ask("Où s'est tenu le Forum des Interconnectés en 2019 ?")
    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.FUTURE_OR_UNKNOWN_DATE
    assert isinstance(bot.ask("Où s'est tenu le Forum des Interconnectés ?"), Answer)


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
