"""The lexical index beside SQLite's own: the same BM25 whatever comes and goes, in blocks of any number."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from assistant.index.connections import Connections
from assistant.index.postings import BLOCK, TABLES, Postings
from assistant.index.postings_writer import PostingsWriter

WORDS = [f"terme{number}" for number in range(40)]
#: Chunks by number: the last of a block, the first of the next one, and a block in between that has none.
PLACES = [1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5]

Texts = dict[int, tuple[str, str]]


def some_text(chance: random.Random, most: int = 60) -> tuple[str, str]:
    drawn = random.Random(chance.random()).choices(WORDS, weights=range(1, 41), k=chance.randint(1, most))
    return " ".join(drawn[:3]), " ".join(drawn[3:])


def write(path: Path, gone: Sequence[int], come: Mapping[int, tuple[str, str]]) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS chunks (number INTEGER PRIMARY KEY)")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'postings'").fetchone():
            db.executescript(TABLES)
        writer = PostingsWriter(db)
        for number in gone:
            writer.remove(number)
        for number, (heading, text) in come.items():
            writer.add(number, heading, text)
        writer.write()


def asked(path: Path, count: int, terms: list[str], limit: int = 1000) -> dict[int, float]:
    with closing(Connections(path)) as db:
        numbers, scores = Postings(db, count).scores(terms, limit)
    return dict(zip(numbers.tolist(), scores.tolist(), strict=True))


def by_sqlite(texts: Texts, terms: list[str]) -> dict[int, float]:
    """What FTS5 gives for the same chunks."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE lexical USING fts5(terms)")
        db.executemany("INSERT INTO lexical(rowid, terms) VALUES (?,?)", [(n, " ".join(t)) for n, t in texts.items()])
        sql = "SELECT rowid, -bm25(lexical) FROM lexical WHERE lexical MATCH ?"
        return dict(db.execute(sql, (" OR ".join(terms),)).fetchall())


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_sqlite_whatever_comes_and_goes(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    texts: Texts = {number: some_text(chance) for number in PLACES}
    write(tmp_path / "db", [], texts)
    for _ in range(6):
        for _ in range(5):
            terms = chance.sample([*WORDS, "absent"], chance.randint(1, 8))
            found = asked(tmp_path / "db", len(texts), terms)
            assert found == pytest.approx(by_sqlite(texts, terms), rel=1e-9)
        gone = chance.sample(sorted(texts), 2)
        texts = {number: text for number, text in texts.items() if number not in gone}
        come = {number: some_text(chance) for number in sorted({gone[0], max(texts) + 1, max(texts) + 2})}
        write(tmp_path / "db", gone, come)  # one number is given anew
        texts |= come


def test_frequencies_count_chunks(tmp_path: Path) -> None:
    write(tmp_path / "db", [], {1: ("a", "a b"), BLOCK: ("", "a"), BLOCK + 1: ("b", "")})
    with closing(Connections(tmp_path / "db")) as db:
        assert Postings(db, 3).frequencies(["a", "b", "absent"]) == {"a": 2, "b": 2}


def test_a_term_of_no_chunk_leaves_no_row(tmp_path: Path) -> None:
    write(tmp_path / "db", [], {1: ("a", "b"), 2: ("", "b")})
    write(tmp_path / "db", [1], {})
    with closing(sqlite3.connect(tmp_path / "db")) as db:
        assert db.execute("SELECT term FROM postings").fetchall() == [("b",)]
        assert db.execute("SELECT chunk FROM terms").fetchall() == [(2,)]


def test_the_limit_keeps_the_best_and_their_equals(tmp_path: Path) -> None:
    write(tmp_path / "db", [], {1: ("a", "a c c"), 2: ("", "a c c c"), 3: ("", "a d d d"), 4: ("", "e")})
    everything = asked(tmp_path / "db", 9, ["a"])
    assert asked(tmp_path / "db", 9, ["a"], 1) == {1: everything[1]}
    assert asked(tmp_path / "db", 9, ["a"], 2) == everything  # two score alike
    assert asked(tmp_path / "db", 9, [], 2) == asked(tmp_path / "db", 9, ["absent"], 2) == {}


def test_a_term_may_come_more_often_than_a_byte_says(tmp_path: Path) -> None:
    texts = {1: ("", "a " * 400 + "b"), 2: ("", "c c"), 3: ("", "d")}
    write(tmp_path / "db", [], texts)
    assert asked(tmp_path / "db", 3, ["a"]) == pytest.approx(by_sqlite(texts, ["a"]), rel=0.01)
