"""`/metrics`: for whoever has the token, or, where there is none, for this very machine alone."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.access.proxies import FORWARDING
from assistant.ui.operating.probes import HEADERS

if TYPE_CHECKING:
    from assistant.observing.metrics import Metrics

METRICS = "/metrics"
_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_DENIED = "Mesures refusées : elles se lisent avec ASSISTANT_METRICS_TOKEN, ou sans jeton depuis la machine même."


class MetricsPage:
    """ASGI middleware in front of `Forwarded`, which would hide who the neighbour is.

    Args:
        app: what is behind.
        metrics: what is shown.
        token: what a reader must bring; without one, only direct neighbours of this machine read.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, token: SecretStr | None) -> None:
        self.app = app
        self.metrics = metrics
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http" or scope["path"] != METRICS:
            await self.app(scope, receive, send)
            return
        await (await self._answer(scope))(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("", 405, {**HEADERS, "Allow": "GET, HEAD"})
        headers = Headers(scope=scope)
        if self._token is not None and not _brings(headers, self._token):
            return PlainTextResponse(_DENIED, 401, {**HEADERS, "WWW-Authenticate": "Bearer"})
        if self._token is None and not _is_this_machine(scope, headers):
            return PlainTextResponse(_DENIED, 403, HEADERS)
        return Response(await run_in_threadpool(self.metrics.page), headers=HEADERS, media_type=_TYPE)


def _brings(headers: Headers, token: SecretStr) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token.get_secret_value().encode())


def _is_this_machine(scope: Scope, headers: Headers) -> bool:
    """Whether a program of this machine asks for itself: behind a proxy of this machine there may be anybody, and a
    page of another site may have made its name lead here.
    """
    if any(name in headers for name in (*FORWARDING, "via")):
        return False
    neighbour = scope["client"][0] if scope.get("client") else ""
    asked = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    return _is_loopback(neighbour) and (asked == "localhost" or _is_loopback(asked))


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
