"""`assistant eval check`, `propose`, `review`: cases held against the notes, drafted from them, read by a person."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.eval_review import decide
from assistant.cli.shared import load_settings, one_line

if TYPE_CHECKING:
    from assistant.models import Note

_LIMIT = 40
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", metavar="[CAS…]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Écrit une liste d'objets JSON.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Cherche les cas qui ne vont plus avec les notes ; statut 1 s'il y en a.

    CAS : des fichiers ou dossiers de cas ; par défaut ceux de evals/cases. Sont signalés une note ou une citation
    disparue, un fait qu'aucune note ne contient, un « must_not » que la source dit elle-même. Les notes sont lues dans
    leur dossier : il ne faut pas d'index.
    """
    from assistant.corpus import load_corpus
    from assistant.evaluation.cases import read_cases
    from assistant.evaluation.checking import check_cases

    settings = load_settings()
    placed = read_cases(paths or [settings.evals_dir / "cases"])
    found = check_cases(placed, load_corpus(settings.corpus_dir))
    if as_json:
        click.echo(
            json.dumps([{**asdict(each), "path": str(each.path)} for each in found], ensure_ascii=False, indent=1)
        )
    for each in [] if as_json else found:
        click.echo(one_line(str(each)))
    if not found:
        click.echo(f"{len(placed)} cas vérifiés : tous vont avec les notes.", err=as_json)
        return
    wrong = len({each.case for each in found})
    click.echo(f"{len(placed)} cas vérifiés, {wrong} à revoir.", err=True)
    sys.exit(1)


@click.command()
@click.argument("target", metavar="FICHIER", type=_FILE)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), default=_LIMIT, help=f"N cas au plus ({_LIMIT}).")
@click.option("--note", "note_id", metavar="ID", help="Seulement d'après cette note.")
@click.option("--rule/--model", "by_rule", default=True, help="Par règle (par défaut), ou par le modèle de rédaction.")
def propose(target: Path, limit: int, note_id: str | None, by_rule: bool) -> None:
    """Ajoute à FICHIER des cas tirés des notes, à relire : ils ne comptent pas avant.

    Par règle : dates, lieux et organisateurs d'événements, fonctions, sigles, années, nombres, et des questions sans
    réponse ; les mêmes notes donnent toujours les mêmes cas. Une question qui est déjà dans FICHIER ou dans evals/cases
    n'est pas reprise. Par le modèle : une question par extrait, gardée si sa citation et sa réponse sont mot pour mot
    dans la note. La relecture : « assistant eval review FICHIER ».
    """
    from assistant.corpus import load_corpus
    from assistant.evaluation.cases import read_cases
    from assistant.evaluation.editing import append_cases
    from assistant.evaluation.proposing import Drafter
    from assistant.evaluation.proposing import propose as proposed

    settings = load_settings()
    notes = load_corpus(settings.corpus_dir)
    only = None if note_id is None else [_note(notes, note_id)]
    drafter = None if by_rule else Drafter.from_settings(settings)
    folder = settings.evals_dir / "cases"
    files = {file.resolve() for file in (target, *folder.glob("*.jsonl")) if file.is_file()}
    existing = [placed.case for file in sorted(files) for placed in read_cases([file])]
    cases = proposed(notes, existing, limit, only, drafter)
    if drafter is not None:
        given = "extrait donné" if drafter.asked < 2 else "extraits donnés"
        dropped = "proposition écartée" if drafter.dropped < 2 else "propositions écartées"
        click.echo(f"{drafter.asked} {given} au modèle, {drafter.dropped} {dropped}.", err=True)
    if not cases:
        click.echo("Rien de nouveau à proposer.")
        return
    append_cases(target, cases)
    silent = sum(not case.answerable for case in cases)
    plural = "s" if len(cases) > 1 else ""
    click.echo(f"{len(cases)} cas proposé{plural}, dont {silent} sans réponse, ajouté{plural} à {target}.")
    click.echo(f"Aucun ne compte avant d'être relu : « assistant eval review {target} ».")


@click.command()
@click.argument("path", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", metavar="FICHIER", type=_FILE, help="Où vont les cas acceptés ; sans lui, ils restent en place.")
def review(path: Path, out: Path | None) -> None:
    """Relit les cas proposés, un par un : accepter, modifier, rejeter, passer.

    Chaque décision est gardée aussitôt : on peut s'arrêter (q, ou Ctrl-C) et reprendre. Un cas accepté compte dans les
    évaluations suivantes ; un cas rejeté est effacé. « Modifier » ouvre le cas dans l'éditeur ($EDITOR).
    """
    from assistant.corpus import load_corpus
    from assistant.evaluation.reviewing import Review

    decide(Review(path, out), load_corpus(load_settings().corpus_dir), path)


def _note(notes: list[Note], note_id: str) -> Note:
    from difflib import get_close_matches

    from assistant.errors import EvaluationError

    found = {note.id: note for note in notes}
    if note_id not in found:
        near = get_close_matches(note_id, found, 1)
        hint = f" Vouliez-vous dire « {near[0]} » ?" if near else " « assistant corpus list » les montre."
        raise EvaluationError(f"Il n'y a pas de note « {note_id} ».{hint}")
    return found[note_id]
