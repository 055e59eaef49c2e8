"""A build's vectors in a local Chroma store, read through langchain-chroma."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.errors import IndexStoreError

FOLDER = "chroma"
_COLLECTION = "chunks"
_BATCH = 5_000  # Chroma refuses more than 5,461 records at once
# ef_search 400 finds .986-.997 of the true neighbours on hard data, the default .82-.90 (docs/decisions/0004).
_HNSW = {"hnsw": {"space": "cosine", "ef_search": 400}}

Vectors = NDArray[np.float32]


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def write_vectors(folder: Path, ids: Sequence[str], vectors: Vectors) -> None:
    """Make the store in `folder` and check it: every vector must find itself.

    Texts stay out (Chroma would keep each three times); a document is an empty string, without which
    langchain-chroma drops the result.

    Raises:
        IndexStoreError: the store does not hold what was written.
    """
    client = _client(folder)
    try:
        collection = client.create_collection(_COLLECTION, configuration=_HNSW, embedding_function=None)
        for at in range(0, len(ids), _BATCH):
            some = list(ids[at : at + _BATCH])
            collection.add(ids=some, embeddings=vectors[at : at + _BATCH], documents=[""] * len(some))
        _verify(collection, ids, vectors)
    finally:
        client.close()


def _verify(collection: Any, ids: Sequence[str], vectors: Vectors) -> None:
    if collection.count() != len(ids):
        raise _unfaithful(f"{collection.count()} vecteurs au lieu de {len(ids)}")
    step = max(1, len(ids) // 500)
    for at in range(0, len(ids), step):
        distances = collection.query(query_embeddings=vectors[at : at + 1], n_results=1)["distances"][0]
        if not distances or distances[0] > 0.01:
            raise _unfaithful(f"le passage {ids[at]} ne se retrouve pas lui-même")


def _unfaithful(what: str) -> IndexStoreError:
    return IndexStoreError(
        f"La base des vecteurs n'a pas gardé ce qui y a été écrit ({what}). L'index publié n'est pas touché : "
        "relancez « assistant index sync »."
    )


class VectorStore:
    """Opened for reading. Never open a folder that another process writes: its answers go stale."""

    def __init__(self, folder: Path, embeddings: Embeddings) -> None:
        from langchain_chroma import Chroma

        self._client = _client(folder)
        self.langchain = Chroma(
            collection_name=_COLLECTION,
            embedding_function=embeddings,
            client=self._client,
            create_collection_if_not_exists=False,
        )

    def search(self, vector: Vectors, count: int) -> dict[str, float]:
        """Chunk id -> cosine with the vector, the `count` nearest, nearest first."""
        found = self.langchain.similarity_search_by_vector_with_relevance_scores(cast("list[float]", vector), k=count)
        return {str(document.id): 1.0 - distance for document, distance in found}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those of the chunks that exist."""
        found: dict[str, Vectors] = {}
        for at in range(0, len(ids), _BATCH):
            got = self.langchain.get(ids=list(ids[at : at + _BATCH]), include=["embeddings"])
            found.update(zip(got["ids"], np.asarray(got["embeddings"], dtype=np.float32), strict=True))
        return found

    def close(self) -> None:
        """Release the files."""
        self._client.close()
