"""What `/connexion` and `/deconnexion` show."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from assistant.models import User
from assistant.ui.markup import escape, escape_line
from assistant.ui.pages import page
from assistant.ui.places import Place


def login_page(field: str, target: str, error: str = "", organisation: str = "") -> str:
    """The form.

    Args:
        field: what ties it to the browser.
        target: the path to show after the login.
        error: what went wrong before, in French.
        organisation: the path that leaves for the organisation's own login; empty without one.
    """
    described = ' aria-describedby="erreur" aria-invalid="true"' if error else ""
    # The field that gets the focus names it as its description: it is read out with the field.
    said = f'<p id="erreur" class="warning" role="alert">{escape_line(error)}</p>' if error else ""
    other = f'<p class="other"><a href="{organisation}?retour={quote(target)}">Se connecter avec le compte de mon '
    other += "organisation</a></p>"
    return page(
        f"{'Erreur : ' if error else ''}Connexion",
        f"""<article class="form"><h1>Connexion</h1>
<p class="meta">Réservée à l’équipe, aux évaluateurs et aux membres qui ont un compte.</p>{said}
<form method="post" action="/connexion">
<input type="hidden" name="jeton" value="{field}"><input type="hidden" name="retour" value="{escape(target)}">
<label for="nom">Nom</label>
<input id="nom" name="nom" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64"
 required autofocus{described}>
<label for="mot_de_passe">Mot de passe</label>
<input id="mot_de_passe" name="mot_de_passe" type="password" autocomplete="current-password" maxlength="256"
 required{described}>
<button type="submit">Se connecter</button>
</form>{other if organisation else ""}</article>""",
    )


def logged_in_page(user: User, places: Sequence[Place]) -> str:
    """Who one is, and where one may go."""
    targets = [("/", "Chat"), *((f"{place.path}/", place.title) for place in places if user.may(place.role))]
    links = "".join(f'<li><a href="{path}">{escape_line(title)}</a></li>' for path, title in targets)
    leave = '<p><a href="/deconnexion">Se déconnecter</a></p>' if user.source != "proxy" else ""
    body = f"<p>Session ouverte au nom de {escape_line(user.name)}. Vous pouvez ouvrir :</p><ul>{links}</ul>{leave}"
    return page("Connexion", f"<article><h1>Connexion</h1>{body}</article>")


def logout_page(user: User, field: str) -> str:
    """A button that ends the session."""
    return page(
        "Déconnexion",
        f"""<article class="form"><h1>Déconnexion</h1><p>Session ouverte au nom de {escape_line(user.name)}.</p>
<form method="post" action="/deconnexion"><input type="hidden" name="jeton" value="{field}">
<button type="submit">Se déconnecter</button></form><p class="other">
<a href="/">Garder la session ouverte</a></p></article>""",
    )
