"""The command `assistant`: `corpus check`, `index sync|status`, `ask`, `serve`, `doctor`. French to its users."""

from __future__ import annotations

import gettext
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

# click reads its words from gettext: they are French whatever the terminal's language.
os.environ["LANGUAGE"] = "fr"
gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))

import click  # noqa: E402

from assistant import runtime  # noqa: E402
from assistant.errors import AssistantError  # noqa: E402
from assistant.models import Kind  # noqa: E402
from assistant.settings import Settings  # noqa: E402

if TYPE_CHECKING:
    from datetime import date

    from assistant.assistant import Assistant
    from assistant.models import Citation, Filters, Reply
    from assistant.questions import BatchLine

    Show = Callable[[Reply | AssistantError, Any], str]


def main() -> None:
    """Run the command; whatever happens, the user reads one French message and the shell gets a status."""
    runtime.prepare()
    _show_progress_messages()
    try:
        cli()
    except AssistantError as error:
        _fail(str(error), error.exit_status)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _fail(_unexpected(error), 1)


def _unexpected(error: Exception) -> str:
    return (
        f"Erreur inattendue ({type(error).__name__} : {error}). Relancez avec « assistant --debug … » et "
        "transmettez le résultat aux développeurs."
    )


def _show_progress_messages() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("assistant")
    log.addHandler(handler)
    log.setLevel(logging.INFO)


def _settings(**overrides: Any) -> Settings:
    """The settings; the hub is opened only to those that name one of its models."""
    settings = Settings.load(**overrides)
    runtime.prepare(hub=settings.names_hub_model)
    return settings


def _fail(message: str, status: int) -> None:
    click.echo(message, err=True)
    sys.exit(status)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="COMMANDE [ARGUMENTS]…",
)
@click.option("--debug", is_flag=True, help="Montre le détail technique d'une erreur inattendue.")
@click.version_option(package_name="assistant-france-urbaine", prog_name="assistant")
def cli(debug: bool) -> None:
    """Répond aux questions à partir des notes de France urbaine, en citant ses sources.

    Réglages : variables ASSISTANT_… ou fichier assistant.toml (voir docs/exploitation.md).
    """


@cli.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def corpus() -> None:
    """Les notes."""


@corpus.command("check")
def corpus_check() -> None:
    """Vérifie toutes les notes et montre toutes les erreurs d'un coup."""
    from assistant.corpus import load_corpus

    settings = _settings()
    notes = load_corpus(settings.corpus_dir)
    undated = sum(note.date is None for note in notes)
    click.echo(f"{_count(len(notes), 'note')} dans {settings.corpus_dir}, aucune erreur ({undated} sans date).")


@cli.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def index() -> None:
    """L'index, fait à partir des notes."""


@index.command("sync")
def index_sync() -> None:
    """Met l'index à jour avec les notes ; l'ancien reste en service jusqu'à la fin."""
    from assistant.corpus import load_corpus
    from assistant.index import Recipe, sync

    settings = _settings()
    notes = load_corpus(settings.corpus_dir)
    report = sync(settings.index_dir, notes, Recipe.from_settings(settings), progress=True)
    if not report.published:
        click.echo(f"L'index est à jour : {_count(report.unchanged, 'note')}, version {report.build}.")
        return
    click.echo(
        f"Index publié : {_count(len(notes), 'note')} ({report.added} ajoutées, {report.changed} modifiées, "
        f"{report.removed} retirées, {report.unchanged} inchangées), version {report.build}."
    )


@index.command("status")
def index_status() -> None:
    """Montre l'index publié et s'il suit les notes."""
    from assistant.corpus import load_corpus
    from assistant.index import Recipe, pending, published_build_id
    from assistant.index.build import BUILDS, read_manifest

    settings = _settings()
    folder = settings.index_dir / BUILDS / published_build_id(settings.index_dir)
    manifest = read_manifest(folder)
    manifest.verify(folder)
    click.echo(f"Version  {manifest.id}, publiée le {manifest.created}")
    click.echo(f"Contenu  {_count(manifest.notes, 'note')}, {_count(manifest.chunks, 'passage')}")
    click.echo(f"Modèle   {manifest.embedder}")
    report = pending(settings.index_dir, load_corpus(settings.corpus_dir), Recipe.from_settings(settings))
    late = report.added + report.changed + report.removed
    behind = f"{_count(late, 'note')} à prendre en compte : lancez « assistant index sync »" if late else "à jour"
    click.echo(f"Notes    {behind}")


