"""The best passages -> ordered again by which of the question's words they hold, beside meaning and BM25."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.french.words import content_words, variants


@dataclass(frozen=True, slots=True)
class Match:
    """How a passage answers to a question, beside its cosine.

    `share` is its BM25 over the most that the question's words could give; `cover` the part of the idf of the
    question's words that passage, title or headings hold; `pairs` the part of its neighbouring words that stand so
    in the passage. All from 0 to 1.
    """

    share: float
    cover: float
    pairs: float


#: What each is worth, in standard deviations of the embedder's cosines: a rare name weighs by its idf, a paraphrase is
#: left to its meaning. Fitted by `python -m benchmarks.retrieval --fit` on PIAF's train articles (decision 5).
WEIGHTS = Match(share=1.29, cover=4.03, pairs=1.45)
MOST = WEIGHTS.share + WEIGHTS.cover + WEIGHTS.pairs


def bonus(match: Match) -> float:
    """What the match is worth, in standard deviations."""
    return WEIGHTS.share * match.share + WEIGHTS.cover * match.cover + WEIGHTS.pairs * match.pairs


class Matcher:
    """One question's words, to be looked for in passages. `idf` is that of its terms in the build."""

    def __init__(self, question: str, idf: Mapping[str, float]) -> None:
        self._idf = idf
        self._mass = sum(idf.values())
        words = [frozenset(variants(word)) for word in content_words(question)]
        self._pairs = list(pairwise(words))

    def match(self, heading: Sequence[str], text: Sequence[str], share: float) -> Match:
        """How one passage answers to the question, by the index terms of its title and headings, and of its text."""
        held = {*heading, *text}
        cover = sum(idf for term, idf in self._idf.items() if term in held) / self._mass if self._mass else 0.0
        return Match(share, cover, self._paired(text))

    def _paired(self, terms: Sequence[str]) -> float:
        if not self._pairs:
            return 0.0
        neighbours = set(pairwise(terms))
        found = sum(any((a, b) in neighbours for a in one for b in other) for one, other in self._pairs)
        return found / len(self._pairs)
