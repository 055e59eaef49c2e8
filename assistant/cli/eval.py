"""`assistant eval`: cases, runs, their comparison, the gate, the report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from assistant.cli.eval_cases import check, propose, review
from assistant.cli.eval_gate import baseline, gate
from assistant.cli.eval_import import import_
from assistant.cli.eval_report import report
from assistant.cli.eval_run import run
from assistant.cli.eval_tune import tune
from assistant.cli.shared import load_settings

if TYPE_CHECKING:
    from assistant.evaluation.runs import Run, RunInfo


@click.group("eval", subcommand_metavar="COMMANDE [ARGUMENTS]…")
def evaluate() -> None:
    """La qualité des réponses, mesurée sur des cas de test.

    Une évaluation se nomme par le début de son identifiant, ou par le nom qu'on lui a donné.
    """


@evaluate.command("list")
@click.option("--json", "as_json", is_flag=True, help="Écrit une liste d'objets JSON.")
def list_(as_json: bool) -> None:
    """Montre les évaluations en un tableau, les plus récentes d'abord."""
    from dataclasses import asdict

    from assistant.cli.table import table
    from assistant.evaluation.runs import read_run, run_folder, runs

    evals_dir = load_settings().evals_dir
    infos = runs(evals_dir)[::-1]
    if as_json:
        click.echo(json.dumps([asdict(info) for info in infos], ensure_ascii=False, indent=1))
        return
    if not infos:
        click.echo("Aucune évaluation. « assistant eval run » en fait une.")
        return
    rows = [_row(info, read_run(run_folder(evals_dir, info.id))) for info in infos]
    header = ("id", "nom", "code", "corpus", "cas", "justes", "durée")
    for line in table(header, rows, elastic=(1, 3)):
        click.echo(line)


def _row(info: RunInfo, run: Run) -> tuple[str, ...]:
    right = [result.scores["right"].value for result in run.results if "right" in result.scores]
    share = f"{100 * sum(right) / len(right):.1f} %".replace(".", ",") if right else "—"
    asked = str(len(info.cases)) if info.complete else f"{len(run.results)} sur {len(info.cases)}"
    return info.id, info.name, info.commit, info.corpus, asked, share, f"{info.seconds:.0f} s"


@evaluate.command()
@click.argument("before", metavar="AVANT")
@click.argument("after", metavar="[APRÈS]", required=False)
@click.option("--cases", "show_cases", is_flag=True, help="Montre aussi les cas qui changent.")
@click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON.")
def compare(before: str, after: str | None, show_cases: bool, as_json: bool) -> None:
    """Compare deux évaluations, cas par cas ; APRÈS est la dernière par défaut.

    ▲ et ▼ : l'écart n'est pas dû au hasard (5 %, chaque chiffre pris seul). « décelable » : le plus petit écart que
    tant de cas feraient voir quatre fois sur cinq.
    """
    from assistant.cli.eval_words import changed_lines, differences_table
    from assistant.evaluation.comparing import common, differences, scores_of
    from assistant.evaluation.gate import digests
    from assistant.evaluation.runs import read_run, run_folder

    evals_dir = load_settings().evals_dir
    one, other = read_run(run_folder(evals_dir, before)), read_run(run_folder(evals_dir, after))
    kept = common(digests(one.results), digests(other.results))
    old, new = scores_of(one.results), scores_of(other.results)
    found = differences({case: old[case] for case in kept.both}, {case: new[case] for case in kept.both})
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in found], ensure_ascii=False, indent=1))
        return
    _say_who(one, other, len(kept.both))
    for ids, what in (
        (kept.only_before, "seulement dans la première"),
        (kept.only_after, "seulement dans la seconde"),
        (kept.edited, "modifiés entre les deux, non comparés"),
    ):
        if ids:
            click.echo(f"{len(ids)} cas {what}.")
    for line in differences_table(found):
        click.echo(line)
    if show_cases:
        click.echo("\nCas qui changent :")
        for each in found:
            if each.metric.name != "latency":
                for line in changed_lines(each):
                    click.echo(line)


def _say_who(one: Run, other: Run, count: int) -> None:
    from assistant.evaluation.runs import NAMES

    changed = [NAMES[name] for name, value in one.info.identity.items() if other.info.identity[name] != value]
    for word, info in (("avant", one.info), ("après", other.info)):
        click.echo(f"{word} : {info.id} {info.name} (code {info.commit or 'inconnu'})")
    click.echo(f"{count} cas communs. Ce qui diffère : {', '.join(changed) or 'rien'}.\n")


def _as_json(difference: object) -> dict[str, object]:
    from dataclasses import asdict

    from assistant.evaluation.comparing import Difference

    assert isinstance(difference, Difference)
    values = {name: value for name, value in asdict(difference).items() if name != "metric"}
    return {"metric": difference.metric.name, **values, "told": difference.told}


for command in (check, propose, review, import_, run, report, baseline, gate, tune):
    evaluate.add_command(command)
