"""How long a reply took."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial


def _score(trial: Trial) -> Score | None:
    taken = trial.response.milliseconds
    return None if taken is None or trial.response.error else Score(taken, f"{taken:.0f} ms")


LATENCY = Metric(
    "latency",
    "Durée d'une réponse",
    Group.TIME,
    "Le temps de la question à la réponse entière, en millisecondes, chargement exclu. Dépend de la machine et de ce "
    "qu'elle fait d'autre.",
    "horloge murale",
    _score,
    higher_is_better=False,
    gated=False,
)
