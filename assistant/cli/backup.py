"""`assistant backup` and `assistant restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.progress import bars
from assistant.cli.shared import count, load_settings

if TYPE_CHECKING:
    from assistant.archive import Told

_FILE = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def _told(stage: str) -> Iterator[Told]:
    from assistant.index.progress import Progress

    with bars() as tell:
        yield lambda done, total: tell(Progress(stage, done, total))


@click.command()
@click.argument("file", type=_FILE, metavar="FICHIER")
@click.option("--evals", is_flag=True, help="Garde aussi le dossier des évaluations.")
@click.option("--force", is_flag=True, help="Remplace FICHIER s'il existe.")
def backup(file: Path, evals: bool, force: bool) -> None:
    """Sauvegarde notes, index, comptes, avis et journal dans un fichier (.tar.gz).

    Le chat peut continuer à répondre ; l'index ne peut pas être publié pendant ce temps. Les sessions ouvertes n'y sont
    pas. Le fichier contient les comptes et les avis : gardez-le comme eux.
    """
    from assistant.archive import back_up
    from assistant.audit import local_user

    settings = load_settings()
    with _told("Sauvegarde") as told:
        made = back_up(settings, file, local_user(), evals=evals, force=force, told=told)
    click.echo(f"{file} : {count(len(made.files), 'fichier')}, {file.stat().st_size / 1e6:.1f} Mo.")
    if settings.feedback_url is not None:
        click.echo("Les avis sont dans la base de ASSISTANT_FEEDBACK_URL : sauvegardez-la avec ses propres outils.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FICHIER")
@click.option("--force", is_flag=True, help="Met de côté (sans l'effacer) ce que les dossiers contiennent.")
def restore(file: Path, force: bool) -> None:
    """Remet en place une sauvegarde, après l'avoir vérifiée en entier. Arrêtez d'abord le chat."""
    from assistant.audit import Entry, local_user, record
    from assistant.restoring import restore as bring_back

    settings = load_settings()
    with _told("Restauration") as told:
        contents, asides = bring_back(settings, file, local_user(), force=force, told=told)
    record(settings.state_dir, Entry(local_user(), "restauration", f"{file.name}, sauvegarde du {contents.created}"))
    click.echo(f"{count(len(contents.files), 'fichier')} remis en place, de la sauvegarde du {contents.created}.")
    for aside in asides:
        click.echo(f"Ce qui était là est dans {aside} : effacez-le quand vous n'en aurez plus besoin.")
    click.echo("Ensuite : « assistant doctor », puis « assistant index sync » (refait l'index si le modèle a changé).")
