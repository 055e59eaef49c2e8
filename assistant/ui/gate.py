"""Who may open what, held on the server: every path of a page, its API included, needs the page's role."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import gradio as gr
from gradio.context import LocalContext
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.access import Door
from assistant.access.throttle import network_of
from assistant.errors import AccessError
from assistant.language import tr
from assistant.models import Role, User
from assistant.ui.pages import message_page

logger = logging.getLogger(__name__)

LOGIN, LOGOUT = "/connexion", "/deconnexion"
#: Open to all, whatever the settings: without them nobody could log in.
_OPEN = (LOGIN, LOGOUT, "/statique", "/favicon.ico")
ANONYMOUS = "Cette page demande une connexion : ouvrez /connexion."
EXPIRED = "Votre session a pris fin : reconnectez-vous."
FORBIDDEN = "Votre compte ne donne pas accès à cette page."
#: The reason is for the operator: it names files of the machine.
UNAVAILABLE = "Les comptes ne peuvent pas être consultés en ce moment : prévenez l’exploitant."
_IDENTITY = "identity"
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything under a path needs a role."""

    path: str
    role: Role

    def covers(self, path: str) -> bool:
        """Whether the rule speaks of this path."""
        return self.path == "/" or path == self.path or path.startswith(f"{self.path}/")


@dataclass(slots=True)
class Identity:
    """Who asks, and how to ask again later: in `scope["state"]` of each request. `role` is what the path needs."""

    user: User | None
    role: Role | None = None
    again: Callable[[], User | None] = field(default=lambda: None)


def identity(scope: Scope) -> Identity:
    """Who the gate found to be asking."""
    found = scope.get("state", {}).get(_IDENTITY)
    return found if isinstance(found, Identity) else Identity(None)


def current_user(request: gr.Request) -> User:
    """Who triggered this event. Accounts and sessions are looked at again, whenever the event runs.

    Raises:
        gr.Error: the session has ended since the page was opened, the role was taken away, or accounts cannot be
            read.
    """
    inner = request.request
    found = identity(inner.scope) if isinstance(inner, Request) else Identity(None)
    try:
        user = found.again()
    except AccessError:
        logger.exception("Les comptes ou les sessions ne peuvent pas être lus")
        raise gr.Error(tr(UNAVAILABLE), title=tr("Accès indisponible"), print_exception=False) from None
    if user is None:
        raise gr.Error(tr(EXPIRED), title=tr("Session terminée"), print_exception=False)
    if found.role is not None and not user.may(found.role):
        raise gr.Error(tr(FORBIDDEN), title=tr("Accès refusé"), print_exception=False)
    return user


def asker() -> str:
    """Whose question the running event is: the account's, else the network's that it comes from. An account read by
    the gate a moment ago is enough: this decides who waits, not who may.
    """
    request = LocalContext.request.get(None)
    inner = request.request if request is not None else None
    if not isinstance(inner, Request):
        return "local"
    user = identity(inner.scope).user
    if user is not None:
        return f"{user.source}:{user.name}"
    return network_of(inner.client.host) if inner.client else "socket"


def cookie_name(scheme: str) -> str:
    """Over https the browser itself holds the cookie to this host and to https."""
    return "__Host-session" if scheme == "https" else "session"


class Gate:
    """ASGI middleware behind `Guard`: lets pass those who have the role that the path needs.

    Args:
        app: what is behind.
        door: who a token is.
        rules: the first that covers a path decides; no rule, no login.
    """

    def __init__(self, app: ASGIApp, door: Door, rules: Sequence[Rule]) -> None:
        self.app = app
        self.door = door
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # nothing of ours speaks it
        elif scope["type"] == "http":
            await (await self._decided(scope))(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _decided(self, scope: Scope) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        path = scope["path"]
        if self._is_disguised(path):
            return HTMLResponse(message_page(tr("Page introuvable"), tr("Cette adresse est mal écrite.")), 404)
        role = self._role(path)
        again = self._asker(scope)
        try:
            user = await run_in_threadpool(again)
        except AccessError:
            logger.exception("Les comptes ou les sessions ne peuvent pas être lus")
            return HTMLResponse(message_page(tr("Accès indisponible"), tr(UNAVAILABLE)), 503)
        scope.setdefault("state", {})[_IDENTITY] = Identity(user, role, again)
        if role is None or (user is not None and user.may(role)):
            return self.app
        return _refused(scope, user)

    def _role(self, path: str) -> Role | None:
        if any(Rule(known, Role.MEMBER).covers(path) for known in _OPEN):
            return None
        return next((rule.role for rule in self.rules if rule.covers(path)), None)

    def _is_disguised(self, path: str) -> bool:
        """Whether another reader than ours could take this path for one of a page with a rule."""
        plain = path
        for _ in range(4):
            plain = unquote(plain)
        plain = posixpath.normpath("/" + plain.replace("\\", "/").replace("\0", "").lstrip("/")).casefold()
        hidden = [rule for rule in self.rules if rule.path != "/" and rule.covers(plain)]
        return bool(hidden) and not any(rule.covers(path) for rule in hidden)

    def _asker(self, scope: Scope) -> Callable[[], User | None]:
        headers = Headers(scope=scope)
        proxied = self.door.proxies.user(headers)
        token = session_token(scope)

        def ask() -> User | None:
            return proxied or (self.door.user(token) if token else None)

        return ask


def session_token(scope: Scope) -> str:
    """The token that the browser shows, empty if none."""
    cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
    return str(cookies.get(cookie_name(scope["scheme"]), ""))


def _refused(scope: Scope, user: User | None) -> Response:
    if not _is_page(scope):
        # Gradio's page shows the detail to its reader.
        message, status = (_unknown(scope), 401) if user is None else (tr(FORBIDDEN), 403)
        return JSONResponse({"detail": message}, status, _NO_STORE)
    if user is None:
        asked = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse(f"{LOGIN}?retour={quote(asked, safe='/')}", 303, _NO_STORE)
    return HTMLResponse(message_page(tr("Accès refusé"), tr(FORBIDDEN)), 403, _NO_STORE)


def _unknown(scope: Scope) -> str:
    return tr(EXPIRED) if session_token(scope) else tr(ANONYMOUS)


def _is_page(scope: Scope) -> bool:
    """Whether a person looks at the answer, rather than a program or a script of a page."""
    asked: Any = Headers(scope=scope).get("accept", "")
    return scope["method"] in ("GET", "HEAD") and "/gradio_api/" not in scope["path"] and "text/html" in asked
