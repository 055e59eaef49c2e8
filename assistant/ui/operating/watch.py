"""A line and a count for each request: its route, what was answered, how fast; no address, no query, no header."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.observing import logs
from assistant.ui.operating.routes import QUESTIONS, is_quiet, route_of
from assistant.ui.places import Place

if TYPE_CHECKING:
    from assistant.observing.metrics import Metrics

ID_HEADER = "X-Request-ID"
_METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")
_FULL = 503  # Gradio's answer where its queue takes no more
_LEFT = 499  # nginx's number for a client that left before an answer


class Watch:
    """ASGI middleware, the first of all: what others refuse is seen as well.

    Args:
        app: what is behind.
        places: the pages beside the chat, whose routes bear their names.
        metrics: where requests are counted, if anywhere.
    """

    def __init__(self, app: ASGIApp, places: Sequence[Place] = (), metrics: Metrics | None = None) -> None:
        self.app = app
        self.places = places
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and say afterwards how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name, begun, status = secrets.token_hex(8), time.perf_counter(), _LEFT

        async def sender(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[ID_HEADER] = name
            await send(message)

        with logs.of_request(name):
            try:
                await self.app(scope, receive, sender)
            except Exception:
                status = 500
                raise
            finally:
                self._tell(scope, status, time.perf_counter() - begun)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope["path"], self.places)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        if self.metrics is not None:
            self.metrics.request(method, route, status)
            if status == _FULL and method == "POST" and route in QUESTIONS:
                self.metrics.busy()
        level = logging.WARNING if status >= 500 else logging.DEBUG if is_quiet(route) else logging.INFO
        if not logs.requests.isEnabledFor(level):
            return
        ms = round(seconds * 1000, 1)
        fields = {"event": "request", "method": method, "route": route, "status": status, "ms": ms}
        logs.requests.log(level, f"{method} {route} {status} en {ms} ms", extra={"fields": fields})
