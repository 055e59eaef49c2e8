"""Citations that bear out something."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.metrics.support import Doubting, cited_by, doubt
from assistant.evaluation.models import Cited, Said, Score, Trial


def precision(trial: Trial, doubting: Doubting) -> Score | None:
    """The share of an answer's citations that are of use, by that check of a sentence; None where it is no answer."""
    response = trial.response
    if not response.answered:
        return None
    pairs = [(said, number) for said in response.sentences for number in dict.fromkeys(said.citations)]
    if not pairs:
        return Score(0.0, "aucune citation")
    useless = [number for said, number in pairs if not _is_useful(said, number, trial, doubting)]
    why = "toutes étayent leur phrase" if not useless else "n'étayent rien : " + ", ".join(f"[{n}]" for n in useless)
    return Score(1 - len(useless) / len(pairs), why)


def _is_useful(said: Said, number: int, trial: Trial, doubting: Doubting) -> bool:
    """ALCE: the sentence is borne out, and by this citation alone, or no longer without it."""
    given = cited_by(said, trial)
    own = [citation for citation in given if citation.number == number]
    if not own or doubting(said, given, trial):
        return False
    others: list[Cited] = [citation for citation in given if citation.number != number]
    return not doubting(said, own, trial) or bool(doubting(said, others, trial))


def _score(trial: Trial) -> Score | None:
    return precision(trial, doubt)


CITATION_PRECISION = Metric(
    "citation_precision",
    "Citations utiles (précision des citations)",
    Group.CITATION,
    "La part des citations qui étayent leur phrase : la phrase est étayée, et elle l'est par cette citation seule, ou "
    "ne l'est plus sans elle. Ne s'applique qu'à une réponse ; sans citation, 0.",
    "ALCE, « citation precision » (Gao et al., 2023), le jugement du modèle remplacé par notre vérification",
    _score,
)
