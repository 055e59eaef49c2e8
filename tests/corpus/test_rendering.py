"""What is written is read back as it was."""

from __future__ import annotations

import random

import pytest

from assistant.corpus.front_matter import FrontMatterError, Origin, parse_note, parse_origin
from assistant.corpus.rendering import render_note
from assistant.models import Kind, Note, PartialDate

TITLES = [
    "Un titre",
    "14e édition du Forum : l'inscription est ouverte",
    'Le « plan » dit "vélo"',
    "# pas un commentaire",
    "- pas une liste",
    "[1] pas une liste",
    "{a: b}",
    "oui # non",
    "clé: valeur",
    "true",
    "null",
    "2019-05-03",
    "3.14",
    "0x1F",
    "~",
    "*ancre",
    "&ancre",
    "!python/object",
    "%TAG",
    "@arobase",
    "`code`",
    "|",
    "> cité",
    "? question",
    "fin :",
    "---",
    "...",
    "\\n pas une ligne",
    "émoji 🚲 et \u2028 séparateur",
    "x" * 500,
]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_is_read_back(title: str) -> None:
    note = Note("un-id", title, "Un texte.\n\n---\n\nEncore : oui.", themes=(title.replace("\u2028", " "), "b, c"))
    assert parse_note(render_note(note)) == note


def test_titles_by_chance_are_read_back() -> None:
    chance = random.Random(4)
    signs = "abé :#-'\"\\[]{},&*!|>%@`?~=\u00a0…\u0085"
    for _ in range(600):
        title = "".join(chance.choices(signs, k=chance.randrange(1, 12))).strip()
        if title:
            note = Note("un-id", title, "Texte.")
            assert parse_note(render_note(note)) == note, title


def test_every_field() -> None:
    note = Note("n", "T", "Corps.", PartialDate(2019, 5), True, Kind.EVENT, ("a", "b"), "https://exemple.fr/a?b=c#d")
    origin = Origin("Léa : DINUM", "originals/n.pdf", "0" * 64)
    text = render_note(note, origin)
    assert parse_note(text) == note
    assert parse_origin(text) == origin


def test_origin_is_no_part_of_the_note() -> None:
    """The index follows `Note`: giving an old note an author must not make it new."""
    note = Note("n", "T", "Corps.")
    assert parse_note(render_note(note, Origin("Léa", "originals/n.pdf", "1" * 64))) == note


def test_a_checksum_must_be_one() -> None:
    with pytest.raises(FrontMatterError, match="« sha256 » est une somme de contrôle"):
        parse_note("---\nid: n\ntitle: T\nsha256: abc\n---\nCorps.")


def test_the_origin_of_what_is_no_note_is_nothing() -> None:
    assert parse_origin("rien") == Origin()
