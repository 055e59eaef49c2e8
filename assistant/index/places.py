"""Where a build keeps its vectors: a folder of its own, or a collection of a Chroma server that its folder names."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.errors import IndexCorruptError, IndexMismatchError, IndexServerError, IndexStoreError
from assistant.index import vectors
from assistant.index.manifest import corrupt
from assistant.index.server import WRITING, Server, disconnect
from assistant.index.vectors import BATCH, COLLECTION, client

SERVED = "served.json"  # in place of Chroma's own files
_MARK = "assistant-"  # begins the names of all our indexes' collections
_OWN = ".served"  # what tells the collections of this index from those of others on the same server
# Measured: docs/decisions/0032.
_HNSW = {"hnsw": {"space": "cosine", "ef_search": 400, "ef_construction": 200, "max_neighbors": 32}}
_SPANN = {"spann": {"space": "cosine"}}  # what distributed Chroma has in its place


class Opened:
    """Chroma's own collection; a request may hold `batch` records, and give `page`, None where it gives any number."""

    def __init__(self, collection: Any, batch: int, page: int | None = None) -> None:
        self._collection, self.batch, self.page = collection, batch, page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)


class _Patient(Opened):
    """Its methods are tried again where the server fails in a way that may pass."""

    def __init__(self, server: Server, collection: Any) -> None:
        super().__init__(collection, server.batch, server.page)
        self._server = server

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        return lambda *args, **kwargs: self._server.tried(lambda: method(*args, **kwargs), WRITING)


@dataclass(frozen=True, slots=True)
class Folder:
    """A local store."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Its collection."""
        with closing(client(self.path)) as chroma:
            yield Opened(chroma.get_collection(COLLECTION, embedding_function=None), BATCH)

    @contextmanager
    def created(self) -> Iterator[Opened]:
        """The same, made first."""
        with closing(client(self.path)) as chroma:
            yield Opened(chroma.create_collection(COLLECTION, configuration=_HNSW, embedding_function=None), BATCH)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection on a server. What fails and may pass is tried again: nothing that we ask does harm when asked twice.

    Everything here raises `IndexServerError` where the server fails.
    """

    server: Server
    name: str

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """The collection."""
        with _connected(self.server) as chroma:
            yield _Patient(self.server, _collection(self.server, chroma, self.name))

    @contextmanager
    def created(self) -> Iterator[Opened]:
        """The same, made first."""
        with _connected(self.server) as chroma:
            yield _Patient(self.server, self._create(chroma))

    def _create(self, chroma: Any) -> Any:
        def make(configuration: Any) -> Any:
            create = partial(chroma.get_or_create_collection, self.name, configuration=configuration)
            return self.server.tried(lambda: create(embedding_function=None), WRITING)

        try:
            return make(_HNSW)
        except IndexServerError as error:
            if error.passing:
                raise
            return make(_SPANN)

    def fork_of(self, other: Collection) -> bool:
        """Make it a clone of another one where the server can: distributed Chroma and Chroma Cloud share what is
        unchanged. Gives whether it could.
        """
        from chromadb.errors import ChromaError

        with _connected(self.server) as chroma:
            parent = _collection(self.server, chroma, other.name)
            try:
                parent.fork(self.name)
            except ChromaError:  # « unsupported for local chroma »
                return False
            except Exception as error:  # gone meanwhile, or a proxy that does not know it: the copy will tell
                return _exists(self.server, chroma, self.name) if _lost(error) else False
        return True

    def delete(self) -> None:
        """Take it away, where it is there."""
        with _connected(self.server) as chroma:
            _delete(self.server, chroma, self.name)


Place = Folder | Collection


def _lost(error: Exception) -> bool:
    import httpx

    return isinstance(error, httpx.HTTPError)


def _exists(server: Server, chroma: Any, name: str) -> bool:
    return name in _names(server, chroma)


@contextmanager
def _connected(server: Server) -> Iterator[Any]:
    chroma = server.tried(lambda: server.connect(writing=True), WRITING)
    try:
        yield chroma
    finally:
        disconnect(chroma)


def _collection(server: Server, chroma: Any, name: str) -> Any:
    return server.tried(lambda: chroma.get_collection(name, embedding_function=None), WRITING)


def _delete(server: Server, chroma: Any, name: str) -> None:
    with suppress(IndexServerError):  # tried again by the next writer
        server.tried(lambda: chroma.delete_collection(name), ())


def _names(server: Server, chroma: Any) -> list[str]:
    """Of all collections, by pages."""
    found: list[str] = []
    page = 100
    while True:
        more = server.tried(partial(chroma.list_collections, limit=page, offset=len(found)), WRITING)
        found += [one.name for one in more]
        if len(more) < page:
            return found


def served_name(folder: Path) -> str | None:
    """The collection that a build's folder names, None where its vectors are in the folder itself.

    Raises:
        IndexCorruptError: what names it cannot be read.
    """
    path = folder / vectors.FOLDER / SERVED
    if not path.exists():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["collection"])
    except (OSError, ValueError, KeyError, TypeError):
        raise IndexCorruptError(corrupt(folder, f"{SERVED} est illisible")) from None


def place_of(folder: Path, server: Server | None) -> Place:
    """Where a build's vectors are.

    Raises:
        IndexMismatchError: on a server, and the settings name none.
    """
    name = served_name(folder)
    if name is None:
        return Folder(folder / vectors.FOLDER)
    if server is None:
        raise IndexMismatchError(
            f"Les vecteurs de l'index {folder} sont sur un serveur Chroma : donnez son adresse dans "
            "ASSISTANT_CHROMA_URL, ou refaites l'index ici avec « assistant index sync »."
        )
    return Collection(server, name)


def new_collection(index_dir: Path, making: Path, build_id: str, server: Server) -> Collection:
    """The place of a build that is being made, named in its folder."""
    name = f"{prefix_of(index_dir, make=True)}{build_id}"
    (making / vectors.FOLDER).mkdir(exist_ok=True)
    (making / vectors.FOLDER / SERVED).write_text(json.dumps({"collection": name}), encoding="utf-8")
    return Collection(server, name)


def prefix_of(index_dir: Path, *, make: bool = False) -> str:
    """Of the names of this index's collections; empty where it never had any."""
    path = index_dir / _OWN
    if make and not path.exists():
        path.write_text(secrets.token_hex(4), encoding="utf-8")
    return f"{_MARK}{path.read_text(encoding='utf-8').strip()}-" if path.exists() else ""


