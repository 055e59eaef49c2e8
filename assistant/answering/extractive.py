"""Passages -> the verbatim sentences that answer, ranked by meaning, shared words, and the kind of answer asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.question import Asked, asked_for, holds
from assistant.embedding import Embedder
from assistant.french.sentences import sentence_spans
from assistant.french.words import index_terms
from assistant.index import Build
from assistant.models import Note, Passage
from assistant.retrieval import Retrieval, question_terms

NAME = "extractive"
_PASSAGES = 3  # read for sentences
_SHORTLIST = 5  # sentences embedded; more takes time and changes little (docs/decisions/0006)
_TITLE_CHARS, _SENTENCE_CHARS = 60, 300  # of each, embedded
_BATCH_CHARS = 1_200  # embedded at once, each text counted as the longest: what a batch costs
_MOST_CHARS = 500
# In standard deviations of the embedder's cosines; chosen on PIAF's questions that are not standalone.
_PASSAGE_WEIGHT, _SHARED_WEIGHT, _KIND_WEIGHT = 0.55, 1.8, 0.5
_END_MARKS = tuple('.!?…»")”')
_NEXT_WITHIN = 0.8  # how far below the best a further sentence may be


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage, as `note.text[start:end]`.

    `similarity` is its cosine with the question, in standard deviations above unrelated text; `shared` the part of
    the question's rare words that it holds (0 to 1); `score` what it is ranked by.
    """

    passage: Passage
    start: int
    end: int
    shared: float
    similarity: float = 0.0
    score: float = -math.inf

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.passage.note.text[self.start : self.end]

    @property
    def span(self) -> tuple[Note, int, int]:
        """What `cite` takes."""
        return self.passage.note, self.start, self.end


class TermWeights:
    """How much each word of a question tells in a build: its idf, smoothed so that it is never below zero."""

    def __init__(self, build: Build, question: str) -> None:
        terms = question_terms(question)
        frequencies = build.catalogue.document_frequencies(terms)
        count = build.catalogue.chunk_count
        self._idf = {term: _idf(count, frequencies.get(term, 0)) for term in terms}
        self._mass = sum(self._idf.values())

    def shared(self, text: str) -> float:
        """The part of the question's weight whose words the text holds, 0 to 1; 0 for a question without words."""
        held = self._idf.keys() & set(index_terms(text).split())
        return sum(self._idf[term] for term in held) / self._mass if self._mass else 0.0


def _idf(count: int, frequency: int) -> float:
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def rank_sentences(build: Build, embedder: Embedder, question: str, retrieval: Retrieval) -> list[Candidate]:
    """The sentences of the best passages that may answer, best first; empty where nothing was retrieved."""
    weights = TermWeights(build, question)
    mean, std = build.manifest.similarity_mean, build.manifest.similarity_std
    shortlist = _shortlist(retrieval.passages[:_PASSAGES], weights, std)
    if not shortlist:
        return []
    cosines = embedder.encode_documents([_embedded_text(c) for c in shortlist]) @ retrieval.vector
    asked = asked_for(question)
    scored = [
        _score(candidate, (float(cosine) - mean) / std, std, asked)
        for candidate, cosine in zip(shortlist, cosines, strict=True)
    ]
    return sorted(scored, key=lambda candidate: -candidate.score)


def _shortlist(passages: Sequence[Passage], weights: TermWeights, std: float) -> list[Candidate]:
    candidates = [
        Candidate(passage, start, end, weights.shared(passage.note.text[start:end]))
        for passage in passages
        for start, end in _sentences(passage)
    ]
    best = sorted(candidates, key=lambda c: -_prior(c, std))[:_SHORTLIST]
    while len(best) > 2 and len(best) * max(len(_embedded_text(c)) for c in best) > _BATCH_CHARS:
        best.pop()
    return best


def _embedded_text(candidate: Candidate) -> str:
    return f"{candidate.passage.note.title[:_TITLE_CHARS]} : {candidate.text[:_SENTENCE_CHARS]}"


def _sentences(passage: Passage) -> list[tuple[int, int]]:
    first = passage.chunk.start
    return [(first + start, first + end) for start, end in sentence_spans(passage.chunk.text)]


def _prior(candidate: Candidate, std: float) -> float:
    return _PASSAGE_WEIGHT * candidate.passage.score / std + _SHARED_WEIGHT * candidate.shared


def _score(candidate: Candidate, similarity: float, std: float, asked: frozenset[Asked]) -> Candidate:
    kinds = sum(holds(candidate.text, kind) for kind in asked) / len(asked) if asked else 0.0
    score = similarity + _prior(candidate, std) + _KIND_WEIGHT * kinds
    return Candidate(candidate.passage, candidate.start, candidate.end, candidate.shared, similarity, score)


def select(ranked: Sequence[Candidate], max_sentences: int) -> list[Candidate]:
    """The best sentence and those nearly as good, at most 500 characters together, in reading order.

    Notes come in the order of their best sentence. A text without an end mark (a slogan, a label) is only ever
    chosen when nothing else is there.
    """
    full = [c for c in ranked if c.text.rstrip()[-1:] in _END_MARKS] or list(ranked)
    chosen: list[Candidate] = []
    for candidate in full:
        length = sum(len(c.text) for c in chosen) + len(candidate.text)
        within = candidate.score >= full[0].score - _NEXT_WITHIN and length <= _MOST_CHARS
        if not chosen or (within and candidate.text not in {c.text for c in chosen}):
            chosen.append(candidate)
        if len(chosen) == max_sentences:
            break
    notes = list(dict.fromkeys(c.passage.note.id for c in chosen))
    return sorted(chosen, key=lambda c: (notes.index(c.passage.note.id), c.start))
