"""An archive brought back: every name, size and checksum verified aside before anything here is touched."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from assistant.archive import Archive, Contents, Kept, Told, folders
from assistant.errors import ArchiveError, french_reason
from assistant.index.build import BUILDS, build_ids, flush
from assistant.index.lock import Holder, writer_lock
from assistant.index.usage import in_use, is_read
from assistant.settings import Settings

#: Of a folder that is there: not a member's, and in the way of nothing.
_LOCKS = (".lock", ".lock-holder.json")
_OURS = (*_LOCKS, "lost+found")
_ASIDE = ".avant-"
_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one folder of the archive goes. `inside`: the folder itself cannot be renamed, what it holds can."""

    target: Path
    staging: Path
    inside: bool

    @property
    def new(self) -> Path:
        """What is to become the folder."""
        return self.staging / "new"

    def aside(self, stamp: str) -> Path:
        """Where what was there goes."""
        name = f"{_ASIDE}{stamp}"
        return self.target / name if self.inside else self.target.with_name(self.target.name + name)

    def moves(self, stamp: str) -> list[tuple[Path, Path]]:
        """The renames that put the new in the place of the old."""
        aside = self.aside(stamp)
        if not self.inside:
            return [*([(self.target, aside)] if self.target.is_dir() else []), (self.new, self.target)]
        old = [(path, aside / path.name) for path in _held(self.target)]
        return old + [(path, self.target / path.name) for path in sorted(self.new.iterdir())]


def restore(settings: Settings, source: Path, who: str, *, force: bool, told: Told) -> tuple[Contents, list[Path]]:
    """Bring back what an archive holds; gives that, and where what was there before is now.

    Args:
        settings: whose folders are filled.
        source: the archive.
        who: for whoever finds the index locked.
        force: whether folders that hold something may be moved aside.
        told: told each stage.

    Raises:
        ArchiveError: the archive is damaged or hostile, a folder holds something or cannot be replaced, a chat is
            open, the disk is full; nothing changed.
        IndexBusyError: a publication is going on.
    """
    try:
        with ExitStack() as stack:
            archive = stack.enter_context(Archive.open(source))
            homes = folders(settings)
            targets = {root: homes[root] for root in archive.contents.by_root}
            stack.enter_context(_alone(homes["index"], who))
            for root, target in targets.items():
                _sweep(target)
                _refuse_target(root, target, force)
            places = {root: stack.enter_context(_staged(target)) for root, target in targets.items()}
            _refuse_small(archive.contents, places)
            archive.unpack("Restauration", lambda file, mode: _written(file, mode, places[file.root].new), told)
            return archive.contents, _swap(places)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise ArchiveError(
            f"La restauration de {source} n'a pas été faite : {french_reason(error)}{where}. Rien n'a été changé."
        ) from None


@contextmanager
def _alone(index_dir: Path, who: str) -> Iterator[None]:
    """While nobody writes the index, nor answers from it: a chat would go on writing into folders moved aside."""
    if not index_dir.is_dir():
        yield
        return
    with writer_lock(index_dir, Holder(who, "restauration")):
        if any(is_read(index_dir / BUILDS / build) for build in build_ids(index_dir)):
            raise ArchiveError(f"Un chat ou une commande emploie l'index {index_dir} : arrêtez-le, puis recommencez.")
        yield


def _held(target: Path) -> list[Path]:
    """What a folder holds, hidden or not, but for what is ours."""
    found = sorted(target.iterdir()) if target.is_dir() else []
    return [path for path in found if path.name not in _OURS and not path.name.startswith((_ASIDE, _staging(target)))]


def _staging(target: Path) -> str:
    return f".{target.name}.restauration-"


def _sweep(target: Path) -> None:
    """Take away what killed restores had unpacked."""
    for folder in (target.parent, target):
        for left in sorted(folder.iterdir()) if folder.is_dir() else []:
            if left.name.startswith(_staging(target)) and not is_read(left):
                shutil.rmtree(left, ignore_errors=True)


