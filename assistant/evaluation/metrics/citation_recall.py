"""Sentences that their citations bear out."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.metrics.support import cited_by, doubt
from assistant.evaluation.models import Score, Trial
from assistant.evaluation.wording import quoted


def _score(trial: Trial) -> Score | None:
    response = trial.response
    if not response.answered:
        return None
    if response.empty:
        return Score(0.0, "réponse sans une phrase")
    doubts = [(said, doubt(said, cited_by(said, trial), trial)) for said in response.sentences]
    wrong = [f"{quoted(said.text, 60)} : {why}" for said, why in doubts if why]
    return Score(1 - len(wrong) / len(doubts), " ; ".join(wrong) or "chaque phrase est dite par ce qu'elle cite")


CITATION_RECALL = Metric(
    "citation_recall",
    "Phrases étayées (rappel des citations)",
    Group.CITATION,
    "La part des phrases que leurs citations, prises ensemble, disent : mot pour mot, ou sans un nombre, une date, un "
    "nom, une négation de plus, et avec la moitié de leurs mots. Ne s'applique qu'à une réponse.",
    "ALCE, « citation recall » (Gao et al., 2023), le jugement du modèle remplacé par notre vérification",
    _score,
)
