"""What `/connexion` and `/deconnexion` show."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from assistant.language import tr
from assistant.models import User
from assistant.ui.markup import escape, escape_line
from assistant.ui.pages import page
from assistant.ui.places import Place


def login_page(field: str, target: str, error: str = "", organisation: str = "") -> str:
    """The form.

    Args:
        field: what ties it to the browser.
        target: the path to show after the login.
        error: what went wrong before, in the language of members.
        organisation: the path that leaves for the organisation's own login; empty without one.
    """
    described = ' aria-describedby="erreur" aria-invalid="true"' if error else ""
    # The field that gets the focus names it as its description: it is read out with the field.
    said = f'<p id="erreur" class="warning" role="alert">{escape_line(error)}</p>' if error else ""
    leaving = tr("Se connecter avec le compte de mon organisation")
    other = f'<p class="other"><a href="{organisation}?retour={quote(target)}">{escape_line(leaving)}</a></p>'
    title = tr("Connexion")
    return page(
        tr("Erreur : {title}").format(title=title) if error else title,
        f"""<article class="form"><h1>{title}</h1>
<p class="meta">{tr("Réservée à l’équipe, aux évaluateurs et aux membres qui ont un compte.")}</p>{said}
<form method="post" action="/connexion">
<input type="hidden" name="jeton" value="{field}"><input type="hidden" name="retour" value="{escape(target)}">
<label for="nom">{tr("Nom")}</label>
<input id="nom" name="nom" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64"
 required autofocus{described}>
<label for="mot_de_passe">{tr("Mot de passe")}</label>
<input id="mot_de_passe" name="mot_de_passe" type="password" autocomplete="current-password" maxlength="256"
 required{described}>
<button type="submit">{tr("Se connecter")}</button>
</form>{other if organisation else ""}</article>""",
    )


def logged_in_page(user: User, places: Sequence[Place]) -> str:
    """Who one is, and where one may go."""
    own = [(f"{place.path}/", place.title) for place in places if user.may(place.role)]
    links = "".join(f'<li><a href="{path}">{escape_line(title)}</a></li>' for path, title in [("/", tr("Chat")), *own])
    leave = f'<p><a href="/deconnexion">{tr("Se déconnecter")}</a></p>' if user.source != "proxy" else ""
    body = f"<p>{_whose(user)} {tr('Vous pouvez ouvrir :')}</p><ul>{links}</ul>{leave}"
    return page(tr("Connexion"), f"<article><h1>{tr('Connexion')}</h1>{body}</article>")


def logout_page(user: User, field: str) -> str:
    """A button that ends the session."""
    return page(
        tr("Déconnexion"),
        f"""<article class="form"><h1>{tr("Déconnexion")}</h1><p>{_whose(user)}</p>
<form method="post" action="/deconnexion"><input type="hidden" name="jeton" value="{field}">
<button type="submit">{tr("Se déconnecter")}</button></form><p class="other">
<a href="/">{tr("Garder la session ouverte")}</a></p></article>""",
    )


def _whose(user: User) -> str:
    return escape_line(tr("Session ouverte au nom de {name}.").format(name=user.name))
