"""Replies given before, by build: the same question on the same day is answered at once. In memory only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

from assistant.answering import extractive
from assistant.chain import Request
from assistant.language import current
from assistant.models import Answer, Event, Finished, PassagesFound, Reply, SentenceReady, Timings


class Replies:
    """The last `limit` replies, by build, language and the whole request. Safe to share between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str, Request], Reply] = OrderedDict()

    def get(self, build: str, request: Request) -> Reply | None:
        """What was replied, with no time taken; None if it is not known."""
        key = (build, current().value, request)
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
        return found

    def put(self, request: Request, reply: Reply) -> None:
        """Remember a reply, and forget the one that was asked for longest ago."""
        key = (reply.build, current().value, request)
        with self._lock:
            self._known[key] = replace(reply, timings=Timings())
            self._known.move_to_end(key)
            while len(self._known) > self._limit:
                self._known.popitem(last=False)


def lasts(reply: Reply, *, written: bool) -> bool:
    """Whether the next who asks may get it as well: not where a chat model was to write and something else answered,
    which the next attempt may not meet.
    """
    return not written or reply.answerer != extractive.NAME


def events(reply: Reply) -> Iterator[Event]:
    """What the chain streamed when it gave the reply."""
    yield PassagesFound(reply.standalone_question, reply.passages)
    if isinstance(reply, Answer):
        for sentence in reply.sentences:
            yield SentenceReady(sentence, tuple(c for c in reply.citations if c.number in sentence.citations))
    yield Finished(reply)
