"""What stands between the network and Gradio: a Content-Security-Policy, and no request that the page does not make."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlencode

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.language import tr
from assistant.ui.api import NAMES
from assistant.ui.events import Events
from assistant.ui.exporting import EXPORTS
from assistant.ui.gate import LOGIN, LOGOUT, identity
from assistant.ui.index_page import Index
from assistant.ui.pages import UNKNOWN_PAGE, message_page
from assistant.ui.patience import TooLongError, TooSlowError, hurried, in_pieces, whole
from assistant.ui.places import Place
from assistant.ui.turns import RETRY_AFTER, Turns

MAX_BODY = 64 * 1024  # bytes; the longest question with the conversation that the browser kept
MAX_UPLOAD = 50 * 1024 * 1024  # bytes, on the pages that take files
MAX_EVENT = 4 * 1024 * 1024  # bytes, on those pages: an event holds the table that it changes
_MULTIPART = 64 * 1024  # bytes, what surrounds the files of one upload
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Gradio also answers uploads, a proxy, files, logins and more: what the chat does not use does not exist.
_API = "/gradio_api/"
_POSTS = (f"{_API}queue/join", f"{_API}cancel", f"{_API}reset")
# Other programs call the operations by name, and nothing else of the page.
_CALLS = tuple(f"{_API}call/{name}" for name in NAMES)
_GETS = (
    *("/assets/", "/static/", "/theme.css", "/config", "/manifest.json", "/favicon.ico"),
    *(f"{_API}{name}" for name in ("queue/data", "heartbeat/", "startup-events", "app_id", "theme.css", "info")),
)
_STREAMS = (f"{_API}queue/data", f"{_API}heartbeat/")
_UPLOAD = f"{_API}upload"
_FILE = f"{_API}file=/"  # without the slash, an address: Gradio would fetch it
_PLACE_GETS = (*_GETS, f"{_API}upload_progress", _FILE)
_SHARED = ("/assets/", "/static/", "/theme.css")
_OWN_GETS = ("/note/", "/agenda/", "/statique/", f"{LOGIN}/")
_OWN_READS = ("/notes", "/agenda", "/agenda.ics")
_OWN_PAGES = (LOGIN, LOGOUT)
BUSY = "Trop de demandes en ce moment. Réessayez dans quelques secondes."
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def content_security_policy(nonce: str) -> str:
    """Everything from this host only. Scripts written in the page must carry the nonce; Gradio's styles are inline."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; media-src 'none'; connect-src 'self'; manifest-src 'self'; "
        "worker-src 'self' blob:; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; form-action 'self'; "
        "base-uri 'self'"
    )


