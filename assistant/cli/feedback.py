"""`assistant feedback`: what members think of replies; read, exported, and erased."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from assistant.cli.shared import agreed, count, load_settings, one_line
from assistant.errors import FeedbackError, french_reason

if TYPE_CHECKING:
    from assistant.feedback import Feedback, FeedbackStore

_SHORT = 8  # digits of an id in tables
_SINCE = click.option("--since", metavar="DATE", help="Depuis cette date : AAAA, AAAA-MM ou AAAA-MM-JJ.")
_FILE = click.argument("target", metavar="FICHIER|-")


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def feedback() -> None:
    """Les avis des membres sur les réponses.

    Un avis se nomme par les premiers chiffres de son identifiant (quatre au moins).
    """


@feedback.command("list")
@click.option("--bad", is_flag=True, help="Seulement les réponses à revoir.")
@_SINCE
@click.option("--json", "as_json", is_flag=True, help="Écrit une liste d'objets JSON.")
def list_(bad: bool, since: str | None, as_json: bool) -> None:
    """Montre les avis en un tableau, les plus récents d'abord."""
    from assistant.cli.table import table
    from assistant.feedback import opinion, reason, to_json

    found = list(_store().select(_moment(since), bad))[::-1]
    if as_json:
        click.echo(json.dumps([to_json(each) for each in found], ensure_ascii=False, indent=1))
    elif found:
        rows = [
            (each.id[:_SHORT], _local(each), opinion(each), reason(each), one_line(each.question)) for each in found
        ]
        for line in table(("id", "date", "avis", "raison", "question"), rows, elastic=(4, 3)):
            click.echo(line)
    click.echo(f"\n{len(found)} avis." if found else "Aucun avis.", err=as_json)


@feedback.command()
@click.argument("start", metavar="ID")
def show(start: str) -> None:
    """Montre un avis en entier : question, réponse, citations, passages."""
    for name, value in _shown(_store().find(start)):
        click.echo(f"{name} : {value}")


@feedback.command()
@_FILE
@_SINCE
def export(target: str, since: str | None) -> None:
    """Écrit les avis en JSON, un par ligne, du plus ancien au plus récent (- : sur la sortie)."""
    from assistant.feedback import to_json

    _write(target, since, to_json, "avis exportés")


@feedback.command()
@_FILE
@_SINCE
def candidates(target: str, since: str | None) -> None:
    """Propose des cas de test tirés des avis, un par ligne (- : sur la sortie).

    Une personne les relit : ils disent ce qu'un membre pense d'une réponse, pas la bonne réponse.
    """
    from assistant.feedback import candidate

    _write(target, since, candidate, "cas proposés d'après les avis")


@feedback.command()
@click.argument("start", metavar="[ID]", required=False)
@click.option("--matching", metavar="TEXTE", help="Ceux où le membre a écrit ce texte, aux accents et majuscules près.")
@click.option("--before", metavar="DATE", help="Ceux d'avant cette date : AAAA, AAAA-MM ou AAAA-MM-JJ.")
@click.option("--all", "everything", is_flag=True, help="Tous.")
@click.option("--yes", is_flag=True, help="Sans demander.")
def erase(start: str | None, matching: str | None, before: str | None, everything: bool, yes: bool) -> None:
    """Efface des avis pour de bon : le fichier n'en garde plus un mot.

    TEXTE est cherché dans la question, le commentaire et les questions qui les précèdent.
    """
    if sum((start is not None, matching is not None, before is not None, everything)) != 1:
        raise click.UsageError("Donnez un identifiant, ou --matching, ou --before, ou --all.")
    store = _store()
    ids = _chosen(store, start, matching, before)
    if not ids:
        click.echo("Aucun avis à effacer.")
        return
    if not yes and not agreed("Effacer cet avis ?" if len(ids) == 1 else f"Effacer ces {len(ids)} avis ?"):
        click.echo("Rien n'est effacé.")
        return
    done = store.erase(ids)
    how = "un" if start else "--matching" if matching is not None else f"--before {before}" if before else "--all"
    _record("avis effacés", f"{done} avis ({how})")
    click.echo(f"{_were(done, 'effacé')}.")


