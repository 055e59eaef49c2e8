"""From settings to pages that answer, as fast as it goes: what is imported when is half of a start."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.observing import logs
from assistant.ui.listening import listen

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.settings import Settings

logger = logging.getLogger(__name__)


def start(settings: Settings, open_browser: bool = False) -> None:
    """Open the published build and serve the chat, the notes and the evaluations until interrupted or terminated, which
    ends the process.

    Raises:
        ServeError: the address or port cannot be used; said before anything is loaded.
        AssistantError: as `Assistant.open`; said before Gradio is imported.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # systemd and containers stop us so: as by Ctrl+C
    listen(settings.host, settings.port).close()
    logs.configure(settings)
    logger.info("Chargement du modèle et de l'index…")
    from assistant.assistant import Assistant

    bot = Assistant.open(settings)
    # What the page proposes is asked on the other core while Gradio is imported.
    Thread(target=_ask_examples, args=(bot,), daemon=True).start()
    import_gradio()
    from assistant.desk import Desk
    from assistant.ui.evaluation import evaluation_place
    from assistant.ui.server import serve
    from assistant.ui.staff import staff_place

    with closing(bot), closing(Desk(bot, settings)) as desk:
        places = (staff_place(desk), evaluation_place(settings.evals_dir))
        serve(bot, settings, open_browser, places, bot.observer.metrics)
    _leave()


def import_gradio() -> None:
    """Without MCP's library, a third of a second: Gradio loads it, if it is there, for a server that never starts."""
    sys.modules.setdefault("mcp", None)  # type: ignore[arg-type]
    try:
        import gradio  # noqa: F401
    finally:
        if sys.modules["mcp"] is None:
            del sys.modules["mcp"]


def _leave() -> None:
    """End, all being closed. Python would wait for the threads of answers that nobody waits for any more: LangChain's,
    for a minute where a chat model does not answer.
    """
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _ask_examples(bot: Assistant) -> None:
    # The page asks again, and says what is wrong; a process that ends starts no more threads.
    with contextlib.suppress(AssistantError, RuntimeError):
        bot.examples()
