"""Questions over several notes: what is taken for one, and what is gathered."""

from __future__ import annotations

from datetime import date

import pytest

from assistant import Answer, Assistant, Filters, Refusal
from assistant.answering.comparison import compared
from assistant.answering.overview import list_subject
from assistant.models import Kind, Reason
from tests.answering.city_notes import cited

TODAY = date(2018, 5, 25)


@pytest.mark.parametrize(
    ("question", "noun", "topic", "dated"),
    [
        ("Quels événements en décembre 2017 ?", "événement", (), True),
        ("quels evenements avant l'ete 2018", "événement", (), True),
        ("Liste des programmes", "programme", (), False),
        ("Peux-tu lister tous les programmes ?", "programme", (), False),
        ("Donne-moi la liste des études de 2017", "étude", (), True),
        ("Quels sont les forums cités ?", "forum", (), False),
        ("Quelles notes parlent de la smart city ?", "note", ("smart", "city"), False),
        ("which events took place in 2017?", "événement", (), True),
        ("What are the programmes?", "programme", (), False),
        ("En 2017, quels événements ont eu lieu ?", "événement", (), True),
        ("Y a-t-il des forums à Lyon en juin ?", "forum", ("lyon",), True),
        ("Événements 2018", "événement", (), True),
        ("Quels maires sont cités dans les notes ?", "note", ("maires",), False),
        ("Que s'est-il passé en octobre 2017 ?", "événement", (), True),
        ("Quel forum a lieu en décembre 2017 ?", "forum", (), True),
    ],
)
def test_what_is_taken_for_a_list(question: str, noun: str, topic: tuple[str, ...], dated: bool) -> None:
    subject = list_subject(question, TODAY)
    assert subject is not None
    assert (subject.noun.singular, subject.topic, subject.dated) == (noun, topic, dated)


@pytest.mark.parametrize(
    "question",
    [
        "Quels sont les objectifs du programme DcANT ?",
        "Quels élus sont intervenus à la demi-journée ?",
        "Quels types de leviers les organisateurs des Jeux pourraient-ils mobiliser ?",
        "Quel est le programme du forum ?",
        "Qui participe aux événements ?",
        "Quelles sont les conséquences du rapport ?",
        "Les commissions ont étudié combien de demandes ?",
        "Que s'est-il passé ?",
        "Quand ont lieu les forums ?",
    ],
)
def test_what_asks_for_something_within_a_note(question: str) -> None:
    assert list_subject(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quels événements en mai 2018 ?", ["salon-velo"]),
        ("Quels événements avant l'été 2018 ?", ["forum-energie", "colloque-eau", "salon-velo", "rencontres-logement"]),
        ("Quels événements en 2017 ?", ["forum-energie"]),
        ("which events took place in 2017?", ["forum-energie"]),
        ("Quels événements le mois prochain ?", ["rencontres-logement"]),
        ("Quels événements l'année dernière ?", ["forum-energie"]),
        ("Quels forums entre septembre et décembre 2018 ?", ["forum-quartiers"]),
        ("Quels événements en octobre ?", ["forum-quartiers"]),
        ("Liste des programmes", ["programme-rails", "programme-toits"]),
        ("Quelles études en 2017 ?", ["etude-mobilite"]),
        ("Quels programmes depuis 2016 ?", ["programme-toits", "programme-rails"]),
        ("Quels sont les forums ?", ["forum-energie", "forum-quartiers"]),
        ("Quelles notes parlent de la mobilité ?", ["programme-rails", "etude-mobilite", "forum-quartiers"]),
        ("Que s'est-il passé le 8 février 2018 ?", ["commission-finances"]),
        ("Quels événements à Lille en 2018 ?", ["forum-quartiers"]),
        ("Quelles communes sont citées dans les notes ?", ["etude-mobilite", "programme-toits"]),
    ],
)
def test_one_sentence_a_note_in_date_order(cities: Assistant, question: str, expected: list[str]) -> None:
    assert cited(cities.ask(question, today=TODAY)) == expected


