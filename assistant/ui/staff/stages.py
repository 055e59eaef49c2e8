"""A long work with a callback -> the stages that it passes, one after the other, as Gradio wants them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.index import Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """What the work returned, after its last stage."""

    value: T


def stages(work: Callable[[Callable[[Progress], None]], T]) -> Iterator[Progress | Result[T]]:
    """Run the work in a thread of its own; gives each stage as it comes, then the result.

    Raises:
        Exception: what the work raised.
    """
    events: queue.SimpleQueue[Progress | Result[T] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            events.put(Result(work(events.put)))
        except Exception as error:
            events.put(error)

    # Not a daemon: a publication that has begun ends, whatever becomes of the page that asked for it.
    threading.Thread(target=run, name="publication").start()
    while True:
        event = events.get()
        if isinstance(event, Exception):
            raise event
        yield event
        if isinstance(event, Result):
            return
