"""One published build, opened for reading, and the pointer that names it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from langchain_core.embeddings import Embeddings

from assistant import chunking
from assistant.embedding import EmbedderIdentity
from assistant.errors import IndexCorruptError, IndexMismatchError, IndexMissingError, IndexStoreError, french_reason
from assistant.index import catalogue, vectors
from assistant.index.catalogue import Catalogue
from assistant.index.manifest import SCHEMA, Manifest, corrupt, other_format
from assistant.index.vectors import VectorStore

CURRENT = "CURRENT"
BUILDS = "builds"
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


def publish(index_dir: Path, build_id: str) -> None:
    """Swap the pointer in one step: written aside, flushed, renamed."""
    aside = index_dir / f".{CURRENT}.new"
    with aside.open("w", encoding="utf-8") as file:
        file.write(build_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(index_dir / CURRENT)


class Build:
    """The catalogue and the vectors of one build."""

    def __init__(self, manifest: Manifest, catalogue: Catalogue, vectors: VectorStore) -> None:
        self.manifest = manifest
        self.catalogue = catalogue
        self.vectors = vectors

    @property
    def id(self) -> str:
        """The build's id, as citations name it."""
        return self.manifest.id

    @classmethod
    def open_current(cls, index_dir: Path, embeddings: Embeddings, identity: EmbedderIdentity) -> Self:
        """Open the published build, its files verified first.

        Raises:
            IndexMissingError: nothing was published.
            IndexMismatchError: it was made with another embedder or format.
            IndexCorruptError: a file is missing or altered.
        """
        folder = index_dir / BUILDS / published_build_id(index_dir)
        manifest = read_manifest(folder)
        if manifest.embedder != identity:
            raise IndexMismatchError(
                f"L'index {folder} a été fait avec le modèle {manifest.embedder}, et non {identity} : refaites-le avec "
                f"{_SYNC}, ou revenez au premier modèle avec ASSISTANT_EMBEDDING_MODEL."
            )
        manifest.verify(folder)
        return cls(manifest, Catalogue(folder / catalogue.FILE), VectorStore(folder / vectors.FOLDER, embeddings))

    def close(self) -> None:
        """Release the files."""
        self.catalogue.close()
        self.vectors.close()


def read_manifest(folder: Path) -> Manifest:
    """A build's manifest.

    Raises:
        IndexCorruptError: it is missing or unreadable.
        IndexMismatchError: the build has another format.
    """
    manifest = Manifest.read(folder)
    if manifest.chunking_version != chunking.VERSION:
        raise IndexMismatchError(
            other_format(folder, f"{SCHEMA}.{manifest.chunking_version}", f"{SCHEMA}.{chunking.VERSION}")
        )
    return manifest
