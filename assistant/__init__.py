"""Answers questions from France urbaine's notes, every sentence cited."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.models import Answer, Citation, Filters, Note, Passage, Refusal, Reply, Sentence, Turn
    from assistant.settings import Settings

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Filters",
    "Note",
    "Passage",
    "Refusal",
    "Reply",
    "Sentence",
    "Settings",
    "Turn",
]


def __getattr__(name: str) -> Any:
    """The public names, imported when first asked for: a room alone must not cost the loading of all the others."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = {"Assistant": "assistant", "Settings": "settings"}.get(name, "models")
    return getattr(import_module(f"{__name__}.{home}"), name)
