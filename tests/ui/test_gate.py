"""Who may: every way into a closed page, tried over real sockets by those who may not, and by those who may."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher

from assistant import Settings
from assistant.access import Door
from assistant.access.passwords import Passwords
from assistant.access.sessions import Session
from assistant.models import Role
from assistant.ui.gate import ANONYMOUS, EXPIRED, FORBIDDEN
from assistant.ui.places import Place
from assistant.ui.security import MAX_BODY, MAX_UPLOAD

from .conftest import Script, running
from .places import HOLD, PLACES
from .test_server import ask

PASSWORD = "quatre mots sans lien"
_API = "/corpus/gradio_api/"
_PAGE = {"Accept": "text/html"}
_WAYS = [
    *(("GET", path) for path in ("/corpus", "/corpus/", "/corpus/config", "/corpus/theme.css", "/corpus/assets/x.js")),
    *(("GET", f"{_API}{name}") for name in ("info", "app_id", "startup-events", "queue/data?session_hash=volee")),
    *(("GET", f"{_API}{name}") for name in ("heartbeat/volee", "file=/tmp/x", "upload_progress?upload_id=x")),
    *(("GET", f"{_API}{name}") for name in ("call/greet/x", "file/x", "stream/x", "openapi.json", "deep_link", "runs")),
    *(("POST", f"{_API}{name}") for name in ("queue/join", "upload", "cancel", "reset", "call/greet", "run/greet")),
    *(("POST", f"{_API}{name}") for name in ("api/greet", "call/v2/greet", "component_server", "queue/join/")),
    *(("POST", path) for path in ("/corpus/login", "/corpus/", "/corpus")),
    *((method, "/corpus/") for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE")),
    *((method, f"{_API}queue/join") for method in ("HEAD", "OPTIONS", "PUT")),
]
_DISGUISES = [
    *("//corpus/", "///corpus/config", "/./corpus/config", "/x/../corpus/config", "/corpus%2f..%2fcorpus/config"),
    *("/%63orpus/config", "/%2563orpus/config", "/CORPUS/config", "/Corpus/", "/corpus%2fconfig", "/corpus%5cconfig"),
    *(
        "/corpus/./config",
        "/corpus//config",
        "/corpus/../corpus/config",
        "/note/../corpus/config",
        "/corpus%00/config",
    ),
    *("/note/%2e%2e/corpus/config", "/statique/../corpus/config", "/corpus;x/config", "/corpus%20/config", "\\corpus"),
    *("/connexion/../corpus/config", "/gradio_api/../corpus/gradio_api/info", "http://x/corpus/config"),
]


def _hasher() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Site:
    """A served application, and the accounts behind it."""

    url: str
    settings: Settings
    door: Door

    def session(self, name: str, *, ago: float = 0.0) -> dict[str, str]:
        """The header of somebody who logged in some seconds ago."""
        account = self.door.users.find(name)
        assert account is not None
        past = Door(self.settings, _hasher(), lambda: time.time() - ago)
        token = past.sessions.open(Session(account.name, "file", account.roles, account.stamp))
        past.close()
        return {"Cookie": f"session={token}"}

    def ask(self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: Any = None) -> Any:
        """Status, headers, text."""
        return ask(self.url, path, method, headers, body)

    def join(self, fn: int, session: str, who: dict[str, str], data: list[Any], base: str = _API) -> int:
        body = json.dumps({"data": data, "fn_index": fn, "session_hash": session, "trigger_id": None}).encode()
        return int(self.ask(f"{base}queue/join", "POST", who | {"Content-Type": "application/json"}, body)[0])

    def results(self, session: str, who: dict[str, str], base: str = _API) -> str:
        """What the stream of a session says until its event ends."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        connection.request("GET", f"{base}queue/data?session_hash={session}", headers=who)
        reply = connection.getresponse()
        said = ""
        while (line := reply.readline().decode()) and "process_completed" not in said:
            said += json.dumps(json.loads(line[5:]), ensure_ascii=False) if line.startswith("data:") else line
        connection.close()
        return said


def _accounts(folder: Path) -> Door:
    door = Door(Settings(state_dir=folder), _hasher())
    for name, role in (("claire", Role.STAFF), ("marc", Role.MEMBER), ("eve", Role.EVALUATOR)):
        door.users.add(name, PASSWORD, [role])
    return door


def _site(script: Script, folder: Path, places: Sequence[Place] = PLACES, **given: Any) -> Iterator[Site]:
    settings = Settings(state_dir=folder, **given)
    door = _accounts(folder)
    with running(script, settings, places) as url:
        yield Site(url, settings, door)
    door.close()


