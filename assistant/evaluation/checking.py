"""Cases that no longer fit the notes: a note or a quote that is gone, a fact that no note holds, a ban that a source
breaks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path

from rapidfuzz import fuzz

from assistant.dates import find_dates, format_day_range
from assistant.evaluation.cases import Placed
from assistant.evaluation.models import EvalCase, Source
from assistant.evaluation.wording import even, holds, holds_even, quoted
from assistant.models import Note

_NEAR_IDS, _NEAR_ID = 3, 0.6  # how many ids are suggested, and how alike they are (difflib: 0 to 1)
_NEAR_WORDS = 70.0  # how alike words are that may have become the quote (rapidfuzz: 0 to 100)
_SHORTEST = 12  # characters of a quote of which likeness says something
_NOTES_NAMED = 3


class Fault(StrEnum):
    """What does not fit."""

    NOTE_GONE = "note_gone"
    QUOTE_CHANGED = "quote_changed"
    QUOTE_MOVED = "quote_moved"
    QUOTE_GONE = "quote_gone"
    FACT_GONE = "fact_gone"
    BANNED_IN_SOURCE = "banned_in_source"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in one case that does not fit the notes: what, and what to do, each a French sentence."""

    path: Path
    line: int
    case: str
    fault: Fault
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} : {self.case} : {self.what} {self.advice}"


def check_cases(placed: Iterable[Placed], notes: Iterable[Note]) -> list[Finding]:
    """Everything in the cases that does not fit the notes, in the order of the cases. A case that is expected to be
    refused says nothing of the notes, so nothing of it is checked.

    A fact is held by a note that has one of its wordings, in its text or in the meaning of its relative dates, as
    readers see it: « 17 octobre 2017 » by « mardi 17 octobre dernier ».
    """
    shelf = _Shelf({note.id: _Read(note) for note in notes})
    return [
        Finding(each.path, each.line, each.case.id, *found)
        for each in placed
        for found in (*_of_sources(each.case, shelf), *_of_facts(each.case, shelf), *_of_bans(each.case))
    ]


def words_like(text: str, words: str) -> str | None:
    """Where a text has the words but for case, accents, apostrophes and spacing, those of the text; else None."""
    letters, places = _spread(text)
    sought = even(words)
    start = letters.find(sought) if sought else -1
    return text[places[start] : _past(text, places[start + len(sought) - 1])] if start >= 0 else None


_Told = tuple[Fault, str, str]


@dataclass(frozen=True)
class _Read:
    """A note, and what its readers see of it."""

    note: Note

    @cached_property
    def readable(self) -> str:
        """The text and what its relative dates mean, evened."""
        dates = find_dates(self.note.text, self.note.date)
        meant = [format_day_range(d.first, d.last) for d in dates if d.relative and d.first and d.last]
        return even(" ".join([self.note.text, *meant]))


@dataclass(frozen=True, slots=True)
class _Shelf:
    notes: Mapping[str, _Read]

    def holding(self, wordings: Sequence[str]) -> bool:
        """Whether one of the notes has one of the wordings."""
        sought = [even(wording) for wording in wordings]
        return any(
            words in read.readable and holds_even(read.readable, words)
            for read in self.notes.values()
            for words in sought
        )

    def quoting(self, quote: str) -> list[str]:
        """The notes that have these words, but for case, accents, apostrophes and spacing."""
        sought = even(quote)
        return [note_id for note_id, read in self.notes.items() if sought and sought in read.readable]


def _of_sources(case: EvalCase, shelf: _Shelf) -> Iterator[_Told]:
    for source in case.sources:
        read = shelf.notes.get(source.note)
        if read is None:
            yield _note_gone(source, shelf)
        elif source.quote not in read.note.text:
            yield _quote_gone(source, read.note.text, shelf)


def _note_gone(source: Source, shelf: _Shelf) -> _Told:
    near = get_close_matches(source.note, shelf.notes, _NEAR_IDS, _NEAR_ID)
    holding = shelf.quoting(source.quote)
    what = f"il n'y a pas de note « {source.note} »."
    if holding:
        return Fault.NOTE_GONE, what, f"Ses mots sont dans {_named(holding)} : changez « note »."
    if near:
        return Fault.NOTE_GONE, what, f"Vouliez-vous dire {_named(near, 'ou')} ? Sinon, retirez cette source."
    return Fault.NOTE_GONE, what, "Retirez cette source, ou le cas si aucune note ne répond plus."


def _quote_gone(source: Source, text: str, shelf: _Shelf) -> _Told:
    told = f"{quoted(source.quote)} n'est pas mot pour mot dans {source.note}"
    if now := words_like(text, source.quote):
        why = f"{told} : seules l'écriture ou les espaces diffèrent."
        return Fault.QUOTE_CHANGED, why, f"Les mots de la note sont : {_whole(now)}."
    if holding := [note_id for note_id in shelf.quoting(source.quote) if note_id != source.note]:
        return Fault.QUOTE_MOVED, f"{told}.", f"Ces mots sont dans {_named(holding)} : changez « note »."
    if near := _nearest(text, source.quote):
        advice = f"Le plus proche y est : {_whole(near)}. Reprenez ces mots s'ils répondent encore."
        return Fault.QUOTE_GONE, f"{told}.", advice
    return Fault.QUOTE_GONE, f"{told}.", "Citez d'autres mots de la note, ou retirez cette source."


def _of_facts(case: EvalCase, shelf: _Shelf) -> Iterator[_Told]:
    for wordings in case.facts:
        if not shelf.holding(wordings):
            told = " | ".join(wordings)
            what = f"aucune note ne contient le fait {quoted(told)}."
            yield Fault.FACT_GONE, what, "Corrigez-le d'après les notes, ou retirez le cas."


def _of_bans(case: EvalCase) -> Iterator[_Told]:
    for ban in case.must_not:
        for source in case.sources:
            if holds(source.quote, ban):
                what = f"{quoted(ban)} est dans « must_not », mais la source {quoted(source.quote)} le dit."
                advice = "La citer serait une faute : corrigez l'un ou l'autre."
                yield Fault.BANNED_IN_SOURCE, what, advice


def _nearest(text: str, quote: str) -> str | None:
    """The words of the text, whole, that are most like the quote; None where none are."""
    if len(quote) < _SHORTEST:
        return None
    letters, places = _spread(text)
    found = fuzz.partial_ratio_alignment(even(quote), letters, score_cutoff=_NEAR_WORDS)
    if found is None or found.dest_start >= found.dest_end:
        return None
    start, end = places[found.dest_start], _past(text, places[found.dest_end - 1])
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return text[start:end].strip()


def _past(text: str, place: int) -> int:
    """The place after a letter and the accents that are written apart from it."""
    place += 1
    while place < len(text) and unicodedata.combining(text[place]):
        place += 1
    return place


@lru_cache(maxsize=8)  # of one note, several quotes are looked for
def _spread(text: str) -> tuple[str, list[int]]:
    """The text evened, and for each of its letters the place in the text that it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char.isspace():
            plain = " " if letters and letters[-1] != " " else ""
        elif unicodedata.combining(char):
            plain = ""
        else:
            plain = even(char)
        letters.extend(plain)
        places.extend([place] * len(plain))
    return "".join(letters), places


def _named(ids: Sequence[str], joined: str = "et") -> str:
    shown = list(ids[:_NOTES_NAMED])
    if len(ids) > _NOTES_NAMED:
        return f"{', '.join(shown)} et {len(ids) - _NOTES_NAMED} autres"
    return f" {joined} ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _whole(words: str) -> str:
    return f"« {words} »"
