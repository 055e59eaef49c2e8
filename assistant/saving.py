"""One archive of what cannot be made again: written aside, read back, then put in its place; or not at all."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO

from assistant.access.sessions import FILE as SESSIONS
from assistant.archive import FORMAT, MANIFEST, Contents, Kept, Told, check, folders
from assistant.errors import ArchiveError, french_reason
from assistant.index.build import BUILDS, CURRENT, build_ids, flush
from assistant.index.kept import FILE as OLD_TEXTS
from assistant.index.lock import Holder, writer_lock
from assistant.index.usage import in_use, is_read
from assistant.index.verify import OPENED, is_damaged
from assistant.settings import Settings

logger = logging.getLogger(__name__)

_ASIDE = ".assistant-sauvegarde-"
#: Folders that a restore leaves: not what is in service.
_LEFT_BY_RESTORE = (".avant-", ".restauration-")
#: Of SQLite, of locks, and of files being written.
_PASSING = (".lock", ".tmp", ".new", "-wal", "-shm", "-journal")
_SQLITE = b"SQLite format 3\0"
_TROUBLE = {
    sqlite3.SQLITE_FULL: "le disque est plein",
    sqlite3.SQLITE_IOERR: "le disque est plein ou ne répond pas",
    sqlite3.SQLITE_BUSY: "un programme écrit depuis trop longtemps dans une base",
}


def back_up(settings: Settings, target: Path, who: str, *, evals: bool, force: bool, told: Told) -> Contents:
    """Write the archive and read it back; the chat may go on serving, the index cannot be published meanwhile.

    Args:
        settings: whose folders are kept.
        target: the file to write, a gzipped tar.
        who: for whoever finds the index locked.
        evals: whether evaluations are kept too.
        force: whether a file that is there may be replaced.
        told: told each stage.

    Raises:
        ArchiveError: the file is there already, there are no notes, a file cannot be read, the archive cannot be
            written or does not read back; nothing is left, and a file that was there is as it was.
        IndexBusyError: a publication is going on.
    """
    target = target.resolve()
    _refuse_place(settings, target, force)
    try:
        lock = (
            writer_lock(settings.index_dir, Holder(who, "sauvegarde")) if settings.index_dir.is_dir() else nullcontext()
        )
        with lock, _aside(target.parent) as aside:
            sources = dict(_sources(folders(settings), aside, evals=evals))
            if not any(name.startswith("corpus/") for name in sources):
                raise ArchiveError(
                    f"Le dossier des notes {settings.corpus_dir} est vide ou absent : rien n'est sauvegardé. Vérifiez "
                    "ASSISTANT_CORPUS_DIR, le dossier courant, et que son disque est monté."
                )
            written = aside / "archive"
            _write(sources, written, told)
            contents = check(written, told)
            written.replace(target)
            flush(target.parent)
            return contents
    except (OSError, sqlite3.Error) as error:
        where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
        raise ArchiveError(f"La sauvegarde {target} n'a pas été faite : {_reason(error)}{where}.") from None


def _reason(error: OSError | sqlite3.Error) -> str:
    return _TROUBLE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF) or french_reason(error)


def _refuse_place(settings: Settings, target: Path, force: bool) -> None:
    if target.exists() and not force:
        raise ArchiveError(f"Le fichier {target} existe déjà : donnez un autre nom, ou --force pour le remplacer.")
    if not target.parent.is_dir():
        raise ArchiveError(f"Le dossier {target.parent} n'existe pas : créez-le, ou donnez un autre chemin.")
    if within := [folder for folder in folders(settings).values() if target.is_relative_to(folder)]:
        raise ArchiveError(f"La sauvegarde ne peut pas être dans {within[0]}, qu'elle garde : mettez-la ailleurs.")


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder that its owner alone can read, gone in the end; those that killed backups left go first."""
    for left in folder.glob(f"{_ASIDE}*"):
        if not is_read(left):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=folder) as made, in_use(Path(made)):
        yield Path(made)


