"""Mean reciprocal rank."""

from __future__ import annotations

import ir_measures

from assistant.evaluation.metrics import ranking
from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial

CUTOFF = 10


def _score(trial: Trial) -> Score | None:
    if not ranking.applies(trial):
        return None
    return Score(ranking.value(trial, ir_measures.RR, CUTOFF), ranking.told(trial))


MRR = Metric(
    "mrr@10",
    "Rang réciproque moyen (MRR@10)",
    Group.RETRIEVAL,
    "1 / le rang du premier passage qui recouvre une source attendue, 0 s'il n'est pas parmi les dix premiers.",
    "ir-measures, « RR » (Kantor et Voorhees, 2000)",
    _score,
)
