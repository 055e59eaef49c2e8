"""The same event told twice -> one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from assistant.agenda.naming import own_words
from assistant.french.words import content_words, fold
from assistant.listings import AgendaEvent, Precision
from assistant.models import Kind

_ALIKE = 80  # of 100
_FINENESS = (Precision.DAY, Precision.MONTH, Precision.YEAR)


def merged_in_note(events: Iterable[AgendaEvent]) -> list[AgendaEvent]:
    """Each event of one note once: the finest date that is told, at its first place."""
    kept: list[AgendaEvent] = []
    for event in sorted(
        events, key=lambda e: (_FINENESS.index(e.precision), e.first - e.last, _bare(e), e.citation.start)
    ):
        if not any(_within(k, event) and _alike(k, event) for k in kept):
            kept.append(event)
    return sorted(kept, key=lambda e: e.citation.start)


def merged(events: Iterable[AgendaEvent]) -> tuple[AgendaEvent, ...]:
    """The events of all notes, in date order; those of the same days and nearly the same name once.

    A note about events tells best, then the one that is dated first.
    """
    by_days: dict[tuple[object, object], list[AgendaEvent]] = {}
    for event in sorted(events, key=_best_told):
        others = by_days.setdefault((event.first, event.last), [])
        if not any(_alike(event, other) for other in others):
            others.append(event)
    found = [event for some in by_days.values() for event in some]
    return tuple(sorted(found, key=lambda e: (e.first, e.last, e.title, e.id)))


def _best_told(event: AgendaEvent) -> tuple[bool, bool, bool, str, str, int]:
    day = event.citation.date
    return (
        event.kind is not Kind.EVENT,
        _bare(event),
        not event.year_sure,
        str(day or "9999"),
        event.note_id,
        event.citation.start,
    )


def _bare(event: AgendaEvent) -> bool:
    """Whether the sentence names nothing."""
    return own_words(event.title) != event.title


def _within(one: AgendaEvent, other: AgendaEvent) -> bool:
    """Whether one range of days holds the other."""
    outer = one.first <= other.first and other.last <= one.last
    inner = other.first <= one.first and one.last <= other.last
    return outer or inner


def _alike(one: AgendaEvent, other: AgendaEvent) -> bool:
    first, second = _words(own_words(one.title)), _words(own_words(other.title))
    if not first or not second:
        return first == second
    return fuzz.token_set_ratio(" ".join(first), " ".join(second)) >= _ALIKE


def _words(title: str) -> Sequence[str]:
    return [fold(word).rstrip("s") for word in content_words(title)]
