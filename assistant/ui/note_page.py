"""A whole note with the cited passage highlighted, what it dates, and the address at which it stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from assistant.language import tr
from assistant.listings import AgendaEvent
from assistant.models import Kind, Note
from assistant.ui.addresses import citation_url, escape_url, fingerprint, note_url
from assistant.ui.event_lines import calendar_link, when_line
from assistant.ui.markup import NO_SPAN, Span, blocks, escape, escape_line, kind_label, note_date
from assistant.ui.pages import page

EARLIER = "Cette note a été modifiée depuis la réponse : vous lisez le texte tel qu’il était alors."
TODAY = "Lire la note d’aujourd’hui"
REMOVED = "Cette note a été retirée depuis la réponse : vous lisez le texte tel qu’il était alors."
CHANGED = "Cette note a été modifiée depuis la réponse : le passage cité n’y figure plus à l’identique."
_SCRIPT = '\n<script src="/statique/note.js" defer></script>'


@dataclass(frozen=True, slots=True)
class Earlier:
    """That a note is shown as it was: the address of today's, None where it was removed."""

    today: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a note is shown beside its text.

    Args:
        cited: span of `note.text` to highlight and scroll to; ignored where it is no span of the text.
        extract: `fingerprint` of what was cited; when the text reads otherwise, the page says so and marks nothing.
        earlier: given where the note is no longer as it is shown.
        events: what the note tells of.
        site: scheme and host of the page's address, without a slash at the end; empty: addresses are relative.
    """

    cited: Span = NO_SPAN
    extract: str = ""
    earlier: Earlier | None = None
    events: Sequence[AgendaEvent] = ()
    site: str = ""


def note_page(note: Note, shown: Shown | None = None) -> str:
    """The note as a page; all that it holds is escaped."""
    shown = shown or Shown()
    start, end = shown.cited
    if not 0 <= start < end <= len(note.text):
        start, end = NO_SPAN
    changed = bool(shown.extract) and fingerprint(note.text[start:end]) != shown.extract
    body = blocks(note.text, marked=NO_SPAN if changed else (start, end)).replace("<mark>", '<mark id="extrait">', 1)
    warning = f'<p class="warning" role="status">{tr(CHANGED)}</p>' if changed else ""
    warning += _earlier(shown.earlier) if shown.earlier else ""
    header = (
        f'<h1>{escape_line(note.title)}</h1><p class="meta">{_meta(note)}</p>{theme_links(note.themes)}{_source(note)}'
    )
    return page(
        note.title,
        f"<article><header>{header}</header>{warning}{_events(shown.events)}"
        f'<div class="text" lang="fr">{body}</div>{_share(note, shown.site)}</article>',
        head=f'\n<link rel="canonical" href="{_address(note, shown.site)}">{_SCRIPT}',
    )


def kind_link(kind: Kind) -> str:
    """The kind of a note, as a link to all notes of that kind."""
    return f'<a href="/notes?{urlencode({"nature": kind.value})}">{escape(kind_label(kind).capitalize())}</a>'


def theme_links(themes: Sequence[str]) -> str:
    """The themes of a note, each a link to all notes of that theme; nothing where there are none."""
    if not themes:
        return ""
    links = "".join(f'<li><a href="/notes?{urlencode({"theme": t})}">{escape_line(t)}</a></li>' for t in themes)
    return f'<ul class="themes" aria-label="{tr("Thèmes")}">{links}</ul>'


def _meta(note: Note) -> str:
    inferred = f' <span class="inferred">({tr("date déduite")})</span>' if note.date and note.date_inferred else ""
    return f"{escape(note_date(note.date))}{inferred} · {kind_link(note.kind)}"


def _earlier(earlier: Earlier) -> str:
    if earlier.today is None:
        return f'<p class="warning" role="status">{tr(REMOVED)}</p>'
    link = f'<a href="{escape_url(earlier.today)}">{tr(TODAY)}</a>'
    return f'<p class="warning" role="status">{tr(EARLIER)} {link}</p>'


def _source(note: Note) -> str:
    if note.source is None:
        return ""
    if not note.source.startswith(("https://", "http://")):
        return f'<p class="origin">{tr("Source :")} {escape_line(note.source)}</p>'
    link = escape_url(escape(note.source))
    said = tr("Voir la publication d’origine")
    return f'<p class="origin"><a href="{link}" rel="noopener noreferrer">{said}</a></p>'


def _events(events: Sequence[AgendaEvent]) -> str:
    if not events:
        return ""
    items = "".join(f"<li>{_event(event)}</li>" for event in events)
    return (
        f'<section class="dates" aria-labelledby="dates"><h2 id="dates">{tr("Dates annoncées dans cette note")}</h2>'
        f"<ul>{items}</ul></section>"
    )


def _event(event: AgendaEvent) -> str:
    link = f'<a href="{escape_url(citation_url(event.citation))}" lang="fr">{escape_line(event.title)}</a>'
    return f"{link}<br>{when_line(event)}{calendar_link(event)}"


def _share(note: Note, site: str) -> str:
    address = _address(note, site)
    return (
        f'<footer><p class="share" data-copy="{tr("Copier l’adresse")}" data-copied="{tr("Adresse copiée")}">'
        f'{tr("Adresse à partager :")} <a href="{address}">{address}</a></p></footer>'
    )


def _address(note: Note, site: str) -> str:
    return escape(site) + note_url(note.id)