@feedback.command()
def purge() -> None:
    """Efface les avis plus vieux que ASSISTANT_FEEDBACK_DAYS jours ; tous s'il vaut 0.

    Le chat le fait de lui-même, une fois par jour.
    """
    store = _store(purging=False)
    done = store.purge()
    if done:
        _record("avis purgés", f"{done} avis de plus de {count(store.days, 'jour')}")
    click.echo(f"{_were(done, 'effacé')}." if done else "Aucun avis à effacer.")


def _store(purging: bool = True) -> FeedbackStore:
    from assistant.feedback import FeedbackStore

    store = FeedbackStore.from_settings(load_settings())
    if purging:
        store.purge_when_due()
    return store


def _chosen(store: FeedbackStore, start: str | None, matching: str | None, before: str | None) -> list[str]:
    if start is not None:
        return [store.full_id(start)]
    if matching is not None:
        return store.ids_matching(matching)
    moment = _moment(before)
    return store.ids() if moment is None else store.ids_before(moment)


def _moment(day: str | None) -> datetime | None:
    """The beginning of a day, month or year, here."""
    from assistant.questions import read_filters

    first = read_filters((), (), day, None).since
    return datetime.combine(first, time.min).astimezone(UTC) if first else None


def _shown(found: Feedback) -> Iterator[tuple[str, str]]:
    from assistant.feedback import opinion, reason

    reply = found.reply
    yield "Avis", f"{found.id} ({_local(found)})"
    yield "Sens", ", ".join(filter(None, (opinion(found), reason(found))))
    yield "Commentaire", one_line(found.comment) or "—"
    for turn in found.history:
        yield "Question d'avant" if turn.role == "user" else "Réponse d'avant", one_line(turn.content)
    yield "Question", one_line(found.question)
    yield ("Refus" if reply["kind"] == "refusal" else "Réponse"), one_line(reply["text"])
    for one in reply["citations"]:
        yield f"Citation {one['number']}", f"{one['title']} ({one['note_id']}, {one['start']} à {one['end']})"
    for one in reply["passages"]:
        yield f"Passage {one['rank']}", f"{one['note_id']}, {one['start']} à {one['end']}, score {one['score']}"
    yield "Version de l'index", reply["build"]
    yield "Confiance", str(reply["confidence"])
    yield "Réglages", ", ".join(f"{name} {value}" for name, value in found.settings.items() if value is not None)


def _write(target: str, since: str | None, form: Callable[[Feedback], dict[str, Any]], what: str) -> None:
    number = 0
    found = _store().select(_moment(since))
    with _opened(target) as file:
        for number, each in enumerate(found, start=1):  # noqa: B007
            file.write(json.dumps(form(each), ensure_ascii=False) + "\n")
    _record(what, f"{number} avis")
    click.echo(f"{_were(number, 'écrit')}.", err=True)


@contextmanager
def _opened(target: str) -> Iterator[IO[str]]:
    """The output, or a file that its owner alone can read: it holds what members wrote."""
    if target == "-":
        yield sys.stdout
        return
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if Path(target).is_file():
                os.fchmod(descriptor, 0o600)  # one that was there may have been readable by others
            yield file
    except OSError as error:
        raise FeedbackError(f"Le fichier {target} ne peut pas être écrit : {french_reason(error)}.") from None


def _were(number: int, done: str) -> str:
    return f"{number} avis {done}{'s' if number > 1 else ''}"


def _local(found: Feedback) -> str:
    return f"{found.when.astimezone():%Y-%m-%d %H:%M}"


def _record(what: str, detail: str) -> None:
    from assistant.audit import Entry, local_user, record

    record(load_settings().state_dir, Entry(local_user(), what, detail))
