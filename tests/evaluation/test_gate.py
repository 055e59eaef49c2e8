"""The gate: planted regressions are caught, noise is not, and what is missing does not pass."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Note, Settings
from assistant.embedding import Embedder
from assistant.errors import EvaluationError
from assistant.evaluation.datasets import index_aside, load
from assistant.evaluation.gate import Ruling, baseline_of, judge, read_baseline, write_baseline
from assistant.evaluation.models import EvalCase, Result, Score
from assistant.evaluation.running import Bench, chosen, describe, run
from assistant.evaluation.runs import Recorder, Run, RunInfo

EVALS = Path(__file__).parents[2] / "evals"
PIAF = Path(__file__).parents[3] / "shared" / "data" / "piaf"


def recorded(bench: Bench, cases: list[EvalCase], folder: Path) -> Run:
    return run(bench, cases, Recorder(folder, describe(bench, cases)))


def ruled(before: Run, after: Run) -> Ruling:
    return judge(baseline_of(before, "essai", {}), after)


def part(whole: Run, count: int) -> Run:
    """The same run on fewer cases."""
    return replace(whole, results=whole.results[:count])


def test_this_code_is_no_worse_than_the_baseline(evaluated: Run) -> None:
    """What CI stops a change by. `evals/README.md` says how to make another baseline, and when."""
    ruling = judge(read_baseline(EVALS / "baselines" / "corpus.jsonl"), evaluated)
    told = {each.metric.name: (each.before, each.after, each.changed) for each in (*ruling.losses, *ruling.rises)}
    assert ruling.passes(explained=False), (told, ruling.broken, ruling.missing, ruling.edited)


@contextmanager
def assistant(settings: Settings, embedder: Embedder, **changes: Any) -> Iterator[Bench]:
    made = Assistant(settings.model_copy(update=changes), embedder)
    yield Bench(made, "corpus")
    made.close()


@pytest.mark.slow
def test_a_threshold_that_moved_is_caught(
    evaluated: Run, settings: Settings, embedder: Embedder, tmp_path: Path
) -> None:
    before = part(evaluated, 40)
    with assistant(settings, embedder, refusal_threshold=0.9) as bench:
        after = recorded(bench, [r.case for r in before.results], tmp_path / "r")
    ruling = ruled(before, after)
    assert {"decision", "facts_found"} & {each.metric.name for each in ruling.losses}
    assert not ruling.passes(explained=True)


@pytest.mark.slow
def test_a_note_that_is_gone_is_caught(
    evaluated: Run, settings: Settings, embedder: Embedder, notes: list[Note], tmp_path: Path
) -> None:
    before = part(evaluated, 40)
    named = [source.note for r in before.results for source in r.case.sources]
    gone = max(sorted(set(named)), key=named.count)
    kept = [note for note in notes if note.id != gone]
    folder = index_aside("kept", kept, settings.model_copy(update={"cache_dir": tmp_path}), embedder).folder
    with assistant(settings, embedder, index_dir=folder) as bench:
        after = recorded(bench, [r.case for r in before.results], tmp_path / "r")
    assert "right" in {each.metric.name for each in ruled(before, after).losses}


@pytest.mark.long
@pytest.mark.skipif(not PIAF.is_dir(), reason="needs ../shared")
def test_words_that_no_longer_count_are_caught(settings: Settings, embedder: Embedder, tmp_path: Path) -> None:
    """On the eight notes of the project, meaning alone finds nearly all: it takes more notes to see the loss."""
    dataset = load([PIAF])
    own = settings.model_copy(update={"cache_dir": tmp_path})
    some = (dataset.notes or ())[:260]
    ids = {note.id for note in some}
    asked = [c for c in chosen(dataset.cases, ["autonome"]) if any(s.note in ids for s in c.sources)]
    asked = chosen(asked, limit=150)
    index_dir = index_aside("piaf", some, own, embedder).folder
    runs = []
    for weight in (1.0, 0.0):
        with assistant(own, embedder, index_dir=index_dir, lexical_weight=weight, sentence_ranker=False) as bench:
            runs.append(recorded(bench, asked, tmp_path / str(weight)))
    losses = ruled(*runs).losses
    assert {"recall@5", "mrr@10", "ndcg@10"} & {each.metric.name for each in losses}


@pytest.mark.long
def test_twenty_runs_raise_no_alarm(evaluated: Run, bot: Assistant, tmp_path: Path) -> None:
    before = part(evaluated, 60)
    for number in range(20):
        again = recorded(Bench(bot, "corpus"), [r.case for r in before.results], tmp_path / str(number))
        ruling = ruled(before, again)
        assert ruling.passes(explained=False) and not any(d.changed for d in ruling.differences)


def noisy(whole: Run, seed: int, share: float) -> Run:
    """As an assistant whose replies to a share of the cases are drawn anew: each of their scores is that of another."""
    drawn = random.Random(seed)

    def again(result: Result) -> Result:
        if drawn.random() > share:
            return result
        other = drawn.choice(whole.results)
        return replace(result, scores={n: other.scores.get(n, s) for n, s in result.scores.items()})

    return replace(whole, results=tuple(map(again, whole.results)))


def test_noise_raises_no_alarm(evaluated: Run) -> None:
    """Two noisy runs at a time, 20 times: Holm's adjustment allows a false alarm in 5 % of comparisons at most, and
    such scores, few of which differ, raise far fewer.
    """
    alarms = [
        not ruled(noisy(evaluated, seed, 0.1), noisy(evaluated, -seed, 0.1)).passes(explained=False)
        for seed in range(1, 21)
    ]
    assert sum(alarms) == 0


# by hand


def made(scores: Mapping[str, float], floor: Mapping[str, float] | None = None, count: int = 30) -> Run:
    info = RunInfo("20260101-000000-000000", "", "", "", "", "corpus", {}, {}, (), "", complete=True)
    results = tuple(
        Result(
            EvalCase.model_validate({"id": str(n), "question": "?", "expected": "refuse"}),
            None,  # type: ignore[arg-type]
            {name: Score(value, "") for name, value in scores.items()},
        )
        for n in range(count)
    )
    return Run(Path(), info, results)


@pytest.fixture(autouse=True)
def _figures_of_scores_alone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Runs made by hand have scores and no replies: what is drawn from replies is left out."""
    if "made" in request.function.__code__.co_names:
        for name in ("refusals", "_calibration"):
            monkeypatch.setattr(f"assistant.evaluation.figures.{name}", lambda results: [])


