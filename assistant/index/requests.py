"""What the writer's process is asked beside the `Job`s themselves, and what is said of a failure to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import IndexStoreError, french_reason
from assistant.index.lock import Holder
from assistant.index.server import Server


@dataclass(frozen=True, slots=True)
class Lock:
    """Take the lock, and put in order what a killed writer left."""

    index_dir: Path
    holder: Holder
    state_dir: Path | None
    server: Server | None = None


@dataclass(frozen=True, slots=True)
class Unlock:
    """Free the lock."""


def unwritable(index_dir: Path, error: BaseException) -> IndexStoreError:
    """What to say where the index could not be written."""
    full = "disk is full" in str(error) or "No space left" in str(error)
    reason = "le disque est plein" if full else french_reason(error) or type(error).__name__
    return IndexStoreError(
        f"L'index ne peut pas être écrit dans {index_dir} ({reason}). L'index publié n'est pas touché ; libérez de la "
        "place ou changez de dossier avec ASSISTANT_INDEX_DIR."
    )
