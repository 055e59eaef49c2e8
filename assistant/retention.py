"""Personal data kept no longer than the operator says: members' feedback, the names and addresses of the journal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from assistant import audit
from assistant.errors import AssistantError
from assistant.feedback import FeedbackStore
from assistant.settings import Settings

logger = logging.getLogger(__name__)

_LOOK = 3600.0  # seconds between two looks at the day


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows of feedback and lines of the journal were erased."""

    feedback: int
    journal: int


def _now() -> datetime:
    return datetime.now(UTC)


def forget(settings: Settings, now: datetime | None = None) -> Forgotten:
    """Erase at once whatever is older than the settings say.

    Raises:
        FeedbackError: the feedback cannot be used; the journal is purged all the same.
        AssistantError: the journal cannot be rewritten.
    """
    moment = now or _now()
    journal = audit.forget(settings.state_dir, settings.journal_days, moment, at_once=True)
    store = FeedbackStore.from_settings(settings, lambda: moment)
    return Forgotten(store.purge(), journal)


class Retention:
    """Does it when a server starts, then once a day; trouble is told in the log and hinders nothing.

    Args:
        settings: what is kept, where and how long.
        clock: the moment, in UTC; replaced in tests.
        look: seconds between two looks at the day.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = _now, look: float = _LOOK) -> None:
        self._settings = settings
        self._clock = clock
        self._look = look
        self._done: date | None = None
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Until the block ends."""
        thread = threading.Thread(target=self._run, name="retention", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def when_due(self) -> None:
        """Once a day: erase what is too old."""
        now = self._clock()
        if self._done == now.date():
            return
        self._done = now.date()
        try:
            audit.forget(self._settings.state_dir, self._settings.journal_days, now)
            FeedbackStore.from_settings(self._settings, self._clock).purge_when_due()
        except AssistantError as error:
            logger.warning("%s", error)

    def _run(self) -> None:
        while True:
            self.when_due()
            if self._stop.wait(self._look):
                return
