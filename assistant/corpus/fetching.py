"""Fetches a web address that the operator allows: never a private one, within a size and a time.

The name is resolved once, every address that it has must be public, and the connection goes to the one that was
checked: a name that changes its address in between (DNS rebinding) gains nothing. No proxy is taken from the
environment, for the proxy would resolve the name again, out of sight of these checks. No cookies, no passwords.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

import httpx

from assistant.errors import DocumentError, french_reason

MAX_BYTES = 20 * 2**20
TIME_LIMIT = 30.0  # seconds for one address, redirects included
_PAUSE = 10.0  # seconds without a byte
_MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "message/rfc822": ".eml",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
#: Networks that `is_global` takes for public and that lead elsewhere: translation to IPv4, 6to4, Teredo.
_TUNNELS = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))

Resolve = Callable[[str, int], Sequence[str]]
Acceptable = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave; `url` is the one after redirects, `name` a file name whose suffix tells the format."""

    url: str
    name: str
    data: bytes


def resolve(host: str, port: int) -> Sequence[str]:
    """Every IP address of a host, as the system gives them; numbers in any notation included (`127.1`)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address is of the public Internet: not private, local, shared, multicast, reserved or a tunnel."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif any(ip in network for network in _TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def fetch(
    url: str,
    allowed_hosts: Sequence[str],
    *,
    time_limit: float = TIME_LIMIT,
    resolve: Resolve = resolve,
    acceptable: Acceptable = is_public,
) -> Fetched:
    """What an address gives, following at most five redirects, each checked like the first.

    Args:
        url: http or https.
        allowed_hosts: names as in the setting: `exemple.fr` for that host alone, `*.exemple.fr` for those below it.
        time_limit: seconds in all.
        resolve: who turns a host into IP addresses.
        acceptable: which of those may be connected to.

    Raises:
        DocumentError: the address may not be fetched, or cannot be.
    """
    fetcher = _Fetcher(tuple(allowed_hosts), time.monotonic() + time_limit, resolve, acceptable)
    # In a thread of its own, for neither the resolver nor a server that gives a byte now and then can be interrupted.
    results: queue.Queue[Fetched | Exception] = queue.Queue()
    threading.Thread(target=lambda: results.put(_outcome(fetcher, url)), daemon=True).start()
    try:
        result = results.get(timeout=time_limit + 1)
    except queue.Empty:
        raise _too_slow(url) from None
    if isinstance(result, Exception):
        raise result
    return result


def _outcome(fetcher: _Fetcher, url: str) -> Fetched | Exception:
    try:
        return fetcher.fetch(url)
    except DocumentError as refusal:
        return refusal
    except httpx.TimeoutException:
        return _too_slow(url)
    except httpx.InvalidURL:
        return DocumentError(f"{url} n'est pas une adresse http:// ou https://")
    except (httpx.HTTPError, OSError, ValueError, zlib.error) as error:
        return DocumentError(f"{url} ne peut pas être lu ({_reason(error)})")
    except Exception as error:
        return error  # for the thread that waits


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError):
        return "son certificat n'est pas valable" if "CERTIFICATE" in str(error) else "aucun serveur n'y répond"
    if isinstance(error, (httpx.HTTPError, zlib.error)):
        return "sa réponse est incomplète ou mal formée"
    return french_reason(error)


def _too_slow(url: str) -> DocumentError:
    return DocumentError(f"{url} ne répond pas assez vite : réessayez, ou enregistrez la page et ajoutez le fichier")


@dataclass(frozen=True, slots=True)
class _Fetcher:
    allowed_hosts: tuple[str, ...]
    deadline: float
    resolve: Resolve
    acceptable: Acceptable

    def fetch(self, url: str) -> Fetched:
        wanted = url
        for _ in range(_MAX_REDIRECTS + 1):
            target = self._checked(wanted)
            address = self._address(target)
            # One client an answer: nothing is kept, neither cookies nor connections. trust_env: no proxies, no .netrc.
            with httpx.Client(trust_env=False, follow_redirects=False, timeout=_PAUSE) as client:
                request = _pinned(client, target, address)
                response = client.send(request, stream=True)
                try:
                    if response.status_code not in _REDIRECTS:
                        return Fetched(str(target), _name(target, response), self._body(response, wanted))
                    wanted = str(target.join(response.headers.get("location", "")))
                finally:
                    response.close()
        raise DocumentError(f"{url} renvoie d'adresse en adresse sans fin")

    def _checked(self, url: str) -> httpx.URL:
        target = httpx.URL(url)
        if target.scheme not in ("http", "https") or not target.host:
            raise DocumentError(f"{url} n'est pas une adresse http:// ou https://")
        if target.userinfo:
            raise DocumentError(f"{url.partition('@')[2]} est donnée avec un mot de passe : enlevez-le")
        host = _plain_host(target.raw_host.decode("ascii"))
        if not any(_matches(host, allowed) for allowed in self.allowed_hosts):
            raise DocumentError(
                f"l'hôte {host} n'est pas permis : ajoutez-le au réglage ASSISTANT_ALLOWED_HOSTS, "
                "ou enregistrez la page et ajoutez le fichier"
            )
        return target

    def _address(self, target: httpx.URL) -> str:
        """The address to connect to, once all that the host has are acceptable."""
        host = target.raw_host.decode("ascii")
        try:
            addresses = self.resolve(host.strip("[]"), target.port or (443 if target.scheme == "https" else 80))
        except (OSError, UnicodeError):
            raise DocumentError(f"l'hôte {host} est introuvable") from None
        if not addresses or not all(map(self.acceptable, addresses)):
            raise DocumentError(f"l'hôte {host} mène à une adresse privée ou locale : il est refusé")
        return addresses[0]

    def _body(self, response: httpx.Response, url: str) -> bytes:
        if response.status_code != 200:
            raise DocumentError(f"{url} répond par l'erreur {response.status_code}")
        unpack = _unpacker(response.headers.get("content-encoding", "identity"), url)
        body = bytearray()
        for piece in response.iter_raw(2**16):
            body += unpack(piece, MAX_BYTES + 1 - len(body))
            if len(body) > MAX_BYTES:
                raise DocumentError(f"{url} est trop gros : {MAX_BYTES >> 20} Mo au plus")
            if time.monotonic() > self.deadline:
                raise _too_slow(url)
        return bytes(body)


def _plain_host(host: str) -> str:
    return host.lower().rstrip(".")


def _matches(host: str, allowed: str) -> bool:
    below = allowed.startswith("*.")
    name = _plain_host(httpx.URL(f"http://{allowed.removeprefix('*.')}").raw_host.decode("ascii"))  # été.fr: xn--…
    return host.endswith(f".{name}") if below else host == name


def _pinned(client: httpx.Client, target: httpx.URL, address: str) -> httpx.Request:
    """A request to the checked address, with the name where TLS and the server look for it."""
    host = target.raw_host.decode("ascii")
    return client.build_request(
        "GET",
        target.copy_with(host=address),
        headers={
            "Host": target.netloc.decode("ascii"),
            "User-Agent": "assistant-france-urbaine",
            "Accept-Encoding": "identity",
        },
        extensions={"sni_hostname": host.rstrip(".")},
    )


def _unpacker(encoding: str, url: str) -> Callable[[bytes, int], bytes]:
    """Unpacks piece by piece, at most so many bytes: what is small when packed may not be small."""
    if encoding == "identity":
        return lambda piece, most: piece[:most]
    if encoding in ("gzip", "x-gzip", "deflate"):
        inflater = zlib.decompressobj(32 + zlib.MAX_WBITS)
        return inflater.decompress
    raise DocumentError(f"{url} est compressé d'une façon inconnue ({encoding})")


def _name(target: httpx.URL, response: httpx.Response) -> str:
    base = PurePosixPath(unquote(target.path)).name or _plain_host(target.host)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    suffix = _SUFFIXES.get(kind, "")
    named = re.fullmatch(r".+(\.[a-z0-9]{1,5})", base, re.I)
    if suffix and (not named or named[1].lower() not in _SUFFIXES.values()):
        return f"{base}{suffix}"
    return base
