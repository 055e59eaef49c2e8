"""What a date phrase means before the note's date is known, and its resolution against that date.

A reference known only to the month or the year stands for every day in it; a phrase is resolved when all of them
that are consistent with it give the same range. All resolutions but the directed ones are monotone in the day, so the
first and the last day decide for the days between.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Protocol

from assistant.dates.ranges import DAY, DayRange, Part, Unit, month_end, move, part_of, unit_around
from assistant.models import PartialDate

# "prochain" and "dernier" said of a day or month of the year reach 10 months at most: in December, nobody announces
# "le 28 novembre prochain". This is what makes them certain when only the reference's year or month is known.
REACH = 300


class Direction(Enum):
    """Where a phrase without a year lies, seen from the reference."""

    NEAREST = "nearest"
    PAST = "past"
    FUTURE = "future"


class Side(Enum):
    """How an open phrase lies to its date."""

    BEFORE = "avant"
    UNTIL = "jusque"
    BY = "d'ici"
    FROM = "depuis"
    AFTER = "après"


@dataclass(frozen=True, slots=True)
class Resolution:
    """An inclusive day range; a None end is open. `consistent` is False when a weekday contradicts its date."""

    first: date | None
    last: date | None
    consistent: bool = True


class Expr(Protocol):
    """A date phrase. `relative` tells whether it needs the reference."""

    @property
    def relative(self) -> bool: ...

    def resolve(self, reference: PartialDate | None) -> Resolution | None:
        """The range, or None when the reference does not settle it."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """An absolute range."""

    first: date
    last: date
    consistent: bool = True
    relative: bool = field(default=False, init=False)

    def resolve(self, reference: PartialDate | None) -> Resolution:
        return Resolution(self.first, self.last, self.consistent)


@dataclass(frozen=True, slots=True)
class Annual:
    """A range of (month, day)s that returns each year, over the turn of the year if `end` < `start`.

    An `end` beyond its month is the month's last day. `weekdays` are the (month, day, weekday) to check.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    direction: Direction = Direction.NEAREST
    weekdays: tuple[tuple[int, int, int], ...] = ()
    relative: bool = field(default=True, init=False)

    def in_year(self, year: int) -> Fixed | None:
        """The range that begins in `year`; None when the year has no such day (29 février) or no calendar."""
        end_year = year + (self.end < self.start)
        if year < 1 or end_year > 9999 or self.start[1] > calendar.monthrange(year, self.start[0])[1]:
            return None
        last = min(self.end[1], month_end(end_year, self.end[0]).day)
        consistent = all(
            date(year + ((month, day) < self.start), month, day).weekday() == weekday
            for month, day, weekday in self.weekdays
        )
        return Fixed(date(year, *self.start), date(end_year, self.end[0], last), consistent)

    def resolve(self, reference: PartialDate | None) -> Resolution | None:
        if reference is None:
            return None
        choices = [self.in_year(year) for year in range(reference.year - 2, reference.year + 3)]
        ranges = [choice for choice in choices if choice]
        choose = self._nearest if self.direction is Direction.NEAREST else self._directed
        pool = choose(ranges, reference)
        return pool.pop().resolve(None) if len(pool) == 1 else None

    def _nearest(self, ranges: list[Fixed], reference: PartialDate) -> set[Fixed]:
        pool = [r for r in ranges if r.consistent] or ranges
        return {min(pool, key=lambda r: _distance(r, day)) for day in (reference.first, reference.last) if pool}

    def _directed(self, ranges: list[Fixed], reference: PartialDate) -> set[Fixed]:
        days = (reference.first, reference.last)
        gaps = {r: sorted(self._gap(r, day) for day in days) for r in ranges}
        near = {r for r, (low, high) in gaps.items() if high >= 0 and low <= REACH}
        if not near:
            reached = ([r for r in ranges if self._gap(r, day) >= 0] for day in days)
            return {min(some, key=lambda r: abs((r.first - reference.first).days)) for some in reached if some}
        return {r for r in near if r.consistent} or near

    def _gap(self, days: Fixed, day: date) -> int:
        """Days from `day` to the range in the direction; a month or season that begins or ends today is not ahead."""
        away = day - days.last if self.direction is Direction.PAST else days.first - day
        return away.days - ((days.last - days.first).days > 7)


