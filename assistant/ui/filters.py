"""The fields of « Filtres » <-> `Filters`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.errors import QuestionError
from assistant.models import Filters, Kind, PartialDate
from assistant.ui.markup import note_date

KIND_CHOICES = [(kind.value.capitalize(), kind.value) for kind in Kind]
_FRENCH_ORDER = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})")


def read_filters(kinds: Sequence[str], since: str, until: str) -> Filters:
    """What the three fields ask for.

    Raises:
        QuestionError: a date cannot be read, or the range is upside down; in French.
    """
    first = _read_date(since, "Depuis")
    last = _read_date(until, "Jusqu’à")
    if first and last and first.first > last.last:
        raise QuestionError(
            f"Filtres : la date de début ({note_date(first)}) vient après la date de fin ({note_date(last)})."
        )
    return Filters(
        kinds=frozenset(map(Kind, kinds)), since=first.first if first else None, until=last.last if last else None
    )


def describe(filters: Filters) -> str:
    """The filters in a few French words; empty when there are none."""
    parts = [", ".join(sorted(kind.value for kind in filters.kinds))] if filters.kinds else []
    if filters.since:
        parts.append(f"depuis le {note_date(_day(filters.since))}")
    if filters.until:
        parts.append(f"jusqu’au {note_date(_day(filters.until))}")
    return ", ".join(parts)


def _day(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _read_date(text: str | None, field: str) -> PartialDate | None:
    typed = (text or "").strip()
    if not typed:
        return None
    try:
        return PartialDate.from_iso(_iso(typed))
    except ValueError:
        raise QuestionError(
            f"Filtres, champ « {field} » : la date « {typed[:40]} » n’est pas valide. "
            "Écrivez AAAA, AAAA-MM ou AAAA-MM-JJ, par exemple 2017-11."
        ) from None


def _iso(typed: str) -> str:
    match = _FRENCH_ORDER.fullmatch(typed)
    if match is None:
        return typed
    day, month, year = match.groups()
    return "-".join([year, month.zfill(2), *([day.zfill(2)] if day else [])])
