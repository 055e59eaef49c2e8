"""A build's catalogue: notes, chunks and the lexical index in one SQLite file; filters are answered from here."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self

from assistant.dates import DateMention, DayRange, dates_to_search
from assistant.french.acronyms import Acronym, Acronyms, find_acronyms, is_acronym
from assistant.french.spelling import Spelling, Spellings
from assistant.french.words import index_terms, words
from assistant.models import Chunk, Filters, Kind, Note, PartialDate

FILE = "catalogue.sqlite"
_TABLES = """
CREATE TABLE notes (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, date TEXT, date_inferred INTEGER NOT NULL, kind TEXT NOT NULL,
    themes TEXT NOT NULL, source TEXT, text TEXT NOT NULL, hash TEXT NOT NULL, first_day TEXT, last_day TEXT
);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, note_id TEXT NOT NULL REFERENCES notes(id),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, headings TEXT NOT NULL,
    context TEXT NOT NULL
);
CREATE INDEX chunks_of_note ON chunks(note_id);
CREATE TABLE spoken (chunk INTEGER NOT NULL REFERENCES chunks(number), first_day TEXT NOT NULL, last_day TEXT NOT NULL);
CREATE INDEX spoken_days ON spoken(first_day, last_day);
CREATE TABLE acronyms (short TEXT NOT NULL, long TEXT NOT NULL, notes INTEGER NOT NULL);
CREATE TABLE words (word TEXT PRIMARY KEY, folded TEXT NOT NULL, written TEXT NOT NULL, count INTEGER NOT NULL);
CREATE INDEX words_folded ON words(folded);
CREATE VIRTUAL TABLE lexical USING fts5(terms, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(lexical, row);
"""
_BATCH = 500  # bound variables a statement


def note_hash(note: Note) -> str:
    """A digest of everything that a note holds."""
    return hashlib.sha256(repr(note).encode()).hexdigest()


class Catalogue:
    """Read-only, safe to share between threads: each query takes a connection that no other is using."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self.chunk_count = len(self._rows("SELECT number FROM chunks"))

    @staticmethod
    def write(path: Path, notes: Iterable[Note], chunks: Iterable[Chunk]) -> None:
        """Make the file; notes and chunks in their order."""
        titles, dates = dict[str, str](), dict[str, _NoteDates]()
        spellings, acronyms = Spellings(), Counter[Acronym]()
        with closing(sqlite3.connect(path)) as db, db:
            db.executescript(_TABLES)
            for note in notes:
                titles[note.id], dates[note.id] = note.title, _NoteDates.read(note)
                db.execute(f"INSERT INTO notes VALUES ({','.join('?' * 11)})", _note_row(note))
                spellings.add(f"{note.title}\n{note.text}")
                acronyms.update(set(find_acronyms(f"{note.title}\n{note.text}")))
            for chunk in chunks:
                row = (chunk.id, chunk.note_id, chunk.ordinal, chunk.start, chunk.end)
                cursor = db.execute(
                    "INSERT INTO chunks VALUES (NULL,?,?,?,?,?,?,?)", (*row, json.dumps(chunk.headings), chunk.context)
                )
                number = cursor.lastrowid
                terms = index_terms(" ".join((titles[chunk.note_id], *chunk.headings, chunk.text)))
                db.execute("INSERT INTO lexical(rowid, terms) VALUES (?,?)", (number, terms))
                days = dates[chunk.note_id].of(chunk)
                db.executemany("INSERT INTO spoken VALUES (?,?,?)", [(number, *pair) for pair in days])
            db.executemany(
                "INSERT INTO words VALUES (?,?,?,?)", [(s.word, s.folded, s.written, s.count) for s in spellings]
            )
            db.executemany("INSERT INTO acronyms VALUES (?,?,?)", [(a.short, a.long, n) for a, n in acronyms.items()])
            db.execute("INSERT INTO lexical(lexical) VALUES ('optimize')")

    def close(self) -> None:
        """Close the connections; no query may be running."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
        try:
            return list(connection.execute(sql, values))
        finally:
            self._idle.put(connection)

    def _rows_of(self, sql: str, keys: Sequence[str]) -> list[tuple[object, ...]]:
        """Run a statement with one `IN (…)` for keys of any number."""
        found = []
        for at in range(0, len(keys), _BATCH):
            some = keys[at : at + _BATCH]
            found += self._rows(sql.format(",".join("?" * len(some))), some)
        return found

    def hashes(self) -> dict[str, str]:
        """Note id -> `note_hash`."""
        return {str(key): str(value) for key, value in self._rows("SELECT id, hash FROM notes")}

    def note(self, note_id: str) -> Note:
        """One note.

        Raises:
            KeyError: no note has this id.
        """
        return self.notes([note_id])[note_id]

    def notes(self, ids: Sequence[str]) -> dict[str, Note]:
        """Those of the notes that exist, by id."""
        columns = "id, title, text, date, date_inferred, kind, themes, source"
        rows = self._rows_of(f"SELECT {columns} FROM notes WHERE id IN ({{}})", list(dict.fromkeys(ids)))
        return {str(row[0]): _note(row) for row in rows}

    def note_ids(self) -> list[str]:
        """All notes' ids, in the corpus' order."""
        return [str(row[0]) for row in self._rows("SELECT id FROM notes ORDER BY rowid")]

    def chunk_ids(self) -> list[str]:
        """All chunks' ids, in the corpus' order."""
        return [str(row[0]) for row in self._rows("SELECT id FROM chunks ORDER BY number")]

    def chunks(self, ids: Sequence[str]) -> dict[str, tuple[Chunk, Note]]:
        """Those of the chunks that exist with their notes, by id."""
        columns = "id, note_id, ordinal, start, end, headings, context"
        rows = self._rows_of(f"SELECT {columns} FROM chunks WHERE id IN ({{}})", list(ids))
        notes = self.notes([str(row[1]) for row in rows])
        return {str(row[0]): (_chunk(row, notes[str(row[1])]), notes[str(row[1])]) for row in rows}

    def chunks_of(self, note_ids: Sequence[str]) -> dict[str, tuple[Chunk, Note]]:
        """All the chunks of the notes, in reading order, by id."""
        rows = self._rows_of("SELECT id FROM chunks WHERE note_id IN ({}) ORDER BY number", list(note_ids))
        keys = [str(row[0]) for row in rows]
        found = self.chunks(keys)
        return {key: found[key] for key in keys}

    def notes_of(self, chunk_ids: Iterable[str]) -> set[str]:
        """The ids of the notes that the chunks are of."""
        rows = self._rows_of("SELECT DISTINCT note_id FROM chunks WHERE id IN ({})", list(chunk_ids))
        return {str(row[0]) for row in rows}

    def lexical_scores(self, terms: Sequence[str], limit: int) -> dict[str, float]:
        """Chunk id -> BM25 (FTS5: k1 1.2, b 0.75; > 0), the best `limit` of those that hold any of the terms."""
        if not terms:
            return {}
        match = " OR ".join(f'"{term}"' for term in terms)
        sql = (
            "SELECT chunks.id, -bm25(lexical) FROM lexical JOIN chunks ON chunks.number = lexical.rowid "
            "WHERE lexical MATCH ? ORDER BY bm25(lexical) LIMIT ?"
        )
        return {str(key): float(str(score)) for key, score in self._rows(sql, (match, limit))}

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each term occurs; terms that occur nowhere are left out."""
        rows = self._rows_of("SELECT term, doc FROM vocabulary WHERE term IN ({})", list(terms))
        return {str(term): int(str(count)) for term, count in rows}

    @cached_property
    def subjects(self) -> list[tuple[PartialDate | None, tuple[str, ...]]]:
        """Date and themes of each note."""
        rows = self._rows("SELECT date, themes FROM notes")
        return [(_date(day), tuple(json.loads(str(themes)))) for day, themes in rows]

    @cached_property
    def acronyms(self) -> Acronyms:
        """What the notes' own acronyms stand for."""
        rows = self._rows("SELECT short, long FROM acronyms ORDER BY notes DESC, short, long")
        pairs = [Acronym(str(short), str(long)) for short, long in rows]
        known = self.spellings(["".join(words(pair.short)) for pair in pairs])
        return Acronyms(pairs, frozenset(word for word, spelling in known.items() if not is_acronym(spelling.written)))

    def spellings(self, wanted: Sequence[str]) -> dict[str, Spelling]:
        """Those of the words, in small letters, that the notes hold."""
        found = [_spelling(row) for row in self._rows_of("SELECT * FROM words WHERE word IN ({})", list(wanted))]
        return {spelling.word: spelling for spelling in found}

    def spellings_like(self, initials: Sequence[str], shortest: int, longest: int) -> list[Spelling]:
        """The notes' words with one of these initials and so many letters, accents left out."""
        sql = "SELECT * FROM words WHERE folded >= ? AND folded < ? AND length(folded) BETWEEN ? AND ?"
        ranges = [(initial, chr(ord(initial) + 1), shortest, longest) for initial in dict.fromkeys(initials)]
        return [_spelling(row) for values in ranges for row in self._rows(sql, values)]

    def speaking_of(self, days: DayRange) -> set[str]:
        """The ids of the chunks whose text or title speaks of a date within the range."""
        first, last = (days.first or date.min).isoformat(), (days.last or date.max).isoformat()
        sql = (
            "SELECT DISTINCT chunks.id FROM spoken JOIN chunks ON chunks.number = spoken.chunk "
            "WHERE first_day <= ? AND last_day >= ?"
        )
        return {str(row[0]) for row in self._rows(sql, (last, first))}

    def allowed(self, filters: Filters) -> set[str]:
        """The ids of the chunks whose notes pass the filters; a note without date passes no date filter."""
        where, values = ["1"], list[object]()
        if filters.kinds:
            where.append(f"notes.kind IN ({','.join('?' * len(filters.kinds))})")
            values += sorted(filters.kinds)
        if filters.themes:
            marks = ",".join("?" * len(filters.themes))
            where.append(f"EXISTS (SELECT 1 FROM json_each(notes.themes) WHERE value IN ({marks}))")
            values += sorted(filters.themes)
        if filters.since:
            where.append("notes.last_day >= ?")
            values.append(filters.since.isoformat())
        if filters.until:
            where.append("notes.first_day <= ?")
            values.append(filters.until.isoformat())
        sql = f"SELECT chunks.id FROM chunks JOIN notes ON notes.id = chunks.note_id WHERE {' AND '.join(where)}"
        return {str(row[0]) for row in self._rows(sql, values)}


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
    )


def _spelling(row: tuple[object, ...]) -> Spelling:
    word, folded, written, count = row
    return Spelling(str(word), str(folded), str(written), int(str(count)))


def _date(day: object) -> PartialDate | None:
    return PartialDate.from_iso(str(day)) if day else None


def _note(row: tuple[object, ...]) -> Note:
    key, title, text, day, inferred, kind, themes, source = row
    return Note(
        id=str(key),
        title=str(title),
        text=str(text),
        date=_date(day),
        date_inferred=bool(inferred),
        kind=Kind(str(kind)),
        themes=tuple(json.loads(str(themes))),
        source=str(source) if source else None,
    )


def _chunk(row: tuple[object, ...], note: Note) -> Chunk:
    key, note_id, ordinal, start, end, headings, context = row
    first, last = int(str(start)), int(str(end))
    text = note.text[first:last]
    return Chunk(
        str(key), str(note_id), int(str(ordinal)), first, last, text, tuple(json.loads(str(headings))), str(context)
    )
