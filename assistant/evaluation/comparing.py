"""Two runs on the same cases -> paired differences: how large, how sure, on which cases."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap, norm, permutation_test

from assistant.evaluation import metrics
from assistant.evaluation.figures import LEVEL, SEED
from assistant.evaluation.metrics import Metric
from assistant.evaluation.models import Result

POWER = 0.8
_DRAWS = 9_999
#: A difference of float arithmetic, not of replies.
_SAME = 1e-9

Scores = Mapping[str, float]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose score is another."""

    case: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of a metric before and after, on the `count` cases that have it in both.

    Args:
        metric: which.
        before: the mean in the first run.
        after: in the second.
        low: of the 95 % bootstrap interval of after - before.
        high: likewise.
        p: the probability of a difference this large if which run is which meant nothing: McNemar's exact test (1947)
            where scores are 0 or 1, else a permutation test of the signs. 1 where nothing differs.
        detectable: the least difference that so many cases would tell four times out of five (`detectable`).
        changed: the cases that differ, those that lost first.
        count: cases.
    """

    metric: Metric
    before: float
    after: float
    low: float
    high: float
    p: float
    detectable: float
    changed: tuple[Changed, ...]
    count: int

    @property
    def gain(self) -> float:
        """After - before, turned so that more is better."""
        return (self.after - self.before) * (1 if self.metric.higher_is_better else -1)

    @property
    def told(self) -> bool:
        """Whether the difference is told from chance, taken alone (5 %)."""
        return self.p < 1 - LEVEL


def differences(before: Mapping[str, Scores], after: Mapping[str, Scores]) -> list[Difference]:
    """Of every metric that both have on some case. Scores by case id, then by metric's name."""
    found = (difference(metric, before, after) for metric in metrics.EVERY)
    return [each for each in found if each is not None]


def difference(metric: Metric, before: Mapping[str, Scores], after: Mapping[str, Scores]) -> Difference | None:
    """Of one metric, None where it is on no case of both."""
    name = metric.name
    ids = [case for case in before if name in before[case] and name in after.get(case, {})]
    if not ids:
        return None
    old, new = (np.array([run[case][name] for case in ids], dtype=np.float64) for run in (before, after))
    gaps = new - old
    gaps[np.abs(gaps) < _SAME] = 0
    moved = [Changed(case, float(a), float(b)) for case, a, b, gap in zip(ids, old, new, gaps, strict=True) if gap]
    sign = 1 if metric.higher_is_better else -1
    low, high = _interval(gaps)
    return Difference(
        metric,
        float(old.mean()),
        float(new.mean()),
        low,
        high,
        _mcnemar(gaps) if metric.binary else _permuted(gaps),
        detectable(gaps),
        tuple(sorted(moved, key=lambda c: (sign * (c.after - c.before), c.case))),
        len(ids),
    )


def scores_of(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    """Case id -> metric's name -> score."""
    return {result.case.id: {name: score.value for name, score in result.scores.items()} for result in results}


def _interval(gaps: Values) -> tuple[float, float]:
    if np.ptp(gaps) == 0:
        return float(gaps[0]), float(gaps[0])
    rng = np.random.default_rng(SEED)
    draws = bootstrap(
        (gaps,), np.mean, n_resamples=_DRAWS, confidence_level=LEVEL, method="percentile", rng=rng, batch=500
    )
    return float(draws.confidence_interval.low), float(draws.confidence_interval.high)


def _mcnemar(gaps: Values) -> float:
    """Exact: gains against losses, were each as likely."""
    gains, losses = int((gaps > 0).sum()), int((gaps < 0).sum())
    return float(binomtest(gains, gains + losses).pvalue) if gains + losses else 1.0


def _permuted(gaps: Values) -> float:
    """Two-sided, the sign of each difference drawn anew; exact where there are few, else of 9,999 draws. Cases that do
    not differ change nothing in it.
    """
    moved = gaps[gaps != 0]
    if len(moved) < 2:
        return 1.0
    found = permutation_test(
        (moved,),
        np.mean,
        permutation_type="samples",
        n_resamples=_DRAWS,
        rng=np.random.default_rng(SEED),
        vectorized=True,
        batch=500,
    )
    return float(found.pvalue)


def detectable(gaps: Values) -> float:
    """The minimum detectable difference of a mean: (z of 97.5 % + z of 80 %) standard errors (Bloom, 1995). Where no
    case differs there is no spread to reckon with: then six cases, the fewest that McNemar's test tells from chance.
    """
    count = len(gaps)
    spread = float(gaps.std(ddof=1)) if count > 1 else 0.0
    if spread == 0:
        return min(1.0, 6 / count)
    return float(norm.ppf((1 + LEVEL) / 2) + norm.ppf(POWER)) * spread / math.sqrt(count)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjustment (1979): below 5 % one claims one false difference or more in 5 % of comparisons."""
    adjusted, least = [0.0] * len(p), 0.0
    for rank, at in enumerate(sorted(range(len(p)), key=lambda n: p[n])):
        least = max(least, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = least
    return adjusted


@dataclass(frozen=True, slots=True)
class Kept:
    """Cases in both runs and the same, in one alone, and those that were edited in between."""

    both: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    edited: tuple[str, ...]


def common(before: Mapping[str, str], after: Mapping[str, str]) -> Kept:
    """Which cases can be compared. Case id -> the digest of the case."""
    return Kept(
        tuple(case for case in before if before[case] == after.get(case)),
        tuple(case for case in before if case not in after),
        tuple(case for case in after if case not in before),
        tuple(_edited(before, after)),
    )


def _edited(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    return (case for case in before if case in after and before[case] != after[case])
