"""How far the confidence is from the truth, case by case."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Expected, Score, Trial


def _score(trial: Trial) -> Score | None:
    confidence, expected = trial.response.confidence, trial.case.expected
    if confidence is None or expected is Expected.CORRECT:
        return None
    truth = float(expected is Expected.ANSWER)
    return Score((confidence - truth) ** 2, f"confiance {confidence:.2f}".replace(".", ","))


BRIER = Metric(
    "brier",
    "Écart de la confiance (Brier)",
    Group.REFUSAL,
    "Le carré de l'écart entre la confiance affichée et la vérité : 1 si les notes répondent, 0 si elles se taisent. "
    "Le moins possible ; 0,25 pour qui dit toujours 0,5.",
    "Brier (1950)",
    _score,
    higher_is_better=False,
    gated=False,  # it moves with the processor's arithmetic, be it by little, in every case at once
)
