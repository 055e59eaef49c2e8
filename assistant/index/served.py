"""A build's vectors on a Chroma server.

Connected at the first question, and again at the next one after the server failed: an assistant that starts or goes on
while the server is gone finds it by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from assistant.errors import IndexServerError, VectorsMissingError
from assistant.index.places import Collection, Place
from assistant.index.server import ASKING, disconnect
from assistant.index.vectors import Vectors, VectorStore, nearest, vectors_of

_FETCHED = 150  # chunks whose vectors come sooner than their distances: 10 and 13 ms for 100, 400 and 20 for 2,000
_UNKNOWN_ID = "Error finding id"  # Chroma of a query among ids of which it does not have one
_PAUSE = 0.25  # seconds after a failure in which nobody tries to connect again

T = TypeVar("T")


class ServedVectors(VectorStore):
    """Every method raises `IndexServerError` where the server fails."""

    def __init__(self, place: Collection, count: int) -> None:
        self._place, self._count = place, count
        self._lock = threading.Lock()
        self._connected: tuple[Any, Any] | None = None
        self._failed: tuple[float, IndexServerError] | None = None

    def search(self, vector: Vectors, count: int) -> dict[str, float]:
        most = min(count, self._place.server.page or count)
        return self._asked(lambda collection: nearest(collection, vector, most)) if count else {}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        size = self._place.server.batch
        found: dict[str, Vectors] = {}
        for at in range(0, len(ids), size):
            some = ids[at : at + size]
            found |= self._asked(lambda collection, some=some: vectors_of(collection, some))  # type: ignore[misc]
        return found

    def cosines(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Of many by the server, which sends distances alone: a tenth of the time that vectors take. Few are fetched,
        and what its graph does not reach.
        """
        if len(ids) <= _FETCHED:
            return super().cosines(vector, ids)
        size = self._place.server.page or len(ids)
        found: dict[str, float] = {}
        for at in range(0, len(ids), size):
            found |= self._distances(vector, list(ids[at : at + size]))
        left = [key for key in ids if key not in found]
        return found | super().cosines(vector, left) if left else found

    def _distances(self, vector: Vectors, ids: list[str]) -> dict[str, float]:
        def ask(collection: Any) -> dict[str, float]:
            try:
                return nearest(collection, vector, len(ids), ids)
            except Exception as error:
                if _UNKNOWN_ID not in str(error):
                    raise
                return {}

        return self._asked(ask)

    def _asked(self, ask: Callable[[Any], T]) -> T:
        """What a question to the collection gives; connecting is part of it."""
        try:
            return self._place.server.tried(lambda: ask(self._connection()[1]), ASKING)
        except VectorsMissingError:  # a server that was put in its place may have them by the next question
            self._drop()
            raise

    def _connection(self) -> tuple[Any, Any]:
        """Chroma's client, and its collection. One thread connects, the others wait for it."""
        with self._lock:
            if self._connected is None:
                self._connected = self._connect_unless_just_failed()
            return self._connected

    def _connect_unless_just_failed(self) -> tuple[Any, Any]:
        """Those who waited while one tried in vain do not try in vain themselves."""
        if self._failed is not None and time.monotonic() < self._failed[0] + _PAUSE:
            raise self._failed[1]
        self._failed = None
        try:
            return self._connect()
        except IndexServerError as error:
            self._failed = time.monotonic(), error.with_traceback(None)
            raise

    def _connect(self) -> tuple[Any, Any]:
        server, name = self._place.server, self._place.name
        client = server.connect()
        try:
            with server.telling():
                collection = client.get_collection(name, embedding_function=None)
                held = collection.count()
            if held != self._count:
                raise VectorsMissingError(
                    f"Le serveur Chroma {server.where} : il a {held} vecteurs de cette version de l'index au lieu de "
                    f"{self._count}. Refaites-la avec « assistant index rebuild »."
                )
            return client, collection
        except BaseException:
            disconnect(client)
            raise

    def _drop(self) -> None:
        """Connect anew for the next question."""
        with self._lock:
            connected, self._connected = self._connected, None
        if connected is not None:
            disconnect(connected[0])

    def close(self) -> None:
        """End the connection."""
        self._drop()


def open_vectors(place: Place, count: int) -> VectorStore:
    """A build's vectors, wherever they are; those on a server are so many."""
    if isinstance(place, Collection):
        return ServedVectors(place, count)
    return VectorStore(place.path)
