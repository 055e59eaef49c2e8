"""What a metric is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from assistant.evaluation.models import Score, Trial


class Group(StrEnum):
    """What a metric looks at, as the report names it."""

    ANSWER = "Réponse"
    REFUSAL = "Refus"
    CITATION = "Citations"
    RETRIEVAL = "Recherche"
    JUDGE = "Juge"
    TIME = "Durée"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of one case.

    `name` is its key in records; `title` and `definition` are what the report says, in French; `reference` is where
    the definition comes from. Scores are from 0 to 1, but for milliseconds. `score` gives None where the metric does
    not apply to the case. `binary` says that a score is 0 or 1. `gated` says that a loss stops a change.
    """

    name: str
    title: str
    group: Group
    definition: str
    reference: str
    score: Callable[[Trial], Score | None]
    higher_is_better: bool = True
    binary: bool = False
    gated: bool = True
