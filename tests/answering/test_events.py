"""Coming and past events, told apart by the day of the question."""

from __future__ import annotations

from datetime import date

import pytest

from assistant import Answer, Assistant, Refusal
from assistant.models import Reason
from tests.answering.city_notes import cited


@pytest.mark.parametrize(
    ("today", "question", "expected"),
    [
        (date(2018, 2, 1), "Quel est le prochain événement ?", ["colloque-eau"]),
        (date(2018, 3, 14), "Quel est le prochain colloque ?", ["colloque-eau"]),
        (date(2018, 4, 1), "C'est quand le prochain salon ?", ["salon-velo"]),
        (date(2018, 5, 25), "Quel est le prochain forum ?", ["forum-quartiers"]),
        (date(2018, 5, 25), "What is the next forum?", ["forum-quartiers"]),
        (date(2018, 5, 25), "Quel est le dernier forum ?", ["forum-energie"]),
        (date(2018, 5, 25), "Quels événements sont à venir ?", ["rencontres-logement", "agenda-automne"]),
        (date(2018, 8, 1), "Quels sont les prochains séminaires ?", ["agenda-automne", "agenda-automne"]),
        (date(2018, 10, 1), "Quel est le prochain séminaire ?", ["agenda-automne"]),
        (date(2018, 5, 25), "Quels événements ont déjà eu lieu ?", ["forum-energie", "colloque-eau", "salon-velo"]),
    ],
)
def test_coming_and_past(cities: Assistant, today: date, question: str, expected: list[str]) -> None:
    found = cited(cities.ask(question, today=today))
    assert found[: len(expected)] == expected


@pytest.mark.parametrize(
    ("today", "question", "notice"),
    [
        (
            date(2019, 6, 1),
            "Quel est le prochain salon ?",
            "Aucun salon à venir n’est annoncé dans les notes. Dernière date connue : du 3 au 5 mai 2018.",
        ),
        (
            date(2026, 3, 2),
            "Quand a lieu le prochain colloque sur l'eau ?",
            "Aucun colloque à venir correspondant à la question n’est annoncé dans les notes. "
            "Dernière date connue : le 14 mars 2018.",
        ),
        (
            date(2026, 3, 2),
            "Quelles sont les prochaines rencontres ?",
            "Aucune rencontre à venir n’est annoncée dans les notes. Dernière date connue : le 20 novembre 2018.",
        ),
        (
            date(2026, 3, 2),
            "Quand est le prochain forum des quartiers ?",
            "Aucun forum à venir correspondant à la question n’est annoncé dans les notes. "
            "La dernière date connue est passée.",
        ),
    ],
)
def test_nothing_ahead_is_said_with_the_last_one(cities: Assistant, today: date, question: str, notice: str) -> None:
    reply = cities.ask(question, today=today)
    assert isinstance(reply, Answer)
    assert reply.notice == notice


def test_a_day_whose_year_is_not_told_is_never_stated(cities: Assistant) -> None:
    reply = cities.ask("Quand est le prochain forum des quartiers ?", today=date(2018, 5, 25))
    assert isinstance(reply, Answer)
    assert reply.notice == "« 9 et 10 octobre » : date déduite de celle de la note (2018)."
    assert reply.sentences[0].dates == ()


def test_what_may_still_be_ahead_is_not_said_to_be_past(cities: Assistant) -> None:
    """A note of 2018 tells of « 15 janvier »: of 2018 or of 2019."""
    for today, said in ((date(2018, 5, 25), "« 15 janvier »"), (date(2019, 2, 1), "Aucun sommet à venir")):
        reply = cities.ask("Quel est le prochain sommet ?", today=today)
        assert cited(reply) == ["sommet-ports"]
        assert isinstance(reply, Answer)
        assert said in (reply.notice or "")
        assert ("Aucun" in (reply.notice or "")) == (today.year == 2019)


def test_an_event_of_which_no_note_speaks(cities: Assistant) -> None:
    reply = cities.ask("Quel est le prochain festival ?", today=date(2018, 5, 25))
    assert isinstance(reply, Refusal)
    assert reply.reason is Reason.NOT_IN_CORPUS


def test_an_undated_note_is_neither_coming_nor_past(cities: Assistant) -> None:
    for question in ("Quels événements sont à venir ?", "Quels événements ont déjà eu lieu ?"):
        assert "journee-archives" not in cited(cities.ask(question, today=date(2018, 5, 25)))


@pytest.mark.parametrize(
    ("question", "today", "notice"),
    [
        ("Quand a lieu le forum de l'énergie ?", date(2017, 9, 1), None),
        ("Quand a lieu le forum de l'énergie ?", date(2018, 1, 1), "Cette date est passée."),
        ("Quand a eu lieu le forum de l'énergie ?", date(2018, 1, 1), None),
        ("Quand se tient le forum des quartiers à Lille ?", date(2026, 1, 1), "Cette date est passée."),
        ("Quand se tient le forum des quartiers à Lille ?", date(2018, 10, 1), None),
    ],
)
def test_a_past_day_is_told_where_it_is_asked_for_as_coming(
    cities: Assistant, question: str, today: date, notice: str | None
) -> None:
    reply = cities.ask(question, today=today)
    assert isinstance(reply, Answer)
    assert reply.notice == notice
