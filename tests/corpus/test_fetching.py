"""Which addresses are fetched, and what of them."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from typing import Any

import pytest

from assistant.corpus.fetching import MAX_BYTES, Fetched, fetch, is_public
from assistant.errors import DocumentError
from tests.web_server import HOST, Page, Web, is_this_server, resolve, served


@pytest.fixture
def web() -> Iterator[Web]:
    with served(Web()) as running:
        yield running


def get(url: str, allowed: tuple[str, ...] = (HOST,), **more: Any) -> Fetched:
    return fetch(url, allowed, **{"resolve": resolve, "acceptable": is_this_server, **more})


def refusal(url: str, allowed: tuple[str, ...] = (HOST,), **more: Any) -> str:
    with pytest.raises(DocumentError) as error:
        get(url, allowed, **more)
    return str(error.value)


def test_a_page_comes_with_a_name_that_tells_its_format(web: Web) -> None:
    web.pages["/a/une-page?x=1"] = Page(b"<p>Bonjour</p>")
    assert get(web.url("/a/une-page?x=1")) == Fetched(web.url("/a/une-page?x=1"), "une-page.html", b"<p>Bonjour</p>")
    web.pages["/plan.pdf"] = Page(b"%PDF", "application/octet-stream")
    assert get(web.url("/plan.pdf")).name == "plan.pdf"
    web.pages["/"] = Page(b"x", "application/pdf")
    assert get(web.url("/")).name == "exemple.fr.pdf"


def test_without_the_setting_nothing_is_fetched(web: Web) -> None:
    assert "ASSISTANT_ALLOWED_HOSTS" in refusal(web.url("/"), ())
    assert web.requests == []


@pytest.mark.parametrize(
    ("host", "allowed", "passes"),
    [
        ("exemple.fr", "exemple.fr", True),
        ("EXEMPLE.fr.", "exemple.FR", True),
        ("www.exemple.fr", "exemple.fr", False),
        ("www.exemple.fr", "*.exemple.fr", True),
        ("a.b.exemple.fr", "*.exemple.fr", True),
        ("exemple.fr", "*.exemple.fr", False),
        ("malexemple.fr", "*.exemple.fr", False),
        ("exemple.fr.pirate.org", "exemple.fr", False),
        ("été.fr", "été.fr", True),
        ("xn--t-9fab.fr", "été.fr", True),
    ],
)
def test_hosts(web: Web, host: str, allowed: str, passes: bool) -> None:
    web.pages["/"] = Page(b"oui")
    if passes:
        assert get(web.url("/", host), (allowed,)).data == b"oui"
    else:
        assert "n'est pas permis" in refusal(web.url("/", host), (allowed,))


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 127.1 2130706433 0x7f000001 localhost localhost. 0.0.0.0 0 169.254.169.254 10.0.0.1 192.168.1.1 "
    "172.16.0.1 100.64.0.1 224.0.0.1 [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::] [fe80::1] [fc00::1] [ff02::1] "
    "[64:ff9b::7f00:1] [2002:7f00:1::]".split(),
)
def test_private_addresses_are_refused_even_where_allowed(web: Web, host: str) -> None:
    """The default resolver and the default rule, for a server that is there and would answer."""
    web.pages["/"] = Page(b"secret")
    with pytest.raises(DocumentError, match=r"mène à une adresse privée ou locale|introuvable"):
        fetch(web.url("/", host), (host,))
    assert web.requests == []


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_a_name_with_a_public_and_a_private_address_is_refused(web: Web) -> None:
    with pytest.raises(DocumentError, match="mène à une adresse privée ou locale"):
        fetch(web.url("/"), (HOST,), resolve=lambda host, port: ["8.8.8.8", "127.0.0.1"])
    assert web.requests == []


def test_a_name_is_resolved_once_and_connected_to_where_it_was_checked(web: Web) -> None:
    """DNS rebinding: the second answer of the resolver would lead elsewhere."""
    web.pages["/"] = Page(b"oui")
    answers = iter([["127.0.0.1"], ["10.9.8.7"]])
    assert get(web.url("/"), resolve=lambda host, port: next(answers)).data == b"oui"
    assert next(answers) == ["10.9.8.7"]
    assert web.requests[0]["host"] == f"{HOST}:{web.port}"


@pytest.mark.parametrize(
    "url", ["ftp://exemple.fr/a", "file:///etc/passwd", "exemple.fr/a", "http://", "javascript:1", "http://0177.0.0.1/"]
)
def test_other_schemes(url: str) -> None:
    assert "n'est pas une adresse http:// ou https://" in refusal(url)


def test_passwords_are_refused_and_not_repeated(web: Web) -> None:
    told = refusal(f"http://moi:secret@{HOST}:{web.port}/")
    assert "mot de passe" in told and "secret" not in told


def test_redirects_are_followed_without_cookies(web: Web) -> None:
    web.pages["/a"] = Page(status=302, headers={"Location": "/b", "Set-Cookie": "traceur=1"})
    web.pages["/b"] = Page(b"oui")
    assert get(web.url("/a")).url == web.url("/b")
    assert "cookie" not in web.requests[1]


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("http://127.0.0.1:{port}/b", "l'hôte 127.0.0.1 n'est pas permis"),
        ("http://autre.fr/b", "l'hôte autre.fr n'est pas permis"),
        ("http://interne.fr:{port}/b", "l'hôte interne.fr mène à une adresse privée ou locale"),
        ("file:///etc/passwd", "n'est pas une adresse http://"),
        ("//127.1:{port}/b", "l'hôte 127.1 n'est pas permis"),
    ],
)
def test_redirects_are_checked_like_the_first_address(web: Web, target: str, told: str) -> None:
    web.pages |= {"/a": Page(status=301, headers={"Location": target.format(port=web.port)}), "/b": Page(b"secret")}
    private = lambda host, port: ["10.0.0.1"] if host == "interne.fr" else ["127.0.0.1"]  # noqa: E731
    assert told in refusal(web.url("/a"), (HOST, "interne.fr"), resolve=private)
    assert [request["path"] for request in web.requests] == ["/a"]


def test_redirects_without_end(web: Web) -> None:
    web.pages["/a"] = Page(status=307, headers={"Location": "/a"})
    assert "sans fin" in refusal(web.url("/a"))
    assert len(web.requests) == 6


def test_what_is_too_large_is_left(web: Web) -> None:
    web.pages["/a"] = Page(bytes(MAX_BYTES + 1))
    assert "trop gros : 20 Mo au plus" in refusal(web.url("/a"))
    web.pages["/b"] = Page(gzip.compress(bytes(40 * 2**20)), headers={"Content-Encoding": "gzip"})
    assert "trop gros" in refusal(web.url("/b"))
    web.pages["/c"] = Page(b"x", headers={"Content-Encoding": "br"})
    assert "compressé d'une façon inconnue" in refusal(web.url("/c"))


def test_what_is_packed_is_unpacked(web: Web) -> None:
    web.pages["/a"] = Page(gzip.compress(b"Bonjour"), headers={"Content-Encoding": "gzip"})
    assert get(web.url("/a")).data == b"Bonjour"
    web.pages["/b"] = Page(b"pas du gzip", headers={"Content-Encoding": "gzip"})
    assert "(sa réponse est incomplète ou mal formée)" in refusal(web.url("/b"))


def test_a_server_that_drips_is_left_in_time(web: Web) -> None:
    web.pages["/a"] = Page(b"x" * 200, pause=0.1)
    start = time.monotonic()
    assert "ne répond pas assez vite" in refusal(web.url("/a"), time_limit=0.5)
    assert time.monotonic() - start < 3


def test_a_resolver_that_hangs_is_left_in_time(web: Web) -> None:
    assert "ne répond pas assez vite" in refusal(web.url("/"), time_limit=0.2, resolve=lambda *_: time.sleep(5) or [])


def test_errors_of_the_other_side(web: Web) -> None:
    assert "répond par l'erreur 404" in refusal(web.url("/rien"))
    assert "ne peut pas être lu (aucun serveur n'y répond)" in refusal(f"http://{HOST}:9/")
    with pytest.raises(DocumentError, match=r"l'hôte rien\.invalid est introuvable"):
        fetch("http://rien.invalid/", ("rien.invalid",))


def test_no_proxy_of_the_environment(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.pages["/"] = Page(b"oui")
    assert get(web.url("/")).data == b"oui"