def _refuse_target(root: str, target: Path, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise ArchiveError(f"{target} n'est pas un dossier : retirez-le, ou corrigez ASSISTANT_{root.upper()}_DIR.")
    if below := [mount for mount in mount_points() if target in mount.parents]:
        raise ArchiveError(f"Un disque est monté sous {target} ({below[0]}) : démontez-le, puis recommencez.")
    # The README of a fresh copy is nothing to lose.
    if not force and [path for path in _held(target) if not _is_readme(root, path)]:
        raise ArchiveError(
            f"Le dossier {target} n'est pas vide : avec --force, ce qu'il contient sera mis de côté, pas effacé."
        )


def _is_readme(root: str, path: Path) -> bool:
    return root == "index" and path.name == "README.md"


@contextmanager
def _staged(target: Path) -> Iterator[_Place]:
    """An empty folder on the same disk as the target, gone in the end whatever happens."""
    target.parent.mkdir(parents=True, exist_ok=True)
    as_we_act = os.access in os.supports_effective_ids
    is_free = os.access(target.parent, os.W_OK, effective_ids=as_we_act)
    inside = target.is_dir() and (target in mount_points() or not is_free)
    made = Path(tempfile.mkdtemp(prefix=_staging(target), dir=target if inside else target.parent))
    try:
        with in_use(made):
            place = _Place(target, made, inside)
            place.new.mkdir(mode=0o755)
            yield place
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _refuse_small(contents: Contents, places: dict[str, _Place]) -> None:
    needed: dict[int, int] = {}
    for root, files in contents.by_root.items():
        disk = places[root].staging.stat().st_dev
        needed[disk] = needed.get(disk, 0) + sum(file.size for file in files)
    for place in places.values():
        wanted = needed[place.staging.stat().st_dev]
        if shutil.disk_usage(place.staging).free < wanted:
            raise ArchiveError(
                f"Il faut {wanted / 1e6:.0f} Mo libres à côté de {place.target} pour restaurer : faites de la place. "
                "Rien n'a été changé."
            )


@contextmanager
def _written(file: Kept, mode: int, new: Path) -> Iterator[IO[bytes]]:
    """A file to write. What is in `state` is its owner's alone, whatever the archive says."""
    path = new / file.name.partition("/")[2]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as target:
        os.fchmod(target.fileno(), 0o600 if file.root == "state" else mode & 0o775 | 0o600)
        yield target


def _swap(places: dict[str, _Place]) -> list[Path]:
    """Put the new folders in the place of the old, which are kept beside; all of them or, on a fault, none."""
    stamp = f"{datetime.now():%Y%m%dT%H%M%S%f}"[:-3]
    for place in places.values():
        _as_owned(place)
    within = [place.aside(stamp) for place in places.values() if place.inside]
    moves = [move for place in places.values() for move in place.moves(stamp)]
    done: list[tuple[Path, Path]] = []
    try:
        for aside in within:
            aside.mkdir()
        for before, after in moves:
            before.rename(after)
            done.append((before, after))
        for place in places.values():
            flush(place.target if place.inside else place.target.parent)
    except BaseException as error:
        _undo(done, error)
        for aside in within:
            with suppress(OSError):
                aside.rmdir()
        raise
    return [place.aside(stamp) for root, place in places.items() if _is_worth_keeping(root, place.aside(stamp))]


def _undo(done: list[tuple[Path, Path]], error: BaseException) -> None:
    """Move back, last first; where that fails too, say where everything is."""
    for number, (before, after) in reversed(list(enumerate(done))):
        try:
            after.rename(before)
        except OSError:
            left = ", ".join(f"{moved} (venu de {came})" for came, moved in done[: number + 1] if _ASIDE in str(moved))
            raise ArchiveError(
                f"La restauration s'est arrêtée au milieu ({french_reason(error)}) et n'a pas pu être défaite. Rien "
                f"n'est perdu, ce qui était là est dans : {left}. Remettez-le à la main, ou restaurez avec --force."
            ) from None


def _is_worth_keeping(root: str, aside: Path) -> bool:
    """Whether what was there is more than what a fresh copy holds; else it goes."""
    if not aside.is_dir():
        return False
    if all(path.name in _LOCKS or _is_readme(root, path) for path in aside.iterdir()):
        shutil.rmtree(aside, ignore_errors=True)
    return aside.is_dir()


def _as_owned(place: _Place) -> None:
    """Give the new folder the rights of the old and, where we may, its owner: the chat's user is seldom root."""
    folders_below = [Path(parent) for parent, _, _ in os.walk(place.new)]
    if place.target.is_dir():
        place.new.chmod(place.target.stat().st_mode & 0o777)
    if os.geteuid() == 0:
        owner = (place.target if place.target.is_dir() else place.target.parent).stat()
        for folder in folders_below:
            for path in (folder, *folder.iterdir()):
                os.chown(path, owner.st_uid, owner.st_gid)
    _settle(place.new)


def _settle(folder: Path) -> None:
    """Have all of a folder on disk: at once first, for file by file alone takes minutes where there are many."""
    os.sync()
    for parent, _, names in os.walk(folder):
        for path in (*(Path(parent) / name for name in names), Path(parent)):
            flush(path)  # tells what could not be written


def mount_points() -> set[Path]:
    """Every mount point of this process, bind mounts included; none where the system does not tell (not Linux)."""
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:
        return set()
    named = (line.split(b" ")[4] for line in lines if line.count(b" ") > 4)
    # The kernel writes blanks and backslashes in octal.
    plain = (_ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), name) for name in named)
    return {Path(os.fsdecode(name)) for name in plain}
