"""Makes feedback for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from assistant.feedback import Feedback, new_id
from assistant.models import Filters, Kind, Turn

NOW = datetime(2026, 11, 2, 10, 30, 15, 123456, UTC)
REPLY = {
    "kind": "answer",
    "text": "Il est piloté par le service. [1]",
    "citations": [
        {"number": 1, "note_id": "note-simple", "title": "Un programme", "start": 0, "end": 29}
        | {"quote": "Il est piloté par le service."}
    ],
    "passages": [{"rank": 1, "score": 0.8, "note_id": "note-simple", "start": 0, "end": 30}],
    "build": "20261102-1",
    "confidence": 0.9,
}
FILTERS = Filters(frozenset({Kind.STUDY}), frozenset({"climat"}), date(2017, 11, 1), None)
HISTORY = (Turn("user", "Qui pilote DcANT ?"), Turn("assistant", "Le SGMAP.", ("programme-dcant",)))


def given(**changes: Any) -> Feedback:
    """A feedback on an answer, each time another."""
    first = Feedback(new_id(), NOW, True, "Et depuis quand ?", REPLY, None, "", HISTORY, FILTERS, {"passages": 5})
    return replace(first, **changes)
