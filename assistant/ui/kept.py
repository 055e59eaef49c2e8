"""Values that a browser kept -> ours. Each is checked for its kind and its size: a ValueError is all that can come."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.models import Chunk, Citation, DateReading, Filters, Kind, Note, Passage
from assistant.ui.addresses import fingerprint

if TYPE_CHECKING:
    from assistant import Assistant

_MAX_TEXT = 20_000  # characters of one text
_MAX_ITEMS = 40  # of one list
_MAX_CHUNK = 5_000  # characters: what the panel shows around a quote
_MAX_QUOTED = 200_000  # characters of all quotes: few numbers can name much text
_MAX_WHOLE = 10**9


class Notes:
    """Notes as they were in the builds that a conversation names; each is read once."""

    def __init__(self, bot: Assistant) -> None:
        self._bot = bot
        self._read: dict[tuple[str, str | None], Note | None] = {}
        self._room = _MAX_QUOTED

    def get(self, note_id: str, build: str | None) -> Note | None:
        """The note, or None where it is gone or was never there.

        Raises:
            IndexStoreError: the notes cannot be read.
        """
        key = (note_id, build)
        if key not in self._read:
            try:
                self._read[key] = self._bot.note(note_id, build)
            except KeyError:
                self._read[key] = None
        return self._read[key]

    def spend(self, length: int) -> None:
        """Count what is quoted; a conversation that quotes too much is an error."""
        self._room -= length
        if self._room < 0:
            raise ValueError("it quotes too much")


def mapping(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    return value


def items(value: Any, most: int = _MAX_ITEMS) -> list[Any]:
    """A list, not too long."""
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"expected a list of {most} at most")
    return value


def fields(value: Any, count: int) -> list[Any]:
    """A list of so many values."""
    if len(items(value)) != count:
        raise ValueError(f"expected {count} values")
    return list(value)


def words(value: Any) -> str:
    """A text with something in it, not too long, that can be written as UTF-8."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT:
        raise ValueError("expected a text")
    value.encode()
    return value


def whole(value: Any, least: int) -> int:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _MAX_WHOLE:
        raise ValueError(f"expected a whole number from {least}")
    return value


def number(value: Any) -> float:
    """A finite number of usual size."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _MAX_WHOLE:
        raise ValueError("expected a number")
    return float(value)


def part(value: Any) -> float:
    """A number from 0 to 1."""
    if not 0 <= number(value) <= 1:
        raise ValueError("expected a number from 0 to 1")
    return float(value)


def truth(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def no_constant(name: str) -> None:
    """`NaN` and `Infinity` are no JSON."""
    raise ValueError(name)


def filters(row: dict[str, Any]) -> Filters:
    """Filters; a kind that does not exist is an error."""
    return Filters(
        frozenset(Kind(words(kind)) for kind in items(row.get("kinds"))),
        frozenset(words(theme) for theme in items(row.get("themes"))),
        _day(row.get("since")),
        _day(row.get("until")),
    )


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(words(value))


def reading(row: Any) -> DateReading:
    """What a relative date means."""
    text, first, last = (words(value) for value in fields(row, 3))
    found = DateReading(text, date.fromisoformat(first), date.fromisoformat(last))
    if found.first > found.last:
        raise ValueError("the range ends before it begins")
    return found


def passage(row: Any, notes: Notes, build: str | None) -> Passage | None:
    """A passage, its text and headings those of the note; None where the note has no such span."""
    note_id, chunk_id, ordinal, start, end, headings, rank, *scores = fields(row, 10)
    note = notes.get(words(note_id), build)
    above = [words(heading) for heading in items(headings)]
    score, dense, lexical = map(number, scores)
    chunk = (words(chunk_id), words(note_id), whole(ordinal, 0), whole(start, 0), whole(end, 1))
    if note is None or not start < end <= min(len(note.text), start + _MAX_CHUNK):
        return None
    over = note.text[:start]
    text, trail = note.text[start:end], tuple(heading for heading in above if heading in over)
    return Passage(Chunk(*chunk, text, trail, ""), note, whole(rank, 0), score, dense, lexical)


def citations(rows: list[Any], notes: Notes, build: str | None) -> dict[int, Citation | None]:
    """Number -> citation; None where the note is gone or does not read the same there."""
    found: dict[int, Citation | None] = {}
    for row in rows:
        count, note_id, start, end, digits = fields(row, 5)
        if whole(count, 1) in found:
            raise ValueError("a number comes twice")
        note = notes.get(words(note_id), build)
        notes.spend(max(0, whole(end, 1) - whole(start, 0)))
        found[count] = _citation(count, note, start, end, words(digits)) if note else None
    return found


def _citation(count: int, note: Note, start: int, end: int, digits: str) -> Citation | None:
    quote = note.text[start:end]
    if end > len(note.text) or not quote.strip() or fingerprint(quote) != digits:
        return None
    return Citation(count, note.id, note.title, note.date, note.date_inferred, start, end, quote)
