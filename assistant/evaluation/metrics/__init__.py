"""The metrics, one a file: each scores one case, or does not apply to it."""

from assistant.evaluation.metrics.brier import BRIER
from assistant.evaluation.metrics.citation_precision import CITATION_PRECISION
from assistant.evaluation.metrics.citation_recall import CITATION_RECALL
from assistant.evaluation.metrics.facts_found import FACTS_FOUND
from assistant.evaluation.metrics.follow_up import FOLLOW_UP
from assistant.evaluation.metrics.judged import JUDGE_METRICS
from assistant.evaluation.metrics.latency import LATENCY
from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.metrics.mrr import MRR
from assistant.evaluation.metrics.must_not import MUST_NOT
from assistant.evaluation.metrics.ndcg import NDCG
from assistant.evaluation.metrics.recall import recall_at
from assistant.evaluation.metrics.refusal import DECISION
from assistant.evaluation.metrics.right import RIGHT
from assistant.evaluation.metrics.source_cited import SOURCE_CITED
from assistant.evaluation.metrics.verbatim import VERBATIM
from assistant.evaluation.metrics.wrong_passage import WRONG_PASSAGE
from assistant.evaluation.models import Score, Trial

#: Computed of every case.
METRICS: tuple[Metric, ...] = (
    RIGHT,
    FACTS_FOUND,
    MUST_NOT,
    DECISION,
    BRIER,
    CITATION_RECALL,
    CITATION_PRECISION,
    VERBATIM,
    SOURCE_CITED,
    recall_at(1, gated=False),
    recall_at(5),
    recall_at(10, gated=False),
    MRR,
    NDCG,
    WRONG_PASSAGE,
    FOLLOW_UP,
    LATENCY,
)
EVERY = (*METRICS, *JUDGE_METRICS)
BY_NAME = {metric.name: metric for metric in EVERY}


def score(trial: Trial) -> dict[str, Score]:
    """The scores of every metric that applies."""
    found = ((metric.name, metric.score(trial)) for metric in METRICS)
    return {name: value for name, value in found if value is not None}


__all__ = ["BY_NAME", "EVERY", "METRICS", "Group", "Metric", "score"]
