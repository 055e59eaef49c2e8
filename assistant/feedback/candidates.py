"""A feedback -> a candidate test case, in the evaluators' format. A person reviews it before it counts."""

from __future__ import annotations

from typing import Any

from assistant.feedback.models import Feedback


def candidate(feedback: Feedback) -> dict[str, Any]:
    """What the member's opinion says of the right reply, and no more; fields that it leaves empty are left out.

    Sources come from an answer found helpful alone: those of another are what is in doubt. Facts are for a person to
    write. A refusal found helpful is expected to be one; all else is expected to be answered.
    """
    is_refusal = feedback.reply.get("kind") == "refusal"
    opinion = "helpful" if feedback.helpful else "unhelpful"
    fields = {
        "id": f"avis-{feedback.id[:12]}",
        "question": feedback.question,
        "expected": "refuse" if feedback.helpful and is_refusal else "answer",
        "tags": ["feedback", feedback.reason.value if feedback.reason else opinion],
        "history": [{"role": turn.role, "content": turn.content} for turn in feedback.history],
        # The day in the place where the question was asked, as « prochain » was understood there.
        "today": feedback.when.astimezone().date().isoformat(),
        "sources": _sources(feedback) if feedback.helpful and not is_refusal else [],
        "status": "candidate",
        "comment": feedback.comment,
    }
    return {name: value for name, value in fields.items() if value}


def _sources(feedback: Feedback) -> list[dict[str, str]]:
    return [{"note": c["note_id"], "quote": c["quote"]} for c in feedback.reply.get("citations", [])]
