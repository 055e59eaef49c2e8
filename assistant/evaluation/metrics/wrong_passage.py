"""The right note, but the wrong passage of it."""

from __future__ import annotations

from assistant.evaluation.metrics import ranking
from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Score, Trial

CUTOFF = 5


def _score(trial: Trial) -> Score | None:
    if not any(source.quote for source in trial.case.sources):
        return None
    first = trial.response.ranking[:CUTOFF]
    named = {source.note for source in trial.case.sources}
    if not any(span.note_id in named for span in first):
        return Score(0.0, "la note n'est pas trouvée")
    missed = all(rank is None or rank > CUTOFF for rank in ranking.found_at(trial))
    return Score(float(missed), ranking.told(trial))


WRONG_PASSAGE = Metric(
    "wrong_passage",
    "Bonne note, mauvais passage",
    Group.RETRIEVAL,
    f"1 si une note attendue est parmi les {CUTOFF} premiers passages, mais par un passage qui ne répond pas ; 0 aussi "
    "où aucune n'est trouvée, ce que dit le rappel. Le moins possible.",
    "la nôtre",
    _score,
    higher_is_better=False,
    binary=True,
    gated=False,  # a note that was not found before, and now is by another passage, is no loss
)
