"""Day ranges written in French."""

from __future__ import annotations

from datetime import date

from assistant.dates.ranges import DAY, month_end
from assistant.french.calendar import MONTHS


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
    if first.day == 1 and last == month_end(last.year, last.month):
        return _whole_months(first, last)
    return _days(first, last)


def format_when(first: date, last: date) -> str:
    """A closed range as an adverb: « le 17 octobre 2017 », « les 6 et 7 décembre 2017 », « en mai 2018 », « en 2017 ».

    Raises:
        ValueError: the range ends before it begins.
    """
    days = format_day_range(first, last)
    if not days[0].isdigit() or len(days) == 4:
        return days if days.startswith(("du ", "de ", "d'")) else f"en {days}"
    return f"les {days}" if " et " in days else f"le {days}"


def _open(first: date | None, last: date | None) -> str:
    if first is not None:
        return f"depuis le {_day(first)}"
    if last is not None:
        return f"jusqu'au {_day(last)}"
    raise ValueError("expected at least one end, got None and None")


def _whole_months(first: date, last: date) -> str:
    if (first.month, last.month) == (1, 12):
        return f"{first.year}" if first.year == last.year else f"de {first.year} à {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return _month(last)
    opening = MONTHS[first.month - 1] if first.year == last.year else _month(first)
    of = "d'" if opening[0] in "ao" else "de "
    return f"{of}{opening} à {_month(last)}"


def _days(first: date, last: date) -> str:
    if first == last:
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{_ordinal(first)} et {_day(last)}" if last - first == DAY else f"du {_ordinal(first)} au {_day(last)}"
    if first.year == last.year:
        return f"du {_ordinal(first)} {MONTHS[first.month - 1]} au {_day(last)}"
    return f"du {_day(first)} au {_day(last)}"


def _ordinal(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def _day(day: date) -> str:
    return f"{_ordinal(day)} {_month(day)}"
