"""What a build was made of and with, and the checksums of its files."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from assistant.embedding import EmbedderIdentity
from assistant.errors import IndexCorruptError, IndexMismatchError

#: Of the folder, the catalogue's tables and this file: another number is another format.
SCHEMA = 5
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One build. `created` is UTC, `by` who published it, `parent` the build published before it.

    `rules` digests the code that reads texts (`assistant.index.rules`), `similarity_…` are `Embedder.spread`,
    `elements` is how many vectors were ever put into the store, those deleted since included; `checksums` maps each
    file to its `fingerprint`.
    """

    id: str
    schema: int
    created: str
    by: str
    parent: str | None
    embedder: EmbedderIdentity
    similarity_mean: float
    similarity_std: float
    chunk_tokens: int
    chunking_version: int
    rules: str
    notes: int
    chunks: int
    elements: int
    checksums: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a build's manifest.

        Raises:
            IndexCorruptError: it is missing or unreadable.
            IndexMismatchError: it has another schema.
        """
        try:
            fields = json.loads((folder / FILE).read_text(encoding="utf-8"))
            # First of all: another format may be sealed otherwise, and is not damaged for that.
            if isinstance(fields, dict) and isinstance(found := fields["schema"], int) and found != SCHEMA:
                raise IndexMismatchError(other_format(folder, (found,), (SCHEMA,)))
            if not isinstance(fields, dict) or fields.pop("seal") != _seal(fields):
                raise ValueError("the manifest does not match its seal")
            return cls(**{**fields, "embedder": EmbedderIdentity(**fields["embedder"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IndexCorruptError(corrupt(folder, f"{FILE} est illisible")) from error

    def write(self, folder: Path) -> None:
        """Write it into the build's folder, sealed: an altered figure is told like an altered file."""
        fields = asdict(self)
        sealed = json.dumps({**fields, "seal": _seal(fields)}, indent=1, ensure_ascii=False)
        (folder / FILE).write_text(sealed, encoding="utf-8")

    def verify(self, folder: Path) -> None:
        """Compare every file with its checksum: Chroma kills the process on an altered one.

        Raises:
            IndexCorruptError: naming the first file that is missing or altered.
        """
        for name, expected in self.checksums.items():
            if fingerprint(folder / name) != expected:
                raise IndexCorruptError(corrupt(folder, f"{name} manque ou a été altéré"))


def _seal(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def corrupt(folder: Path, what: str) -> str:
    """The French message for a build that cannot be used."""
    return (
        f"L'index {folder} est abîmé ({what}). Vos notes ne sont pas touchées : "
        "refaites l'index avec « assistant index sync »."
    )


def other_format(folder: Path, found: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """The French message for a build of another format: older, or made by a newer program."""
    told, ours = (".".join(map(str, numbers)) for numbers in (found, expected))
    if found > expected:
        return (
            f"L'index {folder} a le format {told}, plus récent que le format {ours} de ce programme : mettez le "
            "programme à jour ou, pour garder celui-ci, refaites-le avec « assistant index sync »."
        )
    return (
        f"L'index {folder} a le format {told}, d'une version antérieure, et non {ours} : "
        "refaites-le avec « assistant index sync »."
    )


def checksums(folder: Path) -> dict[str, str]:
    """The fingerprint of every file of a folder but the manifest, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FILE)
    return {path.relative_to(folder).as_posix(): fingerprint(path) or "" for path in files}


def fingerprint(path: Path) -> str | None:
    """A digest of a file's lasting content, None where it cannot be read.

    Opening a Chroma store rewrites `length.bin` and, while the vectors are few enough to stay in SQLite (no
    `index_metadata.pickle` yet), every `.bin`, with uninitialised memory: the first is known by its size, the others
    count for nothing. It also rewrites a lock row of `chroma.sqlite3`, which is known by its other rows.
    """
    try:
        unsaved = path.suffix == ".bin" and not (path.parent / "index_metadata.pickle").exists()
        if unsaved:
            return "unsaved" if path.exists() else None
        if path.name == "length.bin":
            return f"size:{path.stat().st_size}"
        if path.name == "chroma.sqlite3":
            return f"rows:{_rows_digest(path)}"
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except (OSError, sqlite3.Error):
        return None


def _rows_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        if db.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"quick_check fails on {path}")
        tables = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for name, sql in tables:
            if name != "acquire_write" and not sql.upper().startswith("CREATE VIRTUAL"):
                digest.update(f"{name}\0{sql}\0".encode())
                for row in db.execute(f'SELECT * FROM "{name}" ORDER BY 1'):
                    digest.update(repr(row).encode())
    return digest.hexdigest()
