"""The database that feedback is kept in: SQLite by default, another by URL. What goes wrong is told in French."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from assistant.errors import FeedbackError, french_reason
from assistant.feedback.schema import FEEDBACK, ensure_schema

_BUSY_SECONDS = 10
_SETTING = "Réglage ASSISTANT_FEEDBACK_URL"
_SQLITE = {
    sqlite3.SQLITE_BUSY: "un autre programme y écrit depuis trop longtemps",
    sqlite3.SQLITE_CANTOPEN: "il ne peut pas être ouvert",
    sqlite3.SQLITE_CORRUPT: "il est abîmé",
    sqlite3.SQLITE_NOTADB: "ce n'est pas une base SQLite",
    sqlite3.SQLITE_READONLY: "il est en lecture seule",
    sqlite3.SQLITE_PERM: "accès refusé",
    sqlite3.SQLITE_FULL: "le disque est plein",
    sqlite3.SQLITE_IOERR: "le disque est plein ou ne répond pas",
}


class Database:
    """One database. A connection lives as long as its transaction: neither threads nor forks share one.

    Args:
        url: an SQLAlchemy URL, such as `sqlite:////srv/feedback.sqlite` or `postgresql+psycopg://…`.

    Raises:
        FeedbackError: the URL is none, keeps nothing, or names a driver that is not installed.
    """

    def __init__(self, url: str | URL) -> None:
        self._url = _checked(url)
        self.path = Path(str(self._url.database)) if self._url.get_backend_name() == "sqlite" else None
        self._engine = _engine(self._url)

    @property
    def name(self) -> str:
        """How messages call it: a path, or what, which and where; never who or with which password."""
        if self.path is not None:
            return f"le fichier {self.path}"
        where = f" sur {self._url.host}" if self._url.host else ""
        return f"la base {self._url.get_backend_name()} « {self._url.database} »{where}"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write, with the tables there; committed at the end, undone by an exception.

        Raises:
            FeedbackError: the database cannot be used.
        """
        with self._translated():
            self._make_file()
            self._make_tables()
            with self._transaction() as connection:
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """One transaction that reads; None where nothing was ever kept.

        Raises:
            FeedbackError: the database cannot be used.
        """
        with self._translated():
            if self.path is not None and not self.path.exists():
                yield None
                return
            with self._engine.connect() as connection:
                yield connection if inspect(connection).has_table(FEEDBACK.name) else None

    def scrub(self) -> None:
        """Let SQLite's log hold no page as it was before the last deletion. Other databases have ways of their own.

        Raises:
            FeedbackError: the database cannot be used.
        """
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def shrink(self) -> None:
        """Give the room of what was deleted back, and scrub.

        Raises:
            FeedbackError: the database cannot be used.
        """
        self._run("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")

    def _make_tables(self) -> None:
        """In a transaction of their own: where another process makes them at the same moment, only this is repeated."""
        for last in (False, False, True):
            try:
                with self._transaction() as connection:
                    ensure_schema(connection)
                return
            except (IntegrityError, ProgrammingError):
                if last:
                    raise

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.execution_options(writes=True).begin():
            yield connection

    def _run(self, *statements: str) -> None:
        if self.path is None:
            return
        with self._translated():
            raw = self._engine.raw_connection()  # outside a transaction, as they must be
            try:
                cursor = raw.cursor()
                for statement in statements:
                    cursor.execute(statement)
                    cursor.fetchall()
                cursor.close()
            finally:
                raw.close()

    def _make_file(self) -> None:
        """With rights of its own, since sqlite's would let all read; in WAL, which sticks to the file.

        Made aside: closing a file that other threads have open in sqlite would drop their locks (POSIX fcntl).
        """
        if self.path is None or self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock", timeout=_BUSY_SECONDS, mode=0o600):
            if self.path.exists():
                return
            aside = self.path.with_name(f"{self.path.name}.new")
            aside.unlink(missing_ok=True)  # left by a crash
            os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            store = sqlite3.connect(aside)
            try:
                store.execute("PRAGMA journal_mode = WAL")
            finally:
                store.close()
            aside.rename(self.path)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError, Timeout) as error:
            hint = "les droits de ce fichier" if self.path is not None else "l'accès à cette base"
            raise FeedbackError(
                f"Les avis ne peuvent être ni lus ni gardés dans {self.name} ({self._reason(error)}) : corrigez "
                f"ASSISTANT_FEEDBACK_URL, ASSISTANT_STATE_DIR ou {hint}."
            ) from None

    def _reason(self, error: Exception) -> str:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if isinstance(cause, Timeout):
            return _SQLITE[sqlite3.SQLITE_BUSY]
        if isinstance(cause, sqlite3.Error):
            return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, str(cause))
        text = french_reason(cause).strip().partition("\n")[0]
        return _without(text, self._url)


def _checked(url: str | URL) -> URL:
    try:
        made = make_url(url)
        dialect = made.get_dialect()
    except (NoSuchModuleError, ImportError):
        raise FeedbackError(f"{_SETTING} : ce genre de base n'est pas connu.") from None
    except (ArgumentError, ValueError):
        raise FeedbackError(f"{_SETTING} : une adresse comme sqlite:///avis.sqlite est attendue.") from None
    if dialect.is_async:
        raise FeedbackError(f"{_SETTING} : il faut un pilote ordinaire, pas asynchrone.")
    if dialect.name == "sqlite" and (made.database or ":memory:").startswith((":memory:", "file:")):
        raise FeedbackError(f"{_SETTING} : il faut le chemin d'un fichier, comme sqlite:////srv/avis.sqlite.")
    return made


def _engine(url: URL) -> Engine:
    arguments: dict[str, Any] = {"timeout": _BUSY_SECONDS} if url.get_backend_name() == "sqlite" else {}
    try:
        # Its own messages would quote what members wrote.
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    except (SQLAlchemyError, ImportError, TypeError, ValueError) as error:
        missing = f" : le module « {error.name} » n'est pas installé" if isinstance(error, ImportError) else ""
        raise FeedbackError(f"{_SETTING} : cette base ne peut pas être ouverte{missing}.") from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # `_begin` begins: Python's own beginning comes too late to keep writers apart
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _without(text: str, url: URL) -> str:
    """The driver's words without any secret of the URL."""
    given = {"password": url.password, **url.query}
    for name, value in given.items():
        if value and any(word in name.lower() for word in ("pass", "pwd", "key", "token", "secret")):
            text = text.replace(str(value), "***")
    return text
