"""Read-only connections to one SQLite file that nobody writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

Row = tuple[object, ...]
_BATCH = 500  # bound variables a statement


class Connections:
    """Safe to share between threads: each query takes a connection that no other is using."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """What a statement finds.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
        try:
            return list(connection.execute(sql, values))
        finally:
            self._idle.put(connection)

    def rows_of(self, sql: str, keys: Sequence[object], values: Sequence[object] = ()) -> list[Row]:
        """What a statement with one `IN ({})`, after the places of its values, finds for keys of any number."""
        found = []
        for at in range(0, len(keys), _BATCH):
            some = keys[at : at + _BATCH]
            found += self.rows(sql.format(",".join("?" * len(some))), [*values, *some])
        return found

    def close(self) -> None:
        """Close them; no query may be running."""
        while not self._idle.empty():
            self._idle.get_nowait().close()
