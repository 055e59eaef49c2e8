"""Which notes, and in what order."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.corpus import Corpus, read_corpus
from assistant.corpus.listing import SORTS, select_notes
from assistant.models import Kind


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    for name, head in {
        "c.md": "id: forum\ntitle: Élus au forum\ndate: 2017-11-20\nkind: événement\nthemes: [Numérique]",
        "b.md": "id: etude\ntitle: étude des eaux\ndate: 2018\nkind: étude\nthemes: [eau, numérique]",
        "a.md": "id: zonage\ntitle: Zonage\nkind: gouvernance",
    }.items():
        (tmp_path / name).write_text(f"---\n{head}\n---\nLe cœur de {name[0]}.\n", encoding="utf-8")
    return read_corpus(tmp_path)


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        ({}, ["etude", "forum", "zonage"]),
        ({"reverse": True}, ["zonage", "forum", "etude"]),
        ({"sort": "title"}, ["forum", "etude", "zonage"]),
        ({"sort": "id", "reverse": True}, ["zonage", "forum", "etude"]),
        ({"sort": "kind"}, ["zonage", "forum", "etude"]),
        ({"sort": "file"}, ["zonage", "etude", "forum"]),
        ({"kinds": [Kind.STUDY, Kind.EVENT]}, ["etude", "forum"]),
        ({"themes": ["numerique"]}, ["etude", "forum"]),
        ({"themes": ["EAU", "absent"]}, ["etude"]),
        ({"text": "COEUR forum"}, ["forum"]),
        ({"text": "elus"}, ["forum"]),
        ({"text": "coeur de a"}, ["etude", "forum", "zonage"]),
        ({"text": "absent"}, []),
    ],
)
def test_choices(corpus: Corpus, choice: dict[str, object], ids: list[str]) -> None:
    assert [note.id for note in select_notes(corpus, **choice)] == ids


def test_every_sort_is_a_sort(corpus: Corpus) -> None:
    assert all(len(select_notes(corpus, sort=sort)) == 3 for sort in SORTS)
