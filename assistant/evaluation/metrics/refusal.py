"""Whether it answered or refused as expected."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Expected, Score, Trial


def _score(trial: Trial) -> Score | None:
    expected, response = trial.case.expected, trial.response
    if expected is Expected.CORRECT:
        return None
    if response.empty or not (response.answered or response.refused):
        return Score(0.0, response.error or ("réponse vide" if response.empty else "ni réponse ni refus"))
    right = response.refused == (expected is Expected.REFUSE)
    done = f"refuse ({response.reason})" if response.refused else "répond"
    return Score(float(right), f"{done}, {'comme attendu' if right else 'à tort'}")


DECISION = Metric(
    "decision",
    "Répondre ou se taire",
    Group.REFUSAL,
    "1 s'il répond là où les notes répondent et refuse là où elles se taisent. Ne s'applique pas aux fausses "
    "prémisses, où les deux sont admis. Précision, rappel et F1 du refus, et de la réponse, en sont tirés.",
    "« unanswerable », SQuAD 2.0 (Rajpurkar et al., 2018)",
    _score,
    binary=True,
)