def _sources(homes: dict[str, Path], aside: Path, *, evals: bool) -> Iterator[tuple[str, Path]]:
    """Name in the archive -> the file to read. What may change meanwhile is copied aside first."""
    for root, home in homes.items():
        if root == "evals" and not evals:
            continue
        for path in _living(root, home):
            name = f"{root}/{path.relative_to(home).as_posix()}"
            if _copied(path, aside / name, root):
                yield name, aside / name
    for build in build_ids(homes["index"]):
        folder = homes["index"] / BUILDS / build
        for path in [] if is_damaged(folder) else sorted(folder.rglob("*")):
            if not path.is_file() or path.name.endswith(_PASSING) or path.name == OPENED:
                continue
            name = f"index/{BUILDS}/{build}/{path.relative_to(folder).as_posix()}"
            if not _is_rewritten(path):
                yield name, path
            elif _copied(path, aside / name, "index"):
                yield name, aside / name


def _is_rewritten(path: Path) -> bool:
    """Whether opening the build may write there: see `assistant.index.manifest.fingerprint`."""
    unsaved = path.suffix == ".bin" and not (path.parent / "index_metadata.pickle").exists()
    return unsaved or path.name in ("length.bin", "chroma.sqlite3")


def _living(root: str, home: Path) -> list[Path]:
    if root == "index":
        return [path for name in (CURRENT, OLD_TEXTS, "README.md") if (path := home / name).is_file()]
    found = []
    for parent, inner, names in os.walk(home, onerror=_raise):
        inner[:] = sorted(name for name in inner if not name.startswith(_LEFT_BY_RESTORE))
        for link in [name for name in inner if (Path(parent) / name).is_symlink()]:
            logger.warning("Attention : %s est un lien vers un dossier : il n'est pas sauvegardé.", Path(parent) / link)
        found += [Path(parent) / name for name in sorted(names) if not _is_passing(root, name)]
    return [path for path in found if path.is_file()]


def _is_passing(root: str, name: str) -> bool:
    if root == "state":
        return name.startswith(SESSIONS) or name.endswith(_PASSING)
    return name.startswith(".") and name.endswith(_PASSING)  # a note may be called anything else


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _copied(path: Path, copy: Path, root: str) -> bool:
    """Copy a file, a database through SQLite: a plain copy of what is being written would not be consistent.

    False where it was removed since it was listed, as if the backup had begun later.
    """
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("rb") as source, copy.open("wb") as target:
            is_database = root in ("index", "state") and source.read(len(_SQLITE)) == _SQLITE
            source.seek(0)
            if not is_database:
                shutil.copyfileobj(source, target, 1 << 20)
        if is_database:
            _copy_database(path, copy)
        copy.chmod(path.stat().st_mode & 0o777)
    except FileNotFoundError:
        return False
    return True


def _copy_database(path: Path, copy: Path) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=30)) as live, closing(sqlite3.connect(copy)) as still:
            live.backup(still)
    except sqlite3.OperationalError:  # a full disk, a file held too long: not the file's own fault
        raise
    except sqlite3.DatabaseError:
        logger.warning("Attention : %s est abîmé : il est sauvegardé tel quel.", path)
        shutil.copyfile(path, copy)


def _write(sources: dict[str, Path], target: Path, told: Told) -> None:
    files = tuple(Kept(name, path.stat().st_size, _digest(path)) for name, path in sources.items())
    contents = Contents(FORMAT, datetime.now().astimezone().isoformat(timespec="seconds"), files)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds accounts
    with os.fdopen(descriptor, "wb") as raw:
        with (
            gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, filename="") as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive,
        ):
            head = json.dumps(asdict(contents)).encode()  # ASCII: names need not be UTF-8
            archive.addfile(_entry(MANIFEST, len(head), 0o600), io.BytesIO(head))
            _add(archive, contents, sources, told)
        raw.flush()
        os.fsync(raw.fileno())


def _add(archive: tarfile.TarFile, contents: Contents, sources: dict[str, Path], told: Told) -> None:
    done, total = 0, contents.size
    for file in contents.files:
        path = sources[file.name]
        with path.open("rb") as source:
            reading = _Hashed(source)
            archive.addfile(_entry(file.name, file.size, path.stat().st_mode & 0o777), reading)
        if reading.digest.hexdigest() != file.sha256:
            raise ArchiveError(f"Le fichier {path} a changé pendant la sauvegarde : recommencez-la.")
        done += file.size
        told("Sauvegarde", done, total)


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
