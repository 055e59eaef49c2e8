"""`assistant eval run`: cases put to the assistant, and recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.shared import count, load_settings

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.evaluation.datasets import Dataset
    from assistant.evaluation.models import EvalCase
    from assistant.evaluation.running import Bench
    from assistant.evaluation.runs import Run, RunInfo
    from assistant.settings import Settings

_LATEST = "dernière"


@click.command()
@click.argument("paths", metavar="[CAS…]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--tag", "tags", metavar="ÉTIQUETTE", multiple=True, help="Seulement les cas qui l'ont ; répétable.")
@click.option("--half", type=click.Choice(["A", "B"]), help="Une moitié des cas, tirée d'après leurs identifiants.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="N cas au plus, pris de loin en loin.")
@click.option("--name", metavar="NOM", default="", help="Un nom pour la retrouver.")
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), default=1, help="Questions posées en même temps.")
@click.option("--judge", "judged", is_flag=True, help="Fait aussi juger par un modèle (ASSISTANT_JUDGE_MODEL).")
@click.option("--resume", metavar="ID", is_flag=False, flag_value=_LATEST, help="Reprend une évaluation interrompue.")
def run(
    paths: tuple[Path, ...],
    tags: tuple[str, ...],
    half: str | None,
    limit: int | None,
    name: str,
    workers: int,
    judged: bool,
    resume: str | None,
) -> None:
    """Pose les cas à l'assistant et garde tout : réponses, passages, notes obtenues.

    CAS : des fichiers ou dossiers de cas ; par défaut ceux de evals/cases. Un jeu importé, un fichier SQuAD, un dossier
    BEIR ou PIAF apportent leurs propres notes, indexées à part. Interrompue (Ctrl-C), l'évaluation se reprend avec
    --resume sans rien perdre.
    """
    settings = load_settings(cached_answers=0)  # a remembered reply takes no time
    with prepared(settings, paths, tags, limit, half, judged=judged) as (bench, cases):
        done = recorded(settings, bench, cases, name=name, workers=workers, resume=resume)
    show(done)


@contextmanager
def prepared(
    settings: Settings,
    paths: Sequence[Path],
    tags: Sequence[str] = (),
    limit: int | None = None,
    half: str | None = None,
    *,
    judged: bool = False,
) -> Iterator[tuple[Bench, list[EvalCase]]]:
    """The chosen cases, and the assistant over their notes.

    Raises:
        CaseError: files are at fault, or no case is left.
    """
    from assistant import Assistant
    from assistant.evaluation.datasets import load
    from assistant.evaluation.judging import Judge
    from assistant.evaluation.running import Bench, chosen

    dataset = load(list(paths) or [settings.evals_dir / "cases"])
    cases = chosen(dataset.cases, tags, limit, half)
    judge = Judge.from_settings(settings) if judged else None
    bot = Assistant.open(settings) if dataset.notes is None else _over_notes(dataset, settings)
    try:
        yield Bench(bot, dataset.name, judge.scores if judge else None, judge.info if judge else None), cases
    finally:
        bot.close()


def _over_notes(dataset: Dataset, settings: Settings) -> Assistant:
    """The assistant over the notes that cases bring."""
    from assistant import Assistant
    from assistant.cli.progress import bars
    from assistant.embedding import Embedder
    from assistant.evaluation.datasets import index_aside

    embedder = Embedder.from_settings(settings)
    with bars() as tell:
        aside = index_aside(dataset.name, dataset.notes or (), settings, embedder, tell)
    return Assistant(settings.model_copy(update={"index_dir": aside.folder}), embedder)


def recorded(
    settings: Settings, bench: Bench, cases: list[EvalCase], *, name: str, workers: int, resume: str | None
) -> Run:
    """Run the cases with a progress bar. Interrupted, it says how to go on."""
    from tqdm import tqdm

    from assistant.evaluation.running import describe, run
    from assistant.evaluation.runs import RUNS, Recorder, run_folder

    info = describe(bench, cases, name)
    done: frozenset[str] = frozenset()
    if resume is None:
        recorder = Recorder(settings.evals_dir / RUNS / info.id, info)
    else:
        folder = run_folder(settings.evals_dir, None if resume == _LATEST else resume)
        recorder, done = Recorder.resume(folder, info)
    with tqdm(total=len(info.cases), initial=len(done), desc="cas", delay=0.5) as bar:

        def tell(recorded: int, _: int) -> None:
            bar.update(recorded - bar.n)

        try:
            return run(bench, cases, recorder, done=done, workers=workers, tell=tell)
        except KeyboardInterrupt:
            bar.close()
            left = f"« assistant eval run … --resume {recorder.info.id} », avec les mêmes arguments, la reprend"
            click.echo(f"Interrompue : {bar.n} cas sur {len(info.cases)} sont gardés. {left}.", err=True)
            raise SystemExit(130) from None


def show(run: Run) -> None:
    """The headline figures."""
    from assistant.cli.eval_words import figures_table
    from assistant.evaluation.figures import headline
    from assistant.evaluation.judging import unjudged

    for line in figures_table(headline(run.results)):
        click.echo(line)
    errors = sum(1 for result in run.results if result.response.error)
    click.echo(_summary(run.info, errors, unjudged(run.results) if run.info.judge else 0))


def _summary(info: RunInfo, errors: int, silent: int) -> str:
    parts = [f"\n{count(len(info.cases), 'question')} en {info.seconds:.0f} s"]
    if info.skipped:
        parts.append(f"{info.skipped} cas non relus, laissés de côté (« assistant eval review »)")
    if errors:
        parts.append(f"{errors} sans réponse à cause d'une erreur : --resume les pose de nouveau")
    if silent:
        parts.append(f"{count(silent, 'réponse')} sans verdict lisible du juge")
    return " ; ".join(parts) + f".\nÉvaluation {info.id} : « assistant eval report » en fait une page."
