"""A real nginx with deploy/nginx.conf, over TLS, before real servers: what it lets through, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from assistant import Answer, Note, Settings

from .conftest import Script, running
from .places import PLACES
from .test_chat import QUESTION, ask, open_chat
from .test_login import _FIELD

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
Two = tuple[Script, Script]
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx")


@dataclass(frozen=True, slots=True)
class Front:
    """A running nginx."""

    https: int
    plain: int
    certificate: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.https}"

    def send(
        self, method: str, path: str, content: bytes = b"", source: str = "127.0.0.1", **headers: str
    ) -> httpx.Response:
        """One request, from one address of this machine."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx.Client(transport=httpx.HTTPTransport(trusted, local_address=source), timeout=20) as client:
            return client.request(method, self.url + path, content=content, headers=given)


def certify(folder: Path) -> Path:
    """A certificate of 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path


def free_ports(count: int) -> list[int]:
    with ExitStack() as open_ones:
        probes = [open_ones.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]


def adapted(https: int, plain: int, certificate: Path, upstreams: list[str]) -> str:
    """The shipped configuration, on ports of this machine; every change must find its place."""
    text = SHIPPED.read_text(encoding="utf-8")
    servers = "\n".join(f"    server {urlsplit(url).netloc};" for url in upstreams)
    for old, new in {
        "    server 127.0.0.1:7860;": servers,
        "listen 80 default_server": f"listen 127.0.0.1:{plain} default_server",
        "    listen [::]:80 default_server;\n": "",
        "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
        "    listen [::]:443 ssl http2;\n": "",
        "/etc/ssl/assistant/fullchain.pem": str(certificate),
        "/etc/ssl/assistant/privkey.pem": str(certificate),
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(folder: Path, *upstreams: str) -> Iterator[Front]:
    """nginx as a person starts it by hand: in front, all its files in one folder."""
    https, plain = free_ports(2)
    front = Front(https, plain, certify(folder))
    (folder / "site.conf").write_text(adapted(https, plain, front.certificate, list(upstreams)), encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = f"{user}daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    (folder / "main.conf").write_text(f"{main}http {{\n{temporary}include site.conf;\n}}\n", encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-e", str(folder / "error.log"), "-c", "main.conf"]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=20, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "warn" not in tested.stderr
    process = subprocess.Popen(command)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", https), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield front
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def front(script: Script, state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx before the scripted assistant, with a page of staff."""
    settings = Settings(state_dir=state, chat_model="script", chat_base_url="http://127.0.0.1:9/v1")
    with running(script, settings, PLACES[:1]) as url, nginx(tmp_path_factory.mktemp("nginx"), url) as made:
        yield made


@pytest.fixture
def real(chat_url: str, tmp_path: Path) -> Iterator[Front]:
    """nginx before the real assistant."""
    with nginx(tmp_path, chat_url) as made:
        yield made


@pytest.fixture
def two(note: Note, answered: Callable[..., Answer], tmp_path: Path) -> Iterator[tuple[Front, Two]]:
    """nginx before two processes that know nothing of each other."""
    scripts = (Script({note.id: note}, answered), Script({note.id: note}, answered))
    with ExitStack() as opened:
        for script in scripts:
            script.gate.set()
        settings = [Settings(state_dir=tmp_path / name) for name in ("one", "other")]
        urls = [opened.enter_context(running(*pair)) for pair in zip(scripts, settings, strict=True)]
        yield opened.enter_context(nginx(tmp_path, *urls)), scripts


# The fixtures of nginx come first: pages are closed before it ends, and complain of nothing.


def test_a_real_question_is_answered_through_it(real: Front, new_page: Callable[..., Any]) -> None:
    page = new_page(ignore_https_errors=True)
    open_chat(page, real.url)
    reply = ask(page, QUESTION)
    reply.locator("a.cite").first.click()
    page.locator(".source.opened mark").first.wait_for()
    assert "SGMAP" in reply.inner_text()


def test_sentences_appear_one_by_one(front: Front, new_page: Callable[..., Any], scripted: Script) -> None:
    scripted.gate.clear()
    page = new_page(ignore_https_errors=True)
    open_chat(page, front.url)
    page.get_by_placeholder("Votre question").fill("Une question ?")
    page.keyboard.press("Enter")
    reply = page.locator("#reponse-1")
    reply.get_by_text("Il est piloté").wait_for()
    assert "Il date" not in reply.inner_text()
    scripted.gate.set()
    reply.get_by_text("Il date de 2014.").wait_for()


def test_an_address_stays_on_its_process(two: tuple[Front, Two], new_page: Callable[..., Any]) -> None:
    front, scripts = two
    for _ in range(2):
        page = new_page(ignore_https_errors=True)
        open_chat(page, front.url)
        for rank in range(3):
            ask(page, f"Question {rank} ?").get_by_text("Il date de 2014.").wait_for()
    assert sorted(len(script.asked) for script in scripts) == [0, 6]


def log_in(front: Front, source: str, **headers: str) -> httpx.Response:
    """A wrong password, from one address."""
    form = front.send("GET", "/connexion", source=source, Accept="text/html")
    field = _FIELD.search(form.text)
    assert field
    body = urlencode({"jeton": field[1], "nom": "claire", "mot_de_passe": "pas le bon mot"}).encode()
    kind = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": form.headers["set-cookie"].split(";")[0]}
    return front.send("POST", "/connexion", body, source, Accept="text/html", **kind, **headers)


def test_what_a_client_says_of_its_address_is_not_believed(front: Front, state: Path) -> None:
    claimed = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "http", "X_Real_IP": "203.0.113.9"}
    told = log_in(front, "127.0.0.2", **claimed, Forwarded="for=203.0.113.9")
    assert told.status_code == 401
    journal = [json.loads(line) for line in (state / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    assert "127.0.0.2" in json.dumps(journal[-1])
    assert "203.0.113.9" not in json.dumps(journal)


def test_tried_passwords_are_slowed(front: Front) -> None:
    statuses = [front.send("POST", "/connexion", b"nom=claire", "127.0.0.3").status_code for _ in range(14)]
    assert statuses[-1] == 429
    assert front.send("GET", "/connexion", source="127.0.0.3").status_code == 200


def test_sizes(front: Front) -> None:
    large = b"x" * (64 * 1024 + 1)
    refused = front.send("POST", "/gradio_api/queue/join", large)
    assert (refused.status_code, "nginx" in refused.text) == (413, True)
    upload = front.send("POST", "/corpus/gradio_api/upload", large)
    assert (upload.status_code, "nginx" in upload.text) == (401, False)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_the_machine_asks_is_not_for_others(front: Front, path: str) -> None:
    refused = front.send("GET", path)
    assert (refused.status_code, "nginx" in refused.text) == (404, True)


def test_plain_http_leads_to_https(front: Front) -> None:
    answer = httpx.get(f"http://127.0.0.1:{front.plain}/notes?mot=eau", trust_env=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://assistant.exemple.fr/notes?mot=eau")


def test_over_tls_cookies_are_of_this_host_alone(front: Front) -> None:
    page = front.send("GET", "/connexion", Accept="text/html")
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert page.headers["set-cookie"].startswith("__Host-form=")


def test_a_foreign_site_is_refused_and_ours_is_not(front: Front) -> None:
    foreign = front.send("POST", "/gradio_api/queue/join", b"{}", Origin="https://evil.example")
    assert foreign.status_code == 403
    ours = front.send("POST", "/gradio_api/queue/join", b"{}", Origin=front.url, Content_Type="application/json")
    assert ours.status_code == 422
