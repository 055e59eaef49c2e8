"""What a chat model adds to the scores where one judges (`assistant.evaluation.judging`)."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial


def _unscored(_: Trial) -> Score | None:
    """A judge scores all of its metrics together."""
    return None


#: None of them stops a change: another version of the model judges otherwise.
JUDGE_METRICS = (
    Metric(
        "judge_correct",
        "Justes, selon le juge",
        Group.JUDGE,
        "1 si le modèle juge que la réponse dit ce que dit la référence, 0,5 si elle n'en dit qu'une partie, 0 sinon. "
        "Ne s'applique qu'aux questions qui ont une réponse ; un refus y vaut 0.",
        "« LLM-as-a-judge » (Zheng et al., 2023), consigne fixe",
        _unscored,
        gated=False,
    ),
    Metric(
        "judge_faithful",
        "Phrases étayées, selon le juge",
        Group.JUDGE,
        "La moyenne, sur les phrases de la réponse, de ce que le modèle juge dit par les mots qu'elles citent : 1, 0,5 "
        "ou 0.",
        "ALCE, « citation recall » (Gao et al., 2023), jugé par un modèle",
        _unscored,
        gated=False,
    ),
)
