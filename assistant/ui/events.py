"""Events that no page of ours sends: Gradio takes them for an error of its own, we for one of the sender."""

from __future__ import annotations

import logging

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.language import tr

logger = logging.getLogger(__name__)

UNREADABLE = "Requête refusée : elle n’est pas de celles que la page envoie."


class Events:
    """ASGI middleware around the routes of Gradio that only queue an event, or end one: what fails there is malformed
    (an unknown function, half of a character), for the work itself comes later, and fails in its own stream.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; 400 instead of 500."""
        failed = started = False

        async def sender(message: Message) -> None:
            nonlocal failed, started
            failed = failed or (message["type"] == "http.response.start" and message["status"] == 500)
            if not failed:
                started = True
                await send(message)

        try:
            await self.app(scope, receive, sender)
        except Exception as error:
            if started:
                raise
            # Its text may be a question.
            logger.warning("Un événement mal formé a été refusé : %s", type(error).__name__)
            failed = True
        if failed:
            await PlainTextResponse(tr(UNREADABLE), 400)(scope, receive, send)
