"""`/agenda`: the events that the notes tell of, on a timeline or as a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from assistant.french.calendar import MONTHS
from assistant.language import quoted, tr
from assistant.listings import Agenda, AgendaEvent, AgendaWanted, Precision
from assistant.ui.addresses import citation_url, escape_url
from assistant.ui.event_lines import calendar_link, when, when_line
from assistant.ui.forms import (
    Query,
    address,
    choice,
    conditions,
    counted,
    number,
    page_links,
    submit,
    text_field,
    typed,
)
from assistant.ui.markup import escape, escape_line, inline
from assistant.ui.pages import page

PATH = "/agenda"
FILE = "/agenda.ics"
PAGE = 40  # past events
_WORDS, _THEME, _YEAR, _VIEW = "q", "theme", "annee", "vue"
_LIST = "liste"
_LONGEST = 320  # characters of a quote
_CURRENT = ' aria-current="true"'
_LEAD = "Les événements que les notes annoncent ou racontent, chacun avec la phrase qui le dit."


def agenda_wanted(query: Query) -> AgendaWanted:
    """What an address asks for; what it does not say well is not asked for."""
    return AgendaWanted(number(query, _YEAR) or None, typed(query, _THEME), typed(query, _WORDS))


def agenda_page(wanted: AgendaWanted, agenda: Agenda, query: Query) -> str:
    """The page. The coming events are on the first of its pages, the past ones take as many as they need."""
    is_list = query.get(_VIEW) == _LIST
    kept = _query(wanted) | {_VIEW: _LIST if is_list else ""}
    pages = max(1, -(-len(agenda.past) // PAGE))
    shown = min(number(query, "page") or 1, pages)
    past = agenda.past[(shown - 1) * PAGE : shown * PAGE]
    show = _table if is_list else _timeline
    coming = _section("a-venir", tr("À venir"), show(agenda.coming), _none_coming(wanted, agenda)) if shown == 1 else ""
    return page(
        tr("Agenda"),
        f"<h1>{tr('Agenda')}</h1>{_lead()}{_form(wanted, agenda, is_list)}"
        f"{conditions(PATH, kept, _named(wanted))}{_views(kept)}{coming}"
        + _section("passes", tr("Passés"), show(past), escape(tr("Aucun événement passé ne correspond.")))
        + page_links(PATH, kept, shown, pages)
        + _file(wanted, agenda),
        here=PATH,
    )


def _lead() -> str:
    return f'<p class="lead">{escape(tr(_LEAD))}</p>'


def _query(wanted: AgendaWanted) -> dict[str, str]:
    return {_WORDS: wanted.words, _THEME: wanted.theme, _YEAR: str(wanted.year) if wanted.year else ""}


def _form(wanted: AgendaWanted, agenda: Agenda, is_list: bool) -> str:
    query = _query(wanted)
    years = [("", tr("Toutes")), *((c.value, f"{c.value} ({c.count})") for c in agenda.years)]
    themes = [("", tr("Tous")), *((c.value, f"{c.value} ({c.count})") for c in agenda.themes)]
    view = f'<input type="hidden" name="{_VIEW}" value="{_LIST}">' if is_list else ""
    return (
        f'<form class="filters" role="search" method="get" action="{PATH}">{view}'
        f"{text_field(_WORDS, tr('Mots cherchés'), wanted.words)}{choice(_THEME, tr('Thème'), wanted.theme, themes)}"
        f"{choice(_YEAR, tr('Année'), query[_YEAR], years)}{submit(tr('Chercher'))}</form>"
    )


def _named(wanted: AgendaWanted) -> Iterable[tuple[str, str]]:
    if wanted.words:
        yield _WORDS, quoted(wanted.words)
    if wanted.theme:
        yield _THEME, wanted.theme
    if wanted.year:
        yield _YEAR, str(wanted.year)


def _views(query: Query) -> str:
    ways = (("", tr("Frise")), (_LIST, tr("Liste")))
    links = "".join(
        f'<a href="{address(PATH, query, vue=way)}"{_CURRENT if way == query[_VIEW] else ""}>{escape(name)}</a>'
        for way, name in ways
    )
    return f'<nav class="views" aria-label="{escape(tr("Présentation"))}">{links}</nav>'


def _section(key: str, title: str, events: str, nothing: str) -> str:
    return (
        f'<section class="events" aria-labelledby="{key}"><h2 id="{key}">{escape(title)}</h2>'
        f"{events or f'<p>{nothing}</p>'}</section>"
    )


def _none_coming(wanted: AgendaWanted, agenda: Agenda) -> str:
    said = tr("Aucun événement à venir n’est annoncé dans les notes.")
    if wanted:
        said = tr("Aucun événement à venir annoncé dans les notes ne correspond à ces filtres.")
    if agenda.latest is None:
        return escape(said)
    known = tr("Dernière date connue : {day}.").format(day=when(agenda.latest))
    return f"{escape(said)} {escape(known)}"


def _timeline(events: Sequence[AgendaEvent]) -> str:
    years = groupby(events, key=lambda event: event.first.year)
    return "".join(f"<h3>{year}</h3>{_months(list(some))}" for year, some in years)


def _months(events: Sequence[AgendaEvent]) -> str:
    parts = []
    for month, some in groupby(events, key=_month):
        items = "".join(f'<li id="{event.id}">{_event(event)}</li>' for event in some)
        parts.append(f'<h4>{escape(month)}</h4><ol class="timeline">{items}</ol>')
    return "".join(parts)


def _month(event: AgendaEvent) -> str:
    if event.precision is Precision.YEAR:
        return tr("Dans l’année")
    return MONTHS[event.first.month - 1].capitalize()


def _event(event: AgendaEvent) -> str:
    return (
        f'<p class="name">{_name(event)}</p><p class="meta">{when_line(event)}</p>'
        f'<blockquote lang="fr"><p>{_quote(event)}</p></blockquote>'
        f'<p class="links">{_note(event)}{calendar_link(event)}</p>'
    )


def _name(event: AgendaEvent) -> str:
    return f'<a href="{escape_url(citation_url(event.citation))}" lang="fr">{escape_line(event.title)}</a>'


def _note(event: AgendaEvent) -> str:
    """The note's title, where the event is not called by it."""
    if event.title == event.citation.title:
        return ""
    return f'<span>{escape(tr("Note :"))} <span lang="fr">{escape_line(event.citation.title)}</span></span>'


