"""A feedback -> a candidate test case, in the evaluators' format. A person reviews it before it counts."""

from __future__ import annotations

from typing import Any

from assistant.feedback.models import Feedback


def candidate(feedback: Feedback) -> dict[str, Any]:
    """What the member's opinion says of the right reply, and no more.

    Sources come from an answer found helpful alone: those of another are what is in doubt. Facts are for a person to
    write. A refusal found helpful is expected to be one; all else is expected to be answered.
    """
    is_refusal = feedback.reply.get("kind") == "refusal"
    return {
        "id": f"avis-{feedback.id[:12]}",
        "question": feedback.question,
        "history": [{"role": turn.role, "content": turn.content} for turn in feedback.history],
        "expected": "refuse" if feedback.helpful and is_refusal else "answer",
        "facts": [],
        "must_not": [],
        "sources": _sources(feedback) if feedback.helpful else [],
        "tags": [
            "feedback",
            feedback.reason.value if feedback.reason else "helpful" if feedback.helpful else "unhelpful",
        ],
        # The day in the place where the question was asked, as « prochain » was understood there.
        "today": feedback.when.astimezone().date().isoformat(),
        "status": "candidate",
        "comment": feedback.comment,
    }


def _sources(feedback: Feedback) -> list[dict[str, str]]:
    return [{"note_id": c["note_id"], "quote": c["quote"]} for c in feedback.reply.get("citations", [])]
