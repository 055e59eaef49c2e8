"""The form of a backup: a gzipped tar whose first member tells every other. Read as if it were hostile."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from assistant.errors import ArchiveError, french_reason
from assistant.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
ROOTS = ("corpus", "index", "state", "evals")
BLOCK = 1 << 20
_MANIFEST_BYTES = 256 << 20
_HEADER_BYTES = 4 << 20  # tar has headers of any length, which its reader takes whole
#: Unpacked bytes for one packed: real archives have 1 to 20, gzip's bombs about 1,000.
_RATIO, _FREE = 200, 100 << 20

#: Told a stage in French, the bytes done and those in all.
Told = Callable[[str, int, int], None]
#: A file of the archive and its mode -> where to write it.
Place = Callable[["Kept", int], AbstractContextManager[IO[bytes] | None]]


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of an archive: its name there (`corpus/a.md`), its size in bytes, its sha256 in hexadecimal."""

    name: str
    size: int
    sha256: str

    @property
    def root(self) -> str:
        """Which of `ROOTS` it belongs to."""
        return self.name.partition("/")[0]


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
    def by_root(self) -> dict[str, tuple[Kept, ...]]:
        """The files of each folder that it has something for."""
        found = {root: tuple(file for file in self.files if file.root == root) for root in ROOTS}
        return {root: files for root, files in found.items() if files}


def folders(settings: Settings) -> dict[str, Path]:
    """Name in the archive -> folder here, links followed.

    Raises:
        ArchiveError: one of them lies within another: neither could be brought back alone.
    """
    found = {
        "corpus": settings.corpus_dir.resolve(),
        "index": settings.index_dir.resolve(),
        "state": settings.state_dir.resolve(),
        "evals": settings.evals_dir.resolve(),
    }
    for outer in found.values():
        if inner := [folder for folder in found.values() if folder is not outer and folder.is_relative_to(outer)]:
            raise ArchiveError(
                f"Le dossier {inner[0]} est dans {outer} : séparez-les (ASSISTANT_CORPUS_DIR, ASSISTANT_INDEX_DIR, "
                "ASSISTANT_STATE_DIR, ASSISTANT_EVALS_DIR) avant de sauvegarder ou de restaurer."
            )
    return found


class Archive:
    """A backup opened for reading. What is damaged or hostile is an `ArchiveError`, before anything is written."""

    def __init__(self, source: Path, bounded: _Bounded, tar: tarfile.TarFile) -> None:
        self.source = source
        self._bounded = bounded
        self._tar = tar
        self.contents = self._read_contents()

    @classmethod
    @contextmanager
    def open(cls, source: Path) -> Iterator[Self]:
        """Open it and read what it says it holds.

        Raises:
            ArchiveError: it cannot be read, is no backup, or announces names, sizes or a format that are refused.
        """
        with ExitStack() as stack:
            try:
                raw = stack.enter_context(source.open("rb"))
            except OSError as error:
                raise unreadable(source, error) from None
            bounded: Any = _Bounded(source, stack.enter_context(gzip.GzipFile(fileobj=raw)))
            try:
                tar = stack.enter_context(tarfile.open(fileobj=bounded, mode="r:", encoding="utf-8"))
            except (tarfile.TarError, ValueError, RecursionError):
                raise no_backup(source) from None
            yield cls(source, bounded, tar)

    def unpack(self, stage: str, place: Place, told: Told) -> None:
        """Write each file where `place` says; each must be the one that the manifest announces, in its order.

        Raises:
            ArchiveError: a file is missing, altered, of another size, a link, or not announced.
            OSError: of what `place` gives.
        """
        done, total = 0, self.contents.size
        for file in self.contents.files:
            entry = self._next()
            if entry is None or entry.name != file.name or not _is_plain(entry) or entry.size != file.size:
                raise damaged(self.source, f"{file.name!r} n'y est pas tel qu'annoncé")
            with place(file, entry.mode) as target:
                if self._copy(entry, target) != file.sha256:
                    raise damaged(self.source, f"{file.name!r} n'a pas la somme de contrôle annoncée")
            done += file.size
            told(stage, done, total)
        # What is left is tar's padding; read to the end, for gzip then compares its own checksum.
        if self._next() is not None or any(self._bounded.read(BLOCK)) or self._bounded.read(1):
            raise damaged(self.source, "elle contient un fichier qui n'est pas annoncé")

    def _next(self) -> tarfile.TarInfo | None:
        try:
            return self._tar.next()
        except (tarfile.TarError, ValueError, RecursionError):
            raise cut(self.source) from None

    def _copy(self, entry: tarfile.TarInfo, target: IO[bytes] | None) -> str:
        digest = hashlib.sha256()
        for block in self._blocks(entry):
            digest.update(block)
            if target is not None:
                target.write(block)
        return digest.hexdigest()

    def _blocks(self, entry: tarfile.TarInfo) -> Iterator[bytes]:
        stream = self._tar.extractfile(entry)
        while stream:
            try:
                block = stream.read(BLOCK)
            except tarfile.TarError:
                raise cut(self.source) from None
            if not block:
                return
            yield block

    def _read_contents(self) -> Contents:
        head = self._next()
        if head is None or head.name != MANIFEST or not _is_plain(head) or head.size > _MANIFEST_BYTES:
            raise no_backup(self.source)
        try:
            told = json.loads(b"".join(self._blocks(head)))
            self._refuse_format(told["format"])
            files = tuple(Kept(str(file["name"]), int(file["size"]), str(file["sha256"])) for file in told["files"])
            contents = Contents(FORMAT, datetime.fromisoformat(told["created"]).isoformat(), files)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise damaged(self.source, "son sommaire est illisible") from None
        self._refuse_hostile(contents)
        return contents

    def _refuse_format(self, found: object) -> None:
        if found != FORMAT:
            newer = isinstance(found, int) and found > FORMAT
            mend = "mettez le programme à jour" if newer else "restaurez-la avec la version qui l'a faite"
            raise ArchiveError(
                f"La sauvegarde {self.source} a le format {found!r}, ce programme lit le format {FORMAT} : {mend}. "
                "Rien n'a été changé."
            )

    def _refuse_hostile(self, contents: Contents) -> None:
        names = [file.name for file in contents.files]
        if wrong := [name for name in names if not _is_safe(name)]:
            raise damaged(self.source, f"le nom {wrong[0]!r} mène hors de ses dossiers")
        if len(set(names)) != len(names) or any(file.size < 0 for file in contents.files):
            raise damaged(self.source, "son sommaire est faux")
        if contents.size > max(_FREE, _RATIO * self.source.stat().st_size):
            raise damaged(self.source, f"dépliée, elle ferait {contents.size / 1e9:.1f} Go")


