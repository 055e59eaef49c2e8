"""`assistant backup` and `assistant restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.progress import bars
from assistant.cli.shared import count, load_settings

if TYPE_CHECKING:
    from assistant.archive import Contents, Told

_PATH = click.Path(path_type=Path, dir_okay=False)
_NAMES = {"corpus": "notes", "index": "index", "state": "comptes, avis, journal", "evals": "évaluations"}


@contextmanager
def _told() -> Iterator[Told]:
    from assistant.index.progress import Progress

    with bars() as tell:
        yield lambda stage, done, total: tell(Progress(f"{stage} (Mo)", _mega(done), _mega(total)))


def _mega(octets: int) -> int:
    return -(-octets // 1_000_000)


@click.command()
@click.argument("file", type=_PATH, metavar="FICHIER")
@click.option("--no-evals", is_flag=True, help="Laisse de côté le dossier des évaluations.")
@click.option("--force", is_flag=True, help="Remplace FICHIER s'il existe.")
def backup(file: Path, no_evals: bool, force: bool) -> None:
    """Sauvegarde notes, index, comptes, avis, journal et évaluations dans un fichier (.tar.gz), puis le relit.

    Le chat peut continuer à répondre ; l'index ne peut pas être publié pendant ce temps. Les sessions ouvertes et les
    réglages n'y sont pas. Le fichier contient les comptes et les avis : gardez-le comme eux.
    """
    from assistant.audit import local_user
    from assistant.saving import back_up

    settings = load_settings()
    with _told() as told:
        made = back_up(settings, file, local_user(), evals=not no_evals, force=force, told=told)
    click.echo(f"{file} : {_size(file.stat().st_size)}, relu et vérifié.")
    _show(made)
    if settings.feedback_url is not None:
        click.echo("Les avis sont dans la base de ASSISTANT_FEEDBACK_URL : sauvegardez-la avec ses propres outils.")


@click.command()
@click.argument("file", type=_PATH, metavar="FICHIER")
@click.option("--check", "only_check", is_flag=True, help="Vérifie la sauvegarde en entier et ne remet rien en place.")
@click.option("--force", is_flag=True, help="Met de côté (sans l'effacer) ce que les dossiers contiennent.")
def restore(file: Path, only_check: bool, force: bool) -> None:
    """Remet en place une sauvegarde, après l'avoir vérifiée en entier. Arrêtez d'abord le chat."""
    from assistant.archive import check
    from assistant.audit import Entry, local_user, record
    from assistant.restoring import restore as bring_back

    settings = load_settings()
    if only_check:
        with _told() as told:
            contents = check(file, told)
        click.echo(f"{file} : sauvegarde du {_day(contents)}, entière.")
        _show(contents)
        return
    with _told() as told:
        contents, asides = bring_back(settings, file, local_user(), force=force, told=told)
    record(settings.state_dir, Entry(local_user(), "restauration", f"{file.name}, sauvegarde du {_day(contents)}"))
    click.echo(f"La sauvegarde du {_day(contents)} est remise en place.")
    _show(contents)
    for aside in asides:
        click.echo(f"Ce qui était là est dans {aside} : effacez-le quand vous n'en aurez plus besoin.")
    click.echo("Ensuite : « assistant index sync » (rapide si rien n'a changé), puis « assistant doctor ».")


def _show(contents: Contents) -> None:
    for root, files in contents.by_root.items():
        click.echo(f"  {_NAMES[root]} : {count(len(files), 'fichier')}, {_size(sum(file.size for file in files))}")


def _size(octets: int) -> str:
    return f"{octets / 1e6:.1f} Mo".replace(".", ",") if octets >= 100_000 else f"{-(-octets // 1000)} Ko"


def _day(contents: Contents) -> str:
    return f"{datetime.fromisoformat(contents.created).astimezone():%d/%m/%Y à %H:%M}"
