"""A question that stands alone -> all that the build holds for an answer, and whether that is enough for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from assistant.answering import extractive, refusal
from assistant.answering.extractive import Candidate
from assistant.answering.ranker import SentenceRanker
from assistant.answering.refusal import Support
from assistant.embedding import Embedder
from assistant.index import Build
from assistant.models import Filters, Passage, Reason
from assistant.retrieval import Retrieval, retrieve


@dataclass(frozen=True, slots=True)
class Search:
    """Where and how to look: `passages` is how many are kept, `today` what « le mois prochain » counts from."""

    build: Build
    embedder: Embedder
    passages: int
    today: date
    ranker: SentenceRanker | None = None
    filters: Filters = field(default_factory=Filters)

    def evidence(self, question: str) -> Evidence:
        """What is found for one question."""
        retrieval = retrieve(self.build, self.embedder, question, self.passages, self.filters, self.today)
        ranked = extractive.rank_sentences(self.build, self.embedder, question, retrieval, self.ranker)
        support = refusal.measure_support(self.build, question, retrieval.passages, ranked)
        reason = refusal.reason_to_refuse(question, support)
        return Evidence(question, retrieval, tuple(ranked), support, reason)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages and their sentences, best first. `reason` is why they do not answer, None where they do."""

    question: str
    retrieval: Retrieval
    ranked: tuple[Candidate, ...]
    support: Support | None
    reason: Reason | None

    @property
    def passages(self) -> tuple[Passage, ...]:
        """What was retrieved."""
        return self.retrieval.passages

    @property
    def confidence(self) -> float:
        """The estimated probability that the notes answer, 0 to 1."""
        return self.support.confidence if self.support else 0.0
