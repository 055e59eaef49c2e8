"""What killed writers left behind, and builds whose turn to go has come."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from assistant import audit
from assistant.audit import Entry
from assistant.errors import AssistantError
from assistant.index.build import BUILDS, ID, build_ids, usable_build_id
from assistant.index.places import sweep_collections
from assistant.index.server import Server
from assistant.index.usage import is_read
from assistant.index.verify import is_damaged

KEPT = 5  # builds, the published one included
MAKING = ".making-"
PENDING = "pending.json"  # in a build that is not in the journal yet: what is to be written there


def put_in_order(index_dir: Path, state_dir: Path | None, server: Server | None = None) -> None:
    """Sweep what killed writers left, and write into the journal what they had published. Under the writer's lock."""
    _sweep(index_dir)
    sweep_server(index_dir, server)
    published = usable_build_id(index_dir)
    if published:
        conclude(index_dir / BUILDS / published, state_dir)


def sweep_server(index_dir: Path, server: Server | None) -> None:
    """Take away the collections of builds that are not there, half-made ones included."""
    if server is not None:
        kept = set(build_ids(index_dir))
        sweep_collections(index_dir, server, lambda key: bool(ID.fullmatch(key)) and key not in kept)


def _sweep(index_dir: Path) -> None:
    """Take away half-made builds, and those that were whole but never published."""
    published = usable_build_id(index_dir)
    for path in (index_dir / BUILDS).iterdir():
        if _is_half_made(path, published):
            shutil.rmtree(path, ignore_errors=True)


def _is_half_made(path: Path, published: str | None) -> bool:
    return path.name.startswith(MAKING) or ((path / PENDING).exists() and path.name != published)


def leftover(index_dir: Path) -> list[str]:
    """The names of what the next change takes away: half-made builds, those never published, those too many."""
    folder, published = index_dir / BUILDS, usable_build_id(index_dir)
    if not folder.is_dir():
        return []
    half = [path.name for path in folder.iterdir() if _is_half_made(path, published)]
    others = [key for key in build_ids(index_dir) if key not in (published, *half) and not is_read(folder / key)]
    return sorted([*half, *others[: -(KEPT - 1)]])


def conclude(folder: Path, state_dir: Path | None) -> None:
    """Write a published build into the journal; until then its folder says what is to be written."""
    pending = folder / PENDING
    if not pending.exists():
        return
    if state_dir is not None:
        entry = Entry(**json.loads(pending.read_text(encoding="utf-8")))
        try:
            if not any(known.after == entry.after and known.what == entry.what for known in audit.entries(state_dir)):
                audit.record(state_dir, entry)
        except (AssistantError, OSError):  # published it is; the journal is tried again at the next change
            return
    pending.unlink()


def prune(index_dir: Path) -> None:
    """Keep the last builds, the published one and those that are being read; none that is damaged."""
    published = usable_build_id(index_dir)
    others = [index_dir / BUILDS / key for key in build_ids(index_dir) if key != published]
    whole = [path for path in others if not is_damaged(path)]
    for path in others:
        if path not in whole[-(KEPT - 1) :] and not is_read(path):
            shutil.rmtree(path, ignore_errors=True)
