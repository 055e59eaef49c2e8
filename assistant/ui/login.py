"""`/connexion` and `/deconnexion`: plain pages that need no script."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.access import Door
from assistant.access.oidc import Provider
from assistant.errors import AssistantError, LoginError, ThrottledError
from assistant.language import tr
from assistant.settings import Settings
from assistant.ui.gate import LOGIN, LOGOUT, UNAVAILABLE, cookie_name, identity, session_token
from assistant.ui.login_pages import logged_in_page, login_page, logout_page
from assistant.ui.places import Place

logger = logging.getLogger(__name__)

OIDC = f"{LOGIN}/organisation"
OIDC_BACK = f"{OIDC}/retour"
_STALE = "Ce formulaire a expiré : recommencez."
_PLAIN = (
    "La connexion n’est pas chiffrée (http) : votre mot de passe pourrait être lu en chemin. "
    "Ouvrez cette page en https, ou demandez à l’exploitant de le permettre."
)
_NO_STORE = {"Cache-Control": "no-store"}


def local_path(wanted: str) -> str:
    """Where to go after a login: a path of this site, else the chat."""
    parts = urlsplit(wanted)
    is_local = wanted.startswith("/") and not parts.netloc and not parts.scheme and not wanted.startswith("//")
    is_plain = wanted.isprintable() and "\\" not in wanted and len(wanted) < 1000
    return wanted if is_local and is_plain and not wanted.startswith((LOGIN, LOGOUT)) else "/"


class Forms:
    """Ties a form to the browser that it was sent to: another site can neither read nor make the pair."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def field(self, holder: str) -> str:
        """What the form carries, for a browser that holds this."""
        return hmac.new(self._key, holder.encode(), hashlib.sha256).hexdigest()

    def fits(self, holder: str, field: str) -> bool:
        """Whether the field is the one sent with the form to this browser."""
        return bool(holder) and hmac.compare_digest(self.field(holder).encode(), field.encode())