def check(source: Path, told: Told) -> Contents:
    """Read an archive to its end as a restore would, and write nothing.

    Raises:
        ArchiveError: it cannot be restored, and why.
    """
    with Archive.open(source) as archive:
        archive.unpack("Vérification", lambda file, mode: nullcontext(), told)
        return archive.contents


def damaged(source: Path, why: str) -> ArchiveError:
    """What is said of an archive that is not to be trusted."""
    return ArchiveError(f"La sauvegarde {source} est refusée : {why}. Rien n'a été changé ; prenez-en une autre.")


def cut(source: Path) -> ArchiveError:
    """What is said of an archive that ends too early or whose bytes have changed."""
    return damaged(source, "elle est tronquée ou abîmée")


def unreadable(source: Path, error: OSError) -> ArchiveError:
    """What is said of an archive that the system does not give."""
    return ArchiveError(f"La sauvegarde {source} ne peut pas être lue : {french_reason(error)}.")


def no_backup(source: Path) -> ArchiveError:
    """What is said of another kind of file."""
    return damaged(source, "elle est abîmée, ou n'a pas été faite par « assistant backup »")


def _is_plain(entry: tarfile.TarInfo) -> bool:
    return entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not entry.issparse()


def _is_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    whole = name == "/".join(parts) and not set("\\\0") & set(name)
    return whole and len(parts) > 1 and parts[0] in ROOTS and ".." not in parts


class _Bounded:
    """The unpacked bytes, for tarfile: never many at once, and what gzip cannot read is told of the archive."""

    def __init__(self, source: Path, packed: gzip.GzipFile) -> None:
        self._source = source
        self._packed = packed

    def tell(self) -> int:
        """Where the next byte is."""
        return self._packed.tell()

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        """Go there, reading what lies between."""
        with self._telling():
            return self._packed.seek(position, whence)

    def read(self, size: int) -> bytes:
        """The next bytes."""
        if not 0 <= size <= _HEADER_BYTES:
            raise damaged(self._source, "elle a un en-tête démesuré")
        with self._telling():
            return self._packed.read(size)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except gzip.BadGzipFile:
            raise (cut if self._packed.tell() else no_backup)(self._source) from None
        except (EOFError, zlib.error):
            raise cut(self._source) from None
        except OSError as error:
            raise unreadable(self._source, error) from None
