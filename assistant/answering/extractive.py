"""Passages -> the verbatim sentences that answer, ranked by meaning, shared words, and the kind of answer asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assistant.answering.question import Asked, asked_for, holds
from assistant.answering.ranker import Reading, SentenceRanker
from assistant.embedding import Embedder
from assistant.french.sentences import sentence_spans
from assistant.index import Build
from assistant.models import Note, Passage
from assistant.retrieval import Retrieval, question_terms

NAME = "extractive"
_PASSAGES = 3  # read for sentences
_READ_WITHIN = 2.1  # standard deviations below the best passage; reading on gains nothing (docs/decisions/0010)
_READ_CHARS = 1_800  # read by the ranker at most, the best passage apart: what a question may take
_SHORTLIST = 5  # sentences embedded; more takes time and changes little (docs/decisions/0006)
_TITLE_CHARS, _SENTENCE_CHARS = 60, 300  # of each, embedded
_BATCH_CHARS = 1_200  # embedded at once, each text counted as the longest: what a batch costs
_MOST_CHARS = 500
_END_MARKS = tuple('.!?…»")”')
_ENOUGH = 0.95  # likelihood that the answer is among the sentences chosen


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage, as `note.text[start:end]`.

    `similarity` is its cosine with the question, in standard deviations above unrelated text; `shared` the part of
    the question's rare words that it holds (0 to 1); `score` what it is ranked by. Where the sentence ranker read it,
    `reading` is its score in log-odds and there is no similarity.
    """

    passage: Passage
    start: int
    end: int
    shared: float
    similarity: float = 0.0
    score: float = -math.inf
    reading: float | None = None

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.passage.note.text[self.start : self.end]

    @property
    def span(self) -> tuple[Note, int, int]:
        """What `cite` takes."""
        return self.passage.note, self.start, self.end


@dataclass(frozen=True, slots=True)
class Mix:
    """What a sentence's own score, its passage's score in standard deviations, shared words and kind weigh."""

    own: float
    passage: float
    shared: float
    kind: float

    def prior(self, candidate: Candidate, std: float) -> float:
        """What is known before the sentence is looked at for its meaning."""
        return self.passage * candidate.passage.score / std + self.shared * candidate.shared

    def score(self, own: float, candidate: Candidate, std: float, asked: frozenset[Asked]) -> float:
        """What the sentence is ranked by."""
        kinds = sum(holds(candidate.text, kind) for kind in asked) / len(asked) if asked else 0.0
        return self.own * own + self.prior(candidate, std) + self.kind * kinds


# Both in log-odds, fitted on the development articles by `benchmarks/train_ranker.py --mix [--compared]`.
#: Of similarities, in standard deviations.
_COMPARED = Mix(own=0.60, passage=1.08, shared=2.50, kind=2.38)
#: Of the ranker's scores.
_READ = Mix(own=0.30, passage=1.52, shared=1.10, kind=1.87)


class TermWeights:
    """How much each word of a question tells in a build: its idf, smoothed so that it is never below zero.

    A text that holds an acronym holds the words that it stands for, and the reverse.
    """

    def __init__(self, build: Build, question: str) -> None:
        terms = question_terms(question)
        frequencies = build.catalogue.document_frequencies(terms)
        count = build.catalogue.chunk_count
        self._idf = {term: _idf(count, frequencies.get(term, 0)) for term in terms}
        self._mass = sum(self._idf.values())
        self._acronyms = build.catalogue.acronyms

    def shared(self, text: str) -> float:
        """The part of the question's weight whose words the text holds, 0 to 1; 0 for a question without words."""
        held = self._idf.keys() & self._acronyms.terms(text)
        return sum(self._idf[term] for term in held) / self._mass if self._mass else 0.0


def _idf(count: int, frequency: int) -> float:
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def rank_sentences(
    build: Build, embedder: Embedder, question: str, retrieval: Retrieval, ranker: SentenceRanker | None = None
) -> list[Candidate]:
    """The sentences of the best passages that may answer, best first; empty where nothing was retrieved.

    With a ranker the passages are read beside the question, else their sentences are compared with it.
    """
    weights, std = TermWeights(build, question), build.manifest.similarity_std
    passages = retrieval.passages[:_PASSAGES]
    if ranker is None:
        scored = _compared(build, embedder, question, retrieval, _candidates(passages, weights))
    else:
        scored = _read(ranker, std, question, _candidates(_worth_reading(passages, std), weights))
    return sorted(scored, key=lambda candidate: -candidate.score)


