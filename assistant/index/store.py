"""Writes a build's Chroma store, and looks whether it holds what was written. Only ever in a process of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import IndexStoreError
from assistant.index.progress import Progress, Tell, untold
from assistant.index.vectors import BATCH, COLLECTION, Vectors, client

# ef_search 400 finds .986-.997 of the true neighbours on hard data, the default .82-.90 (docs/decisions/0004).
_HNSW = {"hnsw": {"space": "cosine", "ef_search": 400}}
_SAME = 1e-3  # cosine distance of a vector from itself, at most
_LINKS = 16  # neighbours that HNSW links a vector with
_ROUNDS = 5  # of putting in once more what does not find itself
_GROUP = 500  # self-queries between two movements of the progress bar


@contextmanager
def _opened(folder: Path) -> Iterator[Any]:
    with closing(client(folder)) as chroma:
        yield chroma.get_collection(COLLECTION, embedding_function=None)


def create(folder: Path, vectors: Mapping[str, Vectors], tell: Tell) -> None:
    """Make a store.

    Texts stay out (Chroma would keep each three times); a document is an empty string, without which
    langchain-chroma drops the result.
    """
    with closing(client(folder)) as chroma:
        collection = chroma.create_collection(COLLECTION, configuration=_HNSW, embedding_function=None)
        _add(collection, vectors, tell)


def change(folder: Path, gone: Sequence[str], vectors: Mapping[str, Vectors], tell: Tell) -> None:
    """Take vectors out of a store and put others in."""
    with _opened(folder) as collection:
        for at in range(0, len(gone), BATCH):
            collection.delete(ids=list(gone[at : at + BATCH]))
        _add(collection, vectors, tell)


def _add(collection: Any, vectors: Mapping[str, Vectors], tell: Tell) -> None:
    ids = list(vectors)
    for at in range(0, len(ids), BATCH):
        some = ids[at : at + BATCH]
        collection.add(ids=some, embeddings=np.stack([vectors[key] for key in some]), documents=[""] * len(some))
        tell(Progress("Écriture des vecteurs", at + len(some), len(ids)))


def read(folder: Path, ids: Iterable[str]) -> dict[str, Vectors]:
    """The vectors of those of the ids that the store holds."""
    with _opened(folder) as collection:
        return _vectors(collection, list(ids))


def held(folder: Path) -> set[str]:
    """The ids that the store holds."""
    with _opened(folder) as collection:
        return _held(collection)


def _held(collection: Any) -> set[str]:
    return set(collection.get(include=[])["ids"])  # at once: by pages it takes four times as long


def _vectors(collection: Any, ids: Sequence[str]) -> dict[str, Vectors]:
    found: dict[str, Vectors] = {}
    for at in range(0, len(ids), BATCH):
        got = collection.get(ids=list(ids[at : at + BATCH]), include=["embeddings"])
        found.update(zip(got["ids"], np.asarray(got["embeddings"], dtype=np.float32), strict=True))
    return found


def check(folder: Path, ids: Sequence[str], written: Mapping[str, Vectors], tell: Tell) -> int:
    """Open the store anew and look: it holds these ids and no others, what was written reads back and finds itself, and
    so do its neighbours, whose links it changed. What does not is put in once more.

    Gives:
        how many were put in once more.

    Raises:
        IndexStoreError: the store does not hold what was written.
    """
    with _opened(folder) as collection:
        found = _held(collection)
        if found != set(ids):
            raise _unfaithful(f"{len(found)} vecteurs au lieu de {len(ids)}")
        stored = _vectors(collection, list(written))
        if any(not np.allclose(stored[key], vector, atol=1e-3) for key, vector in written.items()):
            raise _unfaithful("un vecteur ne se relit pas")
        whole = len(written) == len(ids)
        return _mend(collection, dict(written) if whole else {**written, **_neighbours(collection, written)}, tell)


def _mend(collection: Any, probed: dict[str, Vectors], tell: Tell) -> int:
    """Put in once more what does not find itself, until all do: HNSW's links leave some vectors out of reach."""
    mended = 0
    for _ in range(_ROUNDS):
        lost = {key: probed[key] for key in _lost(collection, probed, tell)}
        if not lost:
            return mended
        collection.delete(ids=list(lost))
        _add(collection, lost, tell)
        mended += len(lost)
        probed = {**lost, **_neighbours(collection, lost)}
    raise _unfaithful(f"le passage {next(iter(lost))} ne se retrouve pas lui-même")


def check_some(folder: Path, ids: Sequence[str]) -> None:
    """Look whether the store holds so many ids, and whether some of them, evenly spread, find themselves.

    Raises:
        IndexStoreError: it does not.
    """
    with _opened(folder) as collection:
        if collection.count() != len(ids):
            raise _unfaithful(f"{collection.count()} vecteurs au lieu de {len(ids)}")
        some = _vectors(collection, ids[:: max(1, len(ids) // 50)])
        if lost := list(_lost(collection, some, untold)):
            raise _unfaithful(f"le passage {lost[0]} ne se retrouve pas lui-même")


def check_all(folder: Path, ids: Sequence[str], tell: Tell) -> None:
    """Look whether the store holds these ids and no others, and whether each finds itself.

    Raises:
        IndexStoreError: it does not.
    """
    with _opened(folder) as collection:
        stored = _vectors(collection, ids)
        if stored.keys() != set(ids) or collection.count() != len(ids):
            raise _unfaithful(f"{collection.count()} vecteurs au lieu de {len(ids)}")
        if lost := list(_lost(collection, stored, tell)):
            raise _unfaithful(f"le passage {lost[0]} ne se retrouve pas lui-même")


def _neighbours(collection: Any, vectors: Mapping[str, Vectors]) -> dict[str, Vectors]:
    if not vectors:
        return {}
    near: set[str] = set()
    for group in _grouped(list(vectors)):
        queries = np.stack([vectors[key] for key in group])
        near.update(*collection.query(query_embeddings=queries, n_results=_LINKS + 1, include=[])["ids"])
    return _vectors(collection, sorted(near - vectors.keys()))


def _lost(collection: Any, vectors: Mapping[str, Vectors], tell: Tell) -> Iterator[str]:
    """Those that do not find themselves; a twin with the same vector may stand in for one."""
    done = 0
    for group in _grouped(list(vectors)):
        queries = np.stack([vectors[key] for key in group])
        found = collection.query(query_embeddings=queries, n_results=1, include=["distances"])["distances"]
        for key, distances in zip(group, found, strict=True):
            if not distances or distances[0] > _SAME:
                yield key
        done += len(group)
        tell(Progress("Vérification des vecteurs", done, len(vectors)))


def _grouped(ids: list[str]) -> Iterator[list[str]]:
    return (ids[at : at + _GROUP] for at in range(0, len(ids), _GROUP))


def _unfaithful(what: str) -> IndexStoreError:
    return IndexStoreError(
        f"La base des vecteurs n'a pas gardé ce qui y a été écrit ({what}). L'index publié n'est pas touché : "
        "relancez « assistant index sync »."
    )
