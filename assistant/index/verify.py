"""Whether a build is what its manifest says, and whether opening it is safe: a damaged store kills who opens it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from assistant.errors import IndexCorruptError, VectorsMissingError
from assistant.index import catalogue, manifest, unreached
from assistant.index.catalogue import Catalogue
from assistant.index.manifest import Manifest, corrupt
from assistant.index.places import Collection, place_of, served_name
from assistant.index.processes import command, environment
from assistant.index.progress import Tell
from assistant.index.server import ASKING, Server

OPENED = "opened.txt"  # the seal of the manifest with which the build was opened once
_DAMAGED = "damaged.json"
_PATIENCE = 600  # seconds that the first opening may take


def verify(folder: Path, made: Manifest) -> None:
    """Compare the checksums; a build that was never opened on this machine is opened in a child process first. Vectors
    on a server, which harm nobody, are not asked for: see `verify_served`.

    Raises:
        IndexCorruptError: it cannot be trusted.
    """
    if is_damaged(folder):
        raise IndexCorruptError(corrupt(folder, "cette version a été mise à l'écart"))
    made.verify(folder)
    if served_name(folder) is None and _read(folder / OPENED) != _seal(folder):
        _open_aside(folder)
        stamp(folder)


def verify_served(folder: Path, made: Manifest, server: Server | None) -> None:
    """Whether the server has the vectors of a build that has them there.

    Raises:
        IndexServerError: it does not answer, or does not have them all.
        IndexMismatchError: no server is given.
    """
    place = place_of(folder, server)
    if isinstance(place, Collection):
        place.server.tried(place.server.reach, ASKING)  # a build is worth waiting half a minute for, a look is not
        with place.opened() as collection:
            held = collection.count()
        if held != made.chunks:
            raise VectorsMissingError(
                f"Le serveur Chroma {place.server.where} : il a {held} vecteurs de la version {made.id} au lieu de "
                f"{made.chunks}."
            )


def _open_aside(folder: Path) -> None:
    tried = command("assistant.index.probe", str(folder))
    try:
        done = subprocess.run(
            tried, env=environment(), capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise IndexCorruptError(corrupt(folder, "il ne s'ouvre pas en dix minutes")) from None
    if done.returncode < 0:
        raise IndexCorruptError(corrupt(folder, f"l'ouvrir arrête le processus, signal {-done.returncode}"))
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["sans message"])[-1]
        raise IndexCorruptError(corrupt(folder, f"il ne s'ouvre pas : {last}"))


def stamp(folder: Path) -> None:
    """Remember that the build was opened; where that cannot be written, it is opened aside again next time."""
    with suppress(OSError):
        (folder / OPENED).write_text(_seal(folder), encoding="utf-8")


def _seal(folder: Path) -> str:
    return str(json.loads(_read(folder / manifest.FILE) or "{}").get("seal", ""))


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def mark_damaged(folder: Path, why: str) -> None:
    """Set a build aside: it is opened by nobody any more, and swept by the next publication."""
    with suppress(OSError):
        note = {"why": why, "since": datetime.now().astimezone().isoformat(timespec="seconds")}
        (folder / _DAMAGED).write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")


def is_damaged(folder: Path) -> bool:
    """Whether the build was set aside."""
    return (folder / _DAMAGED).exists()


def examine(folder: Path, made: Manifest, tell: Tell, server: Server | None = None) -> list[tuple[str, str | None]]:
    """Everything that can be looked at in a build: what was looked at, in French, and what is wrong or None.

    The store is opened in a child process only once the checksums are right.
    """
    looks: list[tuple[str, Callable[[], None]]] = [
        ("Sommes de contrôle et première ouverture", lambda: verify(folder, made)),
        ("Notes et passages", lambda: _counts(folder, made)),
        ("Vecteurs, chacun se retrouve", lambda: _self_queries(folder, tell, server)),
    ]
    found: list[tuple[str, str | None]] = []
    for name, look in looks:
        try:
            look()
        except Exception as error:  # of SQLite's or Chroma's own, or ours
            return [*found, (name, str(error))]
        found.append((name, None))
    return found


def _counts(folder: Path, made: Manifest) -> None:
    with closing(Catalogue(folder / catalogue.FILE)) as opened:
        ids, notes = opened.chunk_ids(), opened.note_ids()
        read = len(opened.notes(notes)), len(opened.chunks(ids))
    if read != (made.notes, made.chunks) or (len(notes), len(ids)) != read:
        raise IndexCorruptError(corrupt(folder, f"{read[0]} notes et {read[1]} passages lisibles"))


def _self_queries(folder: Path, tell: Tell, server: Server | None) -> None:
    from assistant.index.store import check_all

    with closing(Catalogue(folder / catalogue.FILE)) as opened:
        ids = opened.chunk_ids()
    check_all(place_of(folder, server), ids, tell, frozenset(unreached.read(folder)))
