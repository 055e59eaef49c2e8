"""What every service that the settings name is talked to by: a bounded client, and never in clear over the Internet."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from assistant.errors import SettingsError

#: Names that no public resolver knows (RFC 2606, 6762, 8375, ICANN's .internal, Kubernetes').
_INNER = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".svc")


def host_of(url: str) -> str | None:
    """The host and port of an address, None where it has none; what else it holds may be a password."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    return f"{parts.hostname}{port}" if parts.hostname else None


def is_public(url: str) -> bool:
    """Whether an address leads out of this machine and its private networks; also where that cannot be told."""
    host = urlsplit(url).hostname or ""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return "." in host and not host.endswith(_INNER)
    return any(ip_address(address.partition("%")[0]).is_global for address in found)


def check_reachable_safely(url: str, setting: str, *, carries: str) -> None:
    """Refuse an address of the Internet that is talked to in clear.

    Args:
        url: what a setting gives.
        setting: its name, for the message.
        carries: what would go over the net, in French.

    Raises:
        SettingsError: it is one, or no address at all.
    """
    where = host_of(url)
    if where is None:
        raise SettingsError(f"Réglage {setting} : une adresse http:// ou https:// est attendue.")
    if urlsplit(url).scheme != "https" and is_public(url):
        raise SettingsError(
            f"Réglage {setting} : {where} n'est pas une adresse de cette machine ni d'un réseau privé, et {carries} y "
            "passeraient en clair : donnez une adresse https://."
        )


def client(timeout: float, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client whose time-out, in seconds, bounds the whole reply: httpx's own only bounds the wait for a byte."""

    def begin(request: httpx.Request) -> None:
        request.extensions["deadline"] = time.monotonic() + timeout

    def bound(response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Bounded(response.stream, response.request.extensions["deadline"])

    return httpx.Client(timeout=timeout, headers=headers, event_hooks={"request": [begin], "response": [bound]})


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the reply takes too long")
            yield part

    def close(self) -> None:
        self._stream.close()
