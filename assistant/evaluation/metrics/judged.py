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
        "1 si le modèle juge que la réponse dit les faits attendus sans contredire les sources, 0,5 si elle n'en dit "
        "qu'une partie, 0 sinon. Ne s'applique qu'aux questions qui ont une réponse ; un refus ou rien y vaut 0, mais "
        "une fausse prémisse peut être refusée.",
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
    Metric(
        "judge_precision",
        "Citations utiles, selon le juge",
        Group.JUDGE,
        "La part des citations qui étayent leur phrase : le modèle juge que la phrase est dite tout entière, et l'est "
        "par cette citation seule, ou ne l'est plus sans elle.",
        "ALCE, « citation precision » (Gao et al., 2023), jugée par un modèle",
        _unscored,
        gated=False,
    ),
)
