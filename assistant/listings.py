"""What a build holds as a whole, its agenda, its list of notes: frozen values, without input or output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from assistant.models import Citation, Kind, PartialDate


class Precision(StrEnum):
    """What a date is known to."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Order(StrEnum):
    """How notes are listed: the latest first, or by title."""

    DATE = "date"
    TITLE = "titre"


@dataclass(frozen=True, slots=True)
class Count:
    """A value that one may narrow down to, and how many there are of it under the other conditions."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class AgendaEvent:
    """Something that a note says takes place, from `first` to `last` (bounds included), and the sentence that says so.

    `precision` is what the date is known to: of a month or a year, the days are its bounds. `year_sure` is False where
    the sentence does not print the year and it was counted from a note's date that is not sure either. `id` stays the
    same from build to build as long as note, days and title do.
    """

    id: str
    title: str
    first: date
    last: date
    precision: Precision
    year_sure: bool
    kind: Kind
    themes: tuple[str, ...]
    citation: Citation

    @property
    def note_id(self) -> str:
        """The note that tells of it."""
        return self.citation.note_id


@dataclass(frozen=True, slots=True)
class AgendaWanted:
    """Which events: of a year, of notes of a theme, whose name or sentence holds every one of the words."""

    year: int | None = None
    theme: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.year or self.theme or self.words)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The events wanted, each once: those to come, the next first, and the past, the latest first.

    `latest` is the last known past event whatever was wanted, None where there is none. `years` and `themes` are what
    one may narrow down to. `made` is when the build was made that they were read in.
    """

    coming: tuple[AgendaEvent, ...]
    past: tuple[AgendaEvent, ...]
    latest: AgendaEvent | None
    years: tuple[Count, ...]
    themes: tuple[Count, ...]
    made: datetime


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a build holds: how many notes, from when to when (None where none has a date), published when (UTC)."""

    notes: int
    first: PartialDate | None
    last: PartialDate | None
    updated: datetime
    build: str


@dataclass(frozen=True, slots=True)
class NoteHead:
    """A note without its text."""

    note_id: str
    title: str
    date: PartialDate | None
    date_inferred: bool
    kind: Kind
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as a list shows it. `marks` are the spans of `excerpt`, plain text, that hold a word sought."""

    head: NoteHead
    excerpt: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class NotesWanted:
    """Which notes: holding every one of the words, of a theme, a kind, a year (0: undated); which page, from 1."""

    words: str = ""
    theme: str = ""
    kind: Kind | None = None
    year: int | None = None
    order: Order = Order.DATE
    page: int = 1

    def __bool__(self) -> bool:
        return bool(self.words or self.theme or self.kind or self.year is not None)


@dataclass(frozen=True, slots=True)
class NotesFound:
    """One page of the notes wanted, how many there are in all, and what one may narrow down to.

    `page` is the one shown, the last where another was asked for that does not exist. A year's value 0 is "undated".
    """

    lines: tuple[NoteLine, ...]
    total: int
    page: int
    pages: int
    themes: tuple[Count, ...]
    kinds: tuple[Count, ...]
    years: tuple[Count, ...]
