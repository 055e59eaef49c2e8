"""Parts of our plain pages that ask again by GET: fields, links that change one condition, pages of a long list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from assistant.language import tr
from assistant.ui.addresses import escape_url
from assistant.ui.markup import escape, escape_line

MAX_WORDS = 200  # characters
Query = Mapping[str, str]


def typed(query: Query, name: str) -> str:
    """What a field holds: one line, cut where it is too long."""
    return " ".join(query.get(name, "").split())[:MAX_WORDS]


def number(query: Query, name: str) -> int | None:
    """The number that a field holds, None for anything else."""
    text = query.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def address(path: str, query: Query, **changed: str) -> str:
    """The address of a page under other conditions, as the value of an attribute; empty ones are left out."""
    kept = {name: value for name, value in {**query, **changed}.items() if value}
    return escape_url(path + (f"?{urlencode(kept)}" if kept else ""))


def text_field(name: str, label: str, value: str) -> str:
    """A box for words."""
    return (
        f'<p class="field words"><label for="{name}">{escape(label)}</label><input id="{name}" name="{name}" '
        f'type="search" value="{escape_line(value)}" maxlength="{MAX_WORDS}" autocomplete="off"></p>'
    )


def choice(name: str, label: str, value: str, options: Iterable[tuple[str, str]]) -> str:
    """A list to choose one of: `(value, text)` each, the first the one that asks for nothing."""
    given = list(options)
    if value not in [key for key, _ in given]:
        given.append((value, value))
    items = "".join(
        f'<option value="{escape(key)}"{" selected" if key == value else ""}>{escape_line(text)}</option>'
        for key, text in given
    )
    return (
        f'<p class="field"><label for="{name}">{escape(label)}</label>'
        f'<select id="{name}" name="{name}">{items}</select></p>'
    )


def submit(label: str) -> str:
    """The button that asks."""
    return f'<p class="field"><button type="submit">{escape(label)}</button></p>'


def conditions(path: str, query: Query, named: Iterable[tuple[str, str]]) -> str:
    """The conditions that hold, `(field, text)` each, as links that take one away; nothing where there are none."""
    links = [
        f'<li><a href="{address(path, query, **{field: "", "page": ""})}">'
        f"{escape(tr('Retirer'))} <strong>{escape(text)}</strong></a></li>"
        for field, text in named
    ]
    if not links:
        return ""
    if len(links) > 1:
        links.append(f'<li><a href="{path}">{escape(tr("Tout retirer"))}</a></li>')
    return f'<ul class="conditions" aria-label="{escape(tr("Filtres en cours"))}">{"".join(links)}</ul>'


def page_links(path: str, query: Query, current: int, pages: int) -> str:
    """The way to the pages before and after; nothing where there is one page."""
    if pages < 2:
        return ""
    said = escape(tr("Page {page} sur {pages}").format(page=current, pages=pages))
    before = _page_link(path, query, current - 1, tr("Page précédente"), "prev") if current > 1 else ""
    after = _page_link(path, query, current + 1, tr("Page suivante"), "next") if current < pages else ""
    return f'<nav class="pages" aria-label="{escape(tr("Pages"))}">{before}<span>{said}</span>{after}</nav>'


def _page_link(path: str, query: Query, page: int, label: str, rel: str) -> str:
    to = address(path, query, page=str(page) if page > 1 else "")
    return f'<a href="{to}" rel="{rel}">{escape(label)}</a>'


def counted(count: int, one: str, several: str) -> str:
    """« 1 note », « 12 notes »: the second text holds `{count}`."""
    return one if count == 1 else several.format(count=count)
