"""A Chroma server: where it is, how it is talked to, and what its faults mean.

The server has no authentication of its own, and its Python form runs code that a client sends (CVE-2026-45829): in
clear and without a proxy in front it belongs on this machine or a private network, nowhere else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from assistant.addresses import check_reachable_safely, host_of, is_public
from assistant.errors import IndexServerError, SettingsError, VectorsMissingError
from assistant.settings import Settings

if TYPE_CHECKING:  # its libraries are imported only where there is a server
    import httpx

#: Seconds between tries. A question does not wait as long as a build, which a restart of the server may interrupt.
ASKING: tuple[float, ...] = (0.0, 0.3)
WRITING: tuple[float, ...] = (0.0, 0.5, 1, 2, 4, 8, 8, 8)
_PATIENCE = 30.0  # seconds for one request of a question
_WRITING_PATIENCE = 300.0  # seconds for one request of a build
_KNOCK = 5.0  # seconds for saying which version it is
_MAJOR = 1  # of the server's protocol
_CLOUD = ".trychroma.com"
_PASSING = (408, 425, 429, 500, 502, 503, 504)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """Where collections are kept. `headers` go with every request; their values are secrets."""

    url: str
    headers: tuple[tuple[str, SecretStr], ...]
    tenant: str
    database: str

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """The server of the settings, None where builds keep their vectors in their own folders.

        Raises:
            SettingsError: the address leads over the Internet in clear or without headers, or the headers are none.
        """
        url = settings.chroma_url
        if url is None:
            return None
        check_reachable_safely(url, "ASSISTANT_CHROMA_URL", carries="les vecteurs et les en-têtes")
        headers = _headers(settings.chroma_headers)
        if not headers and is_public(url):
            raise SettingsError(
                f"Réglage ASSISTANT_CHROMA_URL : {host_of(url)} n'est pas une adresse de cette machine ni d'un réseau "
                "privé, et un serveur Chroma ne se protège pas lui-même : placez devant lui un mandataire qui demande "
                "une clé, et donnez-la dans ASSISTANT_CHROMA_HEADERS (docs/chroma.md)."
            )
        return cls(url.rstrip("/"), headers, settings.chroma_tenant, settings.chroma_database)

    @property
    def where(self) -> str:
        """Its host and port, as messages name it."""
        return host_of(self.url) or "?"

    @property
    def batch(self) -> int:
        """Records that a request may hold: some megabytes of them, or what Chroma Cloud admits."""
        return self.page or 1_000

    @property
    def page(self) -> int | None:
        """Records that a reply gives at most: Chroma Cloud's quota, None elsewhere."""
        return 300 if (urlsplit(self.url).hostname or "").endswith(_CLOUD) else None

    def version(self) -> str:
        """What the server says that it is; asked first, for Chroma's own client waits for ever.

        Raises:
            IndexServerError: it does not answer, refuses, or is of a version that cannot be talked to.
        """
        response = self._knock("/version")
        if response.status_code != 200:
            raise self._told_of_status(response.status_code)
        try:
            said = str(response.json())
            major = int(said.split(".", 1)[0])
        except ValueError:
            raise self._error(_NOT_CHROMA) from None
        if major != _MAJOR:
            raise self._error(
                f"il parle la version {said} et non {_MAJOR}.x : installez le même Chroma des deux côtés."
            )
        return said

    def _knock(self, path: str) -> httpx.Response:
        import httpx

        from assistant.outbound import client

        with client(_KNOCK, self._plain_headers()) as http:
            try:
                return http.get(f"{self.url}/api/v2{path}")
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError) as error:
                raise self._told(error) from None

    def reach(self) -> None:
        """Look whether it answers, and has the database of the settings.

        Raises:
            IndexServerError: it does not; as `version`.
        """
        self.version()
        self._find_database()

    def _find_database(self) -> None:
        response = self._knock(f"/tenants/{quote(self.tenant, safe='')}/databases/{quote(self.database, safe='')}")
        if response.status_code == 404:
            raise self._error(
                f"le locataire « {self.tenant} » ou la base « {self.database} » n'y existe pas : vérifiez "
                "ASSISTANT_CHROMA_TENANT et ASSISTANT_CHROMA_DATABASE."
            )
        if response.status_code != 200:
            raise self._told_of_status(response.status_code)

    @contextmanager
    def connected(self, *, writing: bool = False) -> Iterator[Any]:
        """`connect`, until the block ends."""
        made = self.connect(writing=writing)
        try:
            yield made
        finally:
            disconnect(made)

    def connect(self, *, writing: bool = False) -> Any:
        """Chroma's own client, to be given to `disconnect`.

        Raises:
            IndexServerError: the server does not answer, or refuses.
        """
        import chromadb
        import httpx
        from chromadb.config import Settings as ChromaSettings

        self.reach()
        try:
            made = chromadb.HttpClient(
                self.url,
                ssl=self.url.startswith("https"),
                headers=self._plain_headers(),
                settings=ChromaSettings(anonymized_telemetry=False),
                tenant=self.tenant,
                database=self.database,
            )
        except Exception as error:  # of httpx, of Chroma's own tree, and bare ones
            raise self._told(error) from None
        made._server._session.timeout = httpx.Timeout(_WRITING_PATIENCE if writing else _PATIENCE, connect=_KNOCK)
        return made

    def tried(self, ask: Callable[[], T], waits: Sequence[float]) -> T:
        """What `ask` gives; where the server fails in a way that may pass, asked again after each wait, in seconds.

        Raises:
            IndexServerError: it goes on failing, or refuses.
        """
        for wait in (*waits, None):
            try:
                return ask()
            except IndexServerError as error:
                if wait is None or not error.passing or (error.slow and waits is ASKING):
                    raise
            except Exception as error:
                told = self._told(error)
                if wait is None or not told.passing or (told.slow and waits is ASKING):
                    raise told from None
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Whatever fails within the block is told as the server's fault."""
        try:
            yield
        except IndexServerError:
            raise
        except Exception as error:
            raise self._told(error) from None

    def _plain_headers(self) -> dict[str, str]:
        return {name: value.get_secret_value() for name, value in self.headers}

    def _told(self, error: Exception) -> IndexServerError:
        """What an error of Chroma's client or of httpx means."""
        import httpx

        if isinstance(error, (httpx.LocalProtocolError, UnicodeEncodeError)):
            return self._error(_DENIED)
        if isinstance(error, httpx.TimeoutException):
            return self._error("il ne répond pas assez vite : voyez sa charge et son journal.", passing=True, slow=True)
        if isinstance(error, (httpx.HTTPError, httpx.StreamError)) or any(said in str(error) for said in _GONE):
            return self._error(_DOWN, passing=True)
        status = _status(error)
        if type(error).__name__ == "NotFoundError":
            return VectorsMissingError(self._say(_MISSING))
        if type(error).__name__ == "ChromaAuthError":
            return self._error(_DENIED)
        if status is not None and type(error) is Exception:  # not of Chroma's own tree: a proxy's
            return self._told_of_status(status)
        return self._error(f"il échoue ({error}).", passing=status in _PASSING)

    def _told_of_status(self, status: int) -> IndexServerError:
        if status in (401, 403):
            return self._error(_DENIED)
        if status in _PASSING:
            return self._error(f"il est en panne ou saturé (statut {status}).", passing=True)
        return self._error(_NOT_CHROMA)

    def _error(self, what: str, *, passing: bool = False, slow: bool = False) -> IndexServerError:
        return IndexServerError(self._say(what), passing=passing, slow=slow)

    def _say(self, what: str) -> str:
        return f"Le serveur Chroma {self.where} : {what}"


