"""Citations that bear out something."""

from __future__ import annotations

from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.metrics.support import cited_by, doubt
from assistant.evaluation.models import Cited, Said, Score, Trial


def _score(trial: Trial) -> Score | None:
    response = trial.response
    if not response.answered:
        return None
    pairs = [(said, number) for said in response.sentences for number in dict.fromkeys(said.citations)]
    if not pairs:
        return Score(0.0, "aucune citation")
    useless = [number for said, number in pairs if not _is_useful(said, number, trial)]
    why = "toutes étayent leur phrase" if not useless else "n'étayent rien : " + ", ".join(f"[{n}]" for n in useless)
    return Score(1 - len(useless) / len(pairs), why)


def _is_useful(said: Said, number: int, trial: Trial) -> bool:
    """ALCE: the sentence is borne out, and by this citation alone, or no longer without it."""
    given = cited_by(said, trial)
    own = [citation for citation in given if citation.number == number]
    if not own or doubt(said, given, trial):
        return False
    others: list[Cited] = [citation for citation in given if citation.number != number]
    return not doubt(said, own, trial) or bool(doubt(said, others, trial))


CITATION_PRECISION = Metric(
    "citation_precision",
    "Citations utiles (précision des citations)",
    Group.CITATION,
    "La part des citations qui étayent leur phrase : la phrase est étayée, et elle l'est par cette citation seule, ou "
    "ne l'est plus sans elle. Ne s'applique qu'à une réponse ; sans citation, 0.",
    "ALCE, « citation precision » (Gao et al., 2023), le jugement du modèle remplacé par notre vérification",
    _score,
)
