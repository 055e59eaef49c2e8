"""What must not be said, and is not."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial
from assistant.evaluation.wording import even, holds_even


def broken(trial: Trial) -> list[str]:
    """What the answer says and must not."""
    said = even(trial.response.readable)
    return [wording for wording in trial.case.must_not if holds_even(said, wording)]


def _score(trial: Trial) -> Score | None:
    if not trial.case.must_not or not trial.response.answered:
        return None
    if trial.response.empty:
        return Score(0.0, "réponse vide")
    found = broken(trial)
    why = "rien d'interdit n'est dit" if not found else "dit : " + " ; ".join(found)
    return Score(1 - len(found) / len(trial.case.must_not), why)


MUST_NOT = Metric(
    "must_not",
    "Interdits respectés",
    Group.ANSWER,
    "La part de ce qu'il ne faut pas dire que la réponse ne dit pas. Ne s'applique qu'à une réponse.",
    "la nôtre",
    _score,
)
