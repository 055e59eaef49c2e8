"""Answers questions from France urbaine's notes, every sentence cited."""

from __future__ import annotations

import importlib
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
_ROOMS = {"Assistant": "assistant", "Settings": "settings"}  # the others are in models


def __getattr__(name: str) -> Any:
    """Load a public name when it is asked for: what only reads documents needs neither Chroma nor LangChain."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ROOMS.get(name, 'models')}"), name)
