"""The application around the chat: headers, refusals, note pages, and the port."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from assistant import Assistant, Settings
from assistant.errors import IndexCorruptError, ServeError
from assistant.models import Note
from assistant.ui.addresses import citation_url
from assistant.ui.apology import APOLOGY
from assistant.ui.listening import listen
from assistant.ui.security import MAX_BODY
from assistant.ui.server import serve

from .conftest import Script, citation, running

_JOIN = "/gradio_api/queue/join"
_SERVE = """
from assistant import Settings
from assistant.ui.server import serve
from assistant.listings import Knowledge
from datetime import datetime, UTC
class Bot:
    def examples(self, limit=4): return ()
    def themes(self): return ()
    def knowledge(self): return Knowledge(0, None, None, datetime.now(UTC), "build")
serve(Bot(), Settings(port={port}))
"""


def ask(
    url: str, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, dict[str, str], str]:
    """One request over a real socket: status, headers in lower case, text."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read().decode(errors="replace")
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path", ["/", "/note/note-simple", "/note/inconnue", "/nulle-part", "/statique/style.css", "/config"]
)
def test_every_response_carries_the_policy(script_url: str, path: str) -> None:
    _, headers, _ = ask(script_url, path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    script_source = re.search(r"script-src ([^;]*)", policy)
    assert script_source and "unsafe-inline" not in script_source[1]
    assert headers["x-content-type-options"] == "nosniff"


def test_page_is_french_and_names_no_other_host(script_url: str) -> None:
    status, headers, html = ask(script_url, "/")
    assert status == 200
    assert re.search(r'<html\s+lang="fr"', html)
    hosts = {urlsplit(found).netloc for found in re.findall(r"""https?://[^"'\s\\]+""", html)}
    assert hosts <= {urlsplit(script_url).netloc, "www.w3.org"}
    nonce = re.search(r"'nonce-([^']+)'", headers["content-security-policy"])
    assert nonce and html.count("<script") == html.count(f'<script nonce="{nonce[1]}"')


def test_nonce_changes(script_url: str) -> None:
    first, second = (ask(script_url, "/")[1]["content-security-policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://", "http://127.0.0.1:1"])
def test_post_of_another_site_is_refused(script_url: str, origin: str) -> None:
    status, headers, text = ask(script_url, _JOIN, "POST", {"Origin": origin}, b"{}")
    assert (status, text) == (403, "Requête refusée : elle vient d’un autre site.")
    assert not [name for name in headers if name.startswith("access-control-")]


def test_post_of_the_page_itself_reaches_gradio(script_url: str) -> None:
    headers = {"Origin": script_url, "Content-Type": "application/json"}
    status, answered, _ = ask(script_url, _JOIN, "POST", headers, b"{}")
    assert status == 422  # Gradio's own: the body lacks everything
    assert not [name for name in answered if name.startswith("access-control-")]


def test_overlong_body_is_refused(script_url: str) -> None:
    status, _, text = ask(script_url, _JOIN, "POST", {"Content-Length": str(MAX_BODY + 1)})
    assert (status, text) == (413, "Requête refusée : elle est trop longue.")


def test_overlong_body_of_unknown_length_is_cut(script_url: str) -> None:
    chunk = b"40000\r\n" + b" " * 0x40000 + b"\r\n"
    head = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = urlsplit(script_url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=20) as client:
        client.sendall(head + chunk * 2 + b"0\r\n\r\n")
        reply = client.recv(200)
    assert not reply.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/run/respond"),
        ("POST", "/gradio_api/call/respond"),
        ("POST", "/login"),
        ("POST", "/"),
        ("GET", "/gradio_api/proxy=http://evil.example/"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "//gradio_api/file=/etc/passwd"),
        ("GET", "/docs"),
        ("GET", "/monitoring"),
    ],
)
def test_what_the_chat_does_not_use_does_not_exist(script_url: str, method: str, path: str) -> None:
    status, _, text = ask(script_url, path, method)
    assert status == 404
    assert "Page introuvable" in text


def test_note_page_marks_what_was_cited(script_url: str, note: Note) -> None:
    status, _, html = ask(script_url, citation_url(citation(note, "Il date de 2014.")))
    assert status == 200
    assert '<mark id="extrait">Il date de 2014.</mark>' in html
    assert re.findall("<script.*", html) == ['<script src="/statique/note.js" defer></script>']


