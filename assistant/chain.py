"""The LangChain runnable: rewrite -> retrieve -> answer. Invoked or streamed, it says the same."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from assistant.answering import extractive, generative, refusal
from assistant.answering.citations import cite
from assistant.answering.followup import stand_alone
from assistant.answering.generative import Outcome
from assistant.answering.ranker import SentenceRanker
from assistant.embedding import Embedder
from assistant.index import Build
from assistant.models import (
    Answer,
    Event,
    Filters,
    Finished,
    PassagesFound,
    Reason,
    Refusal,
    Reply,
    SentenceReady,
    Timings,
    Turn,
)
from assistant.retrieval import Retrieval, retrieve


@dataclass(frozen=True, slots=True)
class Request:
    """One question as it enters the chain."""

    question: str
    history: Sequence[Turn] = ()
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Chain:
    """The three stages over one build. `passages` and `max_sentences` are the settings of the same names; with a
    `generator` the answer is written, else quoted; with a `ranker` the sentences are read, else compared.
    """

    build: Build
    embedder: Embedder
    passages: int
    max_sentences: int
    generator: generative.Generator | None = None
    ranker: SentenceRanker | None = None

    def runnable(self) -> Runnable[Any, Any]:
        """LCEL: takes `{"request": Request}`, gives it back with `standalone`, `retrieval`, `reply`, `timings`."""
        return (
            RunnablePassthrough.assign(standalone=_timed("rewrite", self._rewrite))
            | RunnablePassthrough.assign(retrieval=_timed("retrieve", self._retrieve))
            | RunnablePassthrough.assign(reply=_timed_steps("answer", self._answer))
        )

    def stream(self, request: Request) -> Iterator[Event]:
        """The passages as soon as they are found, then each sentence as it is released, then the whole reply."""
        standalone: Timed | None = None
        retrieval: Timed | None = None
        for step in self.runnable().stream({"request": request}):
            standalone = step.get("standalone", standalone)
            if "retrieval" in step and standalone is not None:
                retrieval = step["retrieval"]
                yield PassagesFound(standalone.value, retrieval.value.passages)
            if "reply" in step and standalone is not None and retrieval is not None:
                answered: Timed = step["reply"]
                timings = Timings(standalone.milliseconds, retrieval.milliseconds, answered.milliseconds)
                yield _event(answered.value, timings)

    def _rewrite(self, state: dict[str, Any]) -> str:
        request: Request = state["request"]
        return stand_alone(request.question, request.history)

    def _retrieve(self, state: dict[str, Any]) -> Retrieval:
        question, filters = state["standalone"].value, state["request"].filters
        return retrieve(self.build, self.embedder, question, self.passages, filters)

    def _answer(self, state: dict[str, Any]) -> Iterator[SentenceReady | Reply]:
        """Each sentence, then the reply. Whether to refuse is decided before anything is written."""
        request, standalone, retrieval = state["request"], state["standalone"].value, state["retrieval"].value
        ranked = extractive.rank_sentences(self.build, self.embedder, standalone, retrieval, self.ranker)
        support = refusal.measure_support(self.build, standalone, retrieval.passages, ranked)
        reason = refusal.reason_to_refuse(standalone, support)
        common = {
            "question": request.question,
            "standalone_question": standalone,
            "passages": retrieval.passages,
            "answerer": extractive.NAME,
            "build": self.build.id,
        }
        written = Outcome()
        if reason is None and self.generator is not None:
            common["answerer"] = generative.NAME
            written = yield from self._write(standalone, retrieval)
            reason = Reason.NOT_IN_CORPUS if written.declined else None
        if reason is not None:
            nearest = refusal.nearest_notes(retrieval.passages)
            text = refusal.text(reason, filtered=bool(request.filters))
            yield Refusal(reason=reason, text=text, nearest=nearest, **common)
            return
        sentences, citations = written.sentences, written.citations
        if not sentences:
            common["answerer"] = extractive.NAME
            sentences, citations = cite([c.span for c in extractive.select(ranked, self.max_sentences)])
            yield from (SentenceReady(s, tuple(c for c in citations if c.number in s.citations)) for s in sentences)
        beside: dict[str, Any] = {"notice": written.notice, "dropped": written.dropped}
        yield Answer(sentences=sentences, citations=citations, **common, **beside)

    def _write(self, question: str, retrieval: Retrieval) -> Generator[SentenceReady, None, Outcome]:
        """The sentences that the chat model writes; the outcome is returned."""
        assert self.generator is not None
        outcome = Outcome()
        for event in self.generator.write(question, retrieval.passages, self.max_sentences, self._similarity):
            if isinstance(event, Outcome):
                outcome = event
            else:
                yield event
        return outcome

    def _similarity(self, one: str, other: str) -> float:
        """Of two texts, in standard deviations above unrelated ones."""
        first, second = self.embedder.encode_documents([one, other])
        return (float(first @ second) - self.build.manifest.similarity_mean) / self.build.manifest.similarity_std


@dataclass(frozen=True, slots=True)
class Timed:
    """A stage's value and the wall time that it took."""

    value: Any
    milliseconds: float


def _timed(name: str, stage: Any) -> RunnableLambda[dict[str, Any], Timed]:
    def run(state: dict[str, Any]) -> Timed:
        start = time.perf_counter()
        value = stage(state)
        return Timed(value, (time.perf_counter() - start) * 1000)

    return RunnableLambda(run, name=name)


def _timed_steps(name: str, stage: Any) -> RunnableLambda[dict[str, Any], Timed]:
    """A stage that gives several values one after the other. Streamed, all are seen; invoked, the last."""

    def run(state: dict[str, Any]) -> Iterator[Timed]:
        start = time.perf_counter()
        for value in stage(state):
            yield Timed(value, (time.perf_counter() - start) * 1000)

    return RunnableLambda(run, name=name)


def _event(value: SentenceReady | Reply, timings: Timings) -> Event:
    return value if isinstance(value, SentenceReady) else Finished(replace(value, timings=timings))