def _quote(event: AgendaEvent) -> str:
    quote = " ".join(event.citation.quote.split())
    return inline(quote if len(quote) <= _LONGEST else f"{quote[:_LONGEST].rsplit(' ', 1)[0]}…")


def _table(events: Sequence[AgendaEvent]) -> str:
    if not events:
        return ""
    columns = (tr("Date"), tr("Événement"), tr("Phrase de la note"), tr("Agenda"))
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    rows = "".join(
        f'<tr id="{e.id}"><td>{when_line(e)}</td><th scope="row">{_name(e)}</th>'
        f'<td lang="fr">{_quote(e)}</td><td>{calendar_link(e)}</td></tr>'
        for e in events
    )
    return f'<table class="events"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _file(wanted: AgendaWanted, agenda: Agenda) -> str:
    events = [*agenda.coming, *agenda.past]
    vague = sum(event.precision is not Precision.DAY for event in events)
    link = f'<a href="{address(FILE, _query(wanted))}">{escape(tr("Télécharger ces événements (iCalendar)"))}</a>'
    hint = tr("L’adresse de ce lien, donnée à votre agenda, l’y abonne : il suivra les notes.")
    left = counted(
        vague,
        tr("1 événement dont le jour n’est pas connu n’y est pas."),
        tr("{count} événements dont le jour n’est pas connu n’y sont pas."),
    )
    return f'<p class="file">{link}<br>{escape(hint)}{f" {escape(left)}" if vague else ""}</p>'