#: What Chroma's client says of a server that is gone, and httpx of a client that another thread closed.
_GONE = ("Could not connect", "client has been closed")
_DENIED = "l'accès est refusé : vérifiez ASSISTANT_CHROMA_HEADERS."
_DOWN = (
    "il est injoignable ou coupe la connexion : démarrez-le, ou vérifiez ASSISTANT_CHROMA_URL. L'assistant le retrouve "
    "de lui-même."
)
_NOT_CHROMA = (
    f"ce qui répond n'est pas un serveur Chroma {_MAJOR}.x : vérifiez ASSISTANT_CHROMA_URL et la version du serveur."
)
_MISSING = (
    "il n'a pas (ou plus) les vecteurs de cette version de l'index : vérifiez ASSISTANT_CHROMA_URL, "
    "ASSISTANT_CHROMA_TENANT et ASSISTANT_CHROMA_DATABASE, ou refaites l'index avec « assistant index sync »."
)


def disconnect(client: Any) -> None:
    """Release a client and its sockets, which its own `close` leaves open; it also makes a second one, for the
    databases, and registers both for ever.
    """
    from chromadb.api.shared_system_client import SharedSystemClient

    systems = client._system, client._admin_client._system
    client._server._session.close()
    client._admin_client._server._session.close()
    client.close()
    for key, system in list(SharedSystemClient._identifier_to_system.items()):
        if any(system is ours for ours in systems):
            SharedSystemClient._identifier_to_system.pop(key, None)
            SharedSystemClient._identifier_to_refcount.pop(key, None)


def _status(error: BaseException | None) -> int | None:
    """The HTTP status that an error of Chroma's client comes from."""
    import httpx

    while error is not None:
        if isinstance(error, httpx.HTTPStatusError):
            return error.response.status_code
        error = error.__context__
    return None


def _headers(given: SecretStr | None) -> tuple[tuple[str, SecretStr], ...]:
    """A JSON object, or lines of `Name: value`."""
    text = given.get_secret_value().strip() if given else ""
    try:
        pairs = json.loads(text).items() if text.startswith("{") else [line.split(":", 1) for line in text.splitlines()]
        found = [(str(name).strip(), str(value).strip()) for name, value in pairs]
    except ValueError:
        found = [("", "")]
    if any(not name or not value or not (name + value).isascii() for name, value in found):
        raise SettingsError(
            "Réglage ASSISTANT_CHROMA_HEADERS : un objet JSON ou des lignes « Nom: valeur » sont attendus, en ASCII."
        )
    return tuple((name, SecretStr(value)) for name, value in found)
