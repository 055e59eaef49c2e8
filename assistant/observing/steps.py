"""Times the steps of a question, wherever they are taken: `with step("embedding"): …` needs to know no recorder.

The recorder of the question being answered is found by the context (`contextvars`): code that runs for no question,
such as a build, is timed by nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

MOST = 400  # steps kept of one question: some ask for many searches
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Step:
    """One step, over. `began` and `ended` are of `time.perf_counter`; `seconds` is how long it was at work between
    them, `parent` the number of the step that it is part of.
    """

    name: str
    number: int
    parent: int | None
    began: float
    ended: float
    seconds: float


class Clock:
    """How long a step has been at work; runs until stopped, and again once resumed."""

    def __init__(self) -> None:
        self.began = self._from = time.perf_counter()
        self.ended = self.began
        self.seconds = 0.0

    def resume(self) -> None:
        """Go on."""
        self._from = time.perf_counter()

    def stop(self) -> None:
        """Stand still."""
        self.ended = time.perf_counter()
        self.seconds += self.ended - self._from


class Recorder:
    """The steps of one question, and what went wrong at the endpoint of the chat model."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.troubles: list[str] = []
        self._numbers = count()

    @contextmanager
    def step(self, name: str) -> Iterator[Clock]:
        """Time a block. A block that yields to others goes by `resumed`."""
        number, parent, clock = next(self._numbers), self._parent(), Clock()
        token = _here.set((self, number))
        try:
            yield clock
        finally:
            _here.reset(token)
            clock.stop()
            self._keep(Step(name, number, parent, clock.began, clock.ended, clock.seconds))

    def resumed(self, name: str, values: Iterator[_Value]) -> Iterator[tuple[_Value, Clock]]:
        """Values as they come, with the clock of what makes them: it stands still while they are used."""
        number, parent, clock = next(self._numbers), self._parent(), Clock()
        try:
            while True:
                token = _here.set((self, number))
                clock.resume()
                try:
                    value = next(values)
                except StopIteration:
                    return
                finally:
                    _here.reset(token)
                    clock.stop()
                yield value, clock
        finally:
            self._keep(Step(name, number, parent, clock.began, clock.ended, clock.seconds))

    def _parent(self) -> int | None:
        place = _here.get()
        return place[1] if place is not None and place[0] is self else None

    def _keep(self, done: Step) -> None:
        if len(self.steps) < MOST:
            self.steps.append(done)


_here: ContextVar[tuple[Recorder, int] | None] = ContextVar("assistant_step", default=None)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time a block for the question being answered, if it is for one. `name` is a word of ours, never a user's."""
    place = _here.get()
    if place is None:
        yield
        return
    with place[0].step(name):
        yield


def resumed(name: str, values: Iterator[_Value]) -> Iterator[_Value]:
    """Values as they come, what makes them being timed for the question being answered, if it is for one."""
    place = _here.get()
    if place is None:
        yield from values
        return
    for value, _ in place[0].resumed(name, values):
        yield value


def troubled(trouble: str) -> None:
    """The endpoint of the chat model failed the question being answered; `trouble` is a word of ours."""
    place = _here.get()
    if place is not None:
        place[0].troubles.append(trouble)
