"""Recall at k."""

from __future__ import annotations

import ir_measures

from assistant.evaluation.metrics import ranking
from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial


def recall_at(cutoff: int, *, gated: bool = True) -> Metric:
    """The metric for the first `cutoff` passages."""

    def score(trial: Trial) -> Score | None:
        if not ranking.applies(trial):
            return None
        return Score(ranking.value(trial, ir_measures.R @ 1000, cutoff), ranking.told(trial))

    return Metric(
        f"recall@{cutoff}",
        f"Rappel à {cutoff}",
        Group.RETRIEVAL,
        f"La part des sources attendues que recouvre l'un des {cutoff} premiers passages.",
        "ir-measures, « R@k »",
        score,
        gated=gated,
    )
