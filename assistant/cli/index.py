"""`assistant index`: what is made from the notes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from assistant.cli.progress import bars
from assistant.cli.shared import count, fail, load_settings

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
            _show(publisher.publish(corpus, local_user(), force=force, tell=tell))


def _show_plan(plan: Plan, every: bool) -> None:
    for warning in plan.warnings:
        _warn(warning)
    groups = [("+", "ajoutée", plan.added), ("~", "modifiée", plan.changed), ("-", "retirée", plan.removed)]
    for sign, word, changes in groups:
        for change in changes:
            click.echo(f"{sign} {change.note_id} : {word}, {_chunks(change)} — {change.title}")
    if every:
        for change in plan.unchanged:
            click.echo(f"= {change.note_id} : inchangée, {_chunks(change)} — {change.title}")
    if plan.anew:
        click.echo(f"Tout l'index est à refaire : {plan.anew}.")
    if plan.stopped:
        _warn(f"{plan.stopped} Il faudra --force pour publier.")
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


@index.command("watch")
def index_watch() -> None:
    """Publie chaque changement des notes dès qu'il est enregistré, jusqu'à Ctrl+C."""
    from assistant.audit import local_user
    from assistant.index.watch import watch

    settings = load_settings()
    with _publisher(settings) as publisher, bars() as tell, suppress(KeyboardInterrupt):
        click.echo(f"Surveillance de {settings.corpus_dir} (Ctrl+C pour arrêter).")
        for report in watch(settings.corpus_dir, publisher, local_user(), fault=_warn, tell=tell):
            _show(report)
    click.echo("Surveillance arrêtée.")


def _warn(message: str) -> None:
    click.echo(f"Attention : {message}", err=True)


@index.command("rebuild")
@_FORCE
def index_rebuild(force: bool) -> None:
    """Refait tout l'index à partir des notes ; les passages inchangés gardent leurs vecteurs."""
    from assistant.audit import local_user
    from assistant.corpus import read_corpus

    settings = load_settings()
    with _publisher(settings) as publisher, bars() as tell:
        report = publisher.rebuild(read_corpus(settings.corpus_dir), local_user(), force=force, tell=tell)
    for warning in report.warnings:
        _warn(warning)
    _show(report)


@index.command("compact")
def index_compact() -> None:
    """Récrit l'index publié sans les vecteurs effacés : même contenu, moins de place."""
    from assistant.audit import local_user

    with _publisher(load_settings()) as publisher, bars() as tell:
        report = publisher.compact(local_user(), tell=tell)
    click.echo(f"Index compacté, version {report.build}.")


@index.command("builds")
def index_builds() -> None:
    """Montre les versions gardées, la plus récente d'abord ; « * » marque celle en service."""
    from assistant.index import list_builds

    found = list_builds(load_settings().index_dir)
    if not found:
        click.echo("Aucune version : faites l'index avec « assistant index sync ».")
    for build in found:
        head = f"{'*' if build.published else ' '} {build.id}  {build.size / 1e6:.1f} Mo"
        if build.created is None:
            click.echo(f"{head}  {build.fault}")
            continue
        told = f"{build.created.astimezone():%d/%m/%Y %H:%M} par {build.by}"
        content = f"{count(build.notes, 'note')}, {count(build.chunks, 'passage')}"
        after = f", faite après {build.parent}" if build.parent else ""
        fault = f" — {build.fault}" if build.fault else ""
        click.echo(f"{head}  {told}, {content}{after}{fault}")


@index.command("collections")
@click.option("--erase", metavar="NOM", help="Efface une collection laissée par un index dont le dossier n'est plus.")
def index_collections(erase: str | None) -> None:
    """Montre les collections du serveur Chroma ; « * » marque celles de cet index."""
    from assistant.index import Server
    from assistant.index.places import erase_collection, kept_collections

    settings = load_settings()
    server = Server.from_settings(settings)
    if server is None:
        fail("Aucun serveur Chroma : ASSISTANT_CHROMA_URL n'est pas donné.", 4)
    if erase is not None:
        erase_collection(settings.index_dir, server, erase)
        click.echo(f"La collection {erase} est effacée.")
        return
    found = kept_collections(settings.index_dir, server)
    if not found:
        click.echo(f"Aucune collection sur {server.where}.")
    for one in found:
        click.echo(f"{'*' if one.ours else ' '} {one.name}  {count(one.vectors, 'vecteur')}")