def test_a_day_of_registration_and_a_year_of_origin_are_no_events(cities: Assistant) -> None:
    for question in ("Quels événements en janvier 2018 ?", "Quels événements en 2011 ?"):
        reply = cities.ask(question, today=TODAY)
        assert isinstance(reply, Refusal)
        assert reply.reason is Reason.FUTURE_OR_UNKNOWN_DATE


def test_the_sentence_is_the_one_that_tells_of_the_date(cities: Assistant) -> None:
    reply = cities.ask("Quels événements en novembre 2018 ?", today=TODAY)
    assert cited(reply) == ["agenda-automne"]
    assert "20 novembre 2018" in reply.text
    assert "4 septembre" not in reply.text


def test_a_year_that_no_note_tells_is_said(cities: Assistant) -> None:
    reply = cities.ask("Quels forums en octobre 2018 ?", today=TODAY)
    assert isinstance(reply, Answer)
    assert reply.notice == "« 9 et 10 octobre » : date déduite de celle de la note (2018)."


def test_what_is_left_out_is_named(cities: Assistant) -> None:
    reply = cities.ask("Liste des notes", today=TODAY)
    assert isinstance(reply, Answer)
    assert len(reply.sentences) == 6
    assert reply.notice is not None
    assert reply.notice.startswith("7 autres notes peuvent répondre, dont « ")


def test_filters_hold(cities: Assistant) -> None:
    reply = cities.ask("Quelles notes parlent de la mobilité ?", filters=Filters(kinds=frozenset({Kind.STUDY})))
    assert cited(reply) == ["etude-mobilite"]


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("Compare le forum A et le salon B", ("forum A", "salon B")),
        ("Quelle est la différence entre le forum A et le salon B ?", ("forum A", "salon B")),
        ("Compare the A forum with the B fair", ("A forum", "B fair")),
        ("Lequel des deux vient en premier, A ou B ?", ("A", "B")),
        ("Entre le forum A et le salon B, lequel compte le plus d'éditions ?", ("forum A", "salon B")),
        ("Le forum A et le salon B se tiennent-ils aux mêmes dates ?", ("forum A", "salon B")),
        ("Le forum A et le salon B se tiennent-ils à Lyon ?", None),
        ("Compare les forums", None),
        ("Avec quel fruit le peintre compare-t-il son modèle ?", None),
        ("Qui prenait les territoires de X, Y et Z ?", None),
    ],
)
def test_what_is_compared(question: str, things: tuple[str, str] | None) -> None:
    assert compared(question) == things


def test_a_comparison_says_one_sentence_on_each(cities: Assistant) -> None:
    reply = cities.ask("Compare le salon du vélo et le forum de l'énergie", today=TODAY)
    assert cited(reply) == ["forum-energie", "salon-velo"]


def test_a_thing_without_a_note_is_said(cities: Assistant) -> None:
    reply = cities.ask("Compare le salon du vélo et le salon des fusées", today=TODAY)
    assert isinstance(reply, Answer)
    assert cited(reply) == ["salon-velo"]
    assert reply.notice == "Aucune note trouvée sur « salon des fusées »."


@pytest.mark.parametrize(
    "question",
    [
        "Combien d'événements en 2018 ?",
        "Combien de programmes y a-t-il ?",
        "Quel est le budget total des programmes ?",
        "Quel est le nombre moyen de participants ?",
        "Quelle ville organise le plus de forums ?",
        "How many events took place in 2018?",
    ],
)
def test_an_aggregate_that_no_note_states_is_refused(cities: Assistant, question: str) -> None:
    reply = cities.ask(question, today=TODAY)
    assert isinstance(reply, Refusal), reply.text
    assert reply.reason is Reason.NOT_IN_CORPUS


def test_a_figure_that_a_note_states_is_answered(cities: Assistant) -> None:
    reply = cities.ask("Combien de communes couvre l'étude sur la mobilité des étudiants ?", today=TODAY)
    assert "24 communes" in reply.text
