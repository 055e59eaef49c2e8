"""One published build, opened for reading, and the pointer that names it."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

from assistant import chunking
from assistant.embedding import EmbedderIdentity
from assistant.errors import IndexCorruptError, IndexMismatchError, IndexMissingError, IndexStoreError, french_reason
from assistant.index import catalogue, unreached
from assistant.index.catalogue import Catalogue
from assistant.index.manifest import SCHEMA, Manifest, corrupt, other_format
from assistant.index.places import place_of
from assistant.index.served import open_vectors
from assistant.index.server import Server
from assistant.index.usage import in_use
from assistant.index.vectors import VectorStore
from assistant.index.verify import verify

CURRENT = "CURRENT"
BUILDS = "builds"
ID = re.compile(r"[0-9]{8}T[0-9]{9}-[0-9a-f]{6}")
_SYNC = "« assistant index sync »"


def current_build_id(index_dir: Path) -> str | None:
    """The published build's id, None where there is none.

    Raises:
        IndexStoreError: the pointer cannot be read.
    """
    try:
        return (index_dir / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise IndexCorruptError(corrupt(index_dir, f"{CURRENT} est illisible")) from None
    except OSError as error:
        raise IndexStoreError(
            f"L'index {index_dir} ne peut pas être lu ({french_reason(error)}). "
            "Vérifiez ASSISTANT_INDEX_DIR : il faut un dossier."
        ) from None


def published_build_id(index_dir: Path) -> str:
    """The published build's id.

    Raises:
        IndexMissingError: nothing was published.
    """
    build_id = current_build_id(index_dir)
    if build_id is None:
        raise IndexMissingError(f"Il n'y a pas encore d'index dans {index_dir} : faites-le avec {_SYNC}.")
    return build_id


def usable_build_id(index_dir: Path) -> str | None:
    """`current_build_id`, None also where the pointer cannot be read or names no build."""
    try:
        found = current_build_id(index_dir) or ""
    except IndexStoreError:
        return None
    return found if ID.fullmatch(found) else None


def publish(index_dir: Path, build_id: str) -> None:
    """Swap the pointer in one step: written aside, flushed, renamed."""
    aside = index_dir / f".{CURRENT}.new"
    with aside.open("w", encoding="utf-8") as file:
        file.write(build_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(index_dir / CURRENT)
    flush(index_dir)


def flush(path: Path) -> None:
    """Have a file or the list of a folder on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def id_of(moment: datetime) -> str:
    """The beginning of the id of a build made then: ids sort by age."""
    return f"{moment:%Y%m%dT%H%M%S%f}"[:-3]


def build_ids(index_dir: Path) -> list[str]:
    """The builds that are there, oldest first, whole or not."""
    folder = index_dir / BUILDS
    return sorted(path.name for path in folder.iterdir() if ID.fullmatch(path.name)) if folder.is_dir() else []


class Build:
    """The catalogue and the vectors of one build."""

    def __init__(
        self,
        manifest: Manifest,
        catalogue: Catalogue,
        vectors: VectorStore,
        mark: ExitStack | None = None,
        unreached: tuple[str, ...] = (),
    ) -> None:
        self.manifest = manifest
        self.catalogue = catalogue
        self.vectors = vectors
        self.unreached = unreached
        self._mark = mark or ExitStack()

    @property
    def id(self) -> str:
        """The build's id, as citations name it."""
        return self.manifest.id

    @classmethod
    def open_current(cls, index_dir: Path, identity: EmbedderIdentity, server: Server | None = None) -> Self:
        """Open the published build, its files verified first. A server with its vectors is asked at the first question.

        Raises:
            IndexMissingError: nothing was published.
            IndexMismatchError: it was made with another embedder or format, or its vectors are on a server and none is
                given.
            IndexCorruptError: a file is missing or altered.
        """
        folder = index_dir / BUILDS / published_build_id(index_dir)
        with in_use(folder) as mark:
            manifest = read_manifest(folder)
            check_embedder(folder, manifest, identity)
            verify(folder, manifest)
            held = open_vectors(place_of(folder, server), manifest.chunks)
            found = Catalogue(folder / catalogue.FILE)
            return cls(manifest, found, held, mark.pop_all(), unreached.read(folder))

    def close(self) -> None:
        """Release the files."""
        self.catalogue.close()
        self.vectors.close()
        self._mark.close()


def check_embedder(folder: Path, manifest: Manifest, identity: EmbedderIdentity) -> None:
    """Refuse a build that was made with another embedder.

    Raises:
        IndexMismatchError: it was.
    """
    if manifest.embedder != identity:
        raise IndexMismatchError(
            f"L'index {folder} a été fait avec le modèle {manifest.embedder}, et non {identity} : refaites-le avec "
            f"{_SYNC}, ou revenez au premier modèle avec ASSISTANT_EMBEDDING_MODEL."
        )


def read_manifest(folder: Path) -> Manifest:
    """A build's manifest.

    Raises:
        IndexCorruptError: it is missing or unreadable.
        IndexMismatchError: the build has another format.
    """
    manifest = Manifest.read(folder)
    if manifest.chunking_version != chunking.VERSION:
        raise IndexMismatchError(other_format(folder, (SCHEMA, manifest.chunking_version), (SCHEMA, chunking.VERSION)))
    return manifest
