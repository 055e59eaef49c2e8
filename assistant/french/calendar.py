"""Dates written in French."""

from __future__ import annotations

from assistant.models import PartialDate

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def french_date(date: PartialDate) -> str:
    """`1er mai 2018`, `octobre 2017` or `2017`. What is indexed holds it: it never follows the language of members."""
    month = f"{MONTHS[date.month - 1]} " if date.month else ""
    day = "1er " if date.day == 1 else f"{date.day} " if date.day else ""
    return f"{day}{month}{date.year}"
