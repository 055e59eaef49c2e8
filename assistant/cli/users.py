"""`assistant users`: who may open which page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from assistant.cli.shared import count, load_settings
from assistant.errors import AccessError
from assistant.models import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.access import UserFile

_ROLE = click.Choice([role.value for role in Role])  # given the enum, click would take its names in capitals
_FROM_INPUT = click.option(
    "--password-stdin", "from_input", is_flag=True, help="Lit le mot de passe sur l'entrée standard, sans le demander."
)


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def users() -> None:
    """Les comptes : membres, équipe, évaluateurs.

    RÔLE vaut member (le chat, s'il est réservé), staff (les notes) ou evaluator (l'évaluation) ; les deux derniers
    comprennent le premier.
    """


@users.command("add")
@click.argument("name", metavar="NOM")
@click.option(
    *("--role", "roles"),
    multiple=True,
    default=[Role.MEMBER.value],
    type=_ROLE,
    metavar="RÔLE",
    help="member (par défaut), staff ou evaluator ; répétable.",
)
@_FROM_INPUT
def add(name: str, roles: tuple[str, ...], from_input: bool) -> None:
    """Crée un compte ; le mot de passe est demandé deux fois et ne s'affiche pas."""
    accounts = _accounts()
    account = accounts.add(name, _new_password(from_input), map(Role, roles))
    _record("compte créé", f"{account.name} ({_named(account.roles)})")
    click.echo(f"Compte créé : {account.name} ({_named(account.roles)}).")


@users.command("list")
def list_() -> None:
    """Montre les comptes et leurs rôles."""
    found = sorted(_accounts().accounts().values(), key=lambda account: account.name)
    for account in found:
        click.echo(f"{account.name}  {_named(account.roles)}")
    click.echo(
        f"{count(len(found), 'compte')}." if found else "Aucun compte : créez-en un avec « assistant users add »."
    )


@users.command("remove")
@click.argument("name", metavar="NOM")
def remove(name: str) -> None:
    """Supprime un compte ; ses sessions prennent fin."""
    account = _accounts().remove(name)
    _record("compte supprimé", account.name)
    click.echo(f"Compte supprimé : {account.name}.")


@users.command("password")
@click.argument("name", metavar="NOM")
@_FROM_INPUT
def password(name: str, from_input: bool) -> None:
    """Change le mot de passe d'un compte ; ses sessions prennent fin."""
    accounts = _accounts()
    account = accounts.set_password(name, _new_password(from_input))
    _record("mot de passe changé", account.name)
    click.echo(f"Mot de passe changé : {account.name}.")


@users.command("roles")
@click.argument("name", metavar="NOM")
@click.option(
    *("--role", "roles"),
    multiple=True,
    required=True,
    type=_ROLE,
    metavar="RÔLE",
    help="member, staff ou evaluator ; répétable. Les rôles non donnés sont retirés.",
)
def roles_(name: str, roles: tuple[str, ...]) -> None:
    """Donne à un compte ces rôles et aucun autre."""
    account = _accounts().set_roles(name, map(Role, roles))
    _record("rôles changés", f"{account.name} ({_named(account.roles)})")
    click.echo(f"Rôles de {account.name} : {_named(account.roles)}.")


def _accounts() -> UserFile:
    from assistant.access import UserFile

    return UserFile(load_settings().state_dir)


def _named(roles: Iterable[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))


def _new_password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise AccessError("Le mot de passe se tape dans un terminal ; dans un script, donnez --password-stdin.")
    first = click.prompt("Mot de passe", hide_input=True)
    if click.prompt("Le même, une seconde fois", hide_input=True) != first:
        raise AccessError("Les deux mots de passe diffèrent : recommencez.")
    return str(first)


def _record(what: str, detail: str) -> None:
    from assistant.audit import Entry, local_user, record

    record(load_settings().state_dir, Entry(local_user(), what, detail))
