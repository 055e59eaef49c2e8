"""A small OpenID Connect provider on loopback: it checks what a provider must, and lies on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "assistant", "le secret du client"


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@dataclass
class FakeProvider:
    """What it says of whoever comes. `lies` replace claims; `key` and `algorithm` sign."""

    claims: dict[str, Any] = field(
        default_factory=lambda: {"sub": "42", "preferred_username": "Zoé", "roles": ["staff"]}
    )
    userinfo: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    algorithm: str = "RS256"
    issuer: str = ""
    named: str = ""
    down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    published: Any = None

    def __post_init__(self) -> None:
        self.published = {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, query: dict[str, str]) -> str:
        """As if the person had logged in there: where the browser is sent back to."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if (
            asked is None
            or unquote(client) != f"{CLIENT}:{SECRET}"
            or _digest(form["code_verifier"]) != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        header = {"alg": self.algorithm} | ({"kid": "k1"} if self.algorithm == "RS256" else {})
        signed = jwt.encode(header, claims | self.claims | self.lies, self.key, algorithms=[self.algorithm])
        return 200, {"access_token": "acces", "token_type": "Bearer", "id_token": signed}

    def metadata(self) -> dict[str, Any]:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found: dict[str, Any] = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()}
        return found | {"issuer": self.named or self.issuer, "jwks_uri": f"{self.issuer}/jwks"}

    def sign_with_shared_secret(self) -> None:
        """Sign as whoever knows only what is public could."""
        self.key, self.algorithm = OctKey.import_key(json.dumps(self.published)), "HS256"


class _Handler(BaseHTTPRequestHandler):
    provider: FakeProvider

    def log_message(self, *_: Any) -> None: ...

    def _send(self, status: int, content: Any = None, location: str = "") -> None:
        body = json.dumps(content).encode()
        self.send_response(503 if self.provider.down else status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path, provider = urlsplit(self.path), self.provider
        if path.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(path.query).items()}
            self._send(302, location=provider.authorize(query))
        elif path.path == "/userinfo":
            known = self.headers["Authorization"] == "Bearer acces"
            self._send(200 if known else 401, provider.userinfo)
        elif path.path == "/jwks":
            self._send(200, provider.published)
        else:
            self._send(200, provider.metadata())

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(text).items()}
        self._send(*self.provider.token(form, self.headers.get("Authorization", "")))


@contextmanager
def oidc_provider() -> Iterator[FakeProvider]:
    """The provider, listening."""
    provider = FakeProvider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
