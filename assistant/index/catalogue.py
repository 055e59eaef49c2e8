"""A build's catalogue: notes, chunks and the lexical index in one SQLite file; filters are answered from here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from assistant.dates import DayRange
from assistant.french.acronyms import Acronym, Acronyms, is_acronym
from assistant.french.spelling import Spelling
from assistant.french.words import words
from assistant.index.connections import Connections
from assistant.index.postings import Postings
from assistant.listings import NoteHead
from assistant.models import Chunk, Filters, Kind, Note, PartialDate

FILE = "catalogue.sqlite"
_ORDERED = "FROM chunks JOIN notes ON notes.id = note_id WHERE {} ORDER BY position, ordinal"


def note_hash(note: Note) -> str:
    """A digest of everything that a note holds."""
    return hashlib.sha256(repr(note).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Listed:
    """A note as a list shows it: its file as it was read, `note_hash`, and how many chunks it has."""

    note_id: str
    title: str
    path: str
    hash: str
    chunks: int


class Catalogue:
    """Read-only, safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._db = Connections(path)
        self.chunk_count = int(str(self._db.rows("SELECT COUNT(*) FROM chunks")[0][0]))
        self._postings = Postings(self._db, self.chunk_count)

    def close(self) -> None:
        """Close the connections; no query may be running."""
        self._db.close()

    def touch(self) -> None:
        """Read next to nothing.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        self._db.rows("SELECT id FROM chunks LIMIT 1")

    def hashes(self) -> dict[str, str]:
        """Note id -> `note_hash`."""
        return {str(key): str(value) for key, value in self._db.rows("SELECT id, hash FROM notes")}

    def listing(self) -> dict[str, Listed]:
        """What is there of every note, by id, in the corpus' order."""
        sql = (
            "SELECT notes.id, title, path, hash, COUNT(chunks.id) FROM notes LEFT JOIN chunks ON note_id = notes.id "
            "GROUP BY notes.id ORDER BY position"
        )
        rows = [Listed(str(r[0]), str(r[1]), str(r[2]), str(r[3]), int(str(r[4]))) for r in self._db.rows(sql)]
        return {row.note_id: row for row in rows}

    def note(self, note_id: str) -> Note:
        """One note.

        Raises:
            KeyError: no note has this id.
        """
        return self.notes([note_id])[note_id]

    def notes(self, ids: Sequence[str]) -> dict[str, Note]:
        """Those of the notes that exist, by id."""
        columns = "id, title, text, date, date_inferred, kind, themes, source"
        rows = self._db.rows_of(f"SELECT {columns} FROM notes WHERE id IN ({{}})", list(dict.fromkeys(ids)))
        return {str(row[0]): _note(row) for row in rows}

    def note_ids(self) -> list[str]:
        """All notes' ids, in the corpus' order."""
        return [str(row[0]) for row in self._db.rows("SELECT id FROM notes ORDER BY position")]

    def chunk_ids(self) -> list[str]:
        """All chunks' ids, in the corpus' order."""
        return [str(row[0]) for row in self._db.rows(f"SELECT chunks.id {_ORDERED.format('1')}")]

    def chunks(self, ids: Sequence[str]) -> dict[str, tuple[Chunk, Note]]:
        """Those of the chunks that exist with their notes, by id."""
        columns = "id, note_id, ordinal, start, end, headings, context"
        rows = self._db.rows_of(f"SELECT {columns} FROM chunks WHERE id IN ({{}})", list(ids))
        notes = self.notes([str(row[1]) for row in rows])
        return {str(row[0]): (_chunk(row, notes[str(row[1])]), notes[str(row[1])]) for row in rows}

    def chunks_of(self, note_ids: Sequence[str]) -> dict[str, tuple[Chunk, Note]]:
        """All the chunks of the notes, in reading order, by id."""
        rows = self._db.rows_of(f"SELECT chunks.id {_ORDERED.format('note_id IN ({})')}", list(note_ids))
        keys = [str(row[0]) for row in rows]
        found = self.chunks(keys)
        return {key: found[key] for key in keys}

    def notes_of(self, chunk_ids: Iterable[str]) -> set[str]:
        """The ids of the notes that the chunks are of."""
        rows = self._db.rows_of("SELECT DISTINCT note_id FROM chunks WHERE id IN ({})", list(chunk_ids))
        return {str(row[0]) for row in rows}

    def lexical_scores(self, terms: Sequence[str], limit: int) -> dict[str, float]:
        """Chunk id -> BM25 (k1 1.2, b 0.75; > 0), the best `limit` of those that hold any of the terms, best first."""
        numbers, scores = self._postings.scores(terms, limit)
        rows = self._db.rows_of("SELECT id FROM chunks WHERE number IN ({}) ORDER BY number", numbers.tolist())
        found = sorted(zip((-scores).tolist(), (str(key) for (key,) in rows), strict=True))
        return {key: -score for score, key in found[:limit]}

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each term occurs; terms that occur nowhere are left out."""
        return self._postings.frequencies(terms)

    def terms(self, ids: Sequence[str]) -> dict[str, tuple[list[str], list[str]]]:
        """Of those of the chunks that exist, the index terms of title and headings, and those of the text, in order."""
        sql = "SELECT id, heading, text FROM chunks JOIN terms ON chunk = number WHERE id IN ({})"
        rows = self._db.rows_of(sql, list(ids))
        return {str(key): (str(heading).split(), str(text).split()) for key, heading, text in rows}

    @cached_property
    def heads(self) -> list[NoteHead]:
        """All notes without their text, in the corpus' order."""
        rows = self._db.rows("SELECT id, title, date, date_inferred, kind, themes FROM notes ORDER BY position")
        return [
            NoteHead(str(key), str(title), _date(day), bool(inferred), Kind(str(kind)), tuple(json.loads(str(themes))))
            for key, title, day, inferred, kind, themes in rows
        ]

    @cached_property
    def subjects(self) -> list[tuple[PartialDate | None, tuple[str, ...]]]:
        """Date and themes of each note."""
        rows = self._db.rows("SELECT date, themes FROM notes ORDER BY position")
        return [(_date(day), tuple(json.loads(str(themes)))) for day, themes in rows]

    @cached_property
    def acronyms(self) -> Acronyms:
        """What the notes' own acronyms stand for."""
        rows = self._db.rows("SELECT short, long FROM acronyms ORDER BY notes DESC, short, long")
        pairs = [Acronym(str(short), str(long)) for short, long in rows]
        known = self.spellings(["".join(words(pair.short)) for pair in pairs])
        return Acronyms(pairs, frozenset(word for word, spelling in known.items() if not is_acronym(spelling.written)))

    def spellings(self, wanted: Sequence[str]) -> dict[str, Spelling]:
        """Those of the words, in small letters, that the notes hold."""
        found = [_spelling(row) for row in self._db.rows_of("SELECT * FROM words WHERE word IN ({})", list(wanted))]
        return {spelling.word: spelling for spelling in found}

    def spellings_like(self, initials: Sequence[str], shortest: int, longest: int) -> list[Spelling]:
        """The notes' words with one of these initials and so many letters, accents left out."""
        sql = "SELECT * FROM words WHERE folded >= ? AND folded < ? AND length(folded) BETWEEN ? AND ?"
        ranges = [(initial, chr(ord(initial) + 1), shortest, longest) for initial in dict.fromkeys(initials)]
        return [_spelling(row) for values in ranges for row in self._db.rows(sql, values)]

    def speaking_of(self, days: DayRange) -> set[str]:
        """The ids of the chunks whose text or title speaks of a date within the range."""
        first, last = (days.first or date.min).isoformat(), (days.last or date.max).isoformat()
        sql = (
            "SELECT DISTINCT chunks.id FROM spoken JOIN chunks ON chunks.number = spoken.chunk "
            "WHERE first_day <= ? AND last_day >= ?"
        )
        return {str(row[0]) for row in self._db.rows(sql, (last, first))}

    def allowed(self, filters: Filters) -> set[str]:
        """The ids of the chunks whose notes pass the filters; a note without date passes no date filter."""
        where, values = _where(filters)
        # A cross join has the notes looked through first, by their narrow index.
        sql = f"SELECT chunks.id FROM notes CROSS JOIN chunks ON notes.id = note_id WHERE {where}"
        return {str(row[0]) for row in self._db.rows(sql, values)}

    def allowed_count(self, filters: Filters) -> int:
        """How many chunks' notes pass the filters."""
        where, values = _where(filters)
        sql = f"SELECT SUM((SELECT COUNT(*) FROM chunks WHERE note_id = notes.id)) FROM notes WHERE {where}"
        return int(str(self._db.rows(sql, values)[0][0] or 0))

    def allowed_of(self, ids: Sequence[str], filters: Filters) -> set[str]:
        """Those of the chunks whose notes pass the filters."""
        where, values = _where(filters)
        sql = f"SELECT chunks.id FROM chunks JOIN notes ON notes.id = note_id WHERE {where} AND chunks.id IN ({{}})"
        return {str(row[0]) for row in self._db.rows_of(sql, ids, values)}

    def passing(self, filters: Filters) -> int:
        """How many notes pass the filters."""
        where, values = _where(filters)
        return int(str(self._db.rows(f"SELECT COUNT(*) FROM notes WHERE {where}", values)[0][0]))

    def themes(self) -> list[tuple[str, int]]:
        """Each theme and how many notes bear it, the most frequent first."""
        sql = "SELECT value, COUNT(*) FROM notes, json_each(notes.themes) GROUP BY value ORDER BY 2 DESC, 1"
        return [(str(theme), int(str(count))) for theme, count in self._db.rows(sql)]

    def dates(self) -> list[PartialDate]:
        """The dates of the notes that have one."""
        return [
            PartialDate.from_iso(str(row[0])) for row in self._db.rows("SELECT date FROM notes WHERE date IS NOT NULL")
        ]


def _where(filters: Filters) -> tuple[str, list[object]]:
    """The SQL condition on `notes`, and its values."""
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
    return " AND ".join(where), values


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
