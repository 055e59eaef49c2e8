"""What our plain pages share, none of which needs JavaScript: the frame, the links between them, a message alone."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language import current, tr
from assistant.models import User
from assistant.ui.markup import escape_line
from assistant.ui.places import Place

TITLE = "Assistant France urbaine"
UNKNOWN_PAGE = "Cette adresse ne mène à rien. Revenez à l’accueil pour poser une question."
_CURRENT = ' aria-current="page"'
#: Path and French name of the pages that every member may open.
_SITE = {"/": "Chat", "/notes": "Notes", "/agenda": "Agenda"}


def site_links(here: str = "") -> str:
    """Links to the pages that every member may open, as HTML; `here` is the path of the one that they stand on."""
    return "".join(f'<a href="{path}"{_CURRENT if path == here else ""}>{tr(_SITE[path])}</a>' for path in _SITE)


def page(title: str, body: str, here: str = "", head: str = "") -> str:
    """A whole page around a body that is already HTML.

    Args:
        title: plain text.
        body: what is the page's own.
        here: the path of the page among `site_links`, where it is one of them.
        head: more for the head, already HTML.
    """
    return f"""<!doctype html>
<html lang="{current()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape_line(title)} · {TITLE}</title>
<link rel="icon" href="/statique/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/statique/site.css">{head}
</head>
<body>
<a class="skip" href="#contenu">{tr("Aller au contenu")}</a>
<header class="site"><p class="brand">{TITLE}</p><nav aria-label="{tr("Site")}">{site_links(here)}</nav></header>
<main id="contenu" tabindex="-1">{body}</main>
</body>
</html>
"""


def message_page(title: str, message: str) -> str:
    """A page that says one thing, such as that a note does not exist."""
    return page(title, f"<article><h1>{escape_line(title)}</h1><p>{escape_line(message)}</p></article>")


def navigation(user: User | None, places: Sequence[Place], here: Place | None) -> str:
    """Where one may go from a Gradio page: the pages of all members, those that one's role opens, the way out."""
    links = site_links("/" if here is None else "")
    for place in places if user else ():
        if user and user.may(place.role):
            current_page = _CURRENT if place is here else ""
            links += f'<a href="{place.path}/"{current_page}>{escape_line(place.title)}</a>'
    account = ""
    if user is not None:
        leave = f'<a href="/deconnexion">{tr("Se déconnecter")}</a>' if user.source != "proxy" else ""
        account = f'<span class="account">{escape_line(user.name)}</span>{leave}'
    return f'<nav id="site" aria-label="{tr("Site")}">{links}{account}</nav>'
