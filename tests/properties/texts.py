"""Texts as people, programs and attackers write them."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from assistant.models import Kind, Note, PartialDate

#: All but halves of characters, which are no UTF-8: `ANY_BYTES` brings those.
CHARACTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.sampled_from(
    [
        *("Le programme", "DcANT", "est piloté", "par le SGMAP", "depuis", "2014", "Mme Dupont", "n° 12", "2,5 M€"),
        *("le 3 mai 2017", "hier", "les 6 et 7 décembre", "fin 2018", "l'été", "art. 3", "« oui »", "e\u0301te\u0301"),
        *(
            ".",
            " ? ",
            "!",
            "\n",
            "\n\n",
            "\r\n",
            "\u2028",
            "\x85",
            "\x0c",
            "\t",
            "\xa0",
            "\u200b",
            "🏙️",
            "中文",
            "\ufeff",
        ),
    ]
)
MARKUP = st.sampled_from(
    [
        *(
            "# ",
            "## ",
            "#",
            "- ",
            "  - ",
            "1. ",
            "> ",
            "```\n",
            "~~~\n",
            "---\n",
            "***",
            "| a | b |\n|---|---|\n",
            "    ",
        ),
        *(
            "<div>",
            "</div>",
            "<script>",
            "<!--",
            "-->",
            "<![CDATA[",
            "&nbsp;",
            "&#0;",
            "&amp",
            "[a](b)",
            "![",
            "]:",
            "\\",
        ),
        *("---\nid: x\ntitle: y\n---\n", "From: a@b.fr\nTo: c@d.fr\nSubject: e\n\n", "#+TITLE: x\n", "* x\n", ":x:\n"),
        *(
            "<html><body>",
            "<table><tr><td>",
            "<rss>",
            '<?xml version="1.0"?>',
            "=?utf-8?B?w6k=?=",
            "Content-Type: text/",
        ),
    ]
)
#: Mostly likely text, with anything in between.
TEXTS = st.lists(st.one_of(WORDS, WORDS, MARKUP, st.text(CHARACTERS, max_size=20)), max_size=40).map(" ".join)
LINES = st.lists(st.one_of(WORDS, MARKUP, st.text(CHARACTERS, max_size=20)), max_size=40).map("".join)
ANY_TEXT = st.one_of(TEXTS, LINES, st.text(CHARACTERS, max_size=200))
ANY_BYTES = st.one_of(
    st.binary(max_size=400),
    ANY_TEXT.map(lambda text: text.encode()),
    ANY_TEXT.map(lambda text: text.encode("utf-16")),
    ANY_TEXT.map(lambda text: text.encode("cp1252", "ignore")),
    st.tuples(ANY_TEXT, st.binary(max_size=8)).map(lambda two: two[0].encode() + two[1]),
)
YEARS = st.integers(1, 9999)
DATES = st.one_of(
    st.none(),
    YEARS.map(PartialDate),
    st.tuples(YEARS, st.integers(1, 12)).map(lambda two: PartialDate(*two)),
    st.dates().map(lambda day: PartialDate(day.year, day.month, day.day)),
)
#: What a field of a note can hold: one line, no blanks at its ends.
FIELDS = ANY_TEXT.map(lambda text: " ".join("".join(char if char.isprintable() else " " for char in text).split()))
IDS = st.from_regex(r"[a-z0-9]{1,8}(?:[-_.][a-z0-9]{1,8}){0,3}", fullmatch=True)


@st.composite
def notes(draw: st.DrawFn, texts: st.SearchStrategy[str] = ANY_TEXT) -> Note:
    """A note as `parse_note` can give it."""
    date = draw(DATES)
    return Note(
        draw(IDS),
        draw(FIELDS.filter(bool)),
        draw(texts.map(lambda text: re.sub("\r\n?", "\n", text).strip("\n \t")).filter(str.strip)),
        date,
        date is not None and draw(st.booleans()),
        draw(st.sampled_from(Kind)),
        tuple(draw(st.lists(FIELDS.filter(bool), max_size=3, unique=True))),
        draw(st.one_of(st.none(), st.just("https://exemple.fr/a?b=1&c=%C3%A9"))),
    )