class Guard:
    """ASGI middleware: refuses what our pages never send, and adds the security headers to all that is answered.

    Pure ASGI, because Starlette's BaseHTTPMiddleware would buffer the stream of answers.

    Args:
        app: what is behind, the `Gate` first.
        places: the pages beside the chat, which may take files.
        turns: how many requests are worked on at once.
    """

    def __init__(self, app: ASGIApp, places: Sequence[Place] = (), turns: Turns | None = None) -> None:
        self.app = app
        self.places = places
        self.turns = turns or Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})  # shared with the gate, which says there who asks
        place = next((place for place in self.places if place.holds(scope["path"])), None)
        local = scope["path"] if place is None else scope["path"].removeprefix(place.path) or "/"
        # What only some may read is not left in a browser that others use after them.
        is_private = place is not None and not local.startswith(_SHARED)
        sender = _with_headers(
            send, content_security_policy(nonce), {"Cache-Control": "no-store"} if is_private else {}
        )
        limit = _limit(local, place)
        refusal = _refusal(scope, local, place, limit)
        if refusal is not None:
            await refusal(scope, receive, sender)
        elif local == "/" and (place is None or place.build is not None):
            page = Index(sender, nonce, place, self.places, lambda: identity(scope))
            await self._in_turn(_plain(scope), receive, page, limit)
        else:
            await self._in_turn(scope, receive, sender, limit)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        if limit > MAX_BODY:  # for those with a role: the gate behind refuses others without reading
            await self.app(scope, in_pieces(receive, limit), send)
        elif _is_stream(scope):
            with self.turns.stream() as has_place:
                await (self.app if has_place else _busy())(scope, receive, send)
        else:
            await self._whole(scope, receive, send, limit)

    async def _whole(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        try:
            body = await whole(receive, limit)  # before its turn: who sends slowly takes nobody else's
        except TooLongError:
            await _too_long()(scope, receive, send)
            return
        except TooSlowError:
            await PlainTextResponse(tr("Requête refusée : elle arrive trop lentement."), 408)(scope, receive, send)
            return
        async with self.turns.request() as has_turn:
            with suppress(TooSlowError):
                await (self._behind(scope) if has_turn else _busy())(scope, body, hurried(send))

    def _behind(self, scope: Scope) -> ASGIApp:
        return Events(self.app) if scope["method"] == "POST" and scope["path"].startswith(_API) else self.app


def _limit(local: str, place: Place | None) -> int:
    if place is None or place.build is None:
        return MAX_BODY
    return MAX_UPLOAD + _MULTIPART if local.rstrip("/") == _UPLOAD else MAX_EVENT


def _refusal(scope: Scope, local: str, place: Place | None, limit: int) -> Response | None:
    headers = Headers(scope=scope)
    if scope["method"] in _SAFE_METHODS:
        known = _is_read(local, place)
    else:
        known = _is_written(local, place)
        if _is_foreign(headers.get("origin"), headers.get("host")):
            return PlainTextResponse(tr("Requête refusée : elle vient d’un autre site."), 403)
        if int(headers.get("content-length", 0)) > limit:
            return _too_long()
    return None if known else HTMLResponse(message_page(tr("Page introuvable"), tr(UNKNOWN_PAGE)), 404)


def _too_long() -> Response:
    return PlainTextResponse(tr("Requête refusée : elle est trop longue."), 413)


def _busy() -> Response:
    return PlainTextResponse(tr(BUSY), 503, {"Retry-After": str(RETRY_AFTER)})


def _is_stream(scope: Scope) -> bool:
    """Whether what is answered goes on for as long as a page is open, or an answer is written."""
    path = scope["path"]
    return scope["method"] == "GET" and (path.startswith(_STREAMS) or path.rpartition("/")[0] in _CALLS)


def _is_read(local: str, place: Place | None) -> bool:
    if place is None:
        called, _, event = local.rpartition("/")
        if called in _CALLS and event.isalnum():
            return True
        return local in ("/", *_OWN_PAGES, *_OWN_READS) or local.startswith((*_GETS, *_OWN_GETS))
    return place.build is None or local == "/" or local.startswith(_PLACE_GETS)


def _is_written(local: str, place: Place | None) -> bool:
    if place is not None and place.build is None:
        return True  # its own routes say which
    path = local.rstrip("/")
    return path in _POSTS or (path in (*_OWN_PAGES, *EXPORTS, *_CALLS) if place is None else path == _UPLOAD)


def _is_foreign(origin: str | None, host: str | None) -> bool:
    """Whether a page of another site sends this. Programs send no origin: they have no user's rights to abuse."""
    return origin is not None and origin.partition("://")[2] != host


def _with_headers(send: Send, policy: str, more: dict[str, str]) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]  # Gradio reflects any origin, with credentials
            headers.update({**_HEADERS, **more, "Content-Security-Policy": policy})
        await send(message)

    return sender


def _plain(scope: Scope) -> Scope:
    """As a page of ours can be asked for: not packed, and not another page of Gradio's, which has none of that name."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    query = [(name, value) for name, value in QueryParams(scope["query_string"]).multi_items() if name != "page"]
    return {**scope, "headers": headers, "query_string": urlencode(query).encode()}
