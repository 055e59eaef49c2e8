"""`assistant eval baseline` and `assistant eval gate`: what a change may not make worse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.shared import count, load_settings

if TYPE_CHECKING:
    from assistant.evaluation.gate import Ruling

_RUN = click.argument("run", metavar="[ÉVALUATION]", required=False)


class _Floor(click.ParamType[Any]):
    name = "CHIFFRE=VALEUR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        name, _, limit = str(value).partition("=")
        try:
            return name.strip(), float(limit.replace(",", "."))
        except ValueError:
            self.fail(f"« {value} » : CHIFFRE=VALEUR est attendu, comme right=0,85.", param, ctx)


@click.command()
@click.argument("target", metavar="FICHIER", type=click.Path(dir_okay=False, path_type=Path))
@_RUN
@click.option("--because", metavar="RAISON", required=True, help="Pourquoi cette référence ; gardé avec elle.")
@click.option("--floor", "floors", type=_Floor(), multiple=True, help="Ce que « gate » exige en tout cas ; répétable.")
def baseline(target: Path, run: str | None, because: str, floors: tuple[tuple[str, float], ...]) -> None:
    """Fait d'une évaluation la référence des suivantes ; de la dernière par défaut.

    Les planchers de la référence que le fichier tenait déjà restent, sauf ceux que --floor change.
    """
    from assistant.evaluation.gate import baseline_of, read_baseline, write_baseline
    from assistant.evaluation.runs import read_run, run_folder

    if not because.strip():
        raise click.UsageError("--because : dites pourquoi, la raison est vide.")
    kept = dict(read_baseline(target).floors) if target.is_file() else {}
    made = baseline_of(read_run(run_folder(load_settings().evals_dir, run)), because.strip(), kept | dict(floors))
    write_baseline(target, made)
    click.echo(f"Référence {target} : {count(len(made.cases), 'question')}, évaluation {made.run['id']}.")


@click.command()
@_RUN
@click.option(
    "--baseline", "path", metavar="FICHIER", required=True, type=click.Path(path_type=Path), help="La référence."
)
@click.option("--because", metavar="RAISON", default="", help="Pourquoi une hausse était attendue.")
def gate(run: str | None, path: Path, because: str) -> None:
    """Dit si une évaluation est moins bonne que la référence ; la dernière par défaut.

    Statut 1 si un chiffre baisse plus que le hasard ne l'explique (5 %, tous les chiffres considérés), si un plancher
    est enfoncé, s'il manque des cas, ou si un chiffre monte sans que --because dise pourquoi : une hausse que personne
    n'attendait est souvent une erreur de mesure.
    """
    from assistant.evaluation.gate import judge, read_baseline
    from assistant.evaluation.runs import read_run, run_folder

    ruling = judge(read_baseline(path), read_run(run_folder(load_settings().evals_dir, run)))
    for line in told(ruling, because.strip()):
        click.echo(line)
    raise SystemExit(0 if ruling.passes(explained=bool(because.strip())) else 1)


def told(ruling: Ruling, because: str) -> list[str]:
    """What the ruling says, and what to do."""
    from assistant.cli.eval_words import changed_lines, differences_table, some

    lines = [*differences_table(ruling.differences), ""]
    for each in ruling.losses:
        lines += [f"✗ {each.metric.title} baisse, et ce n'est pas le hasard.", *changed_lines(each)]
    for each in ruling.rises:
        reason = f" : {because}" if because else ", sans raison donnée"
        lines += [f"{'·' if because else '✗'} {each.metric.title} monte{reason}.", *changed_lines(each)]
    lines += [f"✗ {broken}" for broken in ruling.broken]
    if ruling.missing:
        lines.append(f"✗ Cas de la référence qui n'ont pas été posés : {some(ruling.missing)}.")
    if ruling.edited:
        lines.append(
            f"✗ Cas modifiés depuis la référence : {some(ruling.edited)}. Refaites-la : « assistant eval baseline »."
        )
    if ruling.added:
        lines.append(f"· {len(ruling.added)} cas que la référence n'a pas encore.")
    if ruling.rises and not because:
        lines.append("Une hausse attendue s'explique : --because, puis « assistant eval baseline » pour la garder.")
    lines.append("Admis." if ruling.passes(explained=bool(because)) else "Refusé.")
    return lines
