"""Whether the corpus answers at all: a first, honest decision. Its calibration is measured in benchmarks/refusal.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.extractive import Candidate, TermWeights
from assistant.answering.question import names
from assistant.french.words import index_terms
from assistant.index import Build
from assistant.models import NearestNote, Passage, Reason


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic model of `Support`; 4 % of the answerable questions it was fitted on are below `threshold`."""

    coefficients: dict[str, float]
    intercept: float
    threshold: float


# Fitted by `benchmarks/refusal.py --fit` on PIAF dev's standalone questions, classes balanced: with the sentence ranker
# on the development articles, which it never saw in training; without it on the fitting half.
_READ = Calibration({"reading": 0.30, "passage": 1.19, "shared": 2.41, "named": 2.40}, -7.48, 0.38)
_COMPARED = Calibration({"similarity": 0.92, "passage": 0.93, "shared": 3.16, "named": 2.42}, -9.79, 0.32)
_NEAREST = 3

_TEXTS = {
    Reason.NOT_IN_CORPUS: "Je n'ai pas trouvé de réponse à cette question dans les notes de France urbaine.",
    Reason.TOO_VAGUE: "Je ne vois pas de quoi parle cette question : précisez-la avec un sujet, un nom ou un lieu.",
}


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for an answer. `similarity` and `passage` in standard deviations above unrelated text, of the best
    sentence and the best passage; `shared` and `named` the part of the question's words and of its names that the
    passages hold, 0 to 1 (1 where there are none). `reading` is the ranker's best score, None where it did not read;
    where it did, there is no similarity.
    """

    similarity: float
    passage: float
    shared: float
    named: float
    reading: float | None = None

    @property
    def calibration(self) -> Calibration:
        """The model that fits what was measured."""
        return _COMPARED if self.reading is None else _READ

    @property
    def confidence(self) -> float:
        """The estimated probability that the passages answer, 0 to 1."""
        weights = self.calibration.coefficients.items()
        logit = self.calibration.intercept + sum(weight * float(getattr(self, name)) for name, weight in weights)
        return 1 / (1 + math.exp(-logit))


def measure_support(
    build: Build, question: str, passages: Sequence[Passage], ranked: Sequence[Candidate]
) -> Support | None:
    """The support of a question, None where nothing was found."""
    if not passages or not ranked:
        return None
    mean, std = build.manifest.similarity_mean, build.manifest.similarity_std
    best = ranked[0].passage
    read = f"{best.note.title} {' '.join(best.chunk.headings)} {best.chunk.text}"
    return Support(
        similarity=max(candidate.similarity for candidate in ranked),
        passage=(max(passage.dense for passage in passages) - mean) / std,
        shared=TermWeights(build, question).shared(read),
        named=_named(question, read),
        reading=max((c.reading for c in ranked if c.reading is not None), default=None),
    )


def _named(question: str, text: str) -> float:
    asked = names(question)
    held = set(index_terms(text).split())
    return sum(bool(held.intersection(name)) for name in asked) / len(asked) if asked else 1.0


def reason_to_refuse(question: str, support: Support | None) -> Reason | None:
    """Why not to answer, None to answer."""
    if not index_terms(question):
        return Reason.TOO_VAGUE
    if support is None or support.confidence < support.calibration.threshold:
        return Reason.NOT_IN_CORPUS
    return None


def text(reason: Reason, *, filtered: bool) -> str:
    """What the user reads; with filters on, that they may hide the answer."""
    hint = " Les filtres choisis écartent peut-être les notes qui répondent." if filtered else ""
    return _TEXTS[reason] + hint


def nearest_notes(passages: Sequence[Passage]) -> tuple[NearestNote, ...]:
    """The notes of the best passages, each once."""
    notes = dict.fromkeys((p.note.id, p.note.title, p.note.date) for p in passages)
    return tuple(NearestNote(*note) for note in list(notes)[:_NEAREST])
