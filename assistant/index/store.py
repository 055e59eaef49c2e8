"""Writes a build's Chroma store, and looks whether it holds what was written. Only ever in a process of its own, but
for stores on a server.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.errors import IndexStoreError
from assistant.index.places import Place
from assistant.index.progress import Progress, Tell, untold
from assistant.index.vectors import Vectors, vectors_of

_SAME = 1e-3  # cosine distance of a vector from itself, at most
_LINKS = 32  # neighbours that HNSW links a vector with
_ROUNDS = 5  # of putting in once more what does not find itself
_UNREACHED = 0.001  # of the vectors, that may be left so: retrieval compares them all
_GROUP = 500  # self-queries between two movements of the progress bar


def create(place: Place, vectors: Mapping[str, Vectors], tell: Tell) -> None:
    """Make a store of ids and vectors alone: Chroma would keep each text three times."""
    with place.created() as collection:
        _add(collection, vectors, tell)


def copy(source: Place, target: Place, ids: Sequence[str], fresh: Mapping[str, Vectors], tell: Tell) -> None:
    """Make a store of the vectors that another one holds and of fresh ones, never all in memory at once."""
    with source.opened() as read, target.created() as collection:
        for at in range(0, len(ids), collection.batch):
            some = list(ids[at : at + collection.batch])
            found = {**fresh, **_vectors(read, [key for key in some if key not in fresh])}
            _add(collection, {key: found[key] for key in some}, untold)
            tell(Progress("Écriture des vecteurs", at + len(some), len(ids)))


def change(place: Place, gone: Sequence[str], vectors: Mapping[str, Vectors], tell: Tell) -> None:
    """Take vectors out of a store and put others in."""
    with place.opened() as collection:
        for at in range(0, len(gone), collection.batch):
            collection.delete(ids=list(gone[at : at + collection.batch]))
        _add(collection, vectors, tell)


def _add(collection: Any, vectors: Mapping[str, Vectors], tell: Tell) -> None:
    ids = list(vectors)
    for at in range(0, len(ids), collection.batch):
        some = ids[at : at + collection.batch]
        collection.add(ids=some, embeddings=np.stack([vectors[key] for key in some]))
        tell(Progress("Écriture des vecteurs", at + len(some), len(ids)))


def read(place: Place, ids: Iterable[str]) -> dict[str, Vectors]:
    """The vectors of those of the ids that the store holds."""
    with place.opened() as collection:
        return _vectors(collection, list(ids))


def held(place: Place) -> set[str]:
    """The ids that the store holds."""
    with place.opened() as collection:
        return _held(collection)


def _held(collection: Any) -> set[str]:
    if collection.page is None:
        return set(collection.get(include=[])["ids"])  # at once: by pages it takes four times as long
    found: set[str] = set()
    while more := collection.get(include=[], limit=collection.page, offset=len(found))["ids"]:
        found.update(more)
    return found


def _vectors(collection: Any, ids: Sequence[str]) -> dict[str, Vectors]:
    found: dict[str, Vectors] = {}
    for at in range(0, len(ids), collection.batch):
        found |= vectors_of(collection, ids[at : at + collection.batch])
    return found


@dataclass(frozen=True, slots=True)
class Checked:
    """How many vectors were put in once more, and the ids of those that still do not find themselves."""

    mended: int
    unreached: tuple[str, ...]


def check(
    place: Place, ids: Sequence[str], written: Mapping[str, Vectors], tell: Tell, suspects: Iterable[str] = ()
) -> Checked:
    """Open the store anew and look: it holds these ids and no others, what was written reads back and finds itself, and
    so do its neighbours, whose links it changed. What does not is put in once more.

    Args:
        place: the store.
        ids: of all that it is to hold.
        written: what was put in now.
        tell: called with the progress.
        suspects: ids that did not find themselves before.

    Raises:
        IndexStoreError: the store does not hold what was written, or too many do not find themselves.
    """
    with place.opened() as collection:
        found = _held(collection)
        if found != set(ids):
            raise _unfaithful(f"{len(found)} vecteurs au lieu de {len(ids)}")
        stored = _vectors(collection, list(written))
        if any(not np.allclose(stored[key], vector, atol=1e-3) for key, vector in written.items()):
            raise _unfaithful("un vecteur ne se relit pas")
        probed = dict(written)
        if len(written) < len(ids):
            held = [key for key in suspects if key in found and key not in written]
            probed |= _vectors(collection, held) | _neighbours(collection, written)
        return _mend(collection, probed, tell, most=int(_UNREACHED * len(ids)))


def _mend(collection: Any, probed: dict[str, Vectors], tell: Tell, most: int) -> Checked:
    """Put in once more what does not find itself, until all do: HNSW's links leave some vectors out of reach. After
    some rounds, at most `most` are left so.
    """
    mended = 0
    lost = {key: probed[key] for key in _lost(collection, probed, tell)}
    for _ in range(_ROUNDS):
        if not lost:
            break
        collection.delete(ids=list(lost))
        _add(collection, lost, tell)
        mended += len(lost)
        probed = {**lost, **_neighbours(collection, lost)}
        lost = {key: probed[key] for key in _lost(collection, probed, tell)}
    if len(lost) > most:
        raise _unfaithful(f"le passage {next(iter(lost))} ne se retrouve pas lui-même")
    return Checked(mended, tuple(lost))


def check_some(place: Place, ids: Sequence[str], unreached: Collection[str]) -> None:
    """Look whether the store holds so many ids, and whether some of them, evenly spread, find themselves; those known
    not to are passed over.

    Raises:
        IndexStoreError: it does not.
    """
    with place.opened() as collection:
        if collection.count() != len(ids):
            raise _unfaithful(f"{collection.count()} vecteurs au lieu de {len(ids)}")
        some = _vectors(collection, ids[:: max(1, len(ids) // 50)])
        if lost := [key for key in _lost(collection, some, untold) if key not in unreached]:
            raise _unfaithful(f"le passage {lost[0]} ne se retrouve pas lui-même")


def check_all(place: Place, ids: Sequence[str], tell: Tell, unreached: Collection[str]) -> None:
    """Look whether the store holds these ids and no others, and whether each finds itself, but those known not to.

    Raises:
        IndexStoreError: it does not.
    """
    with place.opened() as collection:
        stored = _vectors(collection, ids)
        if stored.keys() != set(ids) or collection.count() != len(ids):
            raise _unfaithful(f"{collection.count()} vecteurs au lieu de {len(ids)}")
        if lost := [key for key in _lost(collection, stored, tell) if key not in unreached]:
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
    """Those that do not find themselves; a twin with the same vector may stand in for one. Asked on every core: on one
    it took half of the time of a large build.
    """

    def ask(group: list[str]) -> list[str]:
        queries = np.stack([vectors[key] for key in group])
        found = collection.query(query_embeddings=queries, n_results=1, include=["distances"])["distances"]
        return [key for key, near in zip(group, found, strict=True) if not near or near[0] > _SAME]

    done, groups = 0, list(_grouped(list(vectors)))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for group, lost in zip(groups, pool.map(ask, groups), strict=True):
            yield from lost
            done += len(group)
            tell(Progress("Vérification des vecteurs", done, len(vectors)))


def _grouped(ids: list[str]) -> Iterator[list[str]]:
    return (ids[at : at + _GROUP] for at in range(0, len(ids), _GROUP))


def _unfaithful(what: str) -> IndexStoreError:
    return IndexStoreError(
        f"La base des vecteurs n'a pas gardé ce qui y a été écrit ({what}). L'index publié n'est pas touché : "
        "relancez « assistant index sync »."
    )
