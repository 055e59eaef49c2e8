"""Evidence -> the sentences that make the answer, what must be said beside them, or why there is none."""

from __future__ import annotations

from assistant.answering import extractive
from assistant.answering.aggregates import asks_what_is_not_told
from assistant.answering.chosen import Choice
from assistant.answering.comparison import compare
from assistant.answering.events import coming_or_past, passed
from assistant.answering.evidence import Evidence, Search
from assistant.answering.overview import overview
from assistant.answering.premise import correction
from assistant.models import Reason

__all__ = ["Choice", "choose"]


def choose(search: Search, evidence: Evidence, max_sentences: int) -> Choice:
    """What the question asks over several notes or of time, where it does; else the best sentences."""
    if evidence.reason is Reason.OUT_OF_SCOPE:
        return Choice(reason=evidence.reason)
    if choice := compare(search, evidence, max_sentences):
        return choice
    if asks_what_is_not_told(evidence):
        return Choice(reason=Reason.NOT_IN_CORPUS)
    for gather in (coming_or_past, overview):
        if choice := gather(search, evidence, max_sentences):
            return choice
    if choice := correction(search, evidence, max_sentences):
        return choice
    if evidence.reason is not None:
        return Choice(reason=evidence.reason)
    candidates = tuple(extractive.select(evidence.ranked, max_sentences))
    return Choice(candidates, notice=passed(search, evidence, candidates), rewritable=True)
