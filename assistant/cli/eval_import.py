"""`assistant eval import`: cases and notes of other formats, brought into ours."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.shared import count

_TOLD = 10  # of what is left out


@click.command("import")
@click.argument("source", metavar="SOURCE", type=click.Path(exists=True, path_type=Path))
@click.argument("target", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))
def import_(source: Path, target: Path) -> None:
    """Convertit un jeu de questions avec ses notes : fichier SQuAD (.json), dossier BEIR, dossier passages + questions.

    DOSSIER reçoit notes.jsonl et cases.jsonl ; « assistant eval run DOSSIER » l'évalue, sur un index à part.
    """
    from assistant.errors import CaseError
    from assistant.evaluation.datasets import load, write

    dataset = load([source])
    if dataset.notes is None:
        raise CaseError(
            f"{source} n'apporte pas de notes. Un fichier SQuAD (.json), un dossier BEIR (corpus.jsonl, queries.jsonl, "
            "qrels) ou un dossier avec passages.jsonl et questions*.jsonl est attendu."
        )
    write(dataset, target)
    silent = sum(not case.answerable for case in dataset.cases)
    cases = f"{len(dataset.cases)} cas, dont {silent} sans réponse"
    click.echo(f"{target} : {count(len(dataset.notes), 'note')}, {cases}.")
    for line in dataset.left_out[:_TOLD]:
        click.echo(f"Laissé de côté — {line}.", err=True)
    if len(dataset.left_out) > _TOLD:
        click.echo(f"… et {len(dataset.left_out) - _TOLD} autres laissés de côté.", err=True)
