"""The operations as named endpoints of Gradio's API: `/ask`, `/retrieve`, `/notes`, `/note` (docs/api.md)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.access.pace import Pace
from assistant.language import tr
from assistant.operations import Operations
from assistant.ui.apology import for_members
from assistant.ui.gate import asker

if TYPE_CHECKING:
    from assistant import Assistant

#: What other programs may call by name; nothing else of the page is.
NAMES = ("ask", "retrieve", "notes", "note")
_SEARCHES = ("ask", "retrieve")  # a question each: the model reads it


def add_api(bot: Assistant, at_once: int, pace: Pace) -> None:
    """Call it within the Blocks of the chat.

    Args:
        bot: who answers.
        at_once: how many run at the same time; they share their turn with the page's own questions.
        pace: how many one person may ask in a minute, the page's own questions included.
    """
    operations = Operations(bot)
    work: dict[str, tuple[Callable[..., Any], str]] = {
        "ask": (operations.ask, tr("Pose une question : la réponse et ses citations, ou un refus.")),
        "retrieve": (operations.retrieve, tr("Cherche les meilleurs passages pour une question.")),
        "notes": (operations.notes, tr("Liste les notes, vingt par page.")),
        "note": (operations.note, tr("Donne une note entière.")),
    }
    for name in NAMES:
        function, description = work[name]
        gr.api(
            _told(function, pace if name in _SEARCHES else None),
            api_name=name,
            api_description=description,
            concurrency_limit=at_once,
            concurrency_id="answers",
        )


def _told(function: Callable[..., Any], pace: Pace | None) -> Callable[..., Any]:
    """The same at this pace, its errors as Gradio passes them on: one message, no traceback."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if pace is not None:
                pace.admit(asker())
            return function(*args, **kwargs)
        except Exception as error:  # Gradio would print what was not foreseen, with what it may hold
            raise gr.Error(for_members(error), print_exception=False) from None

    return call
