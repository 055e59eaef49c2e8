"""How many questions one person may ask in a minute: an answer takes a processor, and others wait for theirs."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

from assistant.errors import TooManyQuestionsError
from assistant.language import tr

_MINUTE = 60.0  # seconds
_REMEMBERED = 10_000  # people: those who asked longest ago go first


class Pace:
    """Counts questions in memory, over any sixty seconds. Safe to share between threads.

    Args:
        per_minute: how many are admitted; 0 admits all.
        clock: seconds that only grow; replaced in tests.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, who: str) -> None:
        """Count one question of this person. A refused one is not counted: waiting as long as told is enough.

        Raises:
            TooManyQuestionsError: it is too early; says how long to wait.
        """
        if self._per_minute == 0:
            return
        with self._lock:
            now = self._clock()
            recent = self._asked.pop(who, None) or deque()
            while recent and recent[0] <= now - _MINUTE:
                recent.popleft()
            self._asked[who] = recent
            if len(self._asked) > _REMEMBERED:
                self._asked.popitem(last=False)
            if len(recent) >= self._per_minute:
                raise _early(ceil(recent[0] + _MINUTE - now))
            recent.append(now)


def _early(wait: int) -> TooManyQuestionsError:
    said = tr("Trop de questions en une minute : patientez {wait} s, puis reposez la vôtre.")
    return TooManyQuestionsError(said.format(wait=wait), wait)
