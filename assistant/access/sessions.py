"""Who is logged in. Only the sha256 of a token is kept: what is read in the file opens nothing. Restarts end none."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AccessError, french_reason
from assistant.models import Role

FILE = "sessions.sqlite"
_TOUCH_SECONDS = 30.0  # how exactly the last use is known: a write for each request would be wasted
# Noting the last use must not wait for the disk.
_START = """PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE IF NOT EXISTS session (
    token BLOB PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL, roles TEXT NOT NULL, stamp TEXT NOT NULL,
    created REAL NOT NULL, used REAL NOT NULL) WITHOUT ROWID"""


@dataclass(frozen=True, slots=True)
class Session:
    """A login that still holds. `roles` and `stamp` are those of the moment of the login."""

    name: str
    source: str
    roles: frozenset[Role]
    stamp: str


class Sessions:
    """The sessions of one state folder, for one serving process and all its threads.

    Args:
        state_dir: where the file lies; it is made at the first login.
        idle: seconds without a request after which a session ends.
        lifetime: seconds after which it ends whatever is done.
        clock: seconds since the epoch; replaced in tests.
    """

    def __init__(self, state_dir: Path, idle: float, lifetime: float, clock: Callable[[], float] = time.time) -> None:
        self.path = state_dir / FILE
        self.idle = idle
        self.lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._store: sqlite3.Connection | None = None

    def open(self, session: Session) -> str:
        """Begin a session; gives its token (256 random bits), which is kept nowhere.

        Raises:
            AccessError: the file cannot be written.
        """
        token = secrets.token_urlsafe(32)
        now = self._clock()
        row = (_key(token), session.name, session.source, " ".join(sorted(session.roles)), session.stamp, now, now)
        with self._lock:
            store = self._opened(create=True)
            if store is None:
                raise AccessError(f"Le fichier des sessions {self.path} ne peut pas être créé.")
            self._do(store, "DELETE FROM session WHERE used < ? OR created < ?", now - self.idle, now - self.lifetime)
            self._do(store, "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
        return token

    def find(self, token: str) -> Session | None:
        """The session of this token, unless it has ended.

        Raises:
            AccessError: the file cannot be read.
        """
        now = self._clock()
        with self._lock:
            store = self._opened(create=False)
            if store is None:
                return None
            found = self._do(store, "SELECT * FROM session WHERE token = ?", _key(token))
            if not found:
                return None
            _, name, source, roles, stamp, created, used = found[0]
            if used < now - self.idle or created < now - self.lifetime:
                self._do(store, "DELETE FROM session WHERE token = ?", _key(token))
                return None
            if used < now - _TOUCH_SECONDS:
                self._do(store, "UPDATE session SET used = ? WHERE token = ?", now, _key(token))
        return Session(name, source, frozenset(map(Role, roles.split())), stamp)

    def close(self, token: str) -> None:
        """End the session of this token, if there is one.

        Raises:
            AccessError: the file cannot be written.
        """
        with self._lock:
            store = self._opened(create=False)
            if store is not None:
                self._do(store, "PRAGMA synchronous = FULL")  # what was closed stays so, even if the power fails
                self._do(store, "DELETE FROM session WHERE token = ?", _key(token))
                self._do(store, "PRAGMA synchronous = NORMAL")

    def shut(self) -> None:
        """Let go of the file; the sessions stay."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None

    def _opened(self, create: bool) -> sqlite3.Connection | None:
        if self._store is None and (create or self.path.exists()):
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # sqlite's own would be readable by all
                self._store = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=5)
                self._store.executescript(_START)
            except (OSError, sqlite3.Error) as error:
                raise self._unusable(error) from None
        return self._store

    def _do(self, store: sqlite3.Connection, statement: str, *values: object) -> list[Any]:
        try:
            return store.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> AccessError:
        return AccessError(
            f"Le fichier des sessions {self.path} ne peut pas être utilisé ({french_reason(error)}) : corrigez les "
            "droits du dossier, ou effacez ce fichier ; chacun se reconnectera."
        )


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
