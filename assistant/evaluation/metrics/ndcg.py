"""Normalised discounted cumulative gain."""

from __future__ import annotations

import ir_measures

from assistant.evaluation.metrics import ranking
from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial

CUTOFF = 10


def _score(trial: Trial) -> Score | None:
    if not ranking.applies(trial):
        return None
    return Score(ranking.value(trial, ir_measures.nDCG @ CUTOFF, CUTOFF), ranking.told(trial))


NDCG = Metric(
    "ndcg@10",
    "nDCG à 10",
    Group.RETRIEVAL,
    "Le gain cumulé des sources attendues parmi les dix premiers passages, chacune divisée par le logarithme de son "
    "rang, rapporté au meilleur ordre possible ; d'un passage qui en recouvre plusieurs, les suivantes comptent aux "
    "rangs d'après.",
    "ir-measures, « nDCG@k » (Järvelin et Kekäläinen, 2002)",
    _score,
)
