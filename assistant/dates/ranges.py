"""Arithmetic on inclusive day ranges: months, parts of a range, calendar units around a day."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import Enum

DayRange = tuple[date, date]
DAY = timedelta(days=1)


class Unit(Enum):
    """A unit of the calendar; the value is its length in months, 0 for the units that are counted in days."""

    DAY = "day"
    WEEKEND = "weekend"
    WEEK = "week"
    MONTH = 1
    QUARTER = 3
    SEMESTER = 6
    YEAR = 12


class Part(Enum):
    """A rough third of a range, or all of it ("courant")."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"
    WHOLE = "whole"


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def months(year: int, month: int, count: int = 1) -> DayRange:
    """`count` whole months from a month on, which may lie outside 1..12 ("month 13" is next January)."""
    start, last = (year * 12 + month - 1), (year * 12 + month + count - 2)
    return date(start // 12, start % 12 + 1, 1), month_end(last // 12, last % 12 + 1)


def years(first: int, last: int | None = None) -> DayRange:
    """A whole year, or the whole years `first`..`last`."""
    return date(first, 1, 1), date(first if last is None else last, 12, 31)


def unit_around(day: date, unit: Unit, shift: int = 0) -> DayRange:
    """The whole unit `shift` units after (before, if negative) the one that holds `day`; weeks begin on Monday.

    Raises:
        OverflowError, ValueError: the range leaves the years 1..9999.
    """
    if isinstance(unit.value, int):
        aligned = (day.month - 1) // unit.value * unit.value + 1
        return months(day.year, aligned + shift * unit.value, unit.value)
    if unit is Unit.DAY:
        return (day + shift * DAY,) * 2
    monday = day - day.weekday() * DAY + shift * 7 * DAY
    return (monday, monday + 6 * DAY) if unit is Unit.WEEK else (monday + 5 * DAY, monday + 6 * DAY)


def move(day: date, unit: Unit, shift: int) -> date:
    """The day `shift` units away; the 31st becomes the last day of a shorter month.

    Raises:
        OverflowError, ValueError: the day leaves the years 1..9999.
    """
    if isinstance(unit.value, int):
        first, last = months(day.year, day.month + shift * unit.value)
        return min(first + (day.day - 1) * DAY, last)
    return day + shift * DAY * (1 if unit is Unit.DAY else 7)


def part_of(days: DayRange, part: Part) -> DayRange:
    """A rough third: of its years, months or days, whichever is the largest unit that divides the range in three.

    "début 2018" is January to April, "fin mars" the 22nd to the 31st, "début des années 2000" 2000 to 2002.
    """
    starts = _unit_starts(days)
    third = round(len(starts) / 3)
    if part is Part.WHOLE or not third or len(starts) <= 2 * third:
        return days
    ends = [*(start - DAY for start in starts[1:]), days[1]]
    first, last = {
        Part.EARLY: (0, third - 1),
        Part.MIDDLE: (third, len(starts) - third - 1),
        Part.LATE: (len(starts) - third, len(starts) - 1),
    }[part]
    return starts[first], ends[last]


def _unit_starts(days: DayRange) -> list[date]:
    first, last = days
    if first.day == 1 and last == month_end(last.year, last.month):
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        step = 12 if count >= 36 and count % 12 == 0 else 1
        if count >= 3:
            return [months(first.year, first.month + k)[0] for k in range(0, count, step)]
    return [first + k * DAY for k in range((last - first).days + 1)]