def _worth_reading(passages: Sequence[Passage], std: float) -> list[Passage]:
    """The best passage and those so near to it that the ranker could still choose them, as time allows."""
    kept: list[Passage] = []
    for passage in passages:
        length = sum(len(p.chunk.text) for p in kept) + len(passage.chunk.text)
        if not kept or (length <= _READ_CHARS and passage.score >= passages[0].score - _READ_WITHIN * std):
            kept.append(passage)
    return kept


def _candidates(passages: Sequence[Passage], weights: TermWeights) -> list[Candidate]:
    return [
        Candidate(passage, start, end, weights.shared(passage.note.text[start:end]))
        for passage in passages
        for start, end in _sentences(passage)
    ]


def _read(ranker: SentenceRanker, std: float, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates scored by the ranker, which reads their passages whole."""
    by_passage = [list(group) for _, group in groupby(candidates, key=lambda c: c.passage)]
    readings = ranker.scores(question, [_reading(group) for group in by_passage])
    asked = asked_for(question)
    return [
        replace(c, reading=float(reading), score=_READ.score(float(reading), c, std, asked))
        for group, scores in zip(by_passage, readings, strict=True)
        for c, reading in zip(group, scores, strict=True)
    ]


def _reading(group: Sequence[Candidate]) -> Reading:
    passage = group[0].passage
    first = passage.chunk.start
    return Reading(passage.note.title, passage.chunk.text, [(c.start - first, c.end - first) for c in group])


def _compared(
    build: Build, embedder: Embedder, question: str, retrieval: Retrieval, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The most promising candidates scored by similarity: what is done without the ranker."""
    mean, std = build.manifest.similarity_mean, build.manifest.similarity_std
    shortlist = _shortlist(candidates, std)
    if not shortlist:
        return []
    cosines = embedder.encode_documents([_embedded_text(c) for c in shortlist]) @ retrieval.vector
    asked = asked_for(question)
    similarities = [(float(cosine) - mean) / std for cosine in cosines]
    return [
        replace(c, similarity=similarity, score=_COMPARED.score(similarity, c, std, asked))
        for c, similarity in zip(shortlist, similarities, strict=True)
    ]


def _shortlist(candidates: Sequence[Candidate], std: float) -> list[Candidate]:
    best = sorted(candidates, key=lambda c: -_COMPARED.prior(c, std))[:_SHORTLIST]
    while len(best) > 2 and len(best) * max(len(_embedded_text(c)) for c in best) > _BATCH_CHARS:
        best.pop()
    return best


def _embedded_text(candidate: Candidate) -> str:
    return f"{candidate.passage.note.title[:_TITLE_CHARS]} : {candidate.text[:_SENTENCE_CHARS]}"


def _sentences(passage: Passage) -> list[tuple[int, int]]:
    first = passage.chunk.start
    return [(first + start, first + end) for start, end in sentence_spans(passage.chunk.text)]


def select(ranked: Sequence[Candidate], max_sentences: int) -> list[Candidate]:
    """As many of the best sentences as it takes to hold the answer in all likelihood, at most 500 characters together,
    in reading order.

    Notes come in the order of their best sentence. A text without an end mark (a slogan, a label) is only ever
    chosen when nothing else is there.
    """
    full = [c for c in ranked if c.text.rstrip()[-1:] in _END_MARKS] or list(ranked)
    chosen: list[Candidate] = []
    likelihood = 0.0
    for candidate, likely in zip(full, _likelihoods(full), strict=True):
        length = sum(len(c.text) for c in chosen) + len(candidate.text)
        if not chosen or (length <= _MOST_CHARS and candidate.text not in {c.text for c in chosen}):
            chosen.append(candidate)
            likelihood += likely
        if likelihood >= _ENOUGH or len(chosen) == max_sentences:
            break
    notes = list(dict.fromkeys(c.passage.note.id for c in chosen))
    return sorted(chosen, key=lambda c: (notes.index(c.passage.note.id), c.start))


def _likelihoods(candidates: Sequence[Candidate]) -> list[float]:
    """Of being the sentence that answers, if one of them does: scores are log-odds of one against another."""
    odds = [math.exp(c.score - candidates[0].score) for c in candidates]
    return [one / sum(odds) for one in odds]
