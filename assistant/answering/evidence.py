"""A question that stands alone -> all that the build holds for an answer, and whether that is enough for one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import numpy as np

from assistant.answering import extractive, refusal
from assistant.answering.citations import one_line
from assistant.answering.extractive import Candidate
from assistant.answering.followup import ANYTHING, Meant
from assistant.answering.ranker import SentenceRanker
from assistant.answering.refusal import Support
from assistant.embedding import Embedder
from assistant.french.words import fold, normalise, variants
from assistant.index import Build
from assistant.models import Filters, Passage, Reason
from assistant.retrieval import RESCORED, Retrieval, retrieve

_STEM = 6  # letters of a word that tell it in its other forms: partenaires, partenariat


@dataclass(frozen=True, slots=True)
class Search:
    """Where and how to look: `passages` is how many are kept, `today` what « le mois prochain » counts from;
    `lexical_weight` and `refusal_threshold` are the settings of the same names.
    """

    build: Build
    embedder: Embedder
    passages: int
    today: date
    ranker: SentenceRanker | None = None
    filters: Filters = field(default_factory=Filters)
    lexical_weight: float = 1.0
    refusal_threshold: float | None = None

    def evidence(self, question: str, meant: Meant = ANYTHING) -> Evidence:
        """What is found for one question; nothing else than what is meant answers it."""
        retrieval = self._retrieval(question, meant)
        ranked = extractive.rank_sentences(self.build, self.embedder, question, retrieval, self.ranker)
        if meant.said:
            ranked = [candidate for candidate in ranked if one_line(candidate.text) not in meant.said] or ranked
        support = refusal.measure_support(self.build, question, retrieval, ranked, self.refusal_threshold)
        reason = refusal.reason_to_refuse(question, support)
        if meant.said and ranked:
            reason = None
        elif reason is None and not self._is_meant(meant, ranked[0].passage):
            reason = Reason.NOT_IN_CORPUS
        return Evidence(question, retrieval, tuple(ranked), support, reason)

    def _retrieval(self, question: str, meant: Meant) -> Retrieval:
        """The best passages; of the notes that are meant, if some are."""
        count = max(self.passages, RESCORED) if meant.notes else self.passages
        found = retrieve(self.build, self.embedder, question, count, self.filters, self.today, self.lexical_weight)
        kept = [p for p in found.passages if not meant.notes or p.note.id in meant.notes]
        return replace(found, passages=tuple(kept[: self.passages]))

    def _is_meant(self, meant: Meant, passage: Passage) -> bool:
        """Whether a passage speaks of what a follow-up asks beside its subject, which other passages hold as well."""
        text = f"{passage.note.title} {' '.join(passage.chunk.headings)} {passage.chunk.text}"
        folded, terms = fold(normalise(text)), self.build.catalogue.acronyms.terms(text)
        things = map(normalise, meant.things)
        return all(fold(thing)[:_STEM] in folded or terms.intersection(variants(thing)) for thing in things)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages and their sentences, best first. `reason` is why they do not answer, None where they do."""

    question: str
    retrieval: Retrieval
    ranked: tuple[Candidate, ...]
    support: Support | None
    reason: Reason | None

    @classmethod
    def out_of_scope(cls, question: str) -> Self:
        """Of what is no question on the notes: nothing is looked for."""
        return cls(question, Retrieval(np.zeros(0, np.float32), ()), (), None, Reason.OUT_OF_SCOPE)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """What was retrieved."""
        return self.retrieval.passages

    @property
    def confidence(self) -> float:
        """The estimated probability that the notes answer, 0 to 1."""
        return self.support.confidence if self.support else 0.0
