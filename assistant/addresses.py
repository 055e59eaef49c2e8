"""Addresses of services that the settings name: never in clear over the Internet."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

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
