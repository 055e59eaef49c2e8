"""Logging in at an OpenID Connect provider: authorization code with PKCE, state and nonce, by Authlib."""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from assistant.access.proxies import roles_among
from assistant.access.users import canonical_name
from assistant.errors import LoginError, SettingsError
from assistant.language import tr
from assistant.models import User
from assistant.settings import Settings

logger = logging.getLogger(__name__)

_TIMEOUT = 10.0  # seconds, for each request to the provider
_METADATA_SECONDS = 3600.0
_PENDING_SECONDS = 600.0
_MAX_PENDING = 1000
_LEEWAY = 60  # seconds between two clocks
_SCOPE = "openid profile email"
# What only the provider can sign: a shared secret, or no signature, is not taken.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
_FAILED = "La connexion par votre organisation n’a pas abouti : recommencez, et prévenez l’équipe si cela persiste."
_STALE = "Cette connexion a été commencée ailleurs ou il y a trop longtemps : recommencez."


@dataclass(frozen=True, slots=True)
class _Pending:
    """A login that left for the provider: only the same browser may bring it back."""

    browser: str
    nonce: str
    verifier: str
    redirect: str
    return_to: str
    until: float


class Provider:
    """One provider, discovered when first needed.

    Args:
        issuer: its address, as it names itself.
        client_id: ours there.
        client_secret: ours there; None for a public client.
        roles_claim: where it names roles; dots lead into what is nested.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str | None, roles_claim: str) -> None:
        self.issuer = issuer
        self.roles_claim = roles_claim
        self._client = (client_id, client_secret)
        self._lock = threading.Lock()
        self._pending: OrderedDict[str, _Pending] = OrderedDict()
        self._discovered: tuple[float, dict[str, Any]] | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Provider | None:
        """The provider that the settings name, if they do.

        Raises:
            SettingsError: the settings name half of it, or one that passwords would cross a network to unencrypted.
        """
        issuer, client_id = settings.oidc_issuer, settings.oidc_client_id
        if issuer is None and client_id is None:
            return None
        if issuer is None or client_id is None:
            raise SettingsError("ASSISTANT_OIDC_ISSUER et ASSISTANT_OIDC_CLIENT_ID vont ensemble : donnez les deux.")
        if not _is_private(issuer):
            raise SettingsError("ASSISTANT_OIDC_ISSUER : une adresse https:// est nécessaire hors de cette machine.")
        secret = settings.oidc_client_secret
        return cls(issuer, client_id, secret.get_secret_value() if secret else None, settings.oidc_roles_claim)

    def start(self, redirect: str, browser: str, return_to: str) -> str:
        """The address at the provider to send the browser to.

        Args:
            redirect: our own address that the provider sends it back to.
            browser: a secret that this browser alone holds.
            return_to: the path to show in the end.

        Raises:
            LoginError: the provider cannot be reached.
        """
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        try:
            with self._session(redirect) as client:
                endpoint = self._metadata(client)["authorization_endpoint"]
                url, state = client.create_authorization_url(endpoint, nonce=nonce, code_verifier=verifier)
        except Exception as error:  # of the network, of HTTP, of JSON, of Authlib
            raise _failed("start", error) from None
        with self._lock:
            until = time.monotonic() + _PENDING_SECONDS
            self._pending[state] = _Pending(browser, nonce, verifier, redirect, return_to, until)
            while len(self._pending) > _MAX_PENDING:
                self._pending.popitem(last=False)
        return str(url)

    def finish(self, answer: Mapping[str, str], browser: str) -> tuple[User, str]:
        """Whom the provider recognised, and the path to show.

        Args:
            answer: what the provider added to our address.
            browser: the secret given to `start`.

        Raises:
            LoginError: the login was not begun here, was refused, or what the provider says does not hold.
        """
        with self._lock:
            pending = self._pending.pop(answer.get("state", ""), None)
        if pending is None or pending.until < time.monotonic() or not _same(pending.browser, browser):
            raise LoginError(tr(_STALE))
        if "code" not in answer or answer.get("iss", self.issuer) != self.issuer:
            raise LoginError(tr(_FAILED))
        try:
            claims = self._claims(answer["code"], pending)
        except Exception as error:  # of the network, of HTTP, of JSON, of Authlib, of a claim
            raise _failed("finish", error) from None
        return self._user(claims), pending.return_to

    def _claims(self, code: str, pending: _Pending) -> dict[str, Any]:
        with self._session(pending.redirect) as client:
            metadata = self._metadata(client)
            token = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=pending.verifier)
            keys = KeySet.import_key_set(_json(client, metadata["jwks_uri"]))
            signed = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS)
            params = {"nonce": pending.nonce, "client_id": self._client[0], "access_token": token["access_token"]}
            options = {"iss": {"value": self.issuer}, "aud": {"value": self._client[0]}, "nonce": {"essential": True}}
            claims = CodeIDToken(signed.claims, signed.header, options, params)
            claims.validate(leeway=_LEEWAY)
            found = dict(signed.claims)
            if _at(found, self.roles_claim) is None and "userinfo_endpoint" in metadata:
                found = _merged(found, _json(client, metadata["userinfo_endpoint"], withhold_token=False))
        return found

    def _user(self, claims: Mapping[str, Any]) -> User:
        roles = _at(claims, self.roles_claim)
        names = [roles] if isinstance(roles, str) else roles if isinstance(roles, list) else []
        name = claims.get("preferred_username") or claims.get("email") or claims["sub"]
        return User(canonical_name(str(name))[:64], roles_among([str(role) for role in names]), "oidc")

    def _session(self, redirect: str) -> OAuth2Client:
        client_id, secret = self._client
        method = "client_secret_basic" if secret else "none"
        return OAuth2Client(
            *(client_id, secret),
            scope=_SCOPE,
            redirect_uri=redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
            timeout=_TIMEOUT,
        )

    def _metadata(self, client: OAuth2Client) -> dict[str, Any]:
        known = self._discovered
        if known is None or known[0] < time.monotonic():
            found = _json(client, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found["issuer"] != self.issuer:
                raise ValueError("the provider names itself otherwise")
            if not all(_is_private(found[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
                raise ValueError("an endpoint is not encrypted")
            known = self._discovered = (time.monotonic() + _METADATA_SECONDS, found)
        return known[1]


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _failed(step: str, error: Exception) -> LoginError:
    # Its message may hold the code or a token.
    logger.warning("La connexion OIDC a échoué (%s) : %s", step, type(error).__name__)
    return LoginError(tr(_FAILED))


def _json(client: OAuth2Client, url: str, withhold_token: bool = True) -> Any:
    response = client.request("GET", url, withhold_token=withhold_token)
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise TypeError("expected a JSON object")
    return found


def _merged(claims: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    if more.get("sub") != claims["sub"]:
        raise ValueError("the provider speaks of somebody else")
    return {**more, **claims}


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, or by the names that lead to it: `realm_access.roles`."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _is_private(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")
