"""A build's vectors in a local Chroma store, read through langchain-chroma."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from langchain_chroma import Chroma

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

    def __init__(self, folder: Path, embeddings: Embeddings) -> None:
        self._client = client(folder)
        self._langchain = through_langchain(self._client, COLLECTION, embeddings)

    @property
    def langchain(self) -> Chroma:
        """LangChain's own vector store."""
        return self._langchain

    def search(self, vector: Vectors, count: int) -> dict[str, float]:
        """Chunk id -> cosine with the vector, the `count` nearest, nearest first."""
        if not count:
            return {}
        found = self.langchain.similarity_search_by_vector_with_relevance_scores(cast("list[float]", vector), k=count)
        return {str(document.id): 1.0 - distance for document, distance in found}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those of the chunks that exist."""
        found: dict[str, Vectors] = {}
        for at in range(0, len(ids), BATCH):
            got = self.langchain.get(ids=list(ids[at : at + BATCH]), include=["embeddings"])
            found.update(zip(got["ids"], np.asarray(got["embeddings"], dtype=np.float32), strict=True))
        return found

    def cosines(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Chunk id -> cosine with the vector, of those of the chunks that exist."""
        return {key: float(vector @ stored) for key, stored in self.vectors(ids).items()}

    def close(self) -> None:
        """Release the files."""
        with _clients:
            self._client.close()


def through_langchain(client: Any, name: str, embeddings: Embeddings) -> Chroma:
    """A collection that is there, as LangChain sees it."""
    from langchain_chroma import Chroma

    return Chroma(
        collection_name=name, embedding_function=embeddings, client=client, create_collection_if_not_exists=False
    )
