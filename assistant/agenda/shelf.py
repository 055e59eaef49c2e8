"""All events of one build, read once, and those wanted of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from assistant.agenda.merging import merged
from assistant.agenda.reading import events_of
from assistant.french.words import fold, normalise
from assistant.index import Build
from assistant.index.catalogue import Catalogue
from assistant.listings import Agenda, AgendaEvent, AgendaWanted, Count


class EventShelf:
    """The events of a build's notes."""

    def __init__(self, catalogue: Catalogue, made: datetime) -> None:
        self._made = made
        notes = catalogue.notes(catalogue.note_ids()).values()
        self._of_note = {note.id: found for note in notes if (found := events_of(note))}
        self._by_id = {event.id: event for found in self._of_note.values() for event in found}
        self.events = merged(self._by_id.values())

    def of_note(self, note_id: str) -> tuple[AgendaEvent, ...]:
        """The events that one note tells of, in reading order."""
        return self._of_note.get(note_id, ())

    def event(self, event_id: str) -> AgendaEvent:
        """One event.

        Raises:
            KeyError: no note tells of it.
        """
        return self._by_id[event_id]

    def wanted(self, wanted: AgendaWanted, today: date) -> Agenda:
        """Those wanted, told apart by the day."""
        found = [event for event in self.events if _fits(event, wanted)]
        past = [event for event in self.events if event.last < today]
        return Agenda(
            coming=tuple(event for event in found if event.last >= today),
            past=tuple(reversed([event for event in found if event.last < today])),
            latest=max(past, key=lambda event: event.last, default=None),
            years=self._counts(replace(wanted, year=None), _years, newest_first=True),
            themes=self._counts(replace(wanted, theme=""), lambda event: event.themes),
            made=self._made,
        )

    def _counts(
        self, others: AgendaWanted, values: Callable[[AgendaEvent], Sequence[str]], *, newest_first: bool = False
    ) -> tuple[Count, ...]:
        counted = Counter(value for event in self.events if _fits(event, others) for value in set(values(event)))
        order = sorted(counted, reverse=True) if newest_first else sorted(counted, key=lambda v: fold(normalise(v)))
        return tuple(Count(value, counted[value]) for value in order)


class Shelves:
    """Keeps the shelf of the build that was asked for last. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[str, EventShelf] | None = None

    def of(self, build: Build) -> EventShelf:
        """The build's shelf; the first call reads all its notes, which takes a second for 1,800."""
        with self._lock:
            if self._kept is None or self._kept[0] != build.id:
                self._kept = build.id, EventShelf(build.catalogue, datetime.fromisoformat(build.manifest.created))
            return self._kept[1]


def _fits(event: AgendaEvent, wanted: AgendaWanted) -> bool:
    if wanted.year and not event.first.year <= wanted.year <= event.last.year:
        return False
    if wanted.theme and wanted.theme not in event.themes:
        return False
    said = fold(normalise(f"{event.title} {event.citation.title} {event.citation.quote}"))
    return all(fold(normalise(word)) in said for word in wanted.words.split())


def _years(event: AgendaEvent) -> Sequence[str]:
    return [str(year) for year in range(event.first.year, event.last.year + 1)]
