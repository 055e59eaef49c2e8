"""What was chosen to be said."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answering.extractive import Candidate
from assistant.models import Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """Sentences in reading order; `notice` and `corrects` as in `Answer`; `reason` is set where nothing is answered.
    `rewritable` is whether a chat model may write the answer instead: the sentences are simply the best.
    """

    candidates: tuple[Candidate, ...] = ()
    notice: str | None = None
    corrects: bool = False
    reason: Reason | None = None
    rewritable: bool = False
