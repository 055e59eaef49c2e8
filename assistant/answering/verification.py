"""A written sentence -> the span of a note that supports it, or why it may not be shown.

The model's own numbers are not read: they named a right passage for 59 right answers of 104, overlap did for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile

from assistant.answering import facts
from assistant.answering.citations import Span
from assistant.dates import DateMention, find_dates
from assistant.french.calendar import french_date
from assistant.french.sentences import sentence_spans
from assistant.french.words import content_words, fold, index_terms, normalise, variants, words
from assistant.models import Note, PartialDate, Passage

#: How close in meaning a sentence must be to its span, in standard deviations of the embedder's cosines above
#: unrelated text (docs/decisions/0011).
CLOSE = 3.5
#: The part of its content words that its span or that note's title must hold.
HELD = 0.5

Similarity = Callable[[str, str], float]

_ADDRESS = re.compile(
    r"https?://[^\s<>()\"«»]+|www\.[^\s<>()\"«»]+|\b\w[\w-]*(?:\.\w[\w-]*)*\.[a-z]{2,}\b(?:/[^\s<>()]*)?", re.I
)
_MARKUP = re.compile(
    r"!\[|\]\s*\(|\]\s*\[|</?[a-z!|]|\|>|\]:|&#?\w{2,};|\[\.\]|\b(?:data|javascript|vbscript|file|mailto):\S",
    re.IGNORECASE,
)
# Said to the assistant, not about the world: no such span supports anything. Read in the folded text of one sentence.
_ORDERS = re.compile(
    r"\b(?:ignor\w+|oubli\w+|disregard|forget|contourn\w+)\b.{0,40}"
    r"\b(?:regles?|consignes?|instructions?|rules?|precede\w*|extraits)\b"
    r"|\b(?:tu es|vous etes|you are) (?:maintenant|desormais|now|un assistant|une ia)\b"
    r"|\b(?:system prompt|prompt systeme|invite systeme|assistant\s*:|###\s*system|reponse \(json\))"
    r"|\b(?:note|message|instruction|consigne|ordre)s? (?:a|aux?|pour|destinee?s? (?:a|aux?)) "
    r"(?:l'assistant|l'ia\b|(?:le |tout )?(?:modele|chatbot|robot)).{0,20}:"
    r"|\b(?:reponds|dis|ecris|ecrivez|affiche|affichez|revele|revelez|reply|say|print|reveal)\b.{0,30}"
    r"\b(?:uniquement|seulement|only|exactement|la cle|le mot de passe|your|tes)\b"
    # Staff write « vous » to their readers: who is told so as « tu » is the assistant. Of verbs in -er only the first
    # word of a sentence is an order: « …, ajoute le maire ».
    r"|(?:^|[:,;.(«\"-]\s*|\bet )(?:reponds|ecris|traduis|obeis|agis)\b"
    r"|^\W*(?:repete|recopie|insere|ajoute|revele|decode|execute|confirme|imagine que tu|joue le role)\b"
)

_ITEM = re.compile(r"(?:[-*+•–]|\d{1,3}[.)])[ \t]")


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
    """One or two neighbouring sentences of a passage, or a list with what introduces it. `held` is the part of the
    written sentence's content words that they and the title hold, `own` the part that they hold without it, 0 to 1;
    `doubt` what they do not bear out. Of two sentences, the one that holds more of the words must hold all the facts,
    unless the second leans on the first (« Il… »).
    """

    passage: Passage
    start: int
    end: int
    held: float
    own: float
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
    """The span that holds most of the sentence's words; of equals one that bears out its facts, that holds enough of
    them without the title, the shorter.
    """
    wanted = [frozenset(variants(word)) for word in dict.fromkeys(content_words(sentence))]
    found = [
        _support(sentence, wanted, passage, spans) for passage in passages for spans in _candidates(passage) if wanted
    ]
    return max(found, key=_rank, default=None)


def doubt_of(sentence: str, title: str, text: str) -> Doubt | None:
    """What a text and the titles above it do not bear out of a sentence, None where they do; without the question, the
    note's date and its meaning, which `verify` reads as well.
    """
    wanted = [frozenset(variants(word)) for word in dict.fromkeys(content_words(sentence))]
    if not wanted or _share(wanted, f"{title} {text}") < HELD:
        return Doubt.UNSUPPORTED
    return _missing(sentence, title, (Note("", title, text), 0, len(text)), "")


def _rank(found: Support) -> tuple[float, bool, bool, int, int]:
    return round(found.held, 3), found.doubt is None, found.own >= HELD, found.start - found.end, -found.passage.rank


def _candidates(passage: Passage) -> Iterator[list[tuple[int, int]]]:
    """Each sentence of a passage, each two neighbours, and each list as one with what introduces it, but for orders."""
    offset, text = passage.chunk.start, passage.chunk.text
    spans = sentence_spans(text)
    said = [text[slice(*span)] for span in spans]
    fit = [not _ORDERS.search(fold(normalise(sentence))) for sentence in said]
    placed = [(offset + start, offset + end) for start, end in spans]
    for at, span in enumerate(placed):
        listed = _list_at(said, at)
        first, last = listed or (at, at + 1)
        if fit[at]:
            yield [span]
        if all(fit[first : last + 1]) and last < len(placed):
            yield placed[first : last + 1]


def _list_at(said: Sequence[str], at: int) -> tuple[int, int] | None:
    """The first and the last of the sentences that make one with the list that a sentence introduces, if it does:
    itself, the one that it leans on (« Ils sont cinq : … »), the items. A full stop behind « a ; b » ends a list.
    """
    items = list(takewhile(_ITEM.match, said[at + 1 :])) if said[at].endswith(":") else []
    if not items:
        return None
    ends = (i for i, item in enumerate(items) if i and item.endswith(".") and items[i - 1].endswith((";", ",")))
    return at - int(at > 0 and facts.leans_back(said[at])), at + next(ends, len(items) - 1) + 1


def _support(sentence: str, wanted: list[frozenset[str]], passage: Passage, spans: list[tuple[int, int]]) -> Support:
    start, end = spans[0][0], spans[-1][1]
    text, said = passage.note.text[start:end], [passage.note.text[slice(*span)] for span in spans]
    title = f"{passage.note.title} {' '.join(passage.chunk.headings)}"
    doubt = _missing(sentence, title, (passage.note, start, end), _named_before(passage, spans[0]))
    if doubt is None and any(said[at].endswith(":") and _ITEM.match(said[at + 1]) for at in range(len(said) - 1)):
        doubt = _mixed(sentence, title, said)
    elif doubt is None and len(spans) == 2 and not facts.leans_back(said[1]):
        nearer = max(spans, key=lambda span: _share(wanted, passage.note.text[slice(*span)]))
        before = _named_before(passage, nearer) if nearer == spans[0] else ""
        doubt = _missing(sentence, title, (passage.note, *nearer), before)
    return Support(passage, start, end, _share(wanted, f"{title} {text}"), _share(wanted, text), doubt)


def _mixed(sentence: str, title: str, said: Sequence[str]) -> Doubt | None:
    """« Paris : 5 M€ » of « - Lyon : 5 M€ - Paris : 8 M€ »: of an item's own facts all are told, or none."""
    common = _facts(" | ".join([title, *(s for s in said if not _ITEM.match(s) or s.endswith(":"))]))
    told = _facts(sentence) - common
    items = [_facts(s) - common for s in said]
    return Doubt.NUMBER if any(own & told and own - told for own in items) else None


