"""A baseline that is kept with the code, and whether a run falls short of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError, french_reason
from assistant.evaluation.comparing import Difference, common, differences, holm, scores_of
from assistant.evaluation.figures import LEVEL, headline
from assistant.evaluation.files import write_whole
from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.models import EvalCase, Result
from assistant.evaluation.running import digest
from assistant.evaluation.runs import Run

BASELINES = "baselines"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What later runs are held against.

    Args:
        because: why it is as it is.
        run: where it comes from: id, commit, build, settings.
        floors: figure's name -> the least value that is put up with, or the most where less is better.
        cases: case id -> digest of the case.
        scores: case id -> metric's name -> score; those of metrics that stop a change.
    """

    because: str
    run: Mapping[str, Any]
    floors: Mapping[str, float]
    cases: Mapping[str, str]
    scores: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a run is worth beside its baseline: `losses` and `rises` are told from chance, all metrics considered.

    `missing` are cases of the baseline that were not asked, `edited` those that are no longer the same, `added` those
    that it does not have; `broken` are figures below their floor.
    """

    losses: tuple[Difference, ...] = ()
    rises: tuple[Difference, ...] = ()
    broken: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = field(default=())

    def passes(self, *, explained: bool) -> bool:
        """Whether the change may go on; a rise only where it is explained."""
        return not (self.losses or self.broken or self.missing or self.edited) and (explained or not self.rises)


def baseline_of(run: Run, because: str, floors: Mapping[str, float]) -> Baseline:
    """The baseline that a run makes.

    Raises:
        EvaluationError: the run is not complete, a floor's name is unknown, or the run is below it.
    """
    if not run.info.complete:
        raise EvaluationError(
            f"L'évaluation {run.info.id} est inachevée : reprenez-la avec « assistant eval run --resume »."
        )
    if broken := list(_broken(floors, run.results)):
        raise EvaluationError("La référence serait sous ses propres planchers : " + " ; ".join(broken) + ".")
    info = run.info
    about = {"id": info.id, "commit": info.commit, "settings": info.settings, "versions": info.versions}
    return Baseline(because, about, floors, digests(run.results), _gated(run.results))


def judge(baseline: Baseline, run: Run) -> Ruling:
    """Hold a run against the baseline. Losses and rises are those that Holm's adjustment over all metrics leaves."""
    after = digests(run.results)
    kept = common(baseline.cases, after)
    new = _gated(run.results)
    both = differences({c: baseline.scores[c] for c in kept.both}, {c: new[c] for c in kept.both})
    adjusted = holm([each.p for each in both])
    told = [each for each, p in zip(both, adjusted, strict=True) if p < 1 - LEVEL]
    return Ruling(
        losses=tuple(each for each in told if each.gain < 0),
        rises=tuple(each for each in told if each.gain > 0),
        broken=tuple(_broken(baseline.floors, run.results)),
        missing=kept.only_before,
        edited=kept.edited,
        added=kept.only_after,
        differences=tuple(both),
    )


def digests(results: Sequence[Result]) -> dict[str, str]:
    """Case id -> digest of the case, without what changes no score."""
    return {result.case.id: digest([_scored_part(result.case)]) for result in results}


def _scored_part(case: EvalCase) -> EvalCase:
    return case.model_copy(update={"comment": "", "tags": ()})


def _gated(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    return {
        case: {name: value for name, value in scores.items() if name in BY_NAME and BY_NAME[name].gated}
        for case, scores in scores_of(results).items()
    }


def _broken(floors: Mapping[str, float], results: Sequence[Result]) -> Iterator[str]:
    figures = {figure.name: figure for figure in headline(results)}
    for name, floor in floors.items():
        if name not in figures:
            known = ", ".join(figures)
            raise EvaluationError(
                f"Plancher de « {name} » : ce chiffre n'existe pas dans l'évaluation. Il y a : {known}."
            )
        value, better = figures[name].value, figures[name].higher_is_better
        if value < floor if better else value > floor:
            limit = "plancher" if better else "plafond"
            yield f"{figures[name].title} : {value:.3f}, {limit} {floor:g}".replace(".", ",")


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write it, whole or not at all: what it is on the first line, then a case a line, so that changes can be read.

    Raises:
        EvaluationError: it cannot be written.
    """
    head = {"because": baseline.because, "run": baseline.run, "floors": baseline.floors}
    lines = [head, *({"id": c, "digest": d, "scores": baseline.scores[c]} for c, d in sorted(baseline.cases.items()))]
    try:
        write_whole(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    except OSError as error:
        raise EvaluationError(f"La référence {path} ne peut pas être écrite : {french_reason(error)}.") from None


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        EvaluationError: there is none, or it is damaged.
    """
    try:
        head, *cases = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return Baseline(
            head["because"],
            head["run"],
            head["floors"],
            {case["id"]: case["digest"] for case in cases},
            {case["id"]: case["scores"] for case in cases},
        )
    except FileNotFoundError:
        raise EvaluationError(
            f"La référence {path} n'existe pas : faites-la avec « assistant eval baseline {path} »."
        ) from None
    except OSError as error:
        raise EvaluationError(f"La référence {path} ne peut pas être lue : {french_reason(error)}.") from None
    except (ValueError, KeyError, TypeError):
        raise EvaluationError(
            f"La référence {path} est abîmée : refaites-la avec « assistant eval baseline »."
        ) from None
