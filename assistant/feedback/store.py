"""What members think of replies, kept for as long as the operator says, and erased for good."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Self

from sqlalchemy import URL, ColumnElement, Connection, delete, insert, select, update

from assistant.errors import FeedbackError
from assistant.feedback.database import Database
from assistant.feedback.models import Feedback
from assistant.feedback.schema import FEEDBACK, META, from_row, in_utc, to_row
from assistant.french.words import fold, words
from assistant.settings import Settings

logger = logging.getLogger(__name__)

FILE = "feedback.sqlite"
MAX_COMMENT = 2000  # characters
_JUMP = timedelta(days=365)  # a clock that jumps further takes nothing away before it has told so for a day
_START_OF_ID = re.compile(r"[0-9a-f]{4,32}")


def new_id() -> str:
    """An id that cannot be guessed (128 random bits, hexadecimal)."""
    return secrets.token_hex(16)


def _now() -> datetime:
    return datetime.now(UTC)


class FeedbackStore:
    """The feedback of one installation. Safe to share between threads, and with other processes.

    Args:
        url: where, as SQLAlchemy writes it; nothing is made there before the first feedback.
        days: how long each is kept; 0 where none is taken.
        clock: the moment, in UTC; replaced in tests.

    Raises:
        FeedbackError: the URL cannot be used.
    """

    def __init__(self, url: str | URL, days: int, clock: Callable[[], datetime] = _now) -> None:
        self.days = days
        self._database = Database(url)
        self._clock = clock
        self._looked: date | None = None

    @classmethod
    def from_settings(cls, settings: Settings, clock: Callable[[], datetime] = _now) -> Self:
        """That of the settings: `state/feedback.sqlite`, unless they name another database.

        Raises:
            FeedbackError: the URL of the settings cannot be used.
        """
        given = settings.feedback_url
        default = URL.create("sqlite", database=str(settings.state_dir / FILE))
        return cls(given.get_secret_value() if given else default, settings.feedback_days, clock)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """That of the settings, for a server: old feedback is purged, and a database in trouble only told in the log.

        Raises:
            FeedbackError: the URL of the settings cannot be used.
        """
        store = cls.from_settings(settings)
        store.purge_quietly()
        return store

    @property
    def enabled(self) -> bool:
        """Whether feedback is taken at all."""
        return self.days > 0

    @property
    def name(self) -> str:
        """How a message calls the database."""
        return self._database.name

    def save(self, feedback: Feedback) -> None:
        """Keep it, in the place of what had its id; on disk when this returns.

        Raises:
            FeedbackError: feedback is not taken, the comment is too long, or the database cannot be used.
        """
        if not self.enabled:
            raise FeedbackError("Les avis ne sont pas recueillis (ASSISTANT_FEEDBACK_DAYS vaut 0).")
        if len(feedback.comment) > MAX_COMMENT:
            raise FeedbackError(f"Le commentaire est trop long : {MAX_COMMENT} caractères au plus.")
        row = to_row(feedback)
        with self._database.writing() as connection:
            changed = connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == feedback.id).values(row))
            if not changed.rowcount:
                connection.execute(insert(FEEDBACK).values(row))
            purged = self._purge_when_due(connection)
        if purged:
            self._database.scrub()

    def withdraw(self, feedback_id: str) -> bool:
        """Take it away; whether it was there.

        Raises:
            FeedbackError: the database cannot be used.
        """
        return self._delete([feedback_id]) > 0

    def find(self, start: str) -> Feedback:
        """The one whose id begins so.

        Args:
            start: four digits of the id at least.

        Raises:
            FeedbackError: there is none, or there are several, or the database cannot be used.
        """
        full = self.full_id(start)
        found = list(self._rows(FEEDBACK.c.id == full))
        if not found:
            raise FeedbackError(f"L'avis {full} vient d'être retiré.")
        return found[0]

    def full_id(self, start: str) -> str:
        """The id that begins so.

        Raises:
            FeedbackError: there is none, or there are several, or the database cannot be used.
        """
        found = self._ids(FEEDBACK.c.id.startswith(start)) if _START_OF_ID.fullmatch(start) else []
        if not found:
            raise FeedbackError(f"Il n'y a pas d'avis « {start[:40]} » : « assistant feedback list » les montre.")
        if len(found) > 1:
            raise FeedbackError(
                f"Plusieurs avis commencent par « {start} » : donnez plus de chiffres de l'identifiant."
            )
        return found[0]

    def select(self, since: datetime | None = None, only_bad: bool = False) -> Iterator[Feedback]:
        """All feedback, oldest first, read as it is asked for.

        Args:
            since: from this moment on.
            only_bad: without those that found the reply helpful.

        Raises:
            FeedbackError: the database cannot be used.
        """
        conditions: list[ColumnElement[bool]] = []
        if since is not None:
            conditions.append(FEEDBACK.c.when >= in_utc(since))
        if only_bad:
            conditions.append(FEEDBACK.c.helpful.is_(False))
        return self._rows(*conditions)

    def ids_before(self, moment: datetime) -> list[str]:
        """Of what was given before this moment.

        Raises:
            FeedbackError: the database cannot be used.
        """
        return self._ids(FEEDBACK.c.when < in_utc(moment))

    def ids(self) -> list[str]:
        """Of all.

        Raises:
            FeedbackError: the database cannot be used.
        """
        return self._ids()

    def ids_matching(self, text: str) -> list[str]:
        """Of those in which the member wrote this: question, comment, or a question before. Only the
        letters and digits count, without accents or capitals.

        Raises:
            FeedbackError: the database cannot be used.
        """
        wanted = _folded(text)
        if not wanted:
            return []
        return [feedback.id for feedback in self._rows() if any(wanted in _folded(said) for said in _said(feedback))]

    def erase(self, ids: Iterable[str]) -> int:
        """Erase these for good: the SQLite file holds their words no more. How many there were.

        Raises:
            FeedbackError: the database cannot be used.
        """
        count = self._delete(ids)
        if count:
            self._database.shrink()
        return count

    def purge(self) -> int:
        """Erase what is older than `days`: all of it where feedback is not taken. How many there were.

        Raises:
            FeedbackError: the database cannot be used.
        """
        return self._purge(only_when_due=False)

    def purge_when_due(self) -> int:
        """The same, unless it was done today already or feedback is not taken.

        Raises:
            FeedbackError: the database cannot be used.
        """
        return self._purge(only_when_due=True) if self.enabled else 0

    def purge_quietly(self) -> None:
        """`purge_when_due` for a server, which calls it at each reply: trouble is told in the log, once a day."""
        today = self._clock().date()
        if self._looked != today:
            self._looked = today
            try:
                self.purge_when_due()
            except FeedbackError as error:
                logger.warning("%s", error)

    def _delete(self, ids: Iterable[str]) -> int:
        with self._database.reading() as existing:
            if existing is None:
                return 0
        with self._database.writing() as connection:
            count = sum(connection.execute(delete(FEEDBACK).where(FEEDBACK.c.id == one)).rowcount for one in ids)
        self._database.scrub()
        return count

    def _purge(self, only_when_due: bool) -> int:
        with self._database.reading() as existing:
            if existing is None or (only_when_due and self._is_purged(existing)):
                return 0
        with self._database.writing() as connection:
            count = self._purge_when_due(connection) if only_when_due else self._purge_now(connection)
        if count:
            self._database.scrub()
        return count

    def _purge_when_due(self, connection: Connection) -> int:
        if self._is_purged(connection):
            return 0
        if self._has_jumped(connection):
            logger.warning("L'horloge a avancé de plus d'un an : les avis ne seront purgés que demain.")
            self._note_day(connection)
            return 0
        return self._purge_now(connection)

    def _is_purged(self, connection: Connection) -> bool:
        return self._last_purge(connection) == self._clock().date().isoformat()

    def _has_jumped(self, connection: Connection) -> bool:
        last = self._last_purge(connection)
        return bool(last) and self._clock().date() - date.fromisoformat(last) > _JUMP

    def _last_purge(self, connection: Connection) -> str:
        return str(connection.scalar(select(META.c.value).where(META.c.name == "purged")) or "")

    def _purge_now(self, connection: Connection) -> int:
        before = in_utc(self._clock() - timedelta(days=self.days))
        gone = connection.execute(delete(FEEDBACK).where(FEEDBACK.c.when < before))
        self._note_day(connection)
        return gone.rowcount

    def _note_day(self, connection: Connection) -> None:
        today = self._clock().date().isoformat()
        connection.execute(update(META).where(META.c.name == "purged").values(value=today))

    def _ids(self, *conditions: ColumnElement[bool]) -> list[str]:
        with self._database.reading() as connection:
            return [] if connection is None else list(connection.scalars(select(FEEDBACK.c.id).where(*conditions)))

    def _rows(self, *conditions: ColumnElement[bool]) -> Iterator[Feedback]:
        with self._database.reading() as connection:
            if connection is None:
                return
            query = select(FEEDBACK).where(*conditions).order_by(FEEDBACK.c.when, FEEDBACK.c.id)
            for row in connection.execution_options(yield_per=100).execute(query).mappings():
                yield from_row(dict(row))


def _said(feedback: Feedback) -> Iterator[str]:
    yield from (feedback.question, feedback.comment, str(feedback.reply.get("standalone_question", "")))
    yield from (turn.content for turn in feedback.history if turn.role == "user")


def _folded(text: str) -> str:
    return " ".join(map(fold, words(text)))
