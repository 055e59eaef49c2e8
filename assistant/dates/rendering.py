"""Dates and day ranges as members read them, in the language spoken now."""

from __future__ import annotations

from datetime import date

from assistant.dates.ranges import DAY, month_end
from assistant.french.calendar import MONTHS
from assistant.language import tr
from assistant.models import PartialDate


def format_date(day: PartialDate) -> str:
    """« 1er mai 2018 », « octobre 2017 » or « 2017 »."""
    if day.month is None:
        return str(day.year)
    return _day(day.first) if day.day else _month(day.first)


def format_day_range(first: date | None, last: date | None) -> str:
    """An inclusive range as a reader would write it: « 17 octobre 2017 », « du 3 au 5 mai 2018 », « 2017 ».

    A None end is open: « depuis le 1er mai 2018 », « jusqu'au 20 juin 2018 ».

    Raises:
        ValueError: both ends are None, or the range ends before it begins.
    """
    if first is None or last is None:
        return _open(first, last)
    if first > last:
        raise ValueError(f"expected first <= last, got {first} > {last}")
    return _whole_months(first, last) if _are_months(first, last) else _days(first, last)


def format_when(first: date, last: date) -> str:
    """A closed range as an adverb: « le 17 octobre 2017 », « les 6 et 7 décembre 2017 », « en mai 2018 », « en 2017 ».

    Raises:
        ValueError: the range ends before it begins.
    """
    days = format_day_range(first, last)
    if _are_months(first, last):
        one = first.year == last.year and (first.month == last.month or (first.month, last.month) == (1, 12))
        return tr("en {when}").format(when=days) if one else days
    if first == last:
        return tr("le {day}").format(day=days)
    return tr("les {days}").format(days=days) if _are_two(first, last) else days


def _are_months(first: date, last: date) -> bool:
    return first.day == 1 and last == month_end(last.year, last.month)


def _are_two(first: date, last: date) -> bool:
    return last - first == DAY and first.month == last.month


def _open(first: date | None, last: date | None) -> str:
    if first is not None:
        return tr("depuis le {day}").format(day=_day(first))
    if last is not None:
        return tr("jusqu'au {day}").format(day=_day(last))
    raise ValueError("expected at least one end, got None and None")


def _whole_months(first: date, last: date) -> str:
    if (first.month, last.month) == (1, 12):
        return f"{first.year}" if first.year == last.year else _from_to(str(first.year), str(last.year))
    if (first.year, first.month) == (last.year, last.month):
        return _month(last)
    return _from_to(tr(MONTHS[first.month - 1]) if first.year == last.year else _month(first), _month(last))


def _from_to(first: str, last: str) -> str:
    template = tr("d'{first} à {last}") if first[0] in "ao" else tr("de {first} à {last}")
    return template.format(first=first, last=last)


def _days(first: date, last: date) -> str:
    if first == last:
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        template = tr("{first} et {last}") if _are_two(first, last) else tr("du {first} au {last}")
        return template.format(first=_ordinal(first), last=_day(last))
    opening = f"{_ordinal(first)} {tr(MONTHS[first.month - 1])}" if first.year == last.year else _day(first)
    return tr("du {first} au {last}").format(first=opening, last=_day(last))


def _ordinal(day: date) -> str:
    return tr("1er") if day.day == 1 else str(day.day)


def _month(day: date) -> str:
    return f"{tr(MONTHS[day.month - 1])} {day.year}"


def _day(day: date) -> str:
    return f"{_ordinal(day)} {_month(day)}"
