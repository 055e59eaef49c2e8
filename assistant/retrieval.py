"""Question -> passages: dense and lexical candidates, fused on their scores, filtered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.dates import DayRange, asked_dates
from assistant.embedding import Embedder
from assistant.french.words import content_words, variants
from assistant.index import Build
from assistant.index.postings import PERFECT, idf
from assistant.models import Filters, Passage
from assistant.observing import step
from assistant.rescoring import MOST, Matcher, bonus

_CANDIDATES = 100  # taken from each of the two indexes
RESCORED = 20  # passages read word by word, at least
_LEXICAL_DEPTH = 1_000  # how far BM25 scores are known for dense candidates
_EXACT = 2_000  # up to so many allowed chunks, a filtered search compares them all
_MOST = 1_000  # neighbours asked of Chroma at once, at most
#: What a perfect BM25 is worth in the first selection, in standard deviations of the embedder's cosines.
LEXICAL_WEIGHT = 10.4
#: What speaking of the date asked about is worth, likewise.
DATE_WEIGHT = 1.0
_UNSHARED = (0.0, 0.0)

Vectors = NDArray[np.float32]
#: Chunk id -> its BM25, and the part of the most that the question's words can give (0 to 1).
Lexical = dict[str, tuple[float, float]]
#: The question, and what it also says in other words -> the idf of its terms in the build.
Phrasings = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for one question, best first, with the question's vector for those who come next.

    `asked` are the dates that the question names.
    """

    vector: Vectors
    passages: tuple[Passage, ...]
    asked: tuple[DayRange, ...] = ()


def retrieve(
    build: Build,
    embedder: Embedder,
    question: str,
    count: int,
    filters: Filters | None = None,
    today: date | None = None,
    lexical_weight: float = 1.0,
) -> Retrieval:
    """The `count` best passages of the build for a stand-alone question.

    A passage's score is its cosine plus a bonus for shared words (`assistant.rescoring`). A paraphrase shares few words
    and so is ranked by its meaning; a rare name weighs by itself. A passage that speaks of a date which the question
    names comes before its likes: the date of the event, not of the note.

    Args:
        build: where to look.
        embedder: the one that the build was made with.
        question: one that stands alone.
        count: how many passages, at most.
        filters: which notes may answer.
        today: what « le mois prochain » counts from; the current day where left out.
        lexical_weight: what shared words count for, as a multiple of what was measured to be best.
    """
    asked = asked_dates(question, today or date.today())
    on_date = frozenset[str]().union(*(build.catalogue.speaking_of(days) for days in asked))
    vector = embedder.encode_query(build.catalogue.acronyms.both(question))
    phrasings = {one: question_idf(build, one) for one in (question, *build.catalogue.acronyms.phrasings(question))}
    with step("words"):
        lexical = _lexical(build, phrasings)
    with step("vectors"):
        dense = _dense(build, vector, lexical, filters)
    std = build.manifest.similarity_std
    words = {key: lexical_weight * LEXICAL_WEIGHT * lexical.get(key, _UNSHARED)[1] for key in dense}
    fused = {key: cosine + std * (words[key] + DATE_WEIGHT * (key in on_date)) for key, cosine in dense.items()}
    best = sorted(fused, key=lambda key: (-fused[key], key))[: max(count, RESCORED)]
    found = build.catalogue.chunks(best)
    shared = _bonuses(build, phrasings, best, lexical)
    scores = {key: _score(dense[key], lexical_weight * shared[key], key in on_date, std) for key in best}
    passages = tuple(
        Passage(*found[key], rank, scores[key], dense[key], lexical.get(key, _UNSHARED)[0])
        for rank, key in enumerate(sorted(best, key=lambda key: (-scores[key], key))[:count], start=1)
    )
    return Retrieval(vector, passages, asked)


def _bonuses(build: Build, phrasings: Phrasings, ids: Sequence[str], lexical: Lexical) -> dict[str, float]:
    """Chunk id -> what its shared words are worth, in the best phrasing of the question."""
    matchers = [Matcher(*phrasing) for phrasing in phrasings.items()]
    return {
        key: max(bonus(matcher.match(*terms, lexical.get(key, _UNSHARED)[1])) for matcher in matchers)
        for key, terms in build.catalogue.terms(ids).items()
    }


def _score(cosine: float, words: float, on_date: bool, std: float) -> float:
    """0 to 1, 1 for a perfect match in meaning and words."""
    score = (cosine + std * (words + DATE_WEIGHT * on_date)) / (1 + std * MOST)
    return min(1.0, max(0.0, score))


def question_terms(question: str) -> list[str]:
    """The distinct index terms of a question, in order."""
    return list(dict.fromkeys(term for word in content_words(question) for term in variants(word)))


def _lexical(build: Build, phrasings: Phrasings) -> Lexical:
    """Best first, each chunk in the phrasing in which it does best."""
    found: Lexical = {}
    for idfs in phrasings.values():
        most = PERFECT * sum(idfs.values())
        for key, score in build.catalogue.lexical_scores(list(idfs), _LEXICAL_DEPTH).items():
            scored = score, score / most
            found[key] = max(found.get(key, scored), scored, key=lambda score: score[1])
    return dict(sorted(found.items(), key=lambda item: -item[1][1]))


def question_idf(build: Build, question: str) -> dict[str, float]:
    """Index term of the question -> its idf in the build."""
    terms = question_terms(question)
    frequencies = build.catalogue.document_frequencies(terms)
    return {term: idf(build.catalogue.chunk_count, frequencies.get(term, 0)) for term in terms}


def _dense(build: Build, vector: Vectors, lexical: Iterable[str], filters: Filters | None) -> dict[str, float]:
    """Candidate chunk id -> cosine: the nearest, and the best lexical ones."""
    count = build.catalogue.allowed_count(filters) if filters else build.catalogue.chunk_count
    if filters and count <= _EXACT:
        return build.vectors.cosines(vector, list(build.catalogue.allowed(filters)))
    wanted = min(_MOST, math.ceil(_CANDIDATES * build.catalogue.chunk_count / max(1, count)))
    near = build.vectors.search(vector, min(wanted, build.catalogue.chunk_count))
    words = [key for key in lexical if key not in near]
    unreached = [key for key in build.unreached if key not in near]
    if filters:
        allowed = build.catalogue.allowed_of([*near, *words, *unreached], filters)
        near = {key: cosine for key, cosine in near.items() if key in allowed}
        words, unreached = ([key for key in some if key in allowed] for some in (words, unreached))
    return near | build.vectors.cosines(vector, list(dict.fromkeys([*words[:_CANDIDATES], *unreached])))
