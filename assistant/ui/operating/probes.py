"""`/healthz` and `/readyz`: what a supervisor, a load balancer or Kubernetes asks, before any account or limit."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors import AssistantError, IndexMissingError

HEALTH, READINESS = "/healthz", "/readyz"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_READS = ("GET", "HEAD")
logger = logging.getLogger(__name__)


class Probes:
    """ASGI middleware in front of `Guard` and `Gate`: these two paths and no other, open to all, never counted.

    Args:
        app: what is behind.
        ready: gives the id of the build that questions are answered from, or raises what keeps them unanswered.
    """

    def __init__(self, app: ASGIApp, ready: Callable[[], str]) -> None:
        self.app = app
        self._ready = ready
        self._told: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http" or scope["path"] not in (HEALTH, READINESS):
            await self.app(scope, receive, send)
            return
        if scope["method"] not in _READS:
            response: Response = PlainTextResponse("", 405, {**HEADERS, "Allow": ", ".join(_READS)})
        elif scope["path"] == HEALTH:
            # Nothing is looked at: a process that can say this is not to be killed for what ails its index.
            response = JSONResponse({"status": "ok"}, headers=HEADERS)
        else:
            response = await run_in_threadpool(self._readiness)
        await response(scope, receive, send)

    def _readiness(self) -> Response:
        try:
            build = self._ready()
        except Exception as error:  # whatever it is, nobody is to be sent here
            self._tell(error)
            return JSONResponse({"status": "indisponible", "reason": _public(error)}, 503, HEADERS)
        self._told = None
        return JSONResponse({"status": "ok", "build": build}, headers=HEADERS)

    def _tell(self, error: Exception) -> None:
        """Once, not at every probe."""
        if self._told != str(error):
            self._told = str(error)
            logger.error("Les questions ne peuvent pas recevoir de réponse. %s", error)


def _public(error: Exception) -> str:
    """For who has no account: no name of a file, nor of a machine."""
    if isinstance(error, IndexMissingError):
        return "Il n'y a pas d'index : faites-le avec « assistant index sync »."
    if isinstance(error, AssistantError):
        return "L'index ne peut pas être lu : « assistant doctor » dit pourquoi."
    return "Erreur inattendue : voyez le journal du programme."
