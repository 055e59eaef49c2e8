"""An event as lists of them show it: when, and the way into a calendar."""

from __future__ import annotations

from assistant.dates import format_when
from assistant.language import tr
from assistant.listings import AgendaEvent, Precision
from assistant.ui.markup import escape


def when_line(event: AgendaEvent) -> str:
    """The days in words, in a `time` element; a year that is not sure says so."""
    day = f"{event.first}"[: {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}[event.precision]]
    doubt = "" if event.year_sure else f' <span class="inferred">({tr("année déduite")})</span>'
    return f'<time class="when" datetime="{day}">{escape(when(event))}</time>{doubt}'


def when(event: AgendaEvent) -> str:
    """« le 17 octobre 2017 », « en mai 2018 »."""
    return format_when(event.first, event.last).replace("'", "’")


def calendar_link(event: AgendaEvent) -> str:
    """The event's calendar file; nothing where its day is not known."""
    if event.precision is not Precision.DAY:
        return ""
    # The name of a link must tell which event it is of, also when it is read alone.
    named = f"{tr('Ajouter à mon agenda')} : {event.title}"
    return (
        f' <a class="add" href="/agenda/{event.id}.ics" aria-label="{escape(named)}">{tr("Ajouter à mon agenda")}</a>'
    )
