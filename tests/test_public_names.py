"""The public names, frozen: taking one away or adding one is a decision, made here first."""

from __future__ import annotations

import assistant


def test_public_names() -> None:
    assert assistant.__all__ == [
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
    assert all(hasattr(assistant, name) for name in assistant.__all__)


def test_what_the_facade_can_do() -> None:
    verbs = {name for name in vars(assistant.Assistant) if not name.startswith("_")}
    assert verbs == {
        *("open", "build", "retrieve", "state", "ask", "stream", "note", "examples", "close"),
        *("agenda", "event", "events_of", "browse"),
        "ranking",
        *("knowledge", "themes", "count", "follow_ups"),
    }
