"""`assistant ask`: one question, or those of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.shared import KIND, count, fail, load_settings, unexpected
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from datetime import date

    from assistant.assistant import Assistant
    from assistant.models import Citation, Filters, Reply
    from assistant.questions import BatchLine

    Show = Callable[[Reply | AssistantError, Any], str]


@click.command()
@click.argument("question", required=False, metavar="[QUESTION]")
@click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON (un par ligne avec --batch).")
@click.option("--history", type=click.Path(path_type=Path), metavar="FICHIER", help="Tours précédents, en JSON.")
@click.option("--batch", type=click.Path(path_type=Path), metavar="FICHIER", help="Questions, une par ligne, en JSONL.")
@click.option("--kind", "kinds", multiple=True, type=KIND, metavar="NATURE", help="Nature des notes.")
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
    from assistant import language, questions
    from assistant.assistant import Assistant

    if (question is None) == (batch is None):
        raise click.UsageError("Donnez une question, ou un fichier de questions avec --batch.")
    if batch is not None and history is not None:
        raise click.UsageError("--history ne va pas avec --batch : mettez « history » dans chaque ligne du fichier.")
    settings = load_settings()
    language.use(settings.language)
    filters, day = questions.read_filters(**filtering), questions.read_day(today)
    show = questions.as_json if as_json else as_text
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
            reply = AssistantError(unexpected(error))
        failed += isinstance(reply, AssistantError)
        click.echo(show(reply, line.id))
    if failed:
        fail(f"{count(failed, 'question')} sans réponse sur {len(lines)} : voir les lignes « error ».", 2)


def as_text(reply: Reply | AssistantError, identity: Any) -> str:
    """A reply as a terminal shows it, after its `identity` in a batch."""
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
