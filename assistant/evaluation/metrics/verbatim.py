"""Sentences that are the note's own words."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.metrics.support import cited_by, words_of
from assistant.evaluation.models import Score, Trial
from assistant.evaluation.wording import even, holds_even, quoted


def _score(trial: Trial) -> Score | None:
    response = trial.response
    if not response.answered:
        return None
    if response.empty:
        return Score(0.0, "réponse sans une phrase")
    own = [
        said.text
        for said in response.sentences
        if not any(holds_even(even(words_of(citation, trial)), said.text) for citation in cited_by(said, trial))
    ]
    why = "mot pour mot" if not own else "rédigé : " + " ; ".join(quoted(text, 60) for text in own)
    return Score(1 - len(own) / len(response.sentences), why)


VERBATIM = Metric(
    "verbatim",
    "Mot pour mot",
    Group.CITATION,
    "La part des phrases recopiées d'un passage qu'elles citent. Ne s'applique qu'à une réponse ; une réponse rédigée "
    "par un modèle peut être juste sans l'être.",
    "la nôtre",
    _score,
)
