"""Candidate cases drafted from the notes, for a person to review: none counts before.

proposal.py       a question before it is a case, and the small French of questions
events.py         rule: when, where, by whom the events of the agenda are
statements.py     rule: offices, acronyms, years, counts, who leads what
unanswerable.py   rule: what the notes do not tell of what they speak of
drafting.py       a chat model: passage -> question, answer, quote; kept only where the words stand in the note
choosing.py       none twice, spread over the notes
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.evaluation.models import EvalCase
from assistant.evaluation.proposing.choosing import chosen
from assistant.evaluation.proposing.drafting import Drafter
from assistant.evaluation.proposing.events import Told, event_proposals
from assistant.evaluation.proposing.proposal import Proposal, key_of
from assistant.evaluation.proposing.statements import statement_proposals
from assistant.evaluation.proposing.unanswerable import unanswerable_proposals
from assistant.models import Note

__all__ = ["Drafter", "Proposal", "propose"]


def propose(
    notes: Sequence[Note],
    existing: Iterable[EvalCase],
    limit: int,
    only: Sequence[Note] | None = None,
    drafter: Drafter | None = None,
) -> list[EvalCase]:
    """At most `limit` candidates, about `only` where given, none with a question of the existing cases.

    By rule: the same notes give the same candidates. With a drafter: by its model alone.

    Raises:
        EvaluationError: the model cannot be reached.
    """
    about = notes if only is None else only
    known = {key_of(case.question) for case in existing if not case.history}
    if drafter is not None:
        return [each.as_case() for each in drafter.proposals(about, known, limit)]
    told = Told(notes)
    made = [
        *event_proposals(about, told),
        *statement_proposals(about, notes),
        *unanswerable_proposals(about, notes, told),
    ]
    return [each.as_case() for each in chosen(made, known, limit)]
