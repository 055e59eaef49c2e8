"""A written sentence -> the span of a note that supports it, or why it may not be shown.

The model's own numbers are not read: they named a right passage for 59 right answers of 104, overlap did for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from assistant.answering import facts
from assistant.answering.citations import Span
from assistant.french.sentences import sentence_spans
from assistant.french.words import content_words, fold, index_terms, normalise, variants, words
from assistant.models import Passage

#: How close in meaning a sentence must be to its span, in standard deviations of the embedder's cosines above
#: unrelated text (docs/decisions/0011).
CLOSE = 3.5
#: The part of its content words that its span or that note's title must hold.
HELD = 0.5

Similarity = Callable[[str, str], float]

_ADDRESS = re.compile(
    r"https?://[^\s<>()\"«»]+|www\.[^\s<>()\"«»]+|\b\w[\w-]*(?:\.\w[\w-]*)*\.[a-z]{2,}\b(?:/[^\s<>()]*)?", re.I
)
_MARKUP = re.compile(r"!\[|\]\(|</?[a-z!|]|\|>|\]:", re.IGNORECASE)
# Said to the assistant, not about the world: no such span supports anything.
_ORDERS = re.compile(
    r"\b(?:ignor\w+|oubli\w+|disregard|forget|contourn\w+)\b.{0,40}\b(?:regles?|consignes?|instructions?|rules?|precede\w*)\b"
    r"|\b(?:tu es|vous etes|you are) (?:maintenant|desormais|now|un assistant|une ia)\b"
    r"|\b(?:system prompt|prompt systeme|invite systeme|assistant\s*:)"
    r"|\b(?:reponds|dis|ecris|ecrivez|affiche|affichez|revele|revelez|reply|say|print|reveal)\b.{0,30}\b(?:uniquement|seulement|only|exactement"
    r"|la cle|le mot de passe|your|tes)\b"
)


class Doubt(StrEnum):
    """Why a sentence is not shown."""

    LINK = "link"
    UNSUPPORTED = "unsupported"
    NUMBER = "number"
    NAME = "name"
    OFFICE = "office"
    NEGATION = "negation"
    QUOTE = "quote"
    OFF_TOPIC = "off_topic"
    ECHO = "echo"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class Support:
    """One or two neighbouring sentences of a passage. `held` is the part of the written sentence's content words that
    they and the title hold, 0 to 1; `doubt` what they do not bear out. Of two sentences, the one that holds more of the
    words must hold all the facts, unless the second leans on the first (« Il… »).
    """

    passage: Passage
    start: int
    end: int
    held: float
    doubt: Doubt | None

    @property
    def span(self) -> Span:
        """What a citation is made of."""
        return self.passage.note, self.start, self.end

    @property
    def text(self) -> str:
        """The span, verbatim."""
        return self.passage.note.text[self.start : self.end]


def verify(sentence: str, asked: str, passages: Sequence[Passage], similarity: Similarity) -> Support | Doubt:
    """The best support of a sentence written in answer to `asked`, or why there is none.

    Args:
        sentence: without the model's numbers.
        asked: the stand-alone question.
        passages: what the model was given.
        similarity: of two texts, in standard deviations above unrelated ones.
    """
    best = attribute(sentence, passages)
    if best is None or best.held < HELD:
        return Doubt.UNSUPPORTED
    doubt = best.doubt or _doubt_of_link(sentence, best) or _doubt_of_answer(sentence, asked, best)
    if doubt is None and similarity(sentence, best.text) < CLOSE:
        doubt = Doubt.MEANING
    return doubt or best


def attribute(sentence: str, passages: Sequence[Passage]) -> Support | None:
    """The span that holds most of the sentence's words; of equals one that bears out its facts, the shorter."""
    wanted = [frozenset(variants(word)) for word in dict.fromkeys(content_words(sentence))]
    found = [
        _support(sentence, wanted, passage, spans) for passage in passages for spans in _candidates(passage) if wanted
    ]
    return max(found, key=lambda s: (round(s.held, 3), s.doubt is None, s.start - s.end, -s.passage.rank), default=None)


def _candidates(passage: Passage) -> Iterator[list[tuple[int, int]]]:
    """Each sentence of a passage, and each two neighbours, but for orders."""
    offset, text = passage.chunk.start, passage.chunk.text
    spans = sentence_spans(text)
    fit = [not _ORDERS.search(fold(normalise(text[slice(*span)]))) for span in spans]
    placed = [((offset + start, offset + end), ok) for (start, end), ok in zip(spans, fit, strict=True)]
    yield from ([span] for span, ok in placed if ok)
    yield from ([one, two] for (one, ok_one), (two, ok_two) in pairwise(placed) if ok_one and ok_two)


def _support(sentence: str, wanted: list[frozenset[str]], passage: Passage, spans: list[tuple[int, int]]) -> Support:
    start, end = spans[0][0], spans[-1][1]
    title = f"{passage.note.title} {' '.join(passage.chunk.headings)}"
    doubt = _missing(sentence, f"{title} | {passage.note.text[start:end]}", _named_before(passage, spans[0]))
    second = passage.note.text[slice(*spans[-1])]
    if doubt is None and len(spans) == 2 and not facts.leans_back(second):
        first = passage.note.text[slice(*spans[0])]
        nearer = max((first, second), key=lambda text: _share(wanted, text))
        doubt = _missing(sentence, f"{title} | {nearer}", _named_before(passage, spans[0]) if nearer == first else "")
    return Support(passage, start, end, _share(wanted, f"{title} {passage.note.text[start:end]}"), doubt)


def _share(wanted: list[frozenset[str]], text: str) -> float:
    held = set(index_terms(text).split())
    return sum(bool(held & forms) for forms in wanted) / len(wanted)


def _named_before(passage: Passage, span: tuple[int, int]) -> str:
    """What the passage says before a span that opens on a pronoun: it names what the pronoun stands for."""
    leans = facts.leans_back(passage.note.text[slice(*span)])
    return passage.note.text[passage.chunk.start : span[0]] if leans else ""


def _missing(sentence: str, source: str, before: str) -> Doubt | None:
    dates = facts.calendar_words(sentence) - facts.calendar_words(source)
    if dates or facts.numbers(sentence) - facts.numbers(source):
        return Doubt.NUMBER
    held = facts.name_words(f"{source} {before}")
    if any(name not in held and name.removesuffix("s") not in held for name in facts.proper_names(sentence)):
        return Doubt.NAME
    if facts.offices(sentence) - facts.offices(source):
        return Doubt.OFFICE
    if facts.denies(sentence) and not facts.denies(source):
        return Doubt.NEGATION
    said = f" {' '.join(words(source))} "
    return Doubt.QUOTE if any(f" {' '.join(words(quote))} " not in said for quote in facts.quotes(sentence)) else None


def _doubt_of_link(sentence: str, support: Support) -> Doubt | None:
    """An address must stand in the note as it is; markup is never taken over."""
    note = support.passage.note.text
    foreign = any(match[0].rstrip(".,;:!?") not in note for match in _ADDRESS.finditer(sentence))
    return Doubt.LINK if foreign or _MARKUP.search(sentence) else None


def _doubt_of_answer(sentence: str, asked: str, support: Support) -> Doubt | None:
    """The question's names must stand in the note, and the sentence must say more than the question did."""
    note = support.passage.note
    if set(facts.names_asked(asked)) - facts.name_words(f"{note.title} {note.text}"):
        return Doubt.OFF_TOPIC
    said = set(index_terms(asked).split())
    return Doubt.ECHO if all(not said.isdisjoint(variants(word)) for word in content_words(sentence)) else None
