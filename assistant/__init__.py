"""Answers questions from France urbaine's notes, every sentence cited."""

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