@pytest.fixture(scope="module")
def site(script: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the chat open to all."""
    yield from _site(script, tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def closed_site(script: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the chat for members, behind a proxy that is not this machine."""
    given = {"trusted_proxies": "192.0.2.0/24", "proxy_user_header": "X-User", "proxy_roles_header": "X-Roles"}
    yield from _site(script, tmp_path_factory.mktemp("state"), (), member_login=True, **given)


@pytest.fixture(scope="module")
def proxied_site(script: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Behind a proxy on this machine."""
    given = {"proxy_user_header": "X-User", "proxy_roles_header": "X-Roles"}
    yield from _site(script, tmp_path_factory.mktemp("state"), PLACES[:1], **given)


@pytest.mark.parametrize("who", ["nobody", "marc", "eve", "expired", "forged"])
def test_no_way_into_a_closed_page(site: Site, who: str) -> None:
    headers = {
        "nobody": dict[str, str],
        "expired": lambda: site.session("claire", ago=86_400),
        "forged": lambda: {"Cookie": "session=" + "x" * 43},
    }.get(who, lambda: site.session(who))()
    for method, path in _WAYS:
        status, _, text = site.ask(path, method, headers)
        assert status in (303, 401, 403, 404, 405), (method, path, status)
        assert status != 404 or "Page introuvable" in text or not text, (method, path)
        assert "Texte" not in text, (method, path)


@pytest.mark.parametrize("path", _DISGUISES)
def test_a_path_in_disguise_opens_nothing(site: Site, path: str) -> None:
    connection = socket.create_connection((str(urlsplit(site.url).hostname), int(urlsplit(site.url).port or 0)), 10)
    with connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        reply = connection.makefile("rb").read().decode()
    assert int(reply.split()[1]) in (400, 401, 404), reply[:80]
    assert "components" not in reply


def test_what_is_refused_is_said_in_french(site: Site) -> None:
    config = "/corpus/config"
    assert json.loads(site.ask(config)[2]) == {"detail": ANONYMOUS}
    assert json.loads(site.ask(config, headers=site.session("claire", ago=86_400))[2]) == {"detail": EXPIRED}
    assert json.loads(site.ask(config, headers=site.session("marc"))[2]) == {"detail": FORBIDDEN}
    status, headers, html = site.ask("/corpus/", headers=_PAGE | site.session("marc"))
    assert (status, FORBIDDEN in html, headers["cache-control"]) == (403, True, "no-store")
    assert "default-src 'none'" in headers["content-security-policy"]


def test_a_page_without_a_session_leads_to_the_login_and_back(site: Site) -> None:
    status, headers, _ = site.ask("/corpus/?vue=a%26b", headers=_PAGE)
    assert (status, headers["location"]) == (303, "/connexion?retour=/corpus/%3Fvue%3Da%2526b")


def test_staff_open_the_page_and_use_its_api(site: Site) -> None:
    who = site.session("claire")
    assert site.ask("/corpus", headers=who)[1]["location"] == "/corpus/"
    status, headers, html = site.ask("/corpus/", headers=who)
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert 'lang="fr"' in html.partition("<head>")[0]
    assert '<a href="/agenda">Agenda</a><a href="/corpus/" aria-current="page">' in html
    assert "/evaluation/" not in html
    assert "Texte" in site.ask("/corpus/config", headers=who)[2]
    assert site.join(0, "sienne", who, ["bonjour"]) == 200
    assert "claire : bonjour" in site.results("sienne", who)


def test_staff_upload_and_read_back_their_file(site: Site) -> None:
    who = site.session("claire") | {"Content-Type": "multipart/form-data; boundary=b"}
    content = b"x" * (MAX_BODY + 1000)  # more than the chat would take
    form = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n' + content + b"\r\n--b--\r\n"
    status, _, text = site.ask(f"{_API}upload", "POST", who, form)
    assert status == 200
    path = json.loads(text)[0]
    assert site.ask(f"{_API}file={path}", headers=who)[2] == content.decode()
    for thief in ({}, site.session("marc"), site.session("eve")):
        for base in (_API, "/gradio_api/", "/evaluation/gradio_api/"):
            assert site.ask(f"{base}file={path}", headers=thief)[0] in (401, 403, 404)


def test_uploads_are_bounded(site: Site) -> None:
    who = site.session("claire")
    told = site.ask(f"{_API}upload", "POST", who | {"Content-Length": str(MAX_UPLOAD * 2)})
    assert (told[0], told[2]) == (413, "Requête refusée : elle est trop longue.")
    assert site.ask(f"{_API}queue/join", "POST", who | {"Content-Length": str(MAX_UPLOAD)})[0] == 413
    assert site.ask("/gradio_api/queue/join", "POST", who | {"Content-Length": str(MAX_BODY + 1)})[0] == 413
    assert site.ask("/gradio_api/upload", "POST", who)[0] == 404


def test_a_file_elsewhere_is_no_file_of_ours(site: Site) -> None:
    who = site.session("claire")
    for path in ("http://evil.example/", "HTTP://evil.example/", "etc/passwd"):
        assert site.ask(f"{_API}file={path}", headers=who)[0] == 404
    assert site.ask(f"{_API}file=/etc/passwd", headers=who)[0] == 403
    assert site.ask(f"{_API}file=/{site.settings.state_dir}/users.json", headers=who)[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_another_site_cannot_use_the_session(site: Site, origin: str) -> None:
    who = site.session("claire") | {"Origin": origin}
    for path in (f"{_API}queue/join", f"{_API}upload", "/connexion", "/deconnexion"):
        status, _, text = site.ask(path, "POST", who, b"")
        assert (status, text) == (403, "Requête refusée : elle vient d’un autre site.")
    reflected = site.ask("/corpus/config", headers=who)[1]
    assert not [name for name in reflected if name.startswith("access-control-")]


def test_a_stolen_session_hash_is_worth_nothing(site: Site) -> None:
    HOLD.clear()
    who = site.session("claire")
    assert site.join(1, "volee", who, []) == 200
    for thief in ({}, site.session("marc"), site.session("eve")):
        assert site.ask(f"{_API}queue/data?session_hash=volee", headers=thief)[0] in (401, 403)
        assert site.join(0, "volee", thief, ["à moi"]) in (401, 403)
    HOLD.set()
    for base in ("/gradio_api/", "/evaluation/gradio_api/"):
        assert "claire" not in site.results("volee", site.session("eve"), base)
    assert "claire" in site.results("volee", who)


def test_an_event_asks_again_who_triggered_it(site: Site) -> None:
    site.door.users.add("paul", PASSWORD, [Role.STAFF, Role.EVALUATOR])
    HOLD.clear()
    who = site.session("paul")
    assert site.join(1, "retire", who, []) == 200
    site.door.users.set_roles("paul", [Role.EVALUATOR])
    HOLD.set()
    assert site.ask("/corpus/config", headers=who)[0] == 401
    # The stream itself is closed to paul by now; claire holds its name and sees how it ended.
    assert EXPIRED in site.results("retire", site.session("claire"))


@pytest.mark.parametrize(
    ("name", "opens", "closed"), [("eve", "/evaluation/", "/corpus/"), ("claire", "/corpus/", "/evaluation/")]
)
def test_one_role_is_not_the_other(site: Site, name: str, opens: str, closed: str) -> None:
    who = site.session(name)
    assert site.ask(opens, headers=who)[0] == 200
    assert site.ask(closed, headers=who)[0] == 403


def test_the_chat_is_open_and_says_nothing_to_strangers(site: Site) -> None:
    status, _, html = site.ask("/")
    assert status == 200
    assert 'class="account"' not in html
    status, headers, html = site.ask("/", headers=site.session("claire"))
    assert '<span class="account">claire</span><a href="/deconnexion">Se déconnecter</a>' in html
    assert headers["cache-control"] == "no-store"


def test_the_chat_may_be_for_members_alone(closed_site: Site) -> None:
    for path in ("/", "/note/note-simple", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/queue/data"):
        assert closed_site.ask(path)[0] == 401, path
    assert closed_site.ask("/gradio_api/queue/join", "POST")[0] == 401
    assert closed_site.ask("/note/note-simple", headers=_PAGE)[1]["location"] == "/connexion?retour=/note/note-simple"
    for name in ("marc", "claire", "eve"):
        assert closed_site.ask("/", headers=closed_site.session(name))[0] == 200
    for path in ("/connexion", "/statique/site.css"):
        assert closed_site.ask(path)[0] == 200


def test_web_sockets_are_refused(site: Site) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert site.ask(f"{_API}queue/join", headers=upgrade | key | site.session("claire"))[0] == 403


def test_a_proxy_elsewhere_cannot_be_played(closed_site: Site) -> None:
    for name in ("X-User", "X_User", "x-user"):
        assert closed_site.ask("/", headers={name: "claire", "X-Roles": "staff"})[0] == 401


def test_a_trusted_proxy_names_the_user(proxied_site: Site) -> None:
    def status(path: str, **headers: str) -> int:
        return int(proxied_site.ask(path, headers={name.replace("_", "-"): text for name, text in headers.items()})[0])

    assert status("/corpus/config", X_User="Zoé".encode().decode("latin-1"), X_Roles="staff, autre") == 200
    assert status("/corpus/config", X_User="zoe", X_Roles="evaluator") == 403
    assert status("/corpus/config", X_User="zoe") == 403
    assert status("/corpus/config", X_Roles="staff") == 401
    assert proxied_site.join(0, "proxy", {"X-User": "zoe", "X-Roles": "staff"}, ["bonjour"]) == 200
    assert "zoe : bonjour" in proxied_site.results("proxy", {"X-User": "zoe", "X-Roles": "staff"})


def test_a_header_added_to_the_client_s_own_names_nobody(proxied_site: Site) -> None:
    parts = urlsplit(proxied_site.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), 10) as client:
        client.sendall(
            b"GET /corpus/config HTTP/1.1\r\nHost: x\r\nX-User: claire\r\nX-Roles: staff\r\nX-User: marc\r\n"
            b"X-Roles: member\r\nConnection: close\r\n\r\n"
        )
        assert client.makefile("rb").read().startswith(b"HTTP/1.1 401")
