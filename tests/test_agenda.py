"""Events found in real notes: what counts, what each is called, and that nothing is made up."""

from __future__ import annotations

import json
from datetime import date

import pytest

from assistant import Assistant, Note
from assistant.agenda import events_of
from assistant.agenda.merging import merged
from assistant.listings import AgendaEvent, AgendaWanted, Precision
from assistant.models import Kind, PartialDate
from tests.conftest import SHARED

_OPEN_NOTES = SHARED / "data" / "notes_open.jsonl"
_NOTED = PartialDate(2021, 3, 1)


def of(
    text: str, day: PartialDate | None = _NOTED, kind: Kind = Kind.OTHER, title: str = "Une note"
) -> list[AgendaEvent]:
    """The events of a note, each held against its span."""
    note = Note("n", title, text, day, kind=kind)
    found = list(events_of(note))
    for event in found:
        assert event.citation.quote == text[event.citation.start : event.citation.end] != ""
        assert event.first <= event.last
    return found


def told(text: str, **more: object) -> list[tuple[str, str, str]]:
    """Title and days of each event."""
    return [(e.title, str(e.first), str(e.last)) for e in of(text, **more)]  # type: ignore[arg-type]


def test_the_corpus_tells_of_five_events(bot: Assistant) -> None:
    agenda = bot.agenda(today=date(2026, 1, 1))
    assert not agenda.coming
    assert [(e.title, str(e.first), str(e.last), e.precision.value, e.year_sure) for e in agenda.past] == [
        ("Jeux Olympiques à Paris", "2024-01-01", "2024-12-31", "year", True),
        ("14ème édition du Forum des Interconnectés", "2017-12-06", "2017-12-07", "day", False),
        ("Forum Smart City du Grand Paris", "2017-11-28", "2017-11-29", "day", False),
        ("Installation du nouveau Conseil National de l’Industrie", "2017-11-20", "2017-11-20", "day", True),
        (
            "Demi-journée de Syntec numérique sur les tendances de la smart city",
            *("2017-10-17", "2017-10-17", "day", False),
        ),
    ]
    assert agenda.latest == agenda.past[0]
    for event in agenda.past:
        note = bot.note(event.note_id)
        assert event.citation.quote == note.text[event.citation.start : event.citation.end]
        assert bot.event(event.id) == event
        assert event in bot.events_of(event.note_id)


def test_coming_and_past_are_told_by_the_day(bot: Assistant) -> None:
    agenda = bot.agenda(today=date(2017, 11, 29))
    assert [e.note_id for e in agenda.coming] == [
        "forum-smart-city-grand-paris",
        "forum-interconnectes",
        "jeux-olympiques-paris-2024",
    ]
    assert [e.note_id for e in agenda.past] == ["conseil-national-industrie", "demi-journee-smart-city-syntec"]
    assert agenda.latest and agenda.latest.note_id == "conseil-national-industrie"


def test_conditions_narrow_down_and_are_counted(bot: Assistant) -> None:
    agenda = bot.agenda(AgendaWanted(2017, "numérique", "INTERCONNECTES lyon"), today=date(2026, 1, 1))
    assert [e.note_id for e in agenda.past] == ["forum-interconnectes"]
    assert [(c.value, c.count) for c in agenda.years] == [("2017", 1)]
    assert [(c.value, c.count) for c in agenda.themes] == [("innovation", 1), ("numérique", 1)]
    assert not bot.agenda(AgendaWanted(words="zorglub")).past
    assert [(c.value, c.count) for c in bot.agenda().years] == [("2024", 1), ("2017", 4)]


def test_the_shelf_is_read_once_a_build(bot: Assistant) -> None:
    assert bot.agenda().past[0] is bot.agenda(AgendaWanted(2024)).past[0]


@pytest.mark.parametrize(
    ("text", "title", "days"),
    [
        ("Le prochain webinaire aura lieu le 12 mars.", "Webinaire (« Une note »)", "2021-03-12"),
        ("Du 3 au 5 mai 2018, le congrès des maires.", "Congrès des maires", "2018-05-03 2018-05-05"),
        ("X a organisé le 2 mai 2019 à Lyon un colloque sur l’eau.", "Colloque sur l’eau", "2019-05-02"),
        (
            "La 8ème édition du Salon de l’eau sera en juin 2022.",
            "8ème édition du Salon de l’eau",
            "2022-06-01 2022-06-30",
        ),
        ("Huit ateliers de formation en février et mars 2025.", "Ateliers de formation", "2025-02-01 2025-03-31"),
        ("- 10 novembre 2023 14h-16h : Réunion plénière (2/2)", "Réunion plénière (2/2)", "2023-11-10"),
        ("Présenté lors du sommet mondial de l’eau en 2016.", "Sommet mondial de l’eau", "2016-01-01 2016-12-31"),
        ("Le webinaire « Eau : agir, vite » du 14 mai 2020.", "Webinaire « Eau : agir, vite »", "2020-05-14"),
        ("Le hackathon GLPI, tenu en mars 2019, a été présenté ce 5 juin.", "Hackathon GLPI", "2019-03-01 2019-03-31"),
    ],
)
def test_what_is_an_event(text: str, title: str, days: str) -> None:
    first, _, last = days.partition(" ")
    assert [(name.replace("\u00a0", " "), *rest) for name, *rest in told(text)] == [(title, first, last or first)]


