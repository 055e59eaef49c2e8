"""Whether the answer cites the words that answer."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.models import Expected, Score, Trial


def fault_of_sources(trial: Trial) -> str:
    """What is wrong with the cited spans, empty when one of them meets an expected source.

    One is enough: that several notes are needed shows in the facts.
    """
    cited = [citation.span for citation in trial.response.citations]
    named = {source.note for source in trial.case.sources}
    if not any(span.note_id in named for span in cited):
        return f"ne cite pas {' ni '.join(sorted(named))}"
    gold = [span for places in trial.gold for span in places]
    return "" if any(a.meets(b) for a in cited for b in gold) else "cite la bonne note, mais pas les mots qui répondent"


def _score(trial: Trial) -> Score | None:
    case = trial.case
    if not case.sources or (case.expected is Expected.CORRECT and trial.response.refused):
        return None
    if not trial.response.answered:
        return Score(0.0, "pas de réponse")
    fault = fault_of_sources(trial)
    return Score(float(not fault), fault or "cite une source attendue")


SOURCE_CITED = Metric(
    "source_cited",
    "Source attendue citée",
    Group.CITATION,
    "1 si une citation au moins recouvre les mots d'une source attendue. Un refus vaut 0 là où une réponse est "
    "attendue.",
    "la nôtre",
    _score,
    binary=True,
)
