"""A note -> its events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

from assistant.agenda.merging import merged_in_note
from assistant.agenda.naming import event_title
from assistant.agenda.sentences import Telling, tellings
from assistant.french.words import content_words, fold
from assistant.listings import AgendaEvent, Precision
from assistant.models import Citation, Note

_DAY = timedelta(days=1)
_NEAR = timedelta(days=120)  # further off, « le 9 septembre » may be last year's or next
_TOLD_BY = re.compile("derni|proch|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche", re.I)  # which of the years


def events_of(note: Note) -> tuple[AgendaEvent, ...]:
    """The events that a note tells of, in reading order. Its own date is none of them."""
    return tuple(merged_in_note(_event(note, some) for some in _months_joined(tellings(note))))


def _months_joined(told: Iterable[Telling]) -> list[list[Telling]]:
    """« en février et mars 2025 » is one time: the months of one sentence that follow each other."""
    groups = [[one] for one in told]
    for before, after in pairwise(list(groups)):
        one, other = before[-1], after[0]
        same = one.start == other.start and one.noun and other.noun and one.noun.start() == other.noun.start()
        if same and one.precision is other.precision is Precision.MONTH and one.when.last + _DAY == other.when.first:
            groups.remove(before)
            after[:0] = before
    return groups


def _event(note: Note, told: Sequence[Telling]) -> AgendaEvent:
    one, last = told[0], told[-1]
    title = event_title(one, note)
    sure = one.year_written or _year_follows(one, note)
    span = one.start, one.end
    citation = Citation(1, note.id, note.title, note.date, note.date_inferred, *span, note.text[slice(*span)])
    days = (one.when.first, last.when.last)
    return AgendaEvent(
        _id(note.id, title, *map(str, days)),
        title,
        *days,
        one.precision,
        sure,
        note.kind,
        note.themes,
        citation,
    )


def _year_follows(told: Telling, note: Note) -> bool:
    """Whether the year of a date without one is sure from the note's own date."""
    if note.date is None or note.date_inferred or told.year_contested or not told.when.sure:
        return False
    near = note.date.first - _NEAR <= told.when.last and told.when.first <= note.date.last + _NEAR
    return near or bool(_TOLD_BY.search(told.when.mention.text))


def _id(note_id: str, title: str, *days: str) -> str:
    """The same for the same event, whatever else of the note changes."""
    named = "-".join(fold(word) for word in content_words(title))
    return sha256("|".join([note_id, named, *days]).encode()).hexdigest()[:16]
