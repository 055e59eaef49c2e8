"""Plain pages, without JavaScript: a whole note with the cited passage highlighted, or what there is to say instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.models import Note, User
from assistant.ui.addresses import escape_url, fingerprint
from assistant.ui.markup import NO_SPAN, Span, blocks, escape, escape_line
from assistant.ui.places import Place
from assistant.ui.sources import meta_line

TITLE = "Assistant France urbaine"
UNKNOWN_PAGE = "Cette adresse ne mène à rien. Revenez à l’accueil pour poser une question."
_CURRENT = ' aria-current="page"'
EARLIER = "Cette note a été modifiée depuis la réponse : vous lisez le texte tel qu’il était alors."
TODAY = "Lire la note d’aujourd’hui"
REMOVED = "Cette note a été retirée depuis la réponse : vous lisez le texte tel qu’il était alors."
CHANGED = "Cette note a été modifiée depuis la réponse : le passage cité n’y figure plus à l’identique."


@dataclass(frozen=True, slots=True)
class Earlier:
    """That a note is shown as it was: the address of today's, None where it was removed."""

    today: str | None


def note_page(note: Note, cited: Span = NO_SPAN, extract: str = "", earlier: Earlier | None = None) -> str:
    """The note as a page.

    Args:
        note: what to show, escaped.
        cited: span of `note.text` to highlight and scroll to; ignored where it is no span of the text.
        extract: `fingerprint` of what was cited; when the text reads otherwise, the page says so and marks nothing.
        earlier: given where the note is no longer as it is shown.
    """
    start, end = cited
    if not 0 <= start < end <= len(note.text):
        start, end = NO_SPAN
    changed = bool(extract) and fingerprint(note.text[start:end]) != extract
    body = blocks(note.text, marked=NO_SPAN if changed else (start, end)).replace("<mark>", '<mark id="extrait">', 1)
    warning = f'<p class="warning" role="status">{CHANGED}</p>' if changed else ""
    warning += _earlier(earlier) if earlier else ""
    header = f'<h1>{escape_line(note.title)}</h1><p class="meta">{meta_line(note)}{_themes(note)}</p>{_source(note)}'
    return page(note.title, f"<article><header>{header}</header>{warning}{body}</article>")


def _earlier(earlier: Earlier) -> str:
    if earlier.today is None:
        return f'<p class="warning" role="status">{REMOVED}</p>'
    return f'<p class="warning" role="status">{EARLIER} <a href="{escape_url(earlier.today)}">{TODAY}</a></p>'


def message_page(title: str, message: str) -> str:
    """A page that says one thing, such as that a note does not exist."""
    return page(title, f"<article><h1>{escape_line(title)}</h1><p>{escape_line(message)}</p></article>")


def account_links(user: User | None, places: Sequence[Place], here: Place | None) -> str:
    """Where somebody who is logged in may go, and the way out; nothing for others."""
    if user is None:
        return ""
    home = [("/", "Chat", here is None)]
    targets = [*home, *((f"{p.path}/", p.title, p is here) for p in places if user.may(p.role))]
    links = "".join(
        f'<a href="{path}"{_CURRENT if current else ""}>{escape_line(title)}</a>' for path, title, current in targets
    )
    leave = '<a href="/deconnexion">Se déconnecter</a>' if user.source != "proxy" else ""
    return f'<nav id="account" aria-label="Compte">{links}<span>{escape_line(user.name)}</span>{leave}</nav>'


def _themes(note: Note) -> str:
    return "".join(f" · {escape_line(theme)}" for theme in note.themes)


def _source(note: Note) -> str:
    if note.source is None:
        return ""
    if not note.source.startswith(("https://", "http://")):
        return f'<p class="origin">Source : {escape_line(note.source)}</p>'
    link = escape_url(escape(note.source))
    return f'<p class="origin"><a href="{link}" rel="noopener noreferrer">Voir la publication d’origine</a></p>'


def page(title: str, body: str) -> str:
    """A whole page around a body that is already HTML."""
    return f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape_line(title)} · {TITLE}</title>
<link rel="icon" href="/statique/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/statique/note.css">
</head>
<body>
<nav aria-label="Site"><a href="/">{TITLE}</a></nav>
<main>{body}</main>
</body>
</html>
"""
