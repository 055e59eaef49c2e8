"""A ranking of passages and a case's sources -> what ir-measures scores."""

from __future__ import annotations

from collections.abc import Iterator

import ir_measures
from ir_measures import Qrel, ScoredDoc

from assistant.evaluation.models import Span, Trial

_QUERY = "q"


def applies(trial: Trial) -> bool:
    """Whether there is anything to find."""
    return bool(trial.case.sources)


def found_at(trial: Trial) -> list[int | None]:
    """For each source, the rank from 1 of the first passage that meets it, None where none does."""
    return [_first(trial.response.ranking, places) for places in trial.gold]


def _first(ranking: tuple[Span, ...], places: tuple[Span, ...]) -> int | None:
    return next((rank for rank, span in enumerate(ranking, start=1) if any(span.meets(p) for p in places)), None)


def value(trial: Trial, measure: ir_measures.measures.Measure, cutoff: int) -> float:
    """The measure over the first `cutoff` passages, from 0 to 1.

    What is to be found are the sources; a passage counts for each source that it is the first to meet, at consecutive
    ranks, and for nothing where it meets none.
    """
    relevant = [Qrel(_QUERY, f"source-{at}", 1) for at in range(len(trial.case.sources))]
    listed = list(_listed(trial, cutoff))
    scored = [ScoredDoc(_QUERY, name, float(len(listed) - at)) for at, name in enumerate(listed)]
    return float(ir_measures.calc_aggregate([measure], relevant, scored)[measure]) if scored else 0.0


def _listed(trial: Trial, cutoff: int) -> Iterator[str]:
    ranks = found_at(trial)
    for rank in range(1, min(cutoff, len(trial.response.ranking)) + 1):
        met = [f"source-{at}" for at, first in enumerate(ranks) if first == rank]
        yield from met or [f"passage-{rank}"]


def told(trial: Trial) -> str:
    """Where the sources were found, in French."""
    ranks = [str(rank) if rank else "absente" for rank in found_at(trial)]
    depth = len(trial.response.ranking)
    return f"rang {', '.join(ranks)} sur {depth} passages" if depth else "aucun passage"
