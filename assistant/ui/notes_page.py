"""`/notes`: the notes as a list, searched and narrowed down."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.language import quoted, tr
from assistant.listings import NoteLine, NotesFound, NotesWanted, Order
from assistant.models import Kind
from assistant.ui.addresses import note_url
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
from assistant.ui.markup import escape, escape_line, kind_label, note_date
from assistant.ui.note_page import kind_link, theme_links
from assistant.ui.pages import page

PATH = "/notes"
_WORDS, _THEME, _KIND, _YEAR, _ORDER, _PAGE = "q", "theme", "nature", "annee", "tri", "page"


def notes_wanted(query: Query) -> NotesWanted:
    """What an address asks for; what it does not say well is not asked for."""
    kind, order = query.get(_KIND, ""), query.get(_ORDER, "")
    return NotesWanted(
        words=typed(query, _WORDS),
        theme=typed(query, _THEME),
        kind=Kind(kind) if kind in set(Kind) else None,
        year=number(query, _YEAR),
        order=Order(order) if order in set(Order) else Order.DATE,
        page=number(query, _PAGE) or 1,
    )


def notes_page(wanted: NotesWanted, found: NotesFound) -> str:
    """One page of the list."""
    query = _query(wanted)
    name = tr("Notes") if not wanted.words else tr("Notes : {words}").format(words=wanted.words)
    chosen = conditions(PATH, query, _named(wanted)) if found.lines else ""
    body = _lines(found.lines) if found.lines else _nothing(wanted)
    return page(
        name,
        f"<h1>{tr('Notes')}</h1>{_form(wanted, found)}{chosen}"
        f'<p class="count" role="status">{escape(_said(wanted, found))}</p>{body}'
        + page_links(PATH, query, found.page, found.pages),
        here=PATH,
    )


def _query(wanted: NotesWanted) -> dict[str, str]:
    return {
        _WORDS: wanted.words,
        _THEME: wanted.theme,
        _KIND: wanted.kind.value if wanted.kind else "",
        _YEAR: "" if wanted.year is None else str(wanted.year),
        _ORDER: "" if wanted.order is Order.DATE else wanted.order.value,
    }


def _form(wanted: NotesWanted, found: NotesFound) -> str:
    query = _query(wanted)
    themes = [("", tr("Tous")), *((c.value, f"{c.value} ({c.count})") for c in found.themes)]
    kinds = [("", tr("Toutes")), *((c.value, f"{_kind(c.value)} ({c.count})") for c in found.kinds)]
    years = [("", tr("Toutes")), *((c.value, f"{_year(c.value)} ({c.count})") for c in found.years)]
    orders = [("", tr("Date, la plus récente d’abord")), (Order.TITLE.value, tr("Titre"))]
    return (
        f'<form class="filters" role="search" method="get" action="{PATH}">'
        f"{text_field(_WORDS, tr('Mots cherchés'), wanted.words)}"
        f"{choice(_THEME, tr('Thème'), wanted.theme, themes)}{choice(_KIND, tr('Nature'), query[_KIND], kinds)}"
        f"{choice(_YEAR, tr('Année'), query[_YEAR], years)}{choice(_ORDER, tr('Trier par'), query[_ORDER], orders)}"
        f"{submit(tr('Chercher'))}</form>"
    )


def _kind(value: str) -> str:
    return kind_label(Kind(value)).capitalize()


def _year(value: str) -> str:
    return tr("Sans date") if value == "0" else value


def _named(wanted: NotesWanted) -> Iterable[tuple[str, str]]:
    if wanted.words:
        yield _WORDS, quoted(wanted.words)
    if wanted.theme:
        yield _THEME, wanted.theme
    if wanted.kind:
        yield _KIND, _kind(wanted.kind)
    if wanted.year is not None:
        yield _YEAR, _year(str(wanted.year))


def _said(wanted: NotesWanted, found: NotesFound) -> str:
    if not found.total:
        return tr("Aucune note ne correspond.") if wanted else tr("Il n’y a pas encore de note.")
    return counted(found.total, tr("1 note."), tr("{count} notes."))


def _nothing(wanted: NotesWanted) -> str:
    """What to loosen, one condition at a time."""
    query, without = _query(wanted), escape(tr("Chercher sans"))
    ways = [
        f'<li><a href="{address(PATH, query, **{field: ""})}">{without} {escape(text)}</a></li>'
        for field, text in _named(wanted)
    ]
    if len(wanted.words.split()) > 1:
        said = tr("Une note doit contenir tous les mots : ôtez-en un, ou écrivez-le autrement.")
        ways.insert(0, f"<li>{escape(said)}</li>")
    elif wanted.words:
        said = tr("Essayez un mot voisin, ou un nom propre tel que les notes l’écrivent.")
        ways.insert(0, f"<li>{escape(said)}</li>")
    return f'<ul class="loosen">{"".join(ways)}</ul>' if ways else ""


def _lines(lines: Iterable[NoteLine]) -> str:
    return f'<ul class="notes">{"".join(f"<li>{_line(line)}</li>" for line in lines)}</ul>'


def _line(line: NoteLine) -> str:
    head = line.head
    inferred = f' <span class="inferred">({tr("date déduite")})</span>' if head.date and head.date_inferred else ""
    return (
        f'<article lang="fr"><h2><a href="{note_url(head.note_id)}">{escape_line(head.title)}</a></h2>'
        f'<p class="meta">{escape(note_date(head.date))}{inferred} · {kind_link(head.kind)}</p>'
        f'<p class="excerpt">{_marked(line)}</p>{theme_links(head.themes)}</article>'
    )


def _marked(line: NoteLine) -> str:
    parts, position = [], 0
    for start, end in line.marks:
        parts += [escape(line.excerpt[position:start]), f"<mark>{escape(line.excerpt[start:end])}</mark>"]
        position = end
    return "".join([*parts, escape(line.excerpt[position:])])
