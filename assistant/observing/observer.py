"""A question from its first step to its end, then told to logs, metrics and traces. None of them can harm it."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from assistant.models import Answer, Refusal, Reply
from assistant.observing.steps import Recorder, Step
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.observing.metrics import Metrics

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What a question came to. `stopped`: who asked left, or stopped it; `busy`: turned away, too many were waiting."""

    ANSWERED = "answered"
    REFUSED = "refused"
    STOPPED = "stopped"
    FAILED = "failed"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is over. `began` is of `time.time`, `origin` the same moment of `time.perf_counter`, `error` the
    kind of what failed, `troubles` what the chat model's endpoint did wrong, `remembered` whether the reply was known.
    """

    id: str
    question: str
    build: str
    began: float
    origin: float
    seconds: float
    outcome: Outcome
    reply: Reply | None = None
    steps: tuple[Step, ...] = ()
    troubles: tuple[str, ...] = ()
    error: str | None = None
    remembered: bool = False

    @property
    def sources(self) -> int:
        """How many citations the answer has."""
        return len(self.reply.citations) if isinstance(self.reply, Answer) else 0

    @property
    def reason(self) -> str | None:
        """Why it was refused; None where it was not."""
        return self.reply.reason.value if isinstance(self.reply, Refusal) else None

    @property
    def facts(self) -> dict[str, str | int | bool | None]:
        """What logs and traces both tell of it: names and counts, no text."""
        return {
            "id": self.id,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "build": self.build,
            "answerer": self.reply.answerer if self.reply else None,
            "passages": len(self.reply.passages) if self.reply else 0,
            "sources": self.sources,
            "dropped": self.reply.dropped if isinstance(self.reply, Answer) else 0,
            "remembered": self.remembered,
            "error": self.error,
        }

    @property
    def seconds_by_step(self) -> dict[str, float]:
        """Step -> how long it was at work, however often it was taken."""
        sums: dict[str, float] = {}
        for one in self.steps:
            sums[one.name] = sums.get(one.name, 0.0) + one.seconds
        return sums


@dataclass(slots=True)
class Asking:
    """A question being answered: its recorder, and its reply once there is one."""

    recorder: Recorder = field(default_factory=Recorder)
    reply: Reply | None = None
    ended: float | None = None
    remembered: bool = False

    def finished(self, reply: Reply, *, remembered: bool = False) -> None:
        """What was replied; what whoever asked does with it takes no time of ours."""
        self.reply, self.remembered, self.ended = reply, remembered, time.perf_counter()


Hearer = Callable[[Asked], None]


class Observer:
    """Tells `hearers`, and `metrics` if there are, of every question. Safe to share between threads."""

    def __init__(self, hearers: Sequence[Hearer] = (), metrics: Metrics | None = None) -> None:
        self.metrics = metrics
        self._hearers = (*hearers, *([metrics] if metrics else ()))

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """What the settings ask for; nothing else is imported.

        Raises:
            SettingsError: traces are asked for, and what sends them is not installed.
        """
        from assistant.observing.logs import QuestionLines

        hearers: list[Hearer] = [QuestionLines(shown=settings.log_questions)]
        metrics = None
        if settings.metrics:
            from assistant.observing.metrics import Metrics

            metrics = Metrics()
        if settings.otel_endpoint is not None:
            from assistant.observing.traces import Traces

            hearers.append(Traces(settings.otel_endpoint, shown=settings.log_questions))
        return cls(hearers, metrics)

    @contextmanager
    def asking(self, question: str, build: str) -> Iterator[Asking]:
        """Around the answering of one question; may be around a generator's yields."""
        now, origin, error = time.time(), time.perf_counter(), None
        asking = Asking()
        try:
            yield asking
        except GeneratorExit:
            raise
        except BaseException as caught:
            error = type(caught).__name__
            raise
        finally:
            ended = time.perf_counter() if asking.ended is None else asking.ended
            self._tell(
                Asked(
                    id=secrets.token_hex(8),
                    question=question,
                    build=build,
                    began=now,
                    origin=origin,
                    seconds=ended - origin,
                    outcome=_outcome(asking.reply, error),
                    reply=asking.reply,
                    steps=tuple(sorted(asking.recorder.steps, key=lambda one: one.number)),
                    troubles=tuple(asking.recorder.troubles),
                    error=error,
                    remembered=asking.remembered,
                )
            )

    def close(self) -> None:
        """Let go of what was not sent yet, as fast as it goes."""
        for hear in self._hearers:
            if close := getattr(hear, "close", None):
                close()

    def _tell(self, asked: Asked) -> None:
        for hear in self._hearers:
            try:
                hear(asked)
            except Exception as error:
                logger.error("Une question n'a pas pu être comptée (%s).", type(error).__name__)


def _outcome(reply: Reply | None, error: str | None) -> Outcome:
    if isinstance(reply, Answer):
        return Outcome.ANSWERED
    if reply is not None:
        return Outcome.REFUSED
    return Outcome.STOPPED if error is None else Outcome.FAILED
