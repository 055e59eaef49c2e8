"""The list of notes: words, conditions, order, pages."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.browse import PAGE
from assistant.listings import NotesWanted, Order
from assistant.models import Kind

_ALL = 8


def ids(bot: Assistant, wanted: NotesWanted) -> list[str]:
    return [line.head.note_id for line in bot.browse(wanted).lines]


def test_all_notes_the_latest_first_undated_last(bot: Assistant) -> None:
    found = bot.browse()
    assert (found.total, found.page, found.pages) == (_ALL, 1, 1)
    days = [line.head.date.last.isoformat() if line.head.date else "" for line in found.lines]
    assert days == sorted(days, reverse=True)
    assert [(c.value, c.count) for c in found.years] == [("2017", 5), ("0", 3)]
    assert sum(count.count for count in found.kinds) == _ALL
    assert not any(line.marks for line in found.lines)


def test_by_title_accents_do_not_count(bot: Assistant) -> None:
    titles = [line.head.title for line in bot.browse(NotesWanted(order=Order.TITLE)).lines]
    assert [title[:14] for title in titles[:4]] == [
        "14ème édition ",
        "Demi-journée d",
        "Développement ",
        "Forum Smart Ci",
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("INTERCONNECTÉS", ["forum-interconnectes"]),
        ("interconnectes decembre", ["forum-interconnectes"]),
        ("interconnec", ["forum-interconnectes"]),  # part of a word of the title
        ("forums", ["forum-interconnectes", "forum-smart-city-grand-paris"]),
        ("forum zorglub", []),
        ("le de", []),
        ("'\" OR *", []),
    ],
)
def test_every_word_must_be_there(bot: Assistant, words: str, found: list[str]) -> None:
    assert set(found) == set(ids(bot, NotesWanted(words=words))) & set(found)
    assert len(ids(bot, NotesWanted(words=words))) >= len(found)
    if "zorglub" in words or not found:
        assert ids(bot, NotesWanted(words=words)) == []


def test_conditions_are_counted_under_the_others(bot: Assistant) -> None:
    found = bot.browse(NotesWanted(kind=Kind.EVENT, theme="smart city", year=2017))
    assert {line.head.note_id for line in found.lines} == {
        "demi-journee-smart-city-syntec",
        "forum-smart-city-grand-paris",
    }
    assert [(c.value, c.count) for c in found.kinds] == [("événement", 2)]
    assert ("numérique", 2) in [(c.value, c.count) for c in found.themes]
    assert ids(bot, NotesWanted(year=0, kind=Kind.PROGRAMME)) == ["programme-dcant"]


def test_an_excerpt_shows_the_words_and_holds_no_markup(bot: Assistant) -> None:
    (line,) = bot.browse(NotesWanted(words="reciprocite TERRITOIRES")).lines
    marked = [line.excerpt[start:end] for start, end in line.marks]
    assert "réciprocité" in marked and "territoires" in marked
    assert line.excerpt.startswith("…") and line.excerpt.endswith("…") and len(line.excerpt) < 240


def test_pages_that_do_not_exist_are_the_last(bot: Assistant) -> None:
    assert PAGE >= _ALL
    assert bot.browse(NotesWanted(page=99)).page == 1
    nothing = bot.browse(NotesWanted(words="zorglub", page=3))
    assert (nothing.total, nothing.page, nothing.pages, nothing.lines) == (0, 1, 1, ())