@dataclass(frozen=True, slots=True)
class Following:
    """A yearless date that continues a list: its first return after the head of the list ("en mai et juin")."""

    lead: Annual
    yearly: Annual
    relative: bool = field(default=True, init=False)

    def resolve(self, reference: PartialDate | None) -> Resolution | None:
        lead = self.lead.resolve(reference)
        if lead is None or lead.first is None:
            return None
        years = (self.yearly.in_year(lead.first.year + more) for more in (0, 1))
        return next((found.resolve(None) for found in years if found and found.first >= lead.first), None)


@dataclass(frozen=True, slots=True)
class FromDay:
    """A range that a function gives for the reference's day ("la semaine dernière", "il y a deux mois")."""

    around: Callable[[date], DayRange]
    relative: bool = field(default=True, init=False)

    def resolve(self, reference: PartialDate | None) -> Resolution | None:
        if reference is None:
            return None
        try:
            ranges = {self.around(day) for day in (reference.first, reference.last)}
        except (OverflowError, ValueError):
            return None
        return Resolution(*ranges.pop()) if len(ranges) == 1 else None


@dataclass(frozen=True, slots=True)
class PartOf:
    """The beginning, the middle or the end of a range."""

    part: Part
    whole: Expr

    @property
    def relative(self) -> bool:
        return self.whole.relative

    def resolve(self, reference: PartialDate | None) -> Resolution | None:
        whole = self.whole.resolve(reference)
        if whole is None or whole.first is None or whole.last is None:
            return whole
        return Resolution(*part_of((whole.first, whole.last), self.part), whole.consistent)


@dataclass(frozen=True, slots=True)
class Between:
    """From the first day of one phrase to the last day of another."""

    opening: Expr
    closing: Expr

    @property
    def relative(self) -> bool:
        return self.opening.relative or self.closing.relative

    def resolve(self, reference: PartialDate | None) -> Resolution | None:
        opening, closing = self.opening.resolve(reference), self.closing.resolve(reference)
        if not opening or not closing or not opening.first or not closing.last or opening.first > closing.last:
            return None
        return Resolution(opening.first, closing.last, opening.consistent and closing.consistent)


@dataclass(frozen=True, slots=True)
class Open:
    """All that lies on one side of a date. "d'ici" begins at the reference, or is open where that is unknown."""

    side: Side
    edge: Expr

    @property
    def relative(self) -> bool:
        return self.edge.relative or self.side is Side.BY

    def resolve(self, reference: PartialDate | None) -> Resolution | None:
        edge = self.edge.resolve(reference)
        if edge is None or edge.first is None or edge.last is None:
            return None
        return Resolution(*self._ends(edge.first, edge.last, reference), edge.consistent)

    def _ends(self, first: date, last: date, reference: PartialDate | None) -> tuple[date | None, date | None]:
        match self.side:
            case Side.BEFORE:
                return None, first - DAY
            case Side.UNTIL:
                return None, last
            case Side.BY:
                return (reference.first if reference and reference.first <= last else None), last
            case Side.FROM:
                return first, None
            case Side.AFTER:
                return last + DAY, None


def shifted(unit: Unit, shift: int) -> FromDay:
    """The whole unit `shift` units from the reference's."""
    return FromDay(lambda day: unit_around(day, unit, shift))


def rolling(unit: Unit, count: int) -> FromDay:
    """From the reference's day `count` units on, or back if negative."""
    return FromDay(lambda day: (min(day, move(day, unit, count)), max(day, move(day, unit, count))))


def weekday_near(weekday: int, direction: Direction) -> FromDay:
    """The next such weekday strictly after the reference's day, the last before it, or the one within 3 days."""
    earliest = {Direction.FUTURE: 1, Direction.PAST: -7, Direction.NEAREST: -3}[direction]

    def around(day: date) -> DayRange:
        start = day + earliest * DAY
        found = start + (weekday - start.weekday()) % 7 * DAY
        return found, found

    return FromDay(around)


def _distance(days: Fixed, day: date) -> timedelta:
    return max(days.first - day, day - days.last, timedelta(0))
