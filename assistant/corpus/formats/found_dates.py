"""Dates as documents give them, in metadata and in their first lines."""

from __future__ import annotations

import re
from datetime import date, timedelta

from assistant.french.calendar import MONTHS
from assistant.models import PartialDate

_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?![\d-])")
_PDF = re.compile(r"D:(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?![\d/])")
_FRENCH = re.compile(
    rf"(?<!\d)(?:(1er|\d{{1,2}})\s+)?({'|'.join(MONTHS)}|fevrier|aout|decembre)\s+(\d{{4}})(?!\d)", re.I
)
_UNACCENTED = {"fevrier": 2, "aout": 8, "decembre": 12}
# « Publié le 3 mai 2019 » gives a publication date as such; « Paris, le 3 mai 2019 » and a date alone do not quite.
_PUBLISHED = re.compile(r"\b(?:publié|mis en ligne|posté|paru|diffusé)e?s?\s*(?:le|:)?\s*(.{4,40})", re.I)
_PLACED = re.compile(r"(?:fait à\s+)?[A-ZÉÈÎ][\w’' -]{1,30},\s+le\s+(.{4,25})|(?:\w{3,6}di |dimanche )?(.{4,20})")
_HEAD = 1500  # characters of a text where its date is looked for
_TOP = 400  # where a date that stands alone is that of the text
_OLDEST = 1985


def read_date(text: str) -> PartialDate | None:
    """The first date of a metadata value or a phrase: ISO 8601, PDF, `3/5/2019` or `3 mai 2019`.

    Nothing where there is none, or one before 1985 or in the future: clocks that were never set write those.
    """
    for pattern in (_ISO, _PDF):
        if match := pattern.search(text):
            year, month, day = match.groups()
            return _date(int(year), int(month), int(day) if day else None)
    if slashed := _SLASHED.search(text):
        return _date(int(slashed[3]), int(slashed[2]), int(slashed[1]))
    if french := _FRENCH.search(text):
        name = french[2].lower()
        number = _UNACCENTED.get(name) or MONTHS.index(name) + 1
        return _date(int(french[3]), number, int(french[1].removesuffix("er")) if french[1] else None)
    return None


def printed_date(text: str) -> tuple[PartialDate, str, bool] | None:
    """The date that the first lines of a text give for the whole: the date, the words, whether it is less than sure."""
    head = text[:_HEAD]
    for match in _PUBLISHED.finditer(head):
        if found := read_date(match[1]):
            return found, match[0].split("\n")[0].strip(), False
    for line in text[:_TOP].splitlines():
        words = line.strip("#*_> \t.")
        if (placed := _PLACED.fullmatch(words)) and (found := _whole(placed[1] or placed[2])):
            return found, words, True
    return None


def file_date(created: str, text: str) -> tuple[PartialDate | None, str, bool]:
    """The date in the first lines of a text, else that of the file's making, which is no publication."""
    if printed := printed_date(text):
        return printed[0], f"le texte (« {printed[1]} »)", printed[2]
    if date := read_date(created):
        return date, "les propriétés du fichier (sa création)", True
    return None, "", False


def _whole(words: str) -> PartialDate | None:
    """The date, to the day, that these words are and nothing else."""
    match = _FRENCH.fullmatch(words.strip()) or _SLASHED.fullmatch(words.strip())
    found = read_date(words) if match else None
    return found if found and found.day else None


def _date(year: int, month: int, day: int | None) -> PartialDate | None:
    try:
        found = PartialDate.from_iso(f"{year:04}-{month:02}" + (f"-{day:02}" if day else ""))
    except ValueError:
        return None
    return found if year >= _OLDEST and found.first <= date.today() + timedelta(days=1) else None