def sweep_collections(index_dir: Path, server: Server, is_gone: Callable[[str], bool]) -> None:
    """Take away this index's collections of the builds that `is_gone` tells, by id. Under the writer's lock.

    A server that fails is no fault of the index: the next writer sweeps.
    """
    prefix = prefix_of(index_dir)
    if not prefix:
        return
    with suppress(IndexServerError), server.connected(writing=True) as chroma:
        for name in _names(server, chroma):
            if name.startswith(prefix) and is_gone(name.removeprefix(prefix)):
                _delete(server, chroma, name)


@dataclass(frozen=True, slots=True)
class Kept:
    """A collection that an index of ours has or had on a server; `ours` where it is this index's."""

    name: str
    vectors: int
    ours: bool


def kept_collections(index_dir: Path, server: Server) -> list[Kept]:
    """The collections of all our indexes in the database of the settings, by name.

    Raises:
        IndexServerError: the server does not answer, or refuses.
    """
    prefix = prefix_of(index_dir)
    with server.connected() as chroma:
        names = sorted(name for name in _names(server, chroma) if name.startswith(_MARK))
        return [
            Kept(name, _collection(server, chroma, name).count(), bool(prefix) and name.startswith(prefix))
            for name in names
        ]


def erase_collection(index_dir: Path, server: Server, name: str) -> None:
    """Take away a collection that an index left behind whose folder is gone.

    Raises:
        IndexStoreError: it is this index's, or there is none of this name.
        IndexServerError: the server does not answer, or refuses.
    """
    found = next((one for one in kept_collections(index_dir, server) if one.name == name), None)
    if found is None:
        raise IndexStoreError(f"La collection « {name} » n'existe pas : voyez « assistant index collections ».")
    if found.ours:
        raise IndexStoreError(f"La collection « {name} » est de cet index, qui efface lui-même ses vieilles versions.")
    with server.connected() as chroma:
        server.tried(lambda: chroma.delete_collection(name), ())
