"""Whether the confidence that is shown is true: reliability, expected calibration error, risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assistant.evaluation.models import Expected, Result

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases whose confidence is in [low, high[: how many, their mean confidence, the share that notes answer."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def judged_confidences(results: Sequence[Result]) -> list[tuple[float, float]]:
    """(confidence, truth) of each case: 1 where the notes answer, 0 where they are silent. No false premises."""
    return [
        (result.response.confidence, float(result.case.expected is Expected.ANSWER))
        for result in results
        if result.response.confidence is not None and result.case.expected is not Expected.CORRECT
    ]


def reliability(results: Sequence[Result]) -> list[Bin]:
    """Ten bins of equal width, the empty ones left out (DeGroot and Fienberg, 1983)."""
    return _bins(np.array(judged_confidences(results)).reshape(-1, 2))


def ece(results: Sequence[Result]) -> float | None:
    """The expected calibration error, 0 to 1 (Naeini et al., 2015); None where no reply has a confidence."""
    pairs = judged_confidences(results)
    return ece_of(pairs) if pairs else None


def ece_of(pairs: ArrayLike) -> float:
    """The mean distance of confidence and truth over the bins, each weighed by its count. `pairs`: [n, 2], n > 0."""
    values = np.asarray(pairs, dtype=float)
    return float(sum(b.count * abs(b.confidence - b.accuracy) for b in _bins(values)) / len(values))


def _bins(pairs: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[Bin]:
    at = np.minimum((pairs[:, 0] * BINS).astype(int), BINS - 1)
    found = []
    for number in range(BINS):
        held = pairs[at == number]
        if len(held):
            confidence, accuracy = held.mean(axis=0)
            found.append(Bin(number / BINS, (number + 1) / BINS, len(held), float(confidence), float(accuracy)))
    return found


def risk_coverage(results: Sequence[Result]) -> list[tuple[float, float]]:
    """(coverage, risk) were only the most confident answers given: the share of all questions answered, and the share
    of these answers that is not right (El-Yaniv and Wiener, 2010). Answers of the same confidence come together.
    """
    answers = sorted(
        (
            (result.response.confidence, 1 - result.scores["right"].value)
            for result in results
            if result.response.answered and result.response.confidence is not None and "right" in result.scores
        ),
        key=lambda pair: -pair[0],
    )
    points, wrong = [], 0.0
    for given, (confidence, fault) in enumerate(answers, start=1):
        wrong += fault
        if given == len(answers) or answers[given][0] != confidence:
            points.append((given / len(results), wrong / given))
    return points
