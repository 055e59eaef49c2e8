"""What Prometheus reads: counters and times of questions, the state of the moment. No label holds what a user typed.

Imported only where metrics are asked for. One registry a process: each process of several is read by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.models import Answer, Reason
from assistant.observing.observer import Asked, Outcome

logger = logging.getLogger(__name__)
_QUESTION = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120)  # seconds
_STEP = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


@dataclass(frozen=True, slots=True)
class State:
    """The moment's: the build that answers, what it holds, how many questions are being answered, and how many builds
    were taken into service since the start.
    """

    build: str
    embedder: str
    notes: int
    chunks: int
    created: datetime
    in_progress: int
    followed: int


class Metrics:
    """Hears of questions and requests; gives the page. Safe to share between threads."""

    def __init__(self) -> None:
        # When each counter began: nobody asks, and it doubles the page.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = here = CollectorRegistry()
        ProcessCollector(registry=here)
        self._questions = Counter("assistant_questions", "Questions, par issue.", ["outcome"], registry=here)
        self._refusals = Counter("assistant_refusals", "Refus, par raison.", ["reason"], registry=here)
        self._seconds = Histogram(
            "assistant_question_seconds", "Durée d'une question.", buckets=_QUESTION, registry=here
        )
        self._steps = Histogram("assistant_step_seconds", "Durée d'une étape.", ["step"], buckets=_STEP, registry=here)
        self._remembered = Counter("assistant_remembered_replies", "Réponses déjà connues.", registry=here)
        self._dropped = Counter("assistant_dropped_sentences", "Phrases rédigées, non vérifiées.", registry=here)
        self._troubles = Counter("assistant_endpoint_failures", "Échecs de la rédaction.", ["trouble"], registry=here)
        self._requests = Counter("assistant_http_requests", "Requêtes.", ["method", "route", "status"], registry=here)
        for outcome in Outcome:  # a rate is known from the first question on
            self._questions.labels(outcome.value)
        for reason in Reason:
            self._refusals.labels(reason.value)

    def __call__(self, asked: Asked) -> None:
        """Count a question."""
        self._questions.labels(asked.outcome.value).inc()
        if asked.reason is not None:
            self._refusals.labels(asked.reason).inc()
        if asked.reply is not None:
            self._seconds.observe(asked.seconds)
        for name, seconds in asked.seconds_by_step.items():
            self._steps.labels(name).observe(seconds)
        self._remembered.inc(asked.remembered)
        if isinstance(asked.reply, Answer) and not asked.remembered:
            self._dropped.inc(asked.reply.dropped)
        for trouble in asked.troubles:
            self._troubles.labels(trouble).inc()

    def request(self, method: str, route: str, status: int) -> None:
        """Count a request; the three are among a few."""
        self._requests.labels(method, route, str(status)).inc()

    def busy(self) -> None:
        """Count a question that was turned away because too many were waiting."""
        self._questions.labels(Outcome.BUSY.value).inc()

    def look(self, state: Callable[[], State], waiting: Callable[[], int]) -> None:
        """Where the moment's figures are, each time that the page is read: the state, and how many are waiting."""
        self.registry.register(_Moment(state, waiting))

    def page(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)


class _Moment(Collector):
    """Looked at when the page is read. Without a usable index the counters are given all the same."""

    def __init__(self, state: Callable[[], State], waiting: Callable[[], int]) -> None:
        self._state = state
        self._waiting = waiting

    def describe(self) -> Iterable[Metric]:
        """Nothing: it is not read when it is registered."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The gauges."""
        yield _gauge("assistant_questions_waiting", "Demandes en attente dans la file.", self._waiting())
        try:
            now = self._state()
        except Exception as error:
            logger.warning("L'état de l'index n'a pas pu être mesuré (%s).", type(error).__name__)
            yield _gauge("assistant_ready", "Des questions peuvent recevoir une réponse.", 0)
            return
        yield _gauge("assistant_ready", "Des questions peuvent recevoir une réponse.", 1)
        named = {"build": now.build, "embedder": now.embedder}
        yield InfoMetricFamily("assistant_build", "La version de l'index en service.", named)
        yield _gauge("assistant_build_created_timestamp_seconds", "Quand elle a été faite.", now.created.timestamp())
        yield _gauge("assistant_notes", "Notes de la version en service.", now.notes)
        yield _gauge("assistant_chunks", "Passages de la version en service.", now.chunks)
        yield _gauge("assistant_questions_in_progress", "Questions en cours de réponse.", now.in_progress)
        yield _gauge("assistant_builds_followed", "Versions mises en service depuis le démarrage.", now.followed)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value)
