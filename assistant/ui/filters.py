"""The fields of « Filtres » <-> `Filters`, and what they do in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.errors import QuestionError
from assistant.language import tr
from assistant.models import Filters, Kind, PartialDate
from assistant.ui.markup import kind_label, note_date

SINCE, UNTIL = "Depuis", "Jusqu’à"
_FRENCH_ORDER = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})")

#: What the fields hold: kinds, themes, since, until.
Fields = tuple[Sequence[str], Sequence[str], str, str]


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of notes, as they are called and as they are kept."""
    return [(kind_label(kind).capitalize(), kind.value) for kind in Kind]


def read_filters(kinds: Sequence[str], themes: Sequence[str], since: str, until: str) -> Filters:
    """What the fields ask for.

    Raises:
        QuestionError: a date cannot be read, or the range is upside down; in the reader's language.
    """
    first = _read_date(since, tr(SINCE))
    last = _read_date(until, tr(UNTIL))
    if first and last and first.first > last.last:
        text = tr("Filtres : la date de début ({first}) vient après la date de fin ({last}).")
        raise QuestionError(text.format(first=note_date(first), last=note_date(last)))
    return Filters(
        kinds=frozenset(map(Kind, kinds)),
        themes=frozenset(themes),
        since=first.first if first else None,
        until=last.last if last else None,
    )


def describe(filters: Filters) -> str:
    """The filters in a few words; empty when there are none."""
    parts = [", ".join(map(kind_label, sorted(filters.kinds)))] if filters.kinds else []
    if filters.themes:
        parts.append(tr("thème : {themes}").format(themes=", ".join(sorted(filters.themes))))
    if filters.since:
        parts.append(tr("depuis le {day}").format(day=note_date(_day(filters.since))))
    if filters.until:
        parts.append(tr("jusqu’au {day}").format(day=note_date(_day(filters.until))))
    return ", ".join(parts)


def effect(filters: Filters, passing: int, total: int) -> str:
    """What the filters do, in a sentence."""
    if not filters:
        return tr("Aucun filtre : les {total} notes peuvent répondre.").format(total=total)
    if not passing:
        return tr("Aucune note ne passe ces filtres : retirez-en un.")
    if passing == 1:
        return tr("1 note sur {total} peut répondre.").format(total=total)
    return tr("{passing} notes sur {total} peuvent répondre.").format(passing=passing, total=total)


def _day(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _read_date(text: str | None, field: str) -> PartialDate | None:
    typed = (text or "").strip()
    if not typed:
        return None
    try:
        return PartialDate.from_iso(_iso(typed))
    except ValueError:
        explained = tr(
            "Filtres, champ « {field} » : la date « {typed} » n’est pas valide. "
            "Écrivez AAAA, AAAA-MM ou AAAA-MM-JJ, par exemple 2017-11."
        )
        raise QuestionError(explained.format(field=field, typed=typed[:40])) from None


def _iso(typed: str) -> str:
    match = _FRENCH_ORDER.fullmatch(typed)
    if match is None:
        return typed
    day, month, year = match.groups()
    return "-".join([year, month.zfill(2), *([day.zfill(2)] if day else [])])
