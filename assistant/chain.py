"""The LangChain runnable: rewrite -> retrieve -> answer. Invoked or streamed, it says the same."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from assistant.answering import extractive, refusal
from assistant.answering.citations import cite
from assistant.answering.followup import stand_alone
from assistant.embedding import Embedder
from assistant.index import Build
from assistant.models import (
    Answer,
    Event,
    Filters,
    Finished,
    PassagesFound,
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
    """The three stages over one build. `passages` and `max_sentences` are the settings of the same names."""

    build: Build
    embedder: Embedder
    passages: int
    max_sentences: int

    def runnable(self) -> Runnable[Any, Any]:
        """LCEL: takes `{"request": Request}`, gives it back with `standalone`, `retrieval`, `reply`, `timings`."""
        return (
            RunnablePassthrough.assign(standalone=_timed("rewrite", self._rewrite))
            | RunnablePassthrough.assign(retrieval=_timed("retrieve", self._retrieve))
            | RunnablePassthrough.assign(reply=_timed("answer", self._answer))
        )

    def stream(self, request: Request) -> Iterator[Event]:
        """The passages as soon as they are found, then each sentence, then the whole reply."""
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
                yield from _events(replace(answered.value, timings=timings))

    def _rewrite(self, state: dict[str, Any]) -> str:
        request: Request = state["request"]
        return stand_alone(request.question, request.history)

    def _retrieve(self, state: dict[str, Any]) -> Retrieval:
        question, filters = state["standalone"].value, state["request"].filters
        return retrieve(self.build, self.embedder, question, self.passages, filters)

    def _answer(self, state: dict[str, Any]) -> Reply:
        request, standalone, retrieval = state["request"], state["standalone"].value, state["retrieval"].value
        ranked = extractive.rank_sentences(self.build, self.embedder, standalone, retrieval)
        support = refusal.measure_support(self.build, standalone, retrieval.passages, ranked)
        reason = refusal.reason_to_refuse(standalone, support)
        common = {
            "question": request.question,
            "standalone_question": standalone,
            "passages": retrieval.passages,
            "answerer": extractive.NAME,
            "build": self.build.id,
        }
        if reason is not None:
            nearest = refusal.nearest_notes(retrieval.passages)
            text = refusal.text(reason, filtered=bool(request.filters))
            return Refusal(reason=reason, text=text, nearest=nearest, **common)
        sentences, citations = cite([c.span for c in extractive.select(ranked, self.max_sentences)])
        return Answer(sentences=sentences, citations=citations, **common)


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


def _events(reply: Reply) -> Iterator[Event]:
    if isinstance(reply, Answer):
        for sentence in reply.sentences:
            yield SentenceReady(sentence, tuple(c for c in reply.citations if c.number in sentence.citations))
    yield Finished(reply)
