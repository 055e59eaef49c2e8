"""Scores of cases -> figures with intervals (95 %)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap

from assistant.evaluation import metrics
from assistant.evaluation.calibration import ece, ece_of, judged_confidences
from assistant.evaluation.metrics import Group, Metric
from assistant.evaluation.models import Expected, Result

LEVEL = 0.95
DRAWS = 2_000
SEED = 0

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of several cases and its 95 % interval. `unit` is « ms » or empty: then all are from 0 to 1."""

    name: str
    title: str
    group: Group
    value: float
    low: float
    high: float
    count: int
    higher_is_better: bool = True
    unit: str = ""


def headline(results: Sequence[Result]) -> list[Figure]:
    """Every figure that applies to some of the cases, in the order of the metrics."""
    found = [figure for metric in metrics.EVERY if metric.group is not Group.TIME for figure in _mean(metric, results)]
    decided = [*refusals(results), *_calibration(results)]
    at = next((n for n, figure in enumerate(found) if figure.group is Group.CITATION), len(found))
    return [*found[:at], *decided, *found[at:], *_latency(results)]


def by_tag(results: Sequence[Result]) -> dict[str, list[Figure]]:
    """The means of the metrics over the cases of each tag, tags in their order."""
    tags = sorted({tag for result in results for tag in result.case.tags})
    return {
        tag: [
            figure
            for metric in metrics.EVERY
            if metric.group is not Group.TIME
            for figure in _mean(metric, [result for result in results if tag in result.case.tags])
        ]
        for tag in tags
    }


def mean_interval(values: Sequence[float], *, binary: bool) -> tuple[float, float]:
    """The 95 % interval of a mean: Wilson's for what is 0 or 1, else by bootstrap of the cases (percentiles).

    Where all values are the same a bootstrap would claim certainty: there Wilson's is taken for these as well, which is
    wide enough for any values from 0 to 1.
    """
    if binary or len(set(values)) == 1:
        return wilson(sum(values), len(values))
    return _bootstrapped(np.array(values), np.mean)


def wilson(hits: float, count: int) -> tuple[float, float]:
    """Wilson's interval (1927) of a share, for a whole number of hits the exact formula of scipy."""
    found = binomtest(round(hits), count).proportion_ci(LEVEL, method="wilson")
    return float(found.low), float(found.high)


def _bootstrapped(values: Values, statistic: Callable[..., object]) -> tuple[float, float]:
    found = bootstrap(
        (values,),
        statistic,
        n_resamples=DRAWS,
        confidence_level=LEVEL,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def _mean(metric: Metric, results: Sequence[Result]) -> list[Figure]:
    """One figure, none where the metric applies to no case."""
    values = [result.scores[metric.name].value for result in results if metric.name in result.scores]
    if not values:
        return []
    low, high = mean_interval(values, binary=metric.binary)
    value = float(np.mean(values))
    better = metric.higher_is_better
    return [Figure(metric.name, metric.title, metric.group, value, low, high, len(values), better)]


_REFUSALS = {
    "refusal_precision": "Précision des refus",
    "refusal_recall": "Rappel des refus",
    "refusal_f1": "F1 des refus",
    "answer_precision": "Précision des réponses",
    "answer_recall": "Rappel des réponses",
    "answer_f1": "F1 des réponses",
}


def refusals(results: Sequence[Result]) -> list[Figure]:
    """Precision, recall and F1 of refusing, then of answering; a false premise, where both are right, does not count.

    An error is neither: it lowers the recall of both. Intervals are Wilson's for precision and recall, by drawing cases
    anew for F1.
    """
    judged = [
        result for result in results if result.case.expected is not Expected.CORRECT and "decision" in result.scores
    ]
    if not judged:
        return []
    silent = np.array([result.case.expected is Expected.REFUSE for result in judged])
    refused = np.array([result.response.refused for result in judged])
    answered = np.array([result.response.answered for result in judged])
    return [*_class_figures("refusal", silent, refused), *_class_figures("answer", ~silent, answered)]


def _class_figures(name: str, truth: NDArray[np.bool_], claimed: NDArray[np.bool_]) -> list[Figure]:
    hits, found, wanted = int((truth & claimed).sum()), int(claimed.sum()), int(truth.sum())
    shares: Mapping[str, tuple[int, int]] = {"precision": (hits, found), "recall": (hits, wanted)}
    figures = [
        Figure(f"{name}_{part}", _REFUSALS[f"{name}_{part}"], Group.REFUSAL, a / b, *wilson(a, b), b)
        for part, (a, b) in shares.items()
        if b
    ]
    if found + wanted:
        draws = np.random.default_rng(SEED).integers(0, len(truth), (DRAWS, len(truth)))
        drawn, said = truth[draws], claimed[draws]
        sums = (drawn.sum(axis=1) + said.sum(axis=1)).clip(min=1)
        low, high = np.quantile(2 * (drawn & said).sum(axis=1) / sums, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        value = 2 * hits / (found + wanted)
        title = _REFUSALS[f"{name}_f1"]
        figures.append(Figure(f"{name}_f1", title, Group.REFUSAL, value, float(low), float(high), len(truth)))
    return figures


def _calibration(results: Sequence[Result]) -> list[Figure]:
    value = ece(results)
    pairs = judged_confidences(results)
    if value is None:
        return []
    draws = np.random.default_rng(SEED).integers(0, len(pairs), (DRAWS // 4, len(pairs)))
    values = np.array(pairs)
    low, high = np.quantile([ece_of(values[draw]) for draw in draws], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    title = "Erreur de calibration (ECE)"
    return [Figure("ece", title, Group.REFUSAL, value, float(low), float(high), len(pairs), higher_is_better=False)]


def _latency(results: Sequence[Result]) -> list[Figure]:
    taken = np.array([r.scores["latency"].value for r in results if "latency" in r.scores])
    if not len(taken):
        return []
    figures = []
    for percent, title in ((50, "Durée médiane"), (95, "Durée, 95e centile")):
        low, high = (
            _bootstrapped(taken, lambda v, axis=-1, p=percent: np.percentile(v, p, axis=axis))
            if len(taken) > 1
            else (taken[0], taken[0])
        )
        value = float(np.percentile(taken, percent))
        figures.append(
            Figure(f"latency_p{percent}", title, Group.TIME, value, float(low), float(high), len(taken), False, "ms")
        )
    return figures
