"""How old is too old, as a person writes it -> the day before which."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_AGE = re.compile(r"(\d{1,5})\s*(a|an|ans|y|m|mois|j|jours?|d)")


def day_before(today: date, age: str) -> date:
    """The day that lies `age` before today: `3a` (or `3y`, `3 ans`), `36m`, `90j`.

    Raises:
        ValueError: in French; the age is written otherwise, or reaches before the calendar.
    """
    found = _AGE.fullmatch(age.strip().lower())
    if found is None:
        raise ValueError(f"Un âge s'écrit 3a (ans), 36m (mois) ou 90j (jours), reçu « {age} ».")
    number, unit = int(found[1]), found[2][0]
    try:
        if unit in "jd":
            return today - timedelta(days=number)
        return _months_before(today, number * (1 if unit == "m" else 12))
    except (ValueError, OverflowError):
        raise ValueError(f"L'âge « {age} » remonte avant le calendrier.") from None


def _months_before(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
