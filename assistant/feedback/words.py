"""The reasons as members and operators read them: French, passed through `tr()` where members see them."""

from __future__ import annotations

from assistant.feedback.models import Feedback, FeedbackReason

REASONS: dict[FeedbackReason, str] = {
    FeedbackReason.WRONG: "La réponse est fausse",
    FeedbackReason.INCOMPLETE: "Il manque quelque chose",
    FeedbackReason.OUTDATED: "Ce n’est plus à jour",
    FeedbackReason.BAD_SOURCE: "La source citée n’est pas la bonne",
    FeedbackReason.SHOULD_HAVE_ANSWERED: "L’assistant aurait dû répondre",
}


def opinion(feedback: Feedback) -> str:
    """`utile` or `à revoir`."""
    return "utile" if feedback.helpful else "à revoir"


def reason(feedback: Feedback) -> str:
    """The reason in words, empty without one."""
    return REASONS[feedback.reason] if feedback.reason else ""
