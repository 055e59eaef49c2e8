"""What members think of replies: kept, exported, erased, and proposed as test cases."""

from assistant.feedback.candidates import candidate
from assistant.feedback.models import Feedback, FeedbackReason
from assistant.feedback.records import kept_settings, to_json
from assistant.feedback.store import MAX_COMMENT, FeedbackStore, new_id
from assistant.feedback.words import REASONS, opinion, reason

__all__ = [
    "MAX_COMMENT",
    "REASONS",
    "Feedback",
    "FeedbackReason",
    "FeedbackStore",
    "candidate",
    "kept_settings",
    "new_id",
    "opinion",
    "reason",
    "to_json",
]
