"""What a member thinks of one reply, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.models import Filters, Turn


class FeedbackReason(StrEnum):
    """Why a member finds that a reply is to be looked at again."""

    WRONG = "wrong"
    INCOMPLETE = "incomplete"
    OUTDATED = "outdated"
    BAD_SOURCE = "bad_source"
    SHOULD_HAVE_ANSWERED = "should_have_answered"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a member thinks of one reply, with what it takes to ask again. It names nobody.

    `id` cannot be guessed; `when` is UTC, the moment of the first press; `history` are the turns before the question;
    `reply` is the JSON object of `assistant ask --json`; `settings` are those that change answers, without any secret.
    """

    id: str
    when: datetime
    helpful: bool
    question: str
    reply: Mapping[str, Any]
    reason: FeedbackReason | None = None
    comment: str = ""
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    settings: Mapping[str, Any] = field(default_factory=dict)
    language: str = "fr"