def test_a_citation_of_an_older_build_opens_as_it_was(script_url: str, scripted: Script, note: Note) -> None:
    was = replace(note, text=note.text.replace("2014", "1914"))
    gone = replace(was, id="note-retiree")
    scripted.earlier = {("ancienne", note.id): was, ("ancienne", gone.id): gone}
    cited = "Il date de 1914."
    status, _, html = ask(script_url, citation_url(citation(was, cited), "ancienne"))
    assert (status, f'<mark id="extrait">{cited}</mark>' in html, "tel qu’il était alors" in html) == (200, True, True)
    assert '<a href="/note/note-simple">Lire la note d’aujourd’hui</a>' in html
    status, _, html = ask(script_url, citation_url(citation(gone, cited), "ancienne"))
    assert (status, f'<mark id="extrait">{cited}</mark>' in html, "retirée depuis" in html) == (200, True, True)
    assert "aujourd’hui" not in html


def test_a_note_that_did_not_change_says_nothing_of_versions(script_url: str, scripted: Script, note: Note) -> None:
    scripted.earlier = {("ancienne", note.id): replace(note, themes=("autre",))}
    for build in ("ancienne", "inconnue", "../.."):
        status, _, html = ask(script_url, citation_url(citation(note, "Il date de 2014."), build))
        assert (status, '<mark id="extrait">' in html, "alors" in html) == (200, True, False)


@pytest.mark.parametrize(
    "query", ["?debut=x&fin=y", "?debut=5", "?debut=9&fin=2", "?debut=-1&fin=4", "?debut=0&fin=99999999999"]
)
def test_note_page_bears_any_query(script_url: str, query: str) -> None:
    status, _, html = ask(script_url, f"/note/note-simple{query}")
    assert status == 200
    assert "<mark" not in html


def test_unknown_note_is_said_in_french(script_url: str) -> None:
    status, _, html = ask(script_url, "/note/%3Cscript%3E%2F..%2Fx")
    assert status == 404
    assert "Cette note n’existe pas" in html
    assert "<script" not in html


def test_a_damaged_index_is_an_apology_and_the_operator_is_told(
    script_url: str, scripted: Script, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def damaged(_: Script, __: str, ___: str | None = None) -> Note:
        raise IndexCorruptError("L’index est abîmé dans /srv.")

    monkeypatch.setattr(Script, "note", damaged)
    status, _, html = ask(script_url, "/note/note-simple")
    assert status == 503
    assert APOLOGY in html
    assert "/srv" not in html
    assert "L’index est abîmé dans /srv." in caplog.text


def test_every_real_note_has_a_page(chat_url: str, bot: Assistant) -> None:
    passages = bot.retrieve("programme forum conseil gouvernance numérique")
    assert passages
    for note_id in {passage.note.id for passage in passages}:
        status, _, html = ask(chat_url, f"/note/{note_id}")
        assert status == 200
        assert "<article>" in html


def test_port_in_use_is_one_french_line(scripted: Script) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError) as caught:
            serve(scripted, Settings(port=port))  # type: ignore[arg-type]
    assert (
        str(caught.value) == f"Le port {port} est déjà utilisé : choisissez-en un autre avec --port ou ASSISTANT_PORT."
    )


def test_foreign_address_is_one_french_line() -> None:
    with pytest.raises(ServeError, match=r"L’adresse « 192\.0\.2\.1 » n’est pas celle de cette machine"):
        listen("192.0.2.1", 0)


def test_port_is_free_again_afterwards(scripted: Script) -> None:
    with running(scripted) as url:
        port = int(urlsplit(url).port or 0)
    with listen("127.0.0.1", port):
        pass


def test_serve_says_where_once_ready_and_stops_quietly(free_port: int) -> None:
    code = _SERVE.format(port=free_port)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        said = process.stdout.readline()
        status, _, _ = ask(f"http://127.0.0.1:{free_port}", "/")
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
    assert said == f"L’assistant est prêt : http://127.0.0.1:{free_port} (Ctrl+C pour arrêter)\n"
    assert status == 200
    assert "Traceback" not in errors
