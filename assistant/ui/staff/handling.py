"""What every event of the staff's page does: know who acts, and say what went wrong in French."""

from __future__ import annotations

import logging
from collections.abc import Callable

import gradio as gr

from assistant.errors import AssistantError
from assistant.ui.gate import current_user
from assistant.ui.staff.tables import failed

logger = logging.getLogger(__name__)

APOLOGY = "Une erreur interne est survenue. Rien n’a été perdu : réessayez, ou prévenez qui tient le serveur."


def who(request: gr.Request) -> str:
    """The name of the staff person who acts; the session and the role are looked at anew.

    Raises:
        gr.Error: the session ended, or the role was taken away.
    """
    return current_user(request).name


def told(work: Callable[[], str]) -> str:
    """What the work says, or why it failed, as HTML."""
    try:
        return work()
    except gr.Error:
        raise
    except AssistantError as error:
        return failed(str(error))
    except Exception:
        logger.exception("Une action de la page de l'équipe a échoué")
        return failed(APOLOGY)
