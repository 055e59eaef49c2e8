"""What a trusted reverse proxy forwards, put where the rest of the program looks; what others forge, taken out."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.access.proxies import Proxies


class Forwarded:
    """ASGI middleware, the first of all. Instead of uvicorn's own, which hides who the neighbour is."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self.app = app
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as the proxy received it or as the neighbour may send it."""
        if scope["type"] in ("http", "websocket"):
            scope = self._believed(scope) if self._is_ours(scope) else self._stripped(scope)
        await self.app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        return scope.get("client") is not None and self.proxies.trusts(scope["client"][0])

    def _believed(self, scope: Scope) -> Scope:
        headers = Headers(scope=scope)
        address = self.proxies.client(scope["client"][0], ",".join(headers.getlist("x-forwarded-for")))
        # Several proxies in a row each add theirs: the nearest is the one that we trust.
        scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        known = scheme if scheme in ("http", "https") else scope["scheme"]
        believed = {**scope, "client": (address, 0), "scheme": known}
        # A proxy that adds its header to the client's own, instead of replacing it, names nobody.
        names = [name for name in (self.proxies.user_header, self.proxies.roles_header) if name]
        return _without(believed, names) if any(len(headers.getlist(name)) > 1 for name in names) else believed

    def _stripped(self, scope: Scope) -> Scope:
        return _without(scope, self.proxies.private_headers)


def _without(scope: Scope, names: Iterable[str]) -> Scope:
    private = {name.encode("latin-1").replace(b"_", b"-") for name in names}
    # Some servers read `_` as `-`.
    kept = [(name, value) for name, value in scope["headers"] if name.lower().replace(b"_", b"-") not in private]
    return {**scope, "headers": kept}
