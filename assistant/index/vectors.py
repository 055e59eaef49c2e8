"""A build's vectors in a local Chroma store."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = "chroma"
COLLECTION = "chunks"
BATCH = 5_000  # Chroma refuses more than 5,461 records at once
Vectors = NDArray[np.float32]
_clients = threading.Lock()  # Chroma counts the clients of a folder, but not safely between threads


def client(folder: Path) -> Any:
    """Chroma's own client of a store, made where there is none."""
    import chromadb
    from chromadb.config import Settings

    with _clients:
        return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


class VectorStore:
    """Opened for reading. Never open a folder that another process writes: its answers go stale."""

    def __init__(self, folder: Path) -> None:
        self._client = client(folder)
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    def search(self, vector: Vectors, count: int) -> dict[str, float]:
        """Chunk id -> cosine with the vector, the `count` nearest, nearest first."""
        return nearest(self._collection, vector, count) if count else {}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those of the chunks that exist."""
        found: dict[str, Vectors] = {}
        for at in range(0, len(ids), BATCH):
            found |= vectors_of(self._collection, ids[at : at + BATCH])
        return found

    def cosines(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Chunk id -> cosine with the vector, of those of the chunks that exist."""
        return {key: float(vector @ stored) for key, stored in self.vectors(ids).items()}

    def close(self) -> None:
        """Release the files."""
        with _clients:
            self._client.close()


def nearest(collection: Any, vector: Vectors, count: int, ids: Sequence[str] | None = None) -> dict[str, float]:
    """Chunk id -> cosine with the vector, the `count` nearest of a collection, or of these ids of it, nearest first."""
    among = None if ids is None else list(ids)
    found = collection.query(query_embeddings=[vector], ids=among, n_results=count, include=["distances"])
    return {key: 1.0 - distance for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)}


def vectors_of(collection: Any, ids: Sequence[str]) -> dict[str, Vectors]:
    """The vectors of those of the ids that a collection holds, as many as it gives at once."""
    found = collection.get(ids=list(ids), include=["embeddings"])
    return dict(zip(found["ids"], np.asarray(found["embeddings"], dtype=np.float32), strict=True))
