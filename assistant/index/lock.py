"""The writer's lock: one process at a time changes the index. It falls with its process; its holder is told by name."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import IndexBusyError

_LOCK, _HOLDER = ".lock", ".lock-holder.json"


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes: a person, what they do (a French noun, « publication »), and in which process since when."""

    who: str
    doing: str
    pid: int = field(default_factory=os.getpid)
    host: str = field(default_factory=socket.gethostname)
    since: str = field(default_factory=_now)

    def __str__(self) -> str:
        since = datetime.fromisoformat(self.since)
        return f"{self.doing} par {self.who} depuis {since:%H:%M:%S} (processus {self.pid} sur {self.host})"


@contextmanager
def writer_lock(index_dir: Path, holder: Holder) -> Iterator[None]:
    """Hold the lock until the block ends. The system frees it where the process dies; the holder's file only informs.

    Raises:
        IndexBusyError: another one holds it; says who.
    """
    lock = FileLock(index_dir / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise IndexBusyError(busy(index_dir)) from None
    try:
        with suppress(OSError):
            (index_dir / _HOLDER).write_text(json.dumps(asdict(holder), ensure_ascii=False), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            (index_dir / _HOLDER).unlink()
        lock.release()


def lock_state(index_dir: Path) -> tuple[bool, str | None]:
    """Whether the lock is held now, and who says to hold it, or did until they were killed; None where nobody does."""
    holder = _read(index_dir)
    told = str(holder) if holder else None
    if not (index_dir / _LOCK).exists():
        return False, told
    lock = FileLock(index_dir / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True, told
    lock.release()
    return False, told


def _read(index_dir: Path) -> Holder | None:
    try:
        return Holder(**json.loads((index_dir / _HOLDER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def busy(index_dir: Path) -> str:
    """The French message for who finds the lock taken."""
    holder = _read(index_dir)
    by = f" ({holder})" if holder else ""
    return f"L'index {index_dir} est déjà en cours de mise à jour{by} : réessayez dans un instant."
