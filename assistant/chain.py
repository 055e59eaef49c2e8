"""The LangChain runnable: rewrite -> retrieve -> answer. Invoked or streamed, it says the same."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from assistant.answering import extractive, generative, refusal, scope
from assistant.answering.choice import choose
from assistant.answering.citations import cite, with_citations
from assistant.answering.evidence import Evidence, Search
from assistant.answering.followup import TURNS, Reading, readings
from assistant.answering.generative import Outcome
from assistant.answering.ranker import SentenceRanker
from assistant.answering.wording import Wording
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
from assistant.observing import Recorder, step
from assistant.retrieval import Retrieval


@dataclass(frozen=True, slots=True)
class Request:
    """One question as it enters the chain; `today` is the day on which it is asked."""

    question: str
    history: Sequence[Turn] = ()
    filters: Filters = field(default_factory=Filters)
    today: date = field(default_factory=date.today)


@dataclass(frozen=True, slots=True)
class Chain:
    """The three stages over one build. `passages`, `max_sentences`, `lexical_weight` and `refusal_threshold` are the
    settings of the same names; with a `generator` the answer is written, else quoted; with a `ranker` the sentences are
    read, else compared. The `recorder` and `stopped` are of one question.
    """

    build: Build
    embedder: Embedder
    passages: int
    max_sentences: int
    generator: generative.Generator | None = None
    ranker: SentenceRanker | None = None
    lexical_weight: float = 1.0
    refusal_threshold: float | None = None
    recorder: Recorder = field(default_factory=Recorder)
    stopped: threading.Event = field(default_factory=threading.Event)

    def runnable(self) -> Runnable[Any, Any]:
        """LCEL: takes `{"request": Request}`, gives it back with `readings`, `evidence` and `reply`, each `Timed`."""
        return (
            RunnablePassthrough.assign(readings=self._timed("rewrite", self._rewrite))
            | RunnablePassthrough.assign(evidence=self._timed("retrieve", self._retrieve))
            | RunnablePassthrough.assign(reply=self._timed_steps("answer", self._answer))
        )

    def stream(self, request: Request) -> Iterator[Event]:
        """The passages as soon as they are found, then each sentence as it is released, then the whole reply."""
        stages: dict[str, Timed] = {}
        chunks = self.runnable().stream({"request": request})
        try:
            for made in chunks:
                stages |= {name: value for name, value in made.items() if isinstance(value, Timed)}
                if "evidence" in made:
                    found: Evidence = stages["evidence"].value
                    yield PassagesFound(found.question, found.passages)
                if "reply" in made:
                    yield _event(stages)
        finally:
            # LangChain's streams fail when closed half read, for they read their input on. These end by themselves.
            self.stopped.set()
            for _ in chunks:
                pass

    def _rewrite(self, state: dict[str, Any]) -> tuple[Reading, ...]:
        """What the question may mean, it and the turns before it worded as the notes are."""
        request: Request = state["request"]
        history = with_citations(self.build, request.history[-TURNS:])
        return readings(request.question, history, Wording(self.build.catalogue, self.embedder).mended)

    def _retrieve(self, state: dict[str, Any]) -> Evidence:
        """Of the first reading of the question that the notes answer, else of the first; nothing of what is no question
        on them.
        """
        if scope.outside(state["request"].question):
            return Evidence.out_of_scope(state["request"].question)
        search, found = self._search(state["request"]), []
        for reading in state["readings"].value:
            found.append(search.evidence(reading.question, reading.meant))
            if found[-1].reason is None:
                return found[-1]
        return found[0]

    def _search(self, request: Request) -> Search:
        return Search(
            self.build,
            self.embedder,
            self.passages,
            request.today,
            self.ranker,
            request.filters,
            self.lexical_weight,
            self.refusal_threshold,
        )

    def _answer(self, state: dict[str, Any]) -> Iterator[SentenceReady | Reply]:
        """Each sentence, then the reply. Whether to refuse is decided before anything is written."""
        request: Request = state["request"]
        evidence: Evidence = state["evidence"].value
        with step("choose"):
            choice = choose(self._search(request), evidence, self.max_sentences)
        common: dict[str, Any] = {
            "question": request.question,
            "standalone_question": evidence.question,
            "passages": evidence.passages,
            "build": self.build.id,
            "confidence": evidence.confidence,
        }
        written, answerer = Outcome(), extractive.NAME
        if choice.rewritable and self.generator is not None:
            written = yield from self._write(evidence.question, evidence.retrieval)
            choice = replace(choice, reason=Reason.NOT_IN_CORPUS if written.declined else None)
            answerer = generative.NAME if written.sentences or written.declined else answerer
        if choice.reason is not None:
            nearest = refusal.nearest_notes(evidence.passages)
            outside = scope.outside(request.question) if choice.reason is Reason.OUT_OF_SCOPE else None
            text = refusal.text(choice.reason, self.build, filtered=bool(request.filters), outside=outside)
            yield Refusal(reason=choice.reason, text=text, nearest=nearest, answerer=answerer, **common)
            return
        sentences, citations = written.sentences, written.citations
        if not sentences:
            sentences, citations = cite([c.span for c in choice.candidates])
            yield from (SentenceReady(s, tuple(c for c in citations if c.number in s.citations)) for s in sentences)
        yield Answer(
            sentences=sentences,
            citations=citations,
            answerer=answerer,
            notice=" ".join(notice for notice in (choice.notice, written.notice) if notice) or None,
            corrects=choice.corrects,
            dropped=written.dropped,
            **common,
        )

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

    def _timed(self, name: str, stage: Any) -> RunnableLambda[dict[str, Any], Timed]:
        def run(state: dict[str, Any]) -> Timed:
            with self.recorder.step(name) as clock:
                value = stage(state)
            return Timed(value, clock.seconds * 1000)

        return RunnableLambda(run, name=name)

    def _timed_steps(self, name: str, stage: Any) -> RunnableLambda[dict[str, Any], Timed]:
        """A stage that gives several values one after the other. Streamed, all are seen; invoked, the last."""

        def run(state: dict[str, Any]) -> Iterator[Timed]:
            if self.stopped.is_set():
                return
            for value, clock in self.recorder.resumed(name, stage(state)):
                yield Timed(value, clock.seconds * 1000)
                if self.stopped.is_set():
                    return

        return RunnableLambda(run, name=name)


@dataclass(frozen=True, slots=True)
class Timed:
    """A stage's value and the wall time that it took, without that of whoever used its values meanwhile."""

    value: Any
    milliseconds: float


def _event(stages: dict[str, Timed]) -> Event:
    """The event of the answer's latest value; the reply says how long each stage took."""
    value: SentenceReady | Reply = stages["reply"].value
    if isinstance(value, SentenceReady):
        return value
    return Finished(replace(value, timings=Timings(*(stage.milliseconds for stage in stages.values()))))
