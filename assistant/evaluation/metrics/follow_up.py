"""Whether a follow-up was understood."""

from __future__ import annotations

from assistant.evaluation.metrics import ranking
from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial
from assistant.evaluation.wording import quoted

CUTOFF = 5


def _score(trial: Trial) -> Score | None:
    if not trial.case.history or not trial.case.sources:
        return None
    found = any(rank is not None and rank <= CUTOFF for rank in ranking.found_at(trial))
    return Score(float(found), f"comprise ainsi : {quoted(trial.response.standalone_question)} ; {ranking.told(trial)}")


FOLLOW_UP = Metric(
    "follow_up",
    "Suites comprises",
    Group.RETRIEVAL,
    f"1 si la question, complétée par les tours précédents, trouve une source attendue dans les {CUTOFF} premiers "
    "passages. Ne s'applique qu'aux suites.",
    "« conversational passage retrieval », TREC CAsT (Dalton et al., 2020)",
    _score,
    binary=True,
)
