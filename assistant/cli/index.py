"""`assistant index`: what is made from the notes."""

from __future__ import annotations

import click

from assistant.cli.shared import count, load_settings


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def index() -> None:
    """L'index, fait à partir des notes."""


@index.command("sync")
def index_sync() -> None:
    """Met l'index à jour avec les notes ; l'ancien reste en service jusqu'à la fin."""
    from assistant.corpus import load_corpus
    from assistant.index import Recipe, sync

    settings = load_settings()
    notes = load_corpus(settings.corpus_dir)
    report = sync(settings.index_dir, notes, Recipe.from_settings(settings), progress=True)
    if not report.published:
        click.echo(f"L'index est à jour : {count(report.unchanged, 'note')}, version {report.build}.")
        return
    click.echo(
        f"Index publié : {count(len(notes), 'note')} ({report.added} ajoutées, {report.changed} modifiées, "
        f"{report.removed} retirées, {report.unchanged} inchangées), version {report.build}."
    )


@index.command("status")
def index_status() -> None:
    """Montre l'index publié et s'il suit les notes."""
    from assistant.corpus import load_corpus
    from assistant.index import Recipe, pending, published_build_id
    from assistant.index.build import BUILDS, read_manifest

    settings = load_settings()
    folder = settings.index_dir / BUILDS / published_build_id(settings.index_dir)
    manifest = read_manifest(folder)
    manifest.verify(folder)
    click.echo(f"Version  {manifest.id}, publiée le {manifest.created}")
    click.echo(f"Contenu  {count(manifest.notes, 'note')}, {count(manifest.chunks, 'passage')}")
    click.echo(f"Modèle   {manifest.embedder}")
    report = pending(settings.index_dir, load_corpus(settings.corpus_dir), Recipe.from_settings(settings))
    late = report.added + report.changed + report.removed
    behind = f"{count(late, 'note')} à prendre en compte : lancez « assistant index sync »" if late else "à jour"
    click.echo(f"Notes    {behind}")
