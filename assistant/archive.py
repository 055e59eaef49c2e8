"""One archive of what cannot be made again: written whole or not at all, verified in full before it is brought back."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from assistant.access.sessions import FILE as SESSIONS
from assistant.errors import ArchiveError, french_reason
from assistant.index.build import BUILDS, CURRENT, build_ids, flush
from assistant.index.lock import Holder, writer_lock
from assistant.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
ROOTS = ("corpus", "index", "state", "evals")
_BLOCK = 1 << 20
_LEFT_OUT = (".lock", ".tmp", "-wal", "-shm", "-journal")
_SQLITE = b"SQLite format 3\0"

#: Told the bytes done and those in all.
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of an archive: its name there (`corpus/a.md`), its size in bytes, its sha256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds, by its own manifest; `created` is ISO 8601."""

    format: int
    created: str
    files: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Bytes of all files, unpacked."""
        return sum(file.size for file in self.files)

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders that it has something for."""
        held = {file.name.partition("/")[0] for file in self.files}
        return tuple(root for root in ROOTS if root in held)


def folders(settings: Settings) -> dict[str, Path]:
    """Name in the archive -> folder here."""
    return {
        "corpus": settings.corpus_dir,
        "index": settings.index_dir,
        "state": settings.state_dir,
        "evals": settings.evals_dir,
    }


def back_up(settings: Settings, target: Path, who: str, *, evals: bool, force: bool, told: Told) -> Contents:
    """Write the archive; the chat may go on serving, the index cannot be published meanwhile.

    Args:
        settings: whose folders are kept.
        target: the file to write, a gzipped tar.
        who: for whoever finds the index locked.
        evals: whether evaluations are kept too.
        force: whether a file that is there may be replaced.
        told: told the bytes done and those in all.

    Raises:
        ArchiveError: the file is there already, a file cannot be read, the archive cannot be written; nothing is left.
        IndexBusyError: a publication is going on.
    """
    if target.exists() and not force:
        raise ArchiveError(f"Le fichier {target} existe déjà : donnez un autre nom, ou --force pour le remplacer.")
    try:
        settings.index_dir.mkdir(parents=True, exist_ok=True)
        with (
            writer_lock(settings.index_dir, Holder(who, "sauvegarde")),
            tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside,
        ):
            sources = dict(_sources(settings, Path(aside), evals=evals))
            written = Path(aside) / "archive"
            contents = _write(sources, written, told)
            written.replace(target)
            flush(target.parent)
            return contents
    except (OSError, sqlite3.Error) as error:
        where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
        raise ArchiveError(f"La sauvegarde {target} n'a pas été faite : {french_reason(error)}{where}.") from None


def _sources(settings: Settings, aside: Path, *, evals: bool) -> Iterator[tuple[str, Path]]:
    """Name in the archive -> the file to read. What may change meanwhile is copied aside; a build never does."""
    for root, folder in folders(settings).items():
        if root == "evals" and not evals:
            continue
        for path in sorted(_living(root, folder)):
            copy = aside / root / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # removed since it was listed: as if the backup had begun later
                _copy(path, copy)
                yield f"{root}/{path.relative_to(folder).as_posix()}", copy
    for build in build_ids(settings.index_dir):
        home = settings.index_dir / BUILDS / build
        for path in sorted(home.rglob("*")):
            if path.is_file() and not path.name.endswith(_LEFT_OUT):
                yield f"index/{BUILDS}/{build}/{path.relative_to(home).as_posix()}", path


def _living(root: str, folder: Path) -> Iterator[Path]:
    if root == "index":
        yield from (path for name in (CURRENT, "kept.sqlite", "README.md") if (path := folder / name).is_file())
        return
    for parent, _, names in os.walk(folder, onerror=_raise):
        for name in names:
            session = root == "state" and name.startswith(SESSIONS)
            if not session and not name.endswith(_LEFT_OUT) and (Path(parent) / name).is_file():
                yield Path(parent) / name


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _copy(path: Path, copy: Path) -> None:
    """A consistent copy: of a database through SQLite, which a plain copy of a file being written would not be."""
    with path.open("rb") as source:
        head = source.read(len(_SQLITE))
        if head != _SQLITE:
            source.seek(0)
            copy.write_bytes(source.read())
    if head == _SQLITE:
        with closing(sqlite3.connect(path, timeout=30)) as live, closing(sqlite3.connect(copy)) as still:
            live.backup(still)
    copy.chmod(path.stat().st_mode & 0o777)


def _write(sources: dict[str, Path], target: Path, told: Told) -> Contents:
    files = tuple(Kept(name, path.stat().st_size, _digest(path)) for name, path in sources.items())
    contents = Contents(FORMAT, datetime.now().astimezone().isoformat(timespec="seconds"), files)
    done = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds accounts
    with os.fdopen(descriptor, "wb") as raw:
        with (
            gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, filename="") as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            head = json.dumps(asdict(contents), ensure_ascii=False).encode()
            archive.addfile(_entry(MANIFEST, len(head), 0o600), io.BytesIO(head))
            for file in files:
                path = sources[file.name]
                with path.open("rb") as source:
                    reading = _Hashed(source)
                    archive.addfile(_entry(file.name, file.size, path.stat().st_mode & 0o777), reading)
                if reading.digest.hexdigest() != file.sha256:
                    raise ArchiveError(f"Le fichier {path} a changé pendant la sauvegarde : recommencez-la.")
                done += file.size
                told(done, contents.size)
        raw.flush()
        os.fsync(raw.fileno())
    return contents


def _entry(name: str, size: int, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, mode
    return entry


class _Hashed:
    """A file whose digest is taken while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self._file.read(size)
        self.digest.update(block)
        return block


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
