"""Dates as search needs them: the ranges that a question names, and what a note may speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.dates.english import in_french
from assistant.dates.mentions import DateMention, find_dates
from assistant.models import PartialDate

# Only these words tie a date to the day of the question; « le 17 octobre » may be of any year.
_FROM_TODAY = re.compile(
    r"prochain|derni[eè]r|demain|hier|aujourd|\bcet(?:te)?\b|il y a|\bdans\b|pass[ée]|d['’]ici|ann[ée]e en cours"
    r"|\bce (?:mois|trimestre|semestre|matin|soir|week|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
    r"|(?:fin|d[ée]but|milieu) (?:de l['’]ann[ée]e|du mois|de (?:la )?semaine)",
    re.I,
)
_WEEK_OF = re.compile(r"\bsemaine (?:du|de)\s*$", re.I)


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from `first` to `last`, both included; a None end is open."""

    first: date | None
    last: date | None

    def meets(self, mention: DateMention) -> bool:
        """Whether the mention shares a day with the range."""
        return mention.meets(self.first, self.last)

    def holds(self, first: date, last: date) -> bool:
        """Whether all of these days lie within the range."""
        return (self.first is None or self.first <= first) and (self.last is None or last <= self.last)


@dataclass(frozen=True, slots=True)
class AskedDates:
    """What a question says of time: `ranges` as `asked_dates`; `rest` are its words without the dates; `yearless`
    whether it names a day or a month of which it does not tell the year, and which may then be of any.
    """

    ranges: tuple[DayRange, ...]
    rest: str
    yearless: bool
    _text: str

    def in_year_of(self, day: date) -> tuple[DayRange, ...]:
        """The ranges, the yearless ones taken in the year in which they lie nearest to a day."""
        if not self.yearless:
            return self.ranges
        found = find_dates(self._text, PartialDate(day.year, day.month, day.day))
        return tuple(DayRange(m.first, m.last) for m in found if m.resolved)


def read_asked(question: str, today: date) -> AskedDates:
    """The dates of a question, in French or in English."""
    text = in_french(question)
    found = {(m.start, m.end): m for m in find_dates(text, None)}
    if _FROM_TODAY.search(text):
        reference = PartialDate(today.year, today.month, today.day)
        found |= {(m.start, m.end): m for m in find_dates(text, reference) if m.resolved}
    mentions = list(found.values())
    rest = list(text)
    for mention in mentions:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    return AskedDates(
        _met([_whole_week(text, m) for m in mentions if m.resolved]),
        "".join(rest),
        bool(mentions) and not any(m.resolved for m in mentions),
        text,
    )


def _whole_week(text: str, mention: DateMention) -> DayRange:
    """The days of a mention; of « la semaine du 27 novembre » all seven."""
    if mention.first and mention.first == mention.last and _WEEK_OF.search(text[: mention.start]):
        return DayRange(mention.first, mention.first + timedelta(days=6))
    return DayRange(mention.first, mention.last)


def _met(ranges: list[DayRange]) -> tuple[DayRange, ...]:
    """« Après novembre 2017 et avant l'été 2018 » is one range, not two."""
    starts, ends = [r for r in ranges if r.last is None], [r for r in ranges if r.first is None]
    if len(ranges) == 2 and starts and ends and starts[0].first and ends[0].last and starts[0].first <= ends[0].last:
        return (DayRange(starts[0].first, ends[0].last),)
    return tuple(ranges)


def asked_dates(question: str, today: date) -> tuple[DayRange, ...]:
    """The ranges that the question names: absolute ones, and those that count from today (« le mois dernier »)."""
    return read_asked(question, today).ranges


def dates_to_search(text: str, reference: PartialDate | None) -> list[DateMention]:
    """The dates under which a note's text is found.

    Where only the note's year is known, a day without a year (« les 6 et 7 décembre ») counts as one of that year: to
    be found is worth a guess that is never shown.
    """
    mentions = find_dates(text, reference)
    if reference is None or reference.month is not None:
        return mentions
    guessed = {(m.start, m.end): m for m in find_dates(text, PartialDate(reference.year, 7, 1))}
    return [m if m.resolved or _FROM_TODAY.search(m.text) else guessed.get((m.start, m.end), m) for m in mentions]
