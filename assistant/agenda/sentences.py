"""A note -> the dated event sentences of its text: which noun names the event, which date is the event's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from assistant.agenda.lexicon import CANCELLED, COMES_BETWEEN, HELD, MACHINE, NOUN, OTHER_DAY, TAKES_PLACE, may_name
from assistant.dates import Occurrence, find_occurrences
from assistant.french.sentences import sentence_spans
from assistant.listings import Precision
from assistant.models import Kind, Note

_LONGEST = 700  # characters: what is longer is a list run together
_FAR = 110  # characters between an event and its date
_FAR_YEAR = 60
_DATED = re.compile(r"\d|janv|f[ée]vr|mars|avril|mai|juin|juil|ao[uû]t|sept|oct|nov|d[ée]c|hier|demain|dernier", re.I)
_PARAGRAPH = re.compile(r"(?:[^\n]+\n?)+")
_MARKER = re.compile(r"(?:[-*+•–>]+|#{1,6}|\d{1,3}[.)])[ \t]+")
_JOINED = re.compile(r"[\s,]*(?:et|ou|puis|au|[àa]|-|–)?\s*(?:du|le|les|en|au)?\s*", re.I)
_DAY = re.compile(r"(?<![\d/])[0-3]?\d(?:er)?(?![\d])", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|/\d\d\b")
_PRINTED = re.compile(r"\b(?:19|20)\d\d\b")
_PUBLISHED = re.compile(r"aujourd|\bce jour\b", re.I)
_DAYS_APART = timedelta(days=45)  # the longest festival


@dataclass(frozen=True, slots=True)
class Telling:
    """A sentence of a note, `note.text[start:end]`, and in it: the event's noun (None: the note names it), its date."""

    start: int
    end: int
    text: str
    noun: re.Match[str] | None
    when: Occurrence
    precision: Precision

    @property
    def year_written(self) -> bool:
        """Whether the date itself says the year."""
        return bool(_YEAR.search(self.when.mention.text))

    @property
    def year_contested(self) -> bool:
        """Whether the sentence prints years, and none is the one that was counted."""
        printed = _PRINTED.findall(self.text)
        return bool(printed) and str(self.when.first.year) not in printed


def tellings(note: Note) -> Iterator[Telling]:
    """The sentences that tell of an event and its date, in reading order; spans of `when` are within the sentence."""
    for start, end in _sentences(note):
        text = note.text[start:end]
        if CANCELLED.search(text):
            continue
        dated = [(o, p) for o in find_occurrences(text, note.date) if (p := _precision(o))]
        nouns = _nouns(text)
        found = [t for o, p in dated if (t := _telling((start, end), text, nouns, o, p, dated, note.kind))]
        finest = min((_FINENESS.index(t.precision) for t in found), default=0)
        yield from (t for t in found if _FINENESS.index(t.precision) == finest)


_FINENESS = (Precision.DAY, Precision.MONTH, Precision.YEAR)
_Dated = Sequence[tuple[Occurrence, Precision]]


def _sentences(note: Note) -> Iterator[tuple[int, int]]:
    """Only where a noun and a date can be: the reading of dates takes time."""
    about = note.kind is Kind.EVENT
    if not about and not may_name(note.text):
        return
    for paragraph in _PARAGRAPH.finditer(note.text):
        if not (about or may_name(paragraph[0])) or not _DATED.search(paragraph[0]):
            continue
        for first, last in sentence_spans(paragraph[0]):
            text = paragraph[0][first:last]
            marker = _MARKER.match(text)
            start = first + (marker.end() if marker else 0)
            named = may_name(text) or (about and TAKES_PLACE.search(text))
            if named and _DATED.search(text) and last - start <= _LONGEST:
                yield paragraph.start() + start, paragraph.start() + last


def _nouns(text: str) -> list[re.Match[str]]:
    machine = [match.span() for match in MACHINE.finditer(text)]
    held = HELD.search(text)
    return [
        noun
        for noun in NOUN.finditer(text)
        if (held or not noun["edition"]) and not any(start <= noun.start() < end for start, end in machine)
    ]


def _precision(when: Occurrence) -> Precision | None:
    """How precise the date is; None for one that is no event's: open, the note's own day, a week, a season, years."""
    first, last, after = when.first, when.last, when.last + timedelta(days=1)
    if when.open or _PUBLISHED.search(when.mention.text):
        return None
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return Precision.YEAR if first.year == last.year and _YEAR.search(when.mention.text) else None
    if first.day == 1 and after.day == 1:
        return Precision.MONTH if (last - first).days < 200 else None
    days = first == last or _DAY.search(when.mention.text)
    return Precision.DAY if days and last - first <= _DAYS_APART else None


def _telling(
    span: tuple[int, int],
    text: str,
    nouns: Sequence[re.Match[str]],
    when: Occurrence,
    precision: Precision,
    dated: _Dated,
    kind: Kind,
) -> Telling | None:
    mention = when.mention
    if OTHER_DAY.search(text[: mention.start][-120:]):
        return None
    before = next((n for n in reversed(nouns) if n.end() <= mention.start), None)
    after = next((n for n in nouns if n.start() >= mention.end), None)
    linked = [n for n in (before, after) if n and _belongs(text, n, when, precision, dated)]
    if linked:
        noun = min(linked, key=lambda n: _gap(n, when)[1] - _gap(n, when)[0])
        return Telling(*span, text, noun, when, precision)
    if kind is Kind.EVENT and not nouns and precision is Precision.DAY and TAKES_PLACE.search(text):
        return Telling(*span, text, None, when, precision)
    return None


def _gap(noun: re.Match[str], when: Occurrence) -> tuple[int, int]:
    mention = when.mention
    return (noun.end(), mention.start) if noun.end() <= mention.start else (mention.end, noun.start())


def _belongs(text: str, noun: re.Match[str], when: Occurrence, precision: Precision, dated: _Dated) -> bool:
    """Whether the date is that of what the noun names."""
    start, end = _gap(noun, when)
    between = text[start:end]
    if end - start > _FAR or COMES_BETWEEN.search(between):
        return False
    if start == noun.end():
        return _after_noun(text, between, (start, end), when, precision, dated)
    others = [o for o, _ in dated if start <= o.mention.start < end]
    return precision is not Precision.YEAR and not others and _before_noun(text, between, when)


def _after_noun(
    text: str, between: str, gap: tuple[int, int], when: Occurrence, precision: Precision, dated: _Dated
) -> bool:
    others = [o.mention for o, _ in dated if gap[0] <= o.mention.start < gap[1]]
    if others and not _JOINED.fullmatch(text[others[-1].end : when.mention.start]):
        return False
    if precision is Precision.YEAR:
        return len(between) <= _FAR_YEAR and "," not in between and bool(re.search(r"\ben\s*$", between))
    return True


def _before_noun(text: str, between: str, when: Occurrence) -> bool:
    """« Le 12 mars, X anime un colloque », « 12 mars : colloque », « X a organisé le 12 mars un colloque »."""
    opening = len(text[: when.mention.start].strip(" -*•–([«\"'_")) <= 4
    around = text[max(0, when.mention.start - 40) : when.mention.start]
    return opening or bool(TAKES_PLACE.search(between) or TAKES_PLACE.search(around))
