"""`assistant eval tune`: settings varied on the development cases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.shared import count, load_settings

if TYPE_CHECKING:
    from assistant.embedding import Embedder
    from assistant.evaluation.datasets import Aside
    from assistant.evaluation.running import Bench
    from assistant.evaluation.tuning import Tried
    from assistant.settings import Settings


class _Values(click.ParamType[Any]):
    """`3,5,8`."""

    name = "V1,V2…"

    def __init__(self, kind: Callable[[str], Any]) -> None:
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Sequence[Any]:
        try:
            return [self._kind(part) for part in str(value).split(",") if part.strip()]
        except ValueError:
            self.fail(f"« {value} » : des nombres entre virgules sont attendus, à point décimal (0.5,1,2).", param, ctx)


@click.command()
@click.argument("paths", metavar="[CAS…]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--passages", type=_Values(int), help="Passages retenus (k).")
@click.option("--lexical-weight", type=_Values(float), help="Poids des mots face au sens.")
@click.option("--refusal-threshold", type=_Values(float), help="Confiance en dessous de laquelle refuser.")
@click.option("--chunk-tokens", type=_Values(int), help="Taille des passages ; l'index est refait à part.")
@click.option("--grid", is_flag=True, help="Toutes les combinaisons, au lieu d'un réglage à la fois.")
@click.option("--json", "as_json", is_flag=True, help="Écrit une liste d'objets JSON.")
def tune(paths: tuple[Path, ...], grid: bool, as_json: bool, **given: Sequence[Any] | None) -> None:
    """Essaie d'autres réglages sur les cas de mise au point, et dit ce que chacun rapporte et coûte.

    CAS : des fichiers dont le nom contient « development » ; par défaut ceux de evals/cases. Choisissez d'après la
    moitié A : la moitié B, que rien n'a servi à choisir, dit si le choix tient sur d'autres questions.
    """
    from assistant.evaluation.cases import read_cases, reviewed
    from assistant.evaluation.tuning import development_files, variants

    settings = load_settings(cached_answers=0)
    sweeps = {name: values for name, values in given.items() if values}
    if not sweeps:
        raise click.UsageError("Donnez au moins un réglage à essayer, comme --passages 3,5,8.")
    files = development_files(paths, settings.evals_dir / "cases")
    cases = reviewed(placed.case for placed in read_cases(files))
    with _benches(settings, variants(sweeps, grid=grid)) as benches:
        tried = _swept(benches, cases)
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in tried], ensure_ascii=False, indent=1))
        return
    click.echo(f"{count(len(cases), 'question')} de {', '.join(path.name for path in files)}.\n")
    for line in _table(tried):
        click.echo(line)
    click.echo(
        "\nA : pour choisir ; B : le choix tient-il ? p : du gain sur A ; × : durée médiane, rapportée à l'actuelle."
    )


@contextmanager
def _benches(settings: Settings, changes: Sequence[dict[str, Any]]) -> Iterator[list[tuple[Any, Bench, float | None]]]:
    """The current settings first, then each variant; one embedder for all."""
    import time

    from assistant import Assistant
    from assistant.embedding import Embedder
    from assistant.evaluation.running import Bench
    from assistant.index import published_build_id
    from assistant.settings import Settings

    published_build_id(settings.index_dir)
    embedder = Embedder.from_settings(settings)
    with ExitStack() as opened:
        benches = []
        for values in [{}, *changes]:
            varied = Settings.load(**settings.model_dump() | values)
            seconds = None
            if varied.chunk_tokens != settings.chunk_tokens:
                start = time.monotonic()
                aside = _index_aside(varied, embedder)
                varied = varied.model_copy(update={"index_dir": aside.folder})
                seconds = time.monotonic() - start if aside.made else None
            bot = Assistant(varied, embedder)
            opened.callback(bot.close)
            benches.append((values, Bench(bot, "corpus"), seconds))
        yield benches


def _index_aside(settings: Settings, embedder: Embedder) -> Aside:
    """An index of the same notes with other chunks, beside the published one; made or brought up to date."""
    from assistant.cli.progress import bars
    from assistant.corpus import load_corpus
    from assistant.evaluation.datasets import OWN, index_aside

    with bars() as tell:
        return index_aside(OWN, load_corpus(settings.corpus_dir), settings, embedder, tell)


def _swept(benches: list[tuple[Any, Bench, float | None]], cases: Sequence[Any]) -> list[Tried]:
    from tqdm import tqdm

    from assistant.evaluation.tuning import sweep

    with tqdm(total=len(benches) * len(cases), desc="réponses", delay=0.5) as bar:

        def tell(done: int, _: int) -> None:
            bar.update(done - bar.n)

        return sweep(benches, cases, tell)


def _table(tried: Sequence[Tried]) -> list[str]:
    from assistant.cli.table import table
    from assistant.evaluation.telling import interval, number

    rows = []
    for each in tried:
        shown = [("right", "A"), ("right", "B"), ("recall@5", "A"), ("refusal_f1", "A"), ("answer_f1", "A")]
        figures = [each.figure(name, half) for name, half in shown]
        gain = each.gain
        rows.append(
            (
                _named(each),
                *("—" if value is None else number(value) for value in figures),
                interval(gain.low, gain.high, signed=True) if gain else "",
                number(gain.p) if gain else "",
                number(each.held.after - each.held.before, signed=True) if each.held else "",
                f"{each.milliseconds:.0f} ms (× {each.milliseconds / tried[0].milliseconds:.2f})".replace(".", ","),
                _index_cost(each),
            )
        )
    header = (
        "réglage",
        "justes A",
        "justes B",
        "rappel@5",
        "F1 refus",
        "F1 réponses",
        "écart sur A",
        "p",
        "écart sur B",
    )
    return table((*header, "durée", "index"), rows, elastic=(0,))


def _index_cost(tried: Tried) -> str:
    """The seconds of its own index; an index that was there already cost none to this sweep."""
    if tried.seconds is not None:
        return f"{tried.seconds:.0f} s"
    return "déjà fait" if "chunk_tokens" in tried.values else ""


def _named(tried: Tried) -> str:
    if not tried.values:
        return "actuels"
    return ", ".join(f"{name} {value:g}".replace(".", ",") for name, value in tried.values.items())


def _as_json(tried: Tried) -> dict[str, Any]:
    names = ("right", "facts_found", "recall@5", "mrr@10", "ndcg@10", "refusal_f1", "answer_f1", "citation_recall")
    figures = {half: {name: tried.figure(name, half) for name in names} for half in "AB"}
    gains = {
        half: each and {"difference": each.after - each.before, "low": each.low, "high": each.high, "p": each.p}
        for half, each in (("A", tried.gain), ("B", tried.held))
    }
    times = {"milliseconds": tried.milliseconds, "index_seconds": tried.seconds and round(tried.seconds, 1)}
    return {"values": dict(tried.values), "figures": figures, "gains": gains, **times}
