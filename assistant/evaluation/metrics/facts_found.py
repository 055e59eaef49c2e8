"""Which of the expected facts the answer holds."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Expected, Score, Trial
from assistant.evaluation.wording import even, holds_even


def missing_facts(trial: Trial) -> list[tuple[str, ...]]:
    """The facts of which no admitted wording is in the answer."""
    said = even(trial.response.readable)
    return [wordings for wordings in trial.case.facts if not any(holds_even(said, wording) for wording in wordings)]


def _score(trial: Trial) -> Score | None:
    case = trial.case
    if not case.facts or (case.expected is Expected.CORRECT and trial.response.refused):
        return None
    if not trial.response.answered:
        return Score(0.0, "pas de réponse")
    missing = missing_facts(trial)
    why = "tous les faits" if not missing else "manque : " + " ; ".join(" | ".join(wordings) for wordings in missing)
    return Score(1 - len(missing) / len(case.facts), why)


FACTS_FOUND = Metric(
    "facts_found",
    "Faits trouvés",
    Group.ANSWER,
    "La part des faits attendus dont la réponse contient une des formulations admises, en mots entiers, sans tenir "
    "compte des majuscules ni des accents. Un refus vaut 0 là où une réponse est attendue.",
    "« nugget recall », TREC QA 2003 (Voorhees, 2004), à formulations fixes",
    _score,
)