def test_a_loss_stops_a_change_and_a_rise_that_nobody_explains() -> None:
    good, bad = made({"right": 1.0}), made({"right": 0.0})
    assert ruled(good, good).passes(explained=False)
    assert not ruled(good, bad).passes(explained=True)
    assert not ruled(bad, good).passes(explained=False)
    assert ruled(bad, good).passes(explained=True)


def test_what_does_not_stop_a_change() -> None:
    assert ruled(made({"latency": 1.0}), made({"latency": 9.0})).passes(explained=False)
    assert ruled(made({"right": 1.0}, count=5), made({"right": 0.0}, count=5)).passes(explained=False)  # too few


def test_cases_that_are_missing_edited_or_new() -> None:
    whole, fewer = made({"right": 1.0}), made({"right": 1.0}, count=29)
    ruling = ruled(whole, fewer)
    assert ruling.missing == ("29",) and not ruling.passes(explained=True)
    ruling = ruled(fewer, whole)
    assert ruling.added == ("29",) and ruling.passes(explained=False)
    first = replace(whole.results[0], case=whole.results[0].case.model_copy(update={"question": "Autre ?"}))
    ruling = ruled(whole, replace(whole, results=(first, *whole.results[1:])))
    assert ruling.edited == ("0",) and not ruling.passes(explained=True)


def test_a_comment_or_a_tag_may_change() -> None:
    whole = made({"right": 1.0})
    noted = whole.results[0].case.model_copy(update={"comment": "Relu.", "tags": ("qui",)})
    again = replace(whole, results=(replace(whole.results[0], case=noted), *whole.results[1:]))
    assert ruled(whole, again).passes(explained=False)


def test_floors() -> None:
    floors = {"right": 0.5, "wrong_passage": 0.2}
    kept = baseline_of(made({"right": 1.0, "wrong_passage": 0.0}), "essai", floors)
    assert judge(kept, made({"right": 1.0, "wrong_passage": 0.0})).broken == ()
    assert judge(kept, made({"right": 0.0, "wrong_passage": 1.0})).broken == (
        "Réponses justes : 0,000, plancher 0,5",
        "Bonne note, mauvais passage : 1,000, plafond 0,2",
    )
    with pytest.raises(EvaluationError, match="sous ses propres planchers"):
        baseline_of(made({"right": 0.0}), "essai", {"right": 0.5})
    with pytest.raises(EvaluationError, match="« juste » : ce chiffre n'existe pas"):
        baseline_of(made({"right": 0.0}), "essai", {"juste": 0.5})


def test_a_baseline_is_kept_as_it_is(tmp_path: Path) -> None:
    kept = baseline_of(made({"right": 1.0}), "première", {"right": 0.5})
    write_baseline(tmp_path / "b" / "x.jsonl", kept)
    assert read_baseline(tmp_path / "b" / "x.jsonl") == kept
    assert len((tmp_path / "b" / "x.jsonl").read_text().splitlines()) == 31


def test_baselines_that_cannot_be_made_or_read(tmp_path: Path) -> None:
    half = made({"right": 1.0})
    with pytest.raises(EvaluationError, match="inachevée"):
        baseline_of(replace(half, info=replace(half.info, complete=False)), "essai", {})
    with pytest.raises(EvaluationError, match="n'existe pas"):
        read_baseline(tmp_path / "x.jsonl")
    (tmp_path / "x.jsonl").write_text(json.dumps({"because": ""}))
    with pytest.raises(EvaluationError, match="abîmée"):
        read_baseline(tmp_path / "x.jsonl")
