"""Notes that are not the project's -> an index of their own, kept in the cache and made once."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.embedding import Embedder
from assistant.index import Recipe, sync
from assistant.index.progress import Tell
from assistant.models import Note
from assistant.settings import Settings

FOLDER = "evaluation"
_KEPT = 6


@dataclass(frozen=True, slots=True)
class Aside:
    """An index folder, and whether it had to be made or brought up to date."""

    folder: Path
    made: bool


def index_aside(
    name: str, notes: Sequence[Note], settings: Settings, embedder: Embedder, tell: Tell | None = None
) -> Aside:
    """The index of the notes, with the chunks that the settings ask for. Notes that changed are embedded anew; an
    interrupted making goes on. The folders used least recently are deleted, so that the cache does not grow.

    Raises:
        IndexStoreError: it cannot be made.
    """
    parent = settings.cache_dir / FOLDER
    key = hashlib.sha256(f"{name}\n{embedder.identity}\n{settings.chunk_tokens}".encode()).hexdigest()[:8]
    folder = parent / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)[:40]}-{settings.chunk_tokens}-{key}"
    recipe = Recipe(embedder.identity, lambda: embedder, settings.chunk_tokens)
    report = sync(folder, list(notes), recipe, force=True, **({"tell": tell} if tell else {}))
    folder.touch()
    others = sorted((path for path in parent.iterdir() if path != folder), key=lambda path: path.stat().st_mtime)
    for old in others[: -(_KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
    return Aside(folder, report.published)
