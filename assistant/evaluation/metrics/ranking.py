"""A ranking of passages and a case's sources -> what ir-measures scores."""

from __future__ import annotations

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

    What is to be found are the sources; a passage counts for each that it is the first to meet. One source stands at a
    rank: of several that a passage meets, the others stand at the next free ranks. So nothing is worth more than the
    ideal order, and finding a source earlier, or one more, is never worth less.
    """
    at = _standing(sorted(rank for rank in found_at(trial) if rank is not None and rank <= cutoff))
    if not at:
        return 0.0
    relevant = [Qrel(_QUERY, f"source-{number}", 1) for number in range(len(trial.case.sources))]
    names = {rank: f"source-{number}" for number, rank in enumerate(at)}
    listed = [names.get(rank, f"passage-{rank}") for rank in range(1, at[-1] + 1)]
    scored = [ScoredDoc(_QUERY, name, -float(rank)) for rank, name in enumerate(listed)]
    return float(ir_measures.calc_aggregate([measure], relevant, scored)[measure])


def _standing(ranks: list[int]) -> list[int]:
    """The ranks, in their order, each moved on to the next free one where it is taken."""
    found: list[int] = []
    for rank in ranks:
        found.append(max(rank, found[-1] + 1) if found else rank)
    return found


def told(trial: Trial) -> str:
    """Where the sources were found, in French."""
    ranks = [str(rank) if rank else "absente" for rank in found_at(trial)]
    depth = len(trial.response.ranking)
    return f"rang {', '.join(ranks)} sur {depth} passages" if depth else "aucun passage"
