"""When what a text speaks of takes place: days known, or the bounds within which they lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from assistant.dates.mentions import DateMention, find_dates
from assistant.models import PartialDate

_FINE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A date phrase of a text and its days, `first` to `last`.

    Where the year is not certain, these are the likeliest, and the phrase lies anywhere from `earliest` to `latest`.
    Of an `open` range (« dès 2014 ») the days are the end that is told.
    """

    mention: DateMention
    first: date
    last: date
    earliest: date
    latest: date
    open: bool = False

    @property
    def sure(self) -> bool:
        """Whether the days are known and not only bounded."""
        return (self.first, self.last) == (self.earliest, self.latest)

    @property
    def fine(self) -> bool:
        """Whether it is as precise as a month."""
        return self.last - self.first < _FINE


def find_occurrences(text: str, reference: PartialDate | None) -> list[Occurrence]:
    """The date phrases of a text, in order, read beside its date; those that nothing bounds are left out.

    The readings of the first and of the last day of the reference are the bounds: see `expressions`.
    """
    mentions = find_dates(text, reference)
    readings = [mentions]
    if reference is not None and reference.day is None and not all(m.resolved for m in mentions):
        middle = PartialDate(reference.year, reference.month or 7, 15 if reference.month else 1)
        days = (reference.first, reference.last)
        edges = [PartialDate(day.year, day.month, day.day) for day in days]
        readings += [find_dates(text, day) for day in (middle, *edges)]
    found = (_occurrence(*read) for read in zip(*readings, strict=True))
    return [occurrence for occurrence in found if occurrence]


def _occurrence(told: DateMention, *readings: DateMention) -> Occurrence | None:
    if told.resolved:
        first, last = told.first or told.last, told.last or told.first
        assert first and last
        return Occurrence(told, first, last, first, last, open=told.first is None or told.last is None)
    ends = [(m.first, m.last) for m in readings if m.first and m.last]
    if len(ends) < len(readings) or not ends:
        return None
    return Occurrence(told, *ends[0], min(first for first, _ in ends), max(last for _, last in ends))
