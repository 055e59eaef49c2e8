"""An archive brought back: every name, size and checksum verified aside before anything here is touched."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
import zlib
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path, PurePosixPath

from assistant.archive import FORMAT, MANIFEST, ROOTS, Contents, Kept, Told, folders
from assistant.errors import ArchiveError, french_reason
from assistant.index.build import flush
from assistant.index.lock import Holder, writer_lock
from assistant.settings import Settings

_BLOCK = 1 << 20
_MANIFEST_BYTES = 256 << 20
#: Unpacked bytes for one packed: real archives have 1 to 20, gzip's bombs about 1,000.
_RATIO, _FREE = 200, 100 << 20
_UNREADABLE = (tarfile.TarError, EOFError, zlib.error, ValueError, KeyError, TypeError)


def restore(settings: Settings, source: Path, who: str, *, force: bool, told: Told) -> tuple[Contents, list[Path]]:
    """Bring back what an archive holds; gives that, and where what was there before is now.

    Args:
        settings: whose folders are filled.
        source: the archive.
        who: for whoever finds the index locked.
        force: whether folders that hold something may be moved aside.
        told: told the bytes done and those in all.

    Raises:
        ArchiveError: the archive is damaged or hostile, a folder holds something, the disk is full; nothing changed.
        IndexBusyError: a publication is going on.
    """
    try:
        with ExitStack() as stack:
            archive = stack.enter_context(tarfile.open(source, "r:gz"))
            contents = _contents(archive, source)
            targets = {root: folders(settings)[root] for root in contents.roots}
            if not force:
                _refuse_full(targets)
            if settings.index_dir.is_dir():
                stack.enter_context(writer_lock(settings.index_dir, Holder(who, "restauration")))
            staged = {root: _stage(stack, target) for root, target in targets.items()}
            _unpack(archive, contents, staged, told)
            return contents, _swap(staged, targets)
    except _UNREADABLE:
        raise _damaged(source, "il est tronqué ou abîmé") from None
    except OSError as error:
        if isinstance(error, tarfile.ReadError | EOFError) or error.errno is None:  # gzip's own: a wrong checksum
            raise _damaged(source, "il est tronqué ou abîmé") from None
        raise ArchiveError(f"La restauration de {source} n'a pas été faite : {french_reason(error)}.") from None


def _damaged(source: Path, why: str) -> ArchiveError:
    return ArchiveError(f"La sauvegarde {source} est refusée : {why}. Rien n'a été changé ; prenez-en une autre.")


def _contents(archive: tarfile.TarFile, source: Path) -> Contents:
    head = archive.next()
    if head is None or head.name != MANIFEST or not head.isreg() or head.size > _MANIFEST_BYTES:
        raise _damaged(source, "ce n'est pas une sauvegarde faite par « assistant backup »")
    stream = archive.extractfile(head)
    told = json.loads(stream.read() if stream else b"")
    if told["format"] != FORMAT:
        raise _damaged(source, f"son format est {told['format']}, ce programme lit le format {FORMAT}")
    contents = Contents(FORMAT, str(told["created"]), tuple(Kept(**file) for file in told["files"]))
    names = [file.name for file in contents.files]
    if wrong := [name for name in names if not _is_safe(name)]:
        raise _damaged(source, f"le nom {wrong[0]!r} mène hors de ses dossiers")
    if len(set(names)) != len(names) or any(file.size < 0 for file in contents.files):
        raise _damaged(source, "son sommaire est faux")
    if contents.size > max(_FREE, _RATIO * source.stat().st_size):
        raise _damaged(source, f"dépliée, elle ferait {contents.size / 1e9:.1f} Go")
    return contents


def _is_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    whole = name == "/".join(parts) and not set("\\\0") & set(name)
    return whole and len(parts) > 1 and parts[0] in ROOTS and ".." not in parts


def _refuse_full(targets: dict[str, Path]) -> None:
    for root, target in targets.items():
        # The README of a fresh copy, and the lock's own files, are nothing to lose.
        held = [path for path in target.iterdir() if path.name[0] != "."] if target.is_dir() else []
        if [path for path in held if not (root == "index" and path.name == "README.md")]:
            raise ArchiveError(
                f"Le dossier {target} n'est pas vide : avec --force, ce qu'il contient sera mis de côté, pas effacé."
            )


def _stage(stack: ExitStack, target: Path) -> Path:
    """An empty folder on the same disk as the target, gone in the end whatever happens."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.restauration-", dir=target.parent))
    stack.callback(shutil.rmtree, made, ignore_errors=True)
    (made / "new").mkdir()
    return made / "new"


def _unpack(archive: tarfile.TarFile, contents: Contents, staged: dict[str, Path], told: Told) -> None:
    """Into the staged folders; each file must be the one that the manifest announces, in its order."""
    source = Path(str(archive.name))
    needed = contents.size
    if any(shutil.disk_usage(folder).free < needed for folder in staged.values()):
        raise ArchiveError(f"Il faut {needed / 1e6:.0f} Mo libres pour restaurer {source} : faites de la place.")
    done = 0
    for file in contents.files:
        entry = archive.next()
        if entry is None or entry.name != file.name or not entry.isreg() or entry.size != file.size:
            raise _damaged(source, f"{file.name} n'y est pas tel qu'annoncé")
        root, _, rest = file.name.partition("/")
        if _extract(archive, entry, staged[root] / rest) != file.sha256:
            raise _damaged(source, f"{file.name} n'a pas la somme de contrôle annoncée")
        done += file.size
        told(done, contents.size)
    if archive.next() is not None:
        raise _damaged(source, "elle contient un fichier qui n'est pas annoncé")


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = archive.extractfile(entry)
    digest = hashlib.sha256()
    with path.open("xb") as file:
        while stream and (block := stream.read(_BLOCK)):
            digest.update(block)
            file.write(block)
    path.chmod(entry.mode & 0o755 | 0o600)
    flush(path)
    return digest.hexdigest()


def _swap(staged: dict[str, Path], targets: dict[str, Path]) -> list[Path]:
    """Put the new folders in the place of the old, which are kept beside; all of them or, on a fault, none."""
    stamp = f"{datetime.now():%Y%m%dT%H%M%S}"
    moved: list[tuple[Path, Path]] = []
    asides = []
    try:
        for root, target in targets.items():
            if target.exists():
                aside = target.with_name(f"{target.name}.avant-{stamp}")
                target.rename(aside)
                moved.append((target, aside))
                asides.append(aside)
                staged[root].chmod(aside.stat().st_mode & 0o777)
            staged[root].rename(target)
            moved.append((staged[root], target))
            flush(target.parent)
    except OSError:
        for before, after in reversed(moved):
            after.rename(before)
        raise
    return asides