@pytest.mark.parametrize(
    "text",
    [
        "Inscriptions au forum avant le 3 mai 2018.",
        "Le dépôt des candidatures au salon court jusqu’au 3 mai 2018.",
        "Le rapport sur la conférence, publié le 3 mai 2018.",
        "L’arrêté du 3 mai 2018 fixe la composition des ateliers.",
        "Depuis 2018, une dizaine d’ateliers ont été menés.",
        "Le 3 mai 2018, il s’est rendu à La Réunion.",
        "Le salon de coiffure a ouvert le 3 mai 2018.",
        "Rendez-vous le 8 novembre 2022 au Palais des Congrès.",
        "Le forum du 3 mai 2018 est annulé.",
        "Il rencontre le maire le 3 mai 2018.",
        "- le 08/03/2023 : Ajout des liens vers l’enregistrement du webinaire.",
        "L’atelier consiste à décrire ce que nous savons aujourd’hui.",
        "Le forum a été créé en 2012 par la ville.",
        "La semaine dernière, un atelier a eu lieu.",
        "Le programme a été lancé le 3 mai 2018.",
        "Aucune modification n’est prévue pour la première édition, BD TOPO de mars 2022.",
    ],
)
def test_what_is_none(text: str) -> None:
    assert told(text) == []


def test_a_note_about_an_event_needs_no_noun() -> None:
    text = "Retrouvez-nous le 3 mai 2018 à Dijon."
    assert told(text, kind=Kind.EVENT, title="Cap sur l’eau") == [("Cap sur l’eau", "2018-05-03", "2018-05-03")]
    assert told(text) == []


def test_the_note_s_own_date_is_no_event() -> None:
    assert told("Un forum sur l’eau, sans date.", kind=Kind.EVENT) == []


@pytest.mark.parametrize(
    ("text", "day", "sure"),
    [
        ("Forum de l’eau, le 3 mai 2018.", None, True),
        ("Forum de l’eau, le 3 mai.", PartialDate(2018, 4, 2), True),
        ("Forum de l’eau, le 3 mai.", PartialDate(2018), False),
        ("Forum de l’eau, le 9 septembre.", PartialDate(2018, 1, 16), False),
        ("Forum de l’eau, le 9 septembre dernier.", PartialDate(2018, 1, 16), True),
        ("Forum de l’eau, 7 et 8 février, exemple.fr, février 2017.", PartialDate(2018, 3, 3), False),
    ],
)
def test_a_year_that_was_counted_says_how_sure_it_is(text: str, day: PartialDate | None, sure: bool) -> None:
    assert [event.year_sure for event in of(text, day)] == [sure]


def test_without_a_date_of_the_note_a_day_without_a_year_is_unknown() -> None:
    assert of("Forum de l’eau, le 3 mai.", None) == []


def test_told_twice_is_once() -> None:
    text = "Le Forum de l’eau a lieu en mai 2018.\n\nLe forum de l’eau se tient les 3 et 4 mai 2018."
    text += "\n\nForum de l’eau, 3 mai 2018."
    assert told(text) == [("Forum de l’eau", "2018-05-03", "2018-05-04")]
    elsewhere = events_of(
        Note("autre", "Lettre", "Rendez-vous au Forum de l’eau les 3 et 4 mai 2018.", kind=Kind.EVENT)
    )
    both = merged([*of(text), *elsewhere])
    assert [event.note_id for event in both] == ["autre"], "a note about events tells best"
    assert told("Forum de l’eau, le 3 mai 2018.\n\nSalon du livre, le 3 mai 2018.") == [
        ("Forum de l’eau", "2018-05-03", "2018-05-03"),
        ("Salon du livre", "2018-05-03", "2018-05-03"),
    ]


def test_an_id_outlives_a_change_of_the_text() -> None:
    (before,), (after,) = of("Forum de l’eau, le 3 mai 2018."), of("Bonjour. Forum de l’eau, le 3 mai 2018 à Lyon !")
    assert before.id == after.id
    (other,) = of("Forum de l’eau, le 4 mai 2018.")
    assert other.id != before.id


@pytest.mark.skipif(not _OPEN_NOTES.exists(), reason="no shared data")
def test_real_notes_of_others_tell_of_many() -> None:
    lines = [json.loads(line) for line in _OPEN_NOTES.read_text(encoding="utf-8").split("\n") if line]
    gazettes = [line for line in lines if line["date"] and "Gazette" in line["title"]]
    found = [
        event
        for line in gazettes
        for event in of(line["text"], PartialDate.from_iso(line["date"][:10]), title=line["title"])
    ]
    assert len(found) > 50
    assert sum(event.precision is Precision.DAY for event in found) > 0.8 * len(found)
    assert all(event.title and len(event.title) < 200 and "\n" not in event.title for event in found)
