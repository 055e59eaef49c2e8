"""Events -> an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from assistant.language import quoted, tr
from assistant.listings import AgendaEvent, Precision
from assistant.ui.addresses import citation_url
from assistant.ui.pages import TITLE

MEDIA_TYPE = "text/calendar; charset=utf-8"
_REFRESH = timedelta(hours=12)


def calendar_file(events: Iterable[AgendaEvent], site: str, stamp: datetime) -> bytes:
    """All-day events; those whose day is not known are left out.

    Args:
        events: what it holds.
        site: scheme and host that the notes are read at, without a slash at the end.
        stamp: when what the notes say was last revised.
    """
    calendar = Calendar()
    calendar.add("PRODID", f"-//{TITLE}//FR")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", TITLE)
    calendar.add("REFRESH-INTERVAL", _REFRESH, parameters={"VALUE": "DURATION"})
    for event in events:
        if event.precision is Precision.DAY:
            calendar.add_component(_entry(event, site, stamp))
    return bytes(calendar.to_ical())


def _entry(event: AgendaEvent, site: str, stamp: datetime) -> Event:
    entry = Event()
    entry.add("UID", f"{event.id}@assistant-france-urbaine")
    entry.add("DTSTAMP", stamp.astimezone(UTC))
    entry.add("DTSTART", event.first)
    entry.add("DTEND", event.last + timedelta(days=1))  # the first day after
    entry.add("SUMMARY", event.title)
    entry.add("DESCRIPTION", _description(event))
    entry.add("URL", site + citation_url(event.citation))
    entry.add("TRANSP", "TRANSPARENT")  # that something takes place does not make its reader busy
    if event.themes:
        entry.add("CATEGORIES", list(event.themes))
    return entry


def _description(event: AgendaEvent) -> str:
    sentence = quoted(" ".join(event.citation.quote.split()))
    note = tr("Note : « {title} »").format(title=event.citation.title)
    doubt = [] if event.year_sure else [tr("L’année est déduite : vérifiez-la.")]
    return "\n\n".join([sentence, note, *doubt])
