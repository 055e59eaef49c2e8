"""The texts of notes as they were in builds that are gone, so that a citation still opens as it was read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.index import catalogue
from assistant.index.build import BUILDS, ID, build_ids, id_of
from assistant.index.catalogue import Catalogue
from assistant.models import Kind, Note, PartialDate

FILE = "kept.sqlite"
_KEPT_DAYS = 365
# `until` is the first build that no longer held the note as it is here.
_TABLE = """CREATE TABLE IF NOT EXISTS versions (
    note_id TEXT NOT NULL, until TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (note_id, until)
) WITHOUT ROWID"""


def keep_old(index_dir: Path, before: str, after: str) -> None:
    """Keep what the newest build so far holds and the next one does not; forget what is a year old."""
    with closing(Catalogue(index_dir / BUILDS / after / catalogue.FILE)) as new:
        now = new.hashes()
    try:
        with closing(Catalogue(index_dir / BUILDS / before / catalogue.FILE)) as old:
            gone = old.notes([key for key, hashed in old.hashes().items() if now.get(key) != hashed])
    except sqlite3.Error:  # damaged, or of a format that we no longer read: its texts are lost
        return
    rows = [(note.id, after, json.dumps(asdict(note), ensure_ascii=False)) for note in gone.values()]
    forgotten = id_of(datetime.now(UTC) - timedelta(days=_KEPT_DAYS))
    with _database(index_dir / FILE) as db, db:
        db.executemany("INSERT OR REPLACE INTO versions VALUES (?,?,?)", rows)
        if before >= forgotten:  # else the clock has jumped, perhaps by mistake: the next publication will forget
            db.execute("DELETE FROM versions WHERE until < ?", (forgotten,))


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, made where it is missing; a damaged one makes room for a new one, for the index must go on."""
    try:
        db = sqlite3.connect(path)
        db.execute(_TABLE)
    except sqlite3.DatabaseError as error:
        db.close()
        if isinstance(error, sqlite3.OperationalError):  # a full disk, not a damaged file
            raise
        path.unlink()
        db = sqlite3.connect(path)
        db.execute(_TABLE)
    with closing(db):
        yield db


def note_as_cited(index_dir: Path, build_id: str, note_id: str) -> Note | None:
    """A note as it was in a build, from the build itself or from what was kept; None where neither has it."""
    if not ID.fullmatch(build_id):
        return None
    builds = build_ids(index_dir)
    if build_id in builds:
        return _in_build(index_dir, build_id, note_id)
    if not builds or build_id > builds[-1]:
        return None
    return _kept(index_dir, build_id, note_id) or _in_build(index_dir, builds[-1], note_id)


def _in_build(index_dir: Path, build_id: str, note_id: str) -> Note | None:
    with suppress(KeyError, sqlite3.Error), closing(Catalogue(index_dir / BUILDS / build_id / catalogue.FILE)) as found:
        return found.note(note_id)
    return None


def _kept(index_dir: Path, build_id: str, note_id: str) -> Note | None:
    sql = "SELECT note FROM versions WHERE note_id = ? AND until > ? ORDER BY until LIMIT 1"
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{_uri(index_dir)}?mode=ro", uri=True)) as db:
        row = db.execute(sql, (note_id, build_id)).fetchone()
        return _note(json.loads(row[0])) if row else None
    return None


def _uri(index_dir: Path) -> str:
    return (index_dir / FILE).resolve().as_uri()


def _note(fields: dict[str, object]) -> Note:
    day, themes = fields["date"], fields["themes"]
    assert isinstance(themes, list)
    date = PartialDate(**day) if isinstance(day, dict) else None
    return Note(**{**fields, "date": date, "themes": tuple(themes), "kind": Kind(str(fields["kind"]))})  # type: ignore[arg-type]
