"""How many requests are worked on at once; others wait their turn, for a while, and beyond that are sent away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

AT_ONCE = 64  # requests worked on; the threads that read notes and make pages are 40
WAITING = 1000  # requests that wait for that
LONGEST_WAIT = 15.0  # seconds
STREAMS = 1000  # streams of events: two to each page that is open, and one to each answer that a program reads
CONNECTIONS = 4000  # in all; beyond, uvicorn itself answers 503
RETRY_AFTER = 5  # seconds, told to who is sent away


class Turns:
    """For one event loop. Streams have places of their own: they stay for minutes, and cost next to nothing."""

    def __init__(
        self, at_once: int = AT_ONCE, waiting: int = WAITING, streams: int = STREAMS, wait: float = LONGEST_WAIT
    ) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most_waiting, self._waiting, self._wait = waiting, 0, wait
        self._most_streams, self._streams = streams, 0

    @asynccontextmanager
    async def request(self) -> AsyncIterator[bool]:
        """The turn of one request; False where too many wait, or none came in time."""
        has_turn = await self._taken()
        try:
            yield has_turn
        finally:
            if has_turn:
                self._turns.release()

    async def _taken(self) -> bool:
        if self._turns.locked() and self._waiting >= self._most_waiting:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait):
                return await self._turns.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    @contextmanager
    def stream(self) -> Iterator[bool]:
        """The place of one stream; False where all are taken."""
        if self._streams >= self._most_streams:
            yield False
            return
        self._streams += 1
        try:
            yield True
        finally:
            self._streams -= 1
