"""Writes a build's catalogue: whole, or what changed in the copy of another build's. Both leave the same rows."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from assistant.dates import DateMention, dates_to_search
from assistant.french.acronyms import Acronym, find_acronyms
from assistant.french.spelling import Form, Spellings, spelling
from assistant.french.words import index_terms
from assistant.index import postings
from assistant.index.catalogue import note_hash
from assistant.index.postings_writer import PostingsWriter
from assistant.models import Chunk, Note

_TABLES = """
CREATE TABLE notes (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, date TEXT, date_inferred INTEGER NOT NULL, kind TEXT NOT NULL,
    themes TEXT NOT NULL, source TEXT, text TEXT NOT NULL, hash TEXT NOT NULL, first_day TEXT, last_day TEXT,
    path TEXT NOT NULL, position INTEGER NOT NULL
);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, note_id TEXT NOT NULL REFERENCES notes(id),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, headings TEXT NOT NULL,
    context TEXT NOT NULL
);
CREATE INDEX notes_filtered ON notes(last_day, first_day, kind, themes, id);
CREATE INDEX chunks_of_note ON chunks(note_id);
CREATE TABLE spoken (chunk INTEGER NOT NULL REFERENCES chunks(number), first_day TEXT NOT NULL, last_day TEXT NOT NULL);
CREATE INDEX spoken_days ON spoken(first_day, last_day);
CREATE INDEX spoken_chunks ON spoken(chunk);
CREATE TABLE acronyms (short TEXT NOT NULL, long TEXT NOT NULL, notes INTEGER NOT NULL, PRIMARY KEY (short, long));
CREATE TABLE forms (written TEXT PRIMARY KEY, word TEXT NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL);
CREATE INDEX forms_of_word ON forms(word);
CREATE TABLE words (
    word TEXT PRIMARY KEY, folded TEXT NOT NULL, written TEXT NOT NULL, count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX words_folded ON words(folded);
"""


def write(path: Path, notes: Sequence[Note], chunks: Iterable[Chunk], paths: Mapping[str, str] | None = None) -> None:
    """Make the file; notes in their order, `paths` their files by id."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_TABLES + postings.TABLES)
        _change(db, (), notes, chunks, [(note.id, (paths or {}).get(note.id, "")) for note in notes])


def update(
    path: Path, gone: Sequence[str], notes: Sequence[Note], chunks: Iterable[Chunk], order: Sequence[tuple[str, str]]
) -> None:
    """Change the file.

    Args:
        path: the file, of a build that nobody reads yet.
        gone: ids of the notes to take out, those that are put in anew among them.
        notes: those to put in.
        chunks: their chunks.
        order: id and file of every note afterwards, in the corpus' order.
    """
    with closing(sqlite3.connect(path)) as db, db:
        _change(db, gone, notes, chunks, order)


def _change(
    db: sqlite3.Connection,
    gone: Sequence[str],
    notes: Sequence[Note],
    chunks: Iterable[Chunk],
    order: Sequence[tuple[str, str]],
) -> None:
    words, lexical = _Words(), PostingsWriter(db)
    for note_id in gone:
        words.count(*_remove(db, lexical, note_id), -1)
    for note in notes:
        db.execute(f"INSERT INTO notes VALUES ({','.join('?' * 13)})", _note_row(note))
        words.count(note.title, note.text, 1)
    _add_chunks(db, lexical, {note.id: note for note in notes}, chunks)
    lexical.write()
    words.write(db)
    rows = [(position, path, note_id) for position, (note_id, path) in enumerate(order)]
    db.executemany("UPDATE notes SET position = ?, path = ? WHERE id = ?", rows)


def _remove(db: sqlite3.Connection, lexical: PostingsWriter, note_id: str) -> tuple[str, str]:
    """Take a note out with all that hangs on it; gives its title and text."""
    title, text = db.execute("SELECT title, text FROM notes WHERE id = ?", (note_id,)).fetchone()
    numbers = db.execute("SELECT number FROM chunks WHERE note_id = ?", (note_id,)).fetchall()
    for row in numbers:
        lexical.remove(*row)
    for table, column in (("spoken", "chunk"), ("chunks", "number")):
        db.executemany(f"DELETE FROM {table} WHERE {column} = ?", numbers)
    db.execute("DELETE FROM notes WHERE id = ?", (note_id,))
    return str(title), str(text)


def _add_chunks(
    db: sqlite3.Connection, lexical: PostingsWriter, notes: Mapping[str, Note], chunks: Iterable[Chunk]
) -> None:
    dates = {key: _NoteDates.read(note) for key, note in notes.items()}
    for chunk in chunks:
        row = (chunk.id, chunk.note_id, chunk.ordinal, chunk.start, chunk.end, json.dumps(chunk.headings))
        number = db.execute("INSERT INTO chunks VALUES (NULL,?,?,?,?,?,?,?)", (*row, chunk.context)).lastrowid
        above = " ".join((notes[chunk.note_id].title, *chunk.headings))
        lexical.add(int(str(number)), index_terms(above), index_terms(chunk.text))
        days = dates[chunk.note_id].of(chunk)
        db.executemany("INSERT INTO spoken VALUES (?,?,?)", [(number, *pair) for pair in days])


class _Words:
    """What the texts that come and go add to the counts of words and acronyms, and take from them."""

    def __init__(self) -> None:
        self._spellings = {1: Spellings(), -1: Spellings()}
        self._acronyms = Counter[Acronym]()

    def count(self, title: str, text: str, sign: int) -> None:
        """Count a note in (1) or out (-1)."""
        self._spellings[sign].add(f"{title}\n{text}")
        for acronym in set(find_acronyms(f"{title}\n{text}")):
            self._acronyms[acronym] += sign

    def write(self, db: sqlite3.Connection) -> None:
        """Add the counts to those of the file."""
        db.executemany(
            "INSERT INTO acronyms VALUES (?,?,?) ON CONFLICT DO UPDATE SET notes = notes + excluded.notes",
            [(a.short, a.long, notes) for a, notes in self._acronyms.items()],
        )
        db.execute("DELETE FROM acronyms WHERE notes = 0")
        for sign, spellings in self._spellings.items():
            db.executemany(
                "INSERT INTO forms VALUES (?,?,?,?) "
                "ON CONFLICT DO UPDATE SET count = count + excluded.count, first = first + excluded.first",
                [(f.written, f.word, sign * f.count, sign * f.first) for f in spellings.forms],
            )
        db.execute("DELETE FROM forms WHERE count = 0")
        for word in {form.word for spellings in self._spellings.values() for form in spellings.forms}:
            _write_word(db, word)


def _write_word(db: sqlite3.Connection, word: str) -> None:
    forms = [Form(*row) for row in db.execute("SELECT written, count, first FROM forms WHERE word = ?", (word,))]
    db.execute("DELETE FROM words WHERE word = ?", (word,))
    if forms:
        found = spelling(forms)
        db.execute("INSERT INTO words VALUES (?,?,?,?)", (found.word, found.folded, found.written, found.count))


@dataclass(frozen=True, slots=True)
class _NoteDates:
    """The dates that a note speaks of, read with its own date as reference: in its text, and in its title."""

    text: list[DateMention]
    title: list[DateMention]

    @classmethod
    def read(cls, note: Note) -> Self:
        return cls(dates_to_search(note.text, note.date), dates_to_search(note.title, note.date))

    def of(self, chunk: Chunk) -> set[tuple[str, str]]:
        """The first and last days, in ISO form, of what a chunk speaks of.

        Of an open range only the end that is told counts: « dès 2014 » speaks of 2014, not of every later year.
        """
        inside = [mention for mention in self.text if chunk.start <= mention.start < chunk.end]
        ends = [(m.first or m.last, m.last or m.first) for m in (*inside, *self.title)]
        return {(first.isoformat(), last.isoformat()) for first, last in ends if first and last}


def _note_row(note: Note) -> tuple[object, ...]:
    day = note.date
    return (
        note.id,
        note.title,
        str(day) if day else None,
        note.date_inferred,
        str(note.kind),
        json.dumps(note.themes, ensure_ascii=False),
        note.source,
        note.text,
        note_hash(note),
        day.first.isoformat() if day else None,
        day.last.isoformat() if day else None,
        "",  # file and place come with the whole order
        0,
    )
