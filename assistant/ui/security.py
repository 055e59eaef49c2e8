"""What stands between the network and Gradio: a Content-Security-Policy, and no request that the page does not make."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.ui.pages import UNKNOWN_PAGE, message_page

MAX_BODY = 256 * 1024  # bytes; the longest question allowed is far below
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Gradio also answers uploads, a proxy, files, logins and more: what the chat does not use does not exist.
_API = "/gradio_api/"
_POSTS = (f"{_API}queue/join", f"{_API}cancel", f"{_API}reset")
_GETS = (
    *("/notes/", "/statique/", "/assets/", "/static/", "/theme.css", "/config", "/manifest.json", "/favicon.ico"),
    *(f"{_API}{name}" for name in ("queue/data", "heartbeat/", "startup-events", "app_id", "theme.css", "info")),
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
# Put in the page rather than given to Gradio, which would add them only once its own script has run.
_HEAD = b"""<link rel="icon" href="/statique/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/statique/style.css">
<script src="/statique/chat.js" defer></script>
</head>"""
_SOCIAL_TAGS = re.compile(rb'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')


def content_security_policy(nonce: str) -> str:
    """Everything from this host only. Scripts written in the page must carry the nonce; Gradio's styles are inline."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; media-src 'none'; connect-src 'self'; manifest-src 'self'; "
        "worker-src 'self' blob:; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; form-action 'self'; "
        "base-uri 'self'"
    )


class Guard:
    """ASGI middleware: refuses what the chat never sends, and adds the security headers to all that it answers.

    Pure ASGI, because Starlette's BaseHTTPMiddleware would buffer the stream of answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        sender = _with_headers(send, content_security_policy(nonce))
        refusal = _refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, sender)
        elif scope["path"] == "/":
            await self.app(_uncompressed(scope), receive, _Index(sender, nonce))
        else:
            await self.app(scope, _bounded(receive), sender)


def _refusal(scope: Scope) -> Response | None:
    headers, path = Headers(scope=scope), scope["path"]
    if scope["method"] in _SAFE_METHODS:
        known = path == "/" or path.startswith(_GETS)
    else:
        known = path.rstrip("/") in _POSTS
        if _is_foreign(headers.get("origin"), headers.get("host")):
            return PlainTextResponse("Requête refusée : elle vient d’un autre site.", 403)
        if int(headers.get("content-length", 0)) > MAX_BODY:
            return PlainTextResponse("Requête refusée : elle est trop longue.", 413)
    return None if known else HTMLResponse(message_page("Page introuvable", UNKNOWN_PAGE), 404)


def _is_foreign(origin: str | None, host: str | None) -> bool:
    """Whether a page of another site sends this. Programs send no origin: they have no user's rights to abuse."""
    return origin is not None and origin.partition("://")[2] != host


def _with_headers(send: Send, policy: str) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]  # Gradio reflects any origin, with credentials
            headers.update({**_HEADERS, "Content-Security-Policy": policy})
        await send(message)

    return sender


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def receiver() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        # A body without a length cannot be refused beforehand: it is cut, as if the client had left.
        return message if size <= MAX_BODY else {"type": "http.disconnect"}

    return receiver


def _uncompressed(scope: Scope) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": headers}


class _Index:
    """Sends Gradio's page in French, without its social tags, its own scripts bearing the nonce."""

    def __init__(self, send: Send, nonce: str) -> None:
        self.send = send
        self.nonce = nonce.encode()
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if not message.get("more_body"):
            page = self._rewritten()
            if self.body:  # a HEAD has none
                MutableHeaders(scope=self.start)["content-length"] = str(len(page))
            await self.send(self.start)
            await self.send({"type": "http.response.body", "body": page})

    def _rewritten(self) -> bytes:
        page = re.sub(rb'(<html\s+lang=)"en"', rb'\1"fr"', self.body, count=1)
        page = _SOCIAL_TAGS.sub(b"", page).replace(b"</head>", _HEAD, 1)
        return re.sub(rb"<script(?=[\s>])", b'<script nonce="' + self.nonce + b'"', page)
