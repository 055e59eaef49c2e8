"""Dates as search needs them: the ranges that a question names, and what a note may speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assistant.dates.mentions import DateMention, find_dates
from assistant.models import PartialDate

# Only these words tie a date to the day of the question; « le 17 octobre » may be of any year.
_FROM_TODAY = re.compile(
    r"prochain|derni[eè]r|demain|hier|aujourd|\bcette\b|\bce mois\b|il y a|\bdans\b|pass[ée]", re.I
)


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from `first` to `last`, both included; a None end is open."""

    first: date | None
    last: date | None

    def meets(self, mention: DateMention) -> bool:
        """Whether the mention shares a day with the range."""
        return mention.meets(self.first, self.last)


def asked_dates(question: str, today: date) -> tuple[DayRange, ...]:
    """The ranges that the question names: absolute ones, and those that count from today (« le mois dernier »)."""
    absolute = {(m.start, m.end): m for m in find_dates(question, None) if m.resolved}
    if _FROM_TODAY.search(question):
        reference = PartialDate(today.year, today.month, today.day)
        absolute |= {(m.start, m.end): m for m in find_dates(question, reference) if m.resolved}
    return tuple(DayRange(m.first, m.last) for m in absolute.values())


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
