"""The words of a question that its best sentence speaks against: without them it answers better.

No list of words: « supprimé » of what a note sets up and « fonctionnaires » of a union of companies are found alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.answering.evidence import Evidence, Search
from assistant.answering.ranker import Reading, SentenceRanker
from assistant.french.words import canonical, content_words, variants

#: How much better, in standard deviations of the embedder's cosines and a tenth of the reader's log-odds together; of
#: the cosines alone where there is no reader (docs/decisions/0013).
_BETTER, _BETTER_COMPARED = 0.9, 0.6
_READER = 0.1
_TIPPED = 0.6  # what a reading adds at most, six log-odds being as sure as it gets
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
    wordings = {word: re.sub(rf"\b{word}\b", " ", plain) for word in tried}
    near = _nearness(search, evidence)
    whole = near(plain)
    gains = {word: near(wording) - whole for word, wording in wordings.items()}
    if search.ranker is None:
        return tuple(word for word in tried if gains[word] >= _BETTER_COMPARED)
    # Reading takes most of the time: only what it can still tip is read.
    worth = [word for word in tried if gains[word] >= _BETTER - _TIPPED]
    if not worth:
        return ()
    read = _reads(search.ranker, evidence)
    asked = read(plain)
    return tuple(word for word in worth if gains[word] + _READER * (read(wordings[word]) - asked) >= _BETTER)


def _nearness(search: Search, evidence: Evidence) -> Callable[[str], float]:
    """How near the best sentence is to a wording of the question, in standard deviations of the embedder's cosines."""
    best = evidence.ranked[0]
    text = f"{best.passage.note.title[:_TITLE_CHARS]} : {best.text[:_SENTENCE_CHARS]}"
    (vector,) = search.embedder.encode_documents([text])
    std = search.build.manifest.similarity_std
    return lambda wording: float(search.embedder.encode_query(wording) @ vector) / std


def _reads(ranker: SentenceRanker, evidence: Evidence) -> Callable[[str], float]:
    """The reader's score of the best sentence of the best passage, for a wording of the question."""
    passage = evidence.ranked[0].passage
    first = passage.chunk.start
    spans = [(c.start - first, c.end - first) for c in evidence.ranked if c.passage.chunk.id == passage.chunk.id]
    reading = Reading(passage.note.title, passage.chunk.text, spans)
    return lambda wording: float(ranker.scores(wording, [reading])[0].max())
