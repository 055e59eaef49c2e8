"""A feedback <-> the plain values that are kept and exported, and what it keeps of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assistant.feedback.models import Feedback, FeedbackReason
from assistant.models import Filters, Kind, Turn
from assistant.settings import Settings


def to_json(feedback: Feedback) -> dict[str, Any]:
    """The feedback as plain values; keys in the order of the documentation (docs/json.md)."""
    return {
        "id": feedback.id,
        "when": feedback.when.astimezone(UTC).isoformat(timespec="seconds"),
        "helpful": feedback.helpful,
        "reason": feedback.reason.value if feedback.reason else None,
        "comment": feedback.comment,
        "question": feedback.question,
        "history": turns_to_json(feedback.history),
        "filters": filters_to_json(feedback.filters),
        "reply": dict(feedback.reply),
        "settings": dict(feedback.settings),
        "language": feedback.language,
    }


def from_json(values: Mapping[str, Any]) -> Feedback:
    """The inverse of `to_json`; `when` may be a moment already.

    Raises:
        ValueError, KeyError, TypeError: the values are not those of a feedback.
    """
    when = values["when"]
    return Feedback(
        id=values["id"],
        when=when if isinstance(when, datetime) else datetime.fromisoformat(when),
        helpful=bool(values["helpful"]),
        question=values["question"],
        reply=values["reply"],
        reason=FeedbackReason(values["reason"]) if values["reason"] else None,
        comment=values["comment"],
        history=tuple(Turn(t["role"], t["content"], tuple(t["cited"])) for t in values["history"]),
        filters=_filters(values["filters"]),
        settings=values["settings"],
        language=values["language"],
    )


def turns_to_json(turns: tuple[Turn, ...]) -> list[dict[str, Any]]:
    """The turns with the notes that each cited."""
    return [{"role": turn.role, "content": turn.content, "cited": list(turn.cited)} for turn in turns]


def filters_to_json(filters: Filters) -> dict[str, Any]:
    """Sorted lists, days as ISO dates."""
    return {
        "kinds": sorted(kind.value for kind in filters.kinds),
        "themes": sorted(filters.themes),
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
    }


def _filters(values: Mapping[str, Any]) -> Filters:
    since, until = (date.fromisoformat(values[name]) if values[name] else None for name in ("since", "until"))
    return Filters(frozenset(map(Kind, values["kinds"])), frozenset(values["themes"]), since, until)


def kept_settings(settings: Settings) -> dict[str, Any]:
    """The settings that change answers. Models by name: no key, no address, no path of the machine."""
    from assistant.embedding.embedded_model import NAME

    model = settings.embedding_model
    is_folder = not (settings.names_hub_model or settings.embedding_base_url)
    return {
        "passages": settings.passages,
        "max_sentences": settings.max_sentences,
        "lexical_weight": settings.lexical_weight,
        "refusal_threshold": settings.refusal_threshold,
        "sentence_ranker": settings.sentence_ranker,
        "chunk_tokens": settings.chunk_tokens,
        "chat_model": settings.chat_model,
        "embedding_model": NAME if model is None else Path(model).resolve().name if is_folder else model,
    }