def _facts(text: str) -> set[str]:
    return _counts(text) | {name.removesuffix("s") for name in facts.proper_names(text)}


def _counts(text: str) -> set[str]:
    return facts.numbers(text) | facts.calendar_words(text)


def _resolved(note: Note, start: int, end: int) -> str:
    """The days that the relative dates of a span mean beside its note, in words: they may be said in their place."""
    within = [m for m in _relative_dates(note) if start <= m.start and m.end <= end]
    days = sorted({day for mention in within for day in (mention.first, mention.last) if day})
    return " ".join(french_date(PartialDate(day.year, day.month, day.day)) for day in days)


@lru_cache(maxsize=64)
def _relative_dates(note: Note) -> tuple[DateMention, ...]:
    return tuple(m for m in find_dates(note.text, note.date) if m.relative and m.first and m.last)


def _share(wanted: list[frozenset[str]], text: str) -> float:
    held = set(index_terms(text).split())
    return sum(bool(held & forms) for forms in wanted) / len(wanted)


def _named_before(passage: Passage, span: tuple[int, int]) -> str:
    """What the passage says before a span that opens on a pronoun: it names what the pronoun stands for."""
    leans = facts.leans_back(passage.note.text[slice(*span)])
    return passage.note.text[passage.chunk.start : span[0]] if leans else ""


def _missing(sentence: str, title: str, span: Span, before: str) -> Doubt | None:
    note, start, end = span
    source = f"{title} | {note.text[start:end]}"
    lacking = _counts(sentence) - _counts(source)
    if lacking and lacking - _counts(_resolved(*span)):
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
