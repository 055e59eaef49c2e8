"""`assistant index`: what is made from the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assistant.cli.progress import bars
from assistant.cli.shared import count, load_settings

if TYPE_CHECKING:
    from assistant.index import Change, Plan, Publisher, SyncReport
    from assistant.settings import Settings

_FORCE = click.option("--force", is_flag=True, help="Publie même si beaucoup de notes ont disparu.")


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def index() -> None:
    """L'index, fait à partir des notes."""


def _publisher(settings: Settings) -> Publisher:
    from assistant.index import Publisher, Recipe

    return Publisher(settings.index_dir, Recipe.from_settings(settings), settings.state_dir)


@index.command("sync")
@click.option("--dry-run", is_flag=True, help="Montre ce qui changerait, note par note, et ne change rien.")
@_FORCE
def index_sync(dry_run: bool, force: bool) -> None:
    """Met l'index à jour avec les notes ; l'ancien reste en service jusqu'à la fin."""
    from assistant.audit import local_user
    from assistant.corpus import read_corpus

    settings = load_settings()
    corpus = read_corpus(settings.corpus_dir)
    with _publisher(settings) as publisher:
        plan = publisher.plan(corpus)
        _show_plan(plan, every=dry_run)
        if dry_run:
            return
        with bars() as tell:
            report = publisher.publish(corpus, local_user(), force=force, tell=tell)
    _show(report)


def _show_plan(plan: Plan, every: bool) -> None:
    for warning in plan.warnings:
        click.echo(f"Attention : {warning}", err=True)
    groups = [("+", "ajoutée", plan.added), ("~", "modifiée", plan.changed), ("-", "retirée", plan.removed)]
    for sign, word, changes in groups:
        for change in changes:
            click.echo(f"{sign} {change.note_id} : {word}, {_chunks(change)} — {change.title}")
    if every:
        for change in plan.unchanged:
            click.echo(f"= {change.note_id} : inchangée, {_chunks(change)} — {change.title}")
    if plan.anew:
        click.echo(f"Tout l'index est à refaire : {plan.anew}. Les passages inchangés gardent leurs vecteurs.")
    if plan.stopped:
        click.echo(f"Attention : {plan.stopped} Il faudra --force pour publier.", err=True)
    if every:
        click.echo(
            f"{len(plan.added)} ajoutées, {len(plan.changed)} modifiées, {len(plan.removed)} retirées, "
            f"{len(plan.unchanged)} inchangées. Rien n'a été fait."
        )


def _chunks(change: Change) -> str:
    if change.before is not None and change.after is not None and change.before != change.after:
        return f"{change.before} → {count(change.after, 'passage')}"
    return count(change.after if change.after is not None else change.before or 0, "passage")


def _show(report: SyncReport) -> None:
    notes = report.added + report.changed + report.unchanged
    if not report.published:
        click.echo(f"L'index est à jour : {count(notes, 'note')}, version {report.build}.")
        return
    click.echo(
        f"Index publié : {count(notes, 'note')} ({report.added} ajoutées, {report.changed} modifiées, "
        f"{report.removed} retirées, {report.unchanged} inchangées), version {report.build}."
    )


@index.command("status")
def index_status() -> None:
    """Montre l'index publié et s'il suit les notes."""
    from assistant.corpus import read_corpus
    from assistant.index import Recipe, compare, published_build_id
    from assistant.index.build import BUILDS, read_manifest
    from assistant.index.verify import verify

    settings = load_settings()
    folder = settings.index_dir / BUILDS / published_build_id(settings.index_dir)
    manifest = read_manifest(folder)
    verify(folder, manifest)
    click.echo(f"Version  {manifest.id}, publiée le {manifest.created} par {manifest.by}")
    click.echo(f"Contenu  {count(manifest.notes, 'note')}, {count(manifest.chunks, 'passage')}")
    click.echo(f"Modèle   {manifest.embedder}")
    plan = compare(settings.index_dir, read_corpus(settings.corpus_dir), Recipe.from_settings(settings))
    behind = (
        f"{count(plan.late, 'note')} à prendre en compte : lancez « assistant index sync »" if plan.late else "à jour"
    )
    click.echo(f"Notes    {behind}")
