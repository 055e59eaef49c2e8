"""What a catalogue holds after changes is what it would hold if it had been written whole."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from assistant.chunking import chunk_notes
from assistant.index.catalogue import Catalogue
from assistant.index.catalogue_writer import update, write
from assistant.models import Chunk, Note, PartialDate

SUBJECTS = [
    "L'instance nationale partenariale (INP) se réunit le 12 mars à Lyon.",
    "L'INP, ou instance nationale partenariale (INP), date de 2014. Lyon et Dijon en sont.",
    "Forum national. Le forum ouvre le mois prochain ; « Ville » et métropole, n° 2015-991.",
    "Le DcANT (développement concerté de l'administration numérique territoriale) avance.",
    "élus Élus ÉLUS, d'autres élus. Élus",
]
COUNTED = "SELECT short, long, notes FROM acronyms", "SELECT * FROM forms", "SELECT * FROM words"
SPOKEN = "SELECT id, first_day, last_day FROM spoken JOIN chunks ON number = chunk"


def count(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def cut(notes: Sequence[Note]) -> list[Chunk]:
    return list(chunk_notes(notes, 12, count))


def note(number: int, chance: random.Random) -> Note:
    text = "\n\n".join(chance.choices(SUBJECTS, k=chance.randint(1, 4)))
    return Note(f"n{number}", f"Note {chance.choice('abc')}", text, chance.choice([None, PartialDate(2017, 11)]))


def told(path: Path, terms: list[str]) -> dict[str, object]:
    """All that can be asked of a catalogue, free of how its rows are numbered."""
    with closing(Catalogue(path)) as opened:
        ids = opened.chunk_ids()
        found: dict[str, object] = {
            "notes": [opened.note(key) for key in opened.note_ids()],
            "listing": list(opened.listing().values()),
            "chunks": [(key, opened.chunks([key])[key][0]) for key in ids],
            "of notes": list(opened.chunks_of(opened.note_ids())),
            "subjects": opened.subjects,
            "frequencies": opened.document_frequencies(terms),
            "scores": {term: opened.lexical_scores([term], 1000) for term in terms},
            "like": opened.spellings_like(["e", "l"], 3, 9),
            "phrasings": opened.acronyms.phrasings("Qu'est-ce que l'INP et le DcANT ?"),
        }
    with closing(sqlite3.connect(path)) as db:
        found |= {sql: sorted(db.execute(sql)) for sql in (*COUNTED, SPOKEN)}
    return found


@pytest.mark.parametrize("seed", range(4))
def test_changes_leave_what_writing_it_whole_leaves(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    notes = [note(number, chance) for number in range(12)]
    write(tmp_path / "changed", notes, cut(notes))
    for step in range(5):
        before = {some.id: some for some in notes}
        for turn in range(3):
            at = chance.randrange(len(notes))
            match chance.choice(["remove", "change", "add", "move"]):
                case "remove" if len(notes) > 2:
                    notes.pop(at)
                case "change":
                    notes[at] = note(int(notes[at].id[1:]), chance)
                case "add":
                    notes.insert(at, note(100 + 10 * step + turn, chance))
                case _:
                    notes.append(notes.pop(at))
        fresh = [some for some in notes if before.get(some.id) != some]
        gone = [key for key, some in before.items() if some not in notes]
        order = [(some.id, f"{some.id}.md") for some in notes]
        update(tmp_path / "changed", gone, fresh, cut(fresh), order)
        write(tmp_path / f"whole-{step}", notes, cut(notes), dict(order))
        terms = ["lyon", "inp", "instanc", "forum", "vill", "elus", "2015_991", "not"]
        assert told(tmp_path / "changed", terms) == told(tmp_path / f"whole-{step}", terms)


def test_all_notes_may_go(tmp_path: Path) -> None:
    notes = [note(number, random.Random(0)) for number in range(3)]
    write(tmp_path / "changed", notes, cut(notes))
    update(tmp_path / "changed", [some.id for some in notes], [], [], [])
    write(tmp_path / "empty", [], [])
    assert told(tmp_path / "changed", ["lyon"]) == told(tmp_path / "empty", ["lyon"])
    with closing(Catalogue(tmp_path / "changed")) as opened:
        assert (opened.chunk_count, opened.note_ids(), opened.listing()) == (0, [], {})