@index.command("rollback")
@click.argument("build", required=False, metavar="[VERSION]")
def index_rollback(build: str | None) -> None:
    """Remet en service une version gardée (par défaut : celle d'avant). Les notes ne sont pas touchées."""
    from assistant.audit import local_user
    from assistant.index import Recipe, rollback

    settings = load_settings()
    recipe = Recipe.from_settings(settings)
    before, after = rollback(
        settings.index_dir, local_user(), recipe.identity, build, settings.state_dir, recipe.server
    )
    if before == after:
        click.echo(f"La version {after} est déjà en service.")
        return
    click.echo(
        f"La version {after} est de nouveau en service, à la place de {before}. Le prochain « assistant index sync » "
        "suivra de nouveau les notes."
    )


@index.command("verify")
def index_verify() -> None:
    """Vérifie l'index publié : sommes de contrôle, lecture de tout, chaque passage se retrouve. Ne change rien."""
    from assistant.index import Server, published_build_id
    from assistant.index.build import BUILDS, read_manifest
    from assistant.index.verify import examine

    settings = load_settings()
    folder = settings.index_dir / BUILDS / published_build_id(settings.index_dir)
    with bars() as tell:
        found = examine(folder, read_manifest(folder), tell, Server.from_settings(settings))
    for name, fault in found:
        click.echo(f"{'✗' if fault else '✓'} {name}{f' : {fault}' if fault else ''}")
    if any(fault for _, fault in found):
        fail(f"L'index {folder} est abîmé : « assistant index rollback » ou « assistant index rebuild ».", 4)


@index.command("journal")
@click.option("--last", default=50, type=click.IntRange(1), metavar="NOMBRE", help="Combien de lignes (50 par défaut).")
def index_journal(last: int) -> None:
    """Montre qui a changé quoi et quand, le plus récent à la fin."""
    from datetime import datetime

    from assistant.audit import entries

    found = entries(load_settings().state_dir)[-last:]
    if not found:
        click.echo("Le journal est vide.")
    for entry in found:
        when = datetime.fromisoformat(entry.when).astimezone()
        detail = f" : {entry.detail}" if entry.detail else ""
        builds = f" ({entry.before or 'rien'} → {entry.after})" if entry.after else ""
        click.echo(f"{when:%d/%m/%Y %H:%M:%S}  {entry.who}  {entry.what}{detail}{builds}")


@index.command("status")
def index_status() -> None:
    """Montre l'index publié et s'il suit les notes."""
    from assistant.corpus import read_corpus
    from assistant.index import Recipe, Server, compare, published_build_id
    from assistant.index.build import BUILDS, read_manifest
    from assistant.index.verify import verify, verify_served

    settings = load_settings()
    server = Server.from_settings(settings)
    folder = settings.index_dir / BUILDS / published_build_id(settings.index_dir)
    manifest = read_manifest(folder)
    verify(folder, manifest)
    verify_served(folder, manifest, server)
    click.echo(f"Version  {manifest.id}, publiée le {manifest.created} par {manifest.by}")
    click.echo(f"Contenu  {count(manifest.notes, 'note')}, {count(manifest.chunks, 'passage')}")
    click.echo(f"Modèle   {manifest.embedder}")
    if server is not None:
        click.echo(f"Vecteurs sur le serveur Chroma {server.where}, version {server.version()}")
    plan = compare(settings.index_dir, read_corpus(settings.corpus_dir), Recipe.from_settings(settings))
    behind = (
        f"{count(plan.late, 'note')} à prendre en compte : lancez « assistant index sync »" if plan.late else "à jour"
    )
    click.echo(f"Notes    {behind}")
