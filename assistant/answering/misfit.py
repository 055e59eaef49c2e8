"""The words of a question that its best sentence speaks against: without them it answers better.

No list of words: « supprimé » of what a note sets up and « fonctionnaires » of a union of companies are found alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.answering.evidence import Evidence, Search
from assistant.answering.ranker import Reading
from assistant.french.words import canonical, content_words, variants

#: How much better, in standard deviations of the embedder's cosines and a tenth of the reader's log-odds together; of
#: the cosines alone where there is no reader (docs/decisions/0013).
_BETTER, _BETTER_COMPARED = 0.9, 0.6
_READER = 0.1
_MOST = 4  # words tried, each of which takes time
_TITLE_CHARS, _SENTENCE_CHARS = 60, 300


def misfits(search: Search, evidence: Evidence) -> tuple[str, ...]:
    """The words that the best note holds in no form, numbers apart, and without which its best sentence fits better."""
    best = evidence.ranked[0]
    note = best.passage.note
    held = search.build.catalogue.acronyms.terms(f"{note.title} | {note.text}")
    unheld = [word for word in dict.fromkeys(content_words(evidence.question)) if held.isdisjoint(variants(word))]
    plain = canonical(evidence.question)
    tried = [word for word in unheld if word.isalpha() and re.search(rf"\b{word}\b", plain)][:_MOST]
    if not tried:
        return ()
    fit = _fit(search, evidence)
    whole = fit(plain)
    least = _BETTER if search.ranker else _BETTER_COMPARED
    return tuple(word for word in tried if fit(re.sub(rf"\b{word}\b", " ", plain)) - whole >= least)


def _fit(search: Search, evidence: Evidence) -> Callable[[str], float]:
    """How well the best sentence answers a wording of the question."""
    best = evidence.ranked[0]
    passage, first = best.passage, best.passage.chunk.start
    spans = [(c.start - first, c.end - first) for c in evidence.ranked if c.passage.chunk.id == passage.chunk.id]
    reading = Reading(passage.note.title, passage.chunk.text, spans)
    text = f"{passage.note.title[:_TITLE_CHARS]} : {best.text[:_SENTENCE_CHARS]}"
    (vector,) = search.embedder.encode_documents([text])

    def fit(question: str) -> float:
        cosine = float(search.embedder.encode_query(question) @ vector) / search.build.manifest.similarity_std
        read = float(search.ranker.scores(question, [reading])[0].max()) if search.ranker else 0.0
        return cosine + _READER * read

    return fit
