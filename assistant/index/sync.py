"""The corpus -> a new published build, or nothing where nothing changed. Killed at any moment, the old one stays."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import numpy as np
from chromadb.errors import ChromaError
from filelock import FileLock, Timeout

from assistant import chunking
from assistant.embedding import Embedder, EmbedderIdentity, embedded_identity
from assistant.errors import IndexBusyError, IndexStoreError, french_reason
from assistant.index import catalogue, vectors
from assistant.index.build import BUILDS, Build, current_build_id, publish, read_manifest
from assistant.index.catalogue import Catalogue, note_hash
from assistant.index.manifest import SCHEMA, Manifest, checksums
from assistant.models import Chunk, Note
from assistant.settings import Settings

_KEPT = 5  # builds, the published one included
_MAKING = ".making-"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in notes; `published` is False where nothing had changed, `embedded` counts new vectors."""

    build: str
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    published: bool


@dataclass(frozen=True, slots=True)
class Recipe:
    """With what a build is made. `load` is called only when there is something to build."""

    identity: EmbedderIdentity
    load: Callable[[], Embedder]
    chunk_tokens: int

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The recipe of the settings; a model other than the embedded one is loaded to know what it is."""
        identity = embedded_identity(settings)
        if identity is not None:
            return cls(identity, lambda: Embedder.from_settings(settings), settings.chunk_tokens)
        embedder = Embedder.from_settings(settings)
        return cls(embedder.identity, lambda: embedder, settings.chunk_tokens)


def sync(index_dir: Path, notes: Sequence[Note], recipe: Recipe, *, progress: bool = False) -> SyncReport:
    """Make and publish a build of the notes, reusing the vectors of chunks that did not change.

    Raises:
        IndexBusyError: another process is at it.
        IndexStoreError: the folder cannot be written.
    """
    with _writer(index_dir):
        parent = _parent(index_dir, recipe)
        before = _hashes(index_dir, parent)
        report = _compare(before, notes, parent.id if parent else "")
        if parent and not (report.added or report.changed or report.removed):
            return report
        return _make(index_dir, notes, recipe, parent, report, progress)


@contextmanager
def _writer(index_dir: Path) -> Iterator[None]:
    try:
        (index_dir / BUILDS).mkdir(parents=True, exist_ok=True)
        with FileLock(index_dir / ".lock", timeout=0):
            for stale in (index_dir / BUILDS).glob(f"{_MAKING}*"):  # of a killed process: we hold the lock
                shutil.rmtree(stale, ignore_errors=True)
            yield
    except Timeout:
        raise IndexBusyError(
            f"L'index {index_dir} est déjà en cours de mise à jour : réessayez dans un instant."
        ) from None
    except (OSError, sqlite3.Error, ChromaError) as error:
        raise IndexStoreError(
            f"L'index ne peut pas être écrit dans {index_dir} ({french_reason(error)}). "
            "L'index publié n'est pas touché ; libérez de la place ou changez de dossier avec ASSISTANT_INDEX_DIR."
        ) from error


def pending(index_dir: Path, notes: Sequence[Note], recipe: Recipe) -> SyncReport:
    """What `sync` would do, without doing it."""
    parent = _parent(index_dir, recipe)
    return _compare(_hashes(index_dir, parent), notes, parent.id if parent else "")


def _parent(index_dir: Path, recipe: Recipe) -> Manifest | None:
    """The published build where its vectors can be used again; None where all is to be made anew."""
    try:
        build_id = current_build_id(index_dir)
        if build_id is None:
            return None
        folder = index_dir / BUILDS / build_id
        manifest = read_manifest(folder)
        manifest.verify(folder)
    except IndexStoreError:
        return None
    usable = (manifest.embedder, manifest.chunk_tokens) == (recipe.identity, recipe.chunk_tokens)
    return manifest if usable else None


def _hashes(index_dir: Path, parent: Manifest | None) -> dict[str, str]:
    if parent is None:
        return {}
    published = Catalogue(index_dir / BUILDS / parent.id / catalogue.FILE)
    try:
        return published.hashes()
    finally:
        published.close()


def _compare(before: dict[str, str], notes: Sequence[Note], build_id: str) -> SyncReport:
    after = {note.id: note_hash(note) for note in notes}
    common = before.keys() & after.keys()
    unchanged = sum(before[key] == after[key] for key in common)
    return SyncReport(
        build=build_id,
        added=len(after.keys() - before.keys()),
        changed=len(common) - unchanged,
        removed=len(before.keys() - after.keys()),
        unchanged=unchanged,
        embedded=0,
        published=False,
    )


def _make(
    index_dir: Path,
    notes: Sequence[Note],
    recipe: Recipe,
    parent: Manifest | None,
    report: SyncReport,
    progress: bool,
) -> SyncReport:
    embedder = recipe.load()
    chunks = list(chunking.chunk_notes(notes, recipe.chunk_tokens, embedder.count_tokens, embedder.max_tokens))
    known = _known_vectors(index_dir, parent, embedder, chunks)
    missing = [chunk for chunk in chunks if chunk.id not in known]
    made = embedder.encode_documents([chunk.embedded_text for chunk in missing], progress=progress)
    known.update(zip((chunk.id for chunk in missing), made, strict=True))

    build_id = _new_id(notes)
    making = index_dir / BUILDS / f"{_MAKING}{build_id}"
    making.mkdir()
    Catalogue.write(making / catalogue.FILE, notes, chunks)
    ids = [chunk.id for chunk in chunks]
    vectors.write_vectors(making / vectors.FOLDER, ids, np.stack([known[key] for key in ids]))
    mean, std = embedder.spread
    Manifest(
        id=build_id,
        schema=SCHEMA,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        parent=parent.id if parent else None,
        embedder=recipe.identity,
        similarity_mean=mean,
        similarity_std=std,
        chunk_tokens=recipe.chunk_tokens,
        chunking_version=chunking.VERSION,
        notes=len(notes),
        chunks=len(chunks),
        checksums=checksums(making),
    ).write(making)
    _flush(making)
    making.rename(index_dir / BUILDS / build_id)
    publish(index_dir, build_id)
    _prune(index_dir, build_id)
    return SyncReport(
        build_id, report.added, report.changed, report.removed, report.unchanged, len(missing), published=True
    )


def _known_vectors(
    index_dir: Path, parent: Manifest | None, embedder: Embedder, chunks: list[Chunk]
) -> dict[str, vectors.Vectors]:
    if parent is None:
        return {}
    build = Build.open_current(index_dir, embedder, parent.embedder)
    try:
        return build.vectors.vectors([chunk.id for chunk in chunks])
    finally:
        build.close()


def _new_id(notes: Sequence[Note]) -> str:
    digest = hashlib.sha256("".join(note_hash(note) for note in notes).encode()).hexdigest()
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"[:-3] + f"-{digest[:6]}"


def _flush(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _prune(index_dir: Path, published: str) -> None:
    builds = sorted(path for path in (index_dir / BUILDS).iterdir() if path.is_dir() and path.name != published)
    for old in builds[: -(_KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