class LoginRoutes:
    """The routes of logging in and out.

    Raises:
        SettingsError: the settings of the OpenID Connect provider do not go together.
    """

    def __init__(self, door: Door, settings: Settings, places: Sequence[Place]) -> None:
        self.door = door
        self.places = places
        self.insecure = settings.insecure_login
        self.provider = Provider.from_settings(settings)
        self.forms = Forms()

    def add_to(self, app: FastAPI) -> None:
        """Make the application answer them."""
        app.add_api_route(LOGIN, self.show, methods=["GET", "HEAD"])
        app.add_api_route(LOGIN, self.enter, methods=["POST"])
        app.add_api_route(LOGOUT, self.ask, methods=["GET", "HEAD"])
        app.add_api_route(LOGOUT, self.leave, methods=["POST"])
        if self.provider is not None:
            app.add_api_route(OIDC, self.depart, methods=["GET"])
            app.add_api_route(OIDC_BACK, self.arrive, methods=["GET"])

    async def show(self, request: Request) -> Response:
        """The form, or who one already is."""
        user = identity(request.scope).user
        if user is not None:
            return HTMLResponse(logged_in_page(user, self.places), headers=_NO_STORE)
        return self._form(request, local_path(request.query_params.get("retour", "/")))

    async def enter(self, request: Request) -> Response:
        """Log in with a name and a password."""
        form = await request.form()
        name, password, field, wanted = (_text(form.get(key)) for key in ("nom", "mot_de_passe", "jeton", "retour"))
        target = local_path(wanted)
        if not self.forms.fits(_browser(request), field):
            return self._form(request, target, tr(_STALE), 403)
        if not self._is_safe(request):
            return self._form(request, target, tr(_PLAIN), 403)
        try:
            token = await run_in_threadpool(self.door.log_in, name, password, _address(request))
        except ThrottledError as error:
            return self._form(request, target, str(error), 429, {"Retry-After": str(error.wait)})
        except LoginError as error:
            return self._form(request, target, str(error), 401)
        except AssistantError:
            return self._unavailable(request, target)
        return await self._entered(request, token, target)

    async def ask(self, request: Request) -> Response:
        """A button to log out with: following a link must not do it."""
        user = identity(request.scope).user
        if user is None:
            return RedirectResponse(LOGIN, 303)
        return HTMLResponse(logout_page(user, self.forms.field(session_token(request.scope))), headers=_NO_STORE)

    async def leave(self, request: Request) -> Response:
        """Log out."""
        token = session_token(request.scope)
        form = await request.form()
        if not self.forms.fits(token, _text(form.get("jeton"))):
            return RedirectResponse(LOGOUT, 303)
        await run_in_threadpool(self.door.log_out, token)
        response = RedirectResponse(LOGIN, 303, _NO_STORE)
        self._forget(request, response)
        return response

    async def depart(self, request: Request) -> Response:
        """Leave for the provider."""
        assert self.provider is not None
        browser = _browser(request) or secrets.token_urlsafe(32)
        target = local_path(request.query_params.get("retour", "/"))
        back = str(request.base_url).rstrip("/") + OIDC_BACK
        try:
            url = await run_in_threadpool(self.provider.start, back, browser, target)
        except LoginError as error:
            return self._form(request, target, str(error), 503)
        response = RedirectResponse(url, 303, _NO_STORE)
        _set(request, response, _form_cookie(request), browser)
        return response

    async def arrive(self, request: Request) -> Response:
        """Come back from the provider."""
        assert self.provider is not None
        try:
            user, target = await run_in_threadpool(self.provider.finish, request.query_params, _browser(request))
            token = await run_in_threadpool(self.door.admit, user, _address(request))
        except LoginError as error:
            return self._form(request, "/", str(error), 401)
        except AssistantError:
            return self._unavailable(request, "/")
        return await self._entered(request, token, target)

    async def _entered(self, request: Request, token: str, target: str) -> Response:
        earlier = session_token(request.scope)
        if earlier:
            await run_in_threadpool(self.door.sessions.close, earlier)
        response = RedirectResponse(target, 303, _NO_STORE)
        _set(request, response, cookie_name(request.scope["scheme"]), token)
        response.delete_cookie(_form_cookie(request), secure=request.scope["scheme"] == "https", httponly=True)
        return response

    def _forget(self, request: Request, response: Response) -> None:
        scheme = request.scope["scheme"]
        response.delete_cookie(cookie_name(scheme), secure=scheme == "https", httponly=True)

    def _unavailable(self, request: Request, target: str) -> Response:
        logger.exception("Les comptes, les sessions ou le journal ne peuvent pas être lus ou écrits")
        return self._form(request, target, tr(UNAVAILABLE), 503)

    def _form(
        self, request: Request, target: str, error: str = "", status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        browser = _browser(request) or secrets.token_urlsafe(32)
        organisation = OIDC if self.provider is not None else ""
        page = login_page(self.forms.field(browser), target, error, organisation)
        response = HTMLResponse(page, status, {**_NO_STORE, **(headers or {})})
        _set(request, response, _form_cookie(request), browser)
        return response

    def _is_safe(self, request: Request) -> bool:
        return self.insecure or request.scope["scheme"] == "https" or _is_loopback(_address(request))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _address(request: Request) -> str:
    return request.client.host if request.client else "socket"


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "socket"


def _form_cookie(request: Request) -> str:
    return "__Host-form" if request.scope["scheme"] == "https" else "form"


def _browser(request: Request) -> str:
    return request.cookies.get(_form_cookie(request), "")


def _set(request: Request, response: Response, name: str, value: str) -> None:
    # Lax and not Strict: coming back from a provider, or from a link in a mail, one is still logged in.
    secure = request.scope["scheme"] == "https"
    response.set_cookie(name, value, path="/", secure=secure, httponly=True, samesite="lax")
