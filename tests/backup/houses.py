"""Makes a small installation with something of everything in it, keeps it and brings it back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from opinions import given

from assistant import Settings
from assistant.archive import Contents
from assistant.audit import Entry, record
from assistant.feedback import FeedbackStore
from assistant.restoring import restore
from assistant.saving import back_up

FOLDERS = ("corpus_dir", "index_dir", "state_dir", "evals_dir")


def untold(stage: str, done: int, total: int) -> None:
    """For who does not look."""


def house(folder: Path, **changes: Any) -> Settings:
    """Settings whose four folders are in this one."""
    return Settings.load(**{name: folder / name.removesuffix("_dir") for name in FOLDERS} | changes)


def save(settings: Settings, target: Path, **options: Any) -> Contents:
    return back_up(settings, target, "moi", **{"evals": True, "force": False, "told": untold} | options)


def bring_back(settings: Settings, source: Path, force: bool = False) -> list[Path]:
    return restore(settings, source, "moi", force=force, told=untold)[1]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below, locks and SQLite's own apart."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal"))]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def furnish(settings: Settings) -> Settings:
    """Notes with originals and trash, feedback, accounts, journal, cases; a build that only looks like one."""
    originals = settings.corpus_dir / "originals"
    for folder in (originals, settings.corpus_dir / "trash" / "t", settings.state_dir, settings.evals_dir / "cases"):
        folder.mkdir(parents=True)
    (settings.corpus_dir / "n.md").write_text("Le maire est là.", encoding="utf-8")
    (settings.corpus_dir / "trash" / "t" / "t.md").write_text("Retirée.", encoding="utf-8")
    (originals / "conseil-journal").write_bytes(b"\0\xff" * 500)
    (settings.evals_dir / "cases" / "q.jsonl").write_text('{"question": "Qui ?"}\n', encoding="utf-8")
    (settings.state_dir / "users.json").write_text('{"users": {}}', encoding="utf-8")
    (settings.state_dir / "users.json").chmod(0o600)
    (settings.state_dir / "sessions.sqlite").write_text("secret", encoding="utf-8")
    record(settings.state_dir, Entry("moi", "essai"))
    FeedbackStore.from_settings(settings).save(given())
    build = settings.index_dir / "builds" / "20261120T000000000-abcdef"
    (build / "chroma").mkdir(parents=True)
    (settings.index_dir / "CURRENT").write_text(build.name + "\n", encoding="utf-8")
    (build / "manifest.json").write_text("{}", encoding="utf-8")
    (build / "opened.txt").write_text("ici", encoding="utf-8")
    (build / "chroma" / "data.bin").write_bytes(bytes(range(256)) * 400)
    with closing(sqlite3.connect(build / "chroma" / "chroma.sqlite3")) as database:
        database.executescript("create table t (x); insert into t values (1);")
    return settings