@cli.command()
@click.argument("question", required=False, metavar="[QUESTION]")
@click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON (un par ligne avec --batch).")
@click.option("--history", type=click.Path(path_type=Path), metavar="FICHIER", help="Tours précédents, en JSON.")
@click.option("--batch", type=click.Path(path_type=Path), metavar="FICHIER", help="Questions, une par ligne, en JSONL.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice([*Kind]), metavar="NATURE", help="Nature des notes.")
@click.option("--theme", "themes", multiple=True, metavar="THÈME", help="Thème des notes (répétable, comme --kind).")
@click.option("--since", metavar="DATE", help="Notes datées de ce jour, mois ou année, ou d'après.")
@click.option("--until", metavar="DATE", help="Notes datées de ce jour, mois ou année, ou d'avant.")
@click.option("--today", metavar="JOUR", help="Jour (AAAA-MM-JJ) auquel la question est posée ; par défaut, ce jour.")
def ask(
    question: str | None,
    as_json: bool,
    history: Path | None,
    batch: Path | None,
    today: str | None,
    **filtering: Any,
) -> None:
    """Pose une question, ou celles d'un fichier.

    Les dates s'écrivent AAAA, AAAA-MM ou AAAA-MM-JJ. NATURE vaut programme, gouvernance, événement, étude ou autre.
    """
    from assistant import questions
    from assistant.assistant import Assistant

    if (question is None) == (batch is None):
        raise click.UsageError("Donnez une question, ou un fichier de questions avec --batch.")
    if batch is not None and history is not None:
        raise click.UsageError("--history ne va pas avec --batch : mettez « history » dans chaque ligne du fichier.")
    settings = _settings()
    filters, day = questions.read_filters(**filtering), questions.read_day(today)
    show = questions.as_json if as_json else _as_text
    if batch is not None:
        lines = questions.read_batch(batch)
        _answer_all(Assistant.open(settings), lines, filters, day, show)
        return
    turns = questions.read_history(history) if history else ()
    questions.check(question or "", settings)
    click.echo(show(Assistant.open(settings).ask(question or "", turns, filters, day), None))


def _answer_all(bot: Assistant, lines: list[BatchLine], filters: Filters, today: date | None, show: Show) -> None:
    """Answer every line: what goes wrong with one is said in its place and stops no other."""
    failed = 0
    for line in lines:
        try:
            reply: Reply | AssistantError = line.answer(bot, filters, today)
        except AssistantError as error:
            reply = error
        except Exception as error:
            if "--debug" in sys.argv:
                raise
            reply = AssistantError(_unexpected(error))
        failed += isinstance(reply, AssistantError)
        click.echo(show(reply, line.id))
    if failed:
        _fail(f"{_count(failed, 'question')} sans réponse sur {len(lines)} : voir les lignes « error ».", 2)


def _as_text(reply: Reply | AssistantError, identity: Any) -> str:
    from assistant.dates import format_day_range
    from assistant.models import Answer

    head = [] if identity is None else [f"— {identity}"]
    if isinstance(reply, AssistantError):
        return "\n".join([*head, f"Erreur : {reply}", ""])
    if reply.standalone_question != reply.question:
        head.append(f"Question comprise ainsi : {reply.standalone_question}")
    if isinstance(reply, Answer):
        head += [reply.notice] if reply.notice else []
        sources = [_source(citation) for citation in reply.citations]
        sources += [f"« {d.text} » : {format_day_range(d.first, d.last)}" for s in reply.sentences for d in s.dates]
    else:
        sources = [f"  proche, sans garantie : {n.title} — note {n.note_id}" for n in reply.nearest]
    return "\n".join([*head, reply.text, "", *sources])


def _source(citation: Citation) -> str:
    date = f"{citation.date}{', date déduite' if citation.date_inferred else ''}" if citation.date else "sans date"
    where = f"note {citation.note_id}, caractères {citation.start} à {citation.end}"
    return f"[{citation.number}] {citation.title} ({date}) — {where}"


@cli.command()
@click.option("--host", metavar="ADRESSE", help="Adresse d'écoute (par défaut : 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), metavar="NOMBRE", help="Port (par défaut : 7860).")
@click.option("--open", "open_browser", is_flag=True, help="Ouvre le navigateur.")
def serve(host: str | None, port: int | None, open_browser: bool) -> None:
    """Ouvre le chat."""
    from assistant.ui import server

    given = {"host": host, "port": port}
    settings = _settings(**{name: value for name, value in given.items() if value is not None})
    server.listen(settings.host, settings.port).close()  # a port in use is said before the model loads
    click.echo("Chargement du modèle et de l'index…", err=True)
    from assistant.assistant import Assistant

    server.serve(Assistant.open(settings), settings, open_browser)


@cli.command()
def doctor() -> None:
    """Vérifie que tout ce qu'il faut est là, et dit quoi faire sinon."""
    from assistant.doctor import examine

    checks = examine()
    for check in checks:
        click.echo(f"{'✓' if check.passed else '✗'} {check.name} : {check.message}")
    if not all(check.passed for check in checks):
        sys.exit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


if __name__ == "__main__":
    main()
