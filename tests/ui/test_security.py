"""What holds for every request: headers on every kind of answer, one reading of a request, nothing asked in a log."""

from __future__ import annotations

import json
import logging
import re
import socket
from urllib.parse import urlsplit

import pytest

from assistant import Assistant, Settings
from assistant.ui.security import MAX_BODY

from .conftest import Script, running
from .test_limits import call, chat, question_event
from .test_server import ask

_WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/config", {}, 200),
        ("GET", "/statique/style.css", {}, 200),
        ("GET", "/note/note-simple", {}, 200),
        ("GET", "/connexion", {}, 200),
        ("GET", "/nulle-part", {}, 404),
        ("POST", "/conversation.pdf", {"Content-Type": "text/plain"}, 415),
        ("POST", "/connexion", {}, 403),
        ("POST", "/gradio_api/queue/join", {"Origin": "http://evil.example"}, 403),
        ("POST", "/gradio_api/queue/join", {"Content-Length": str(MAX_BODY + 1)}, 413),
        ("POST", "/gradio_api/queue/join", {"Content-Type": "application/json"}, 422),
        ("TRACE", "/", {}, 404),
    ],
)
def test_every_kind_of_answer_carries_the_headers(
    script_url: str, scripted: Script, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    found, answered, _ = ask(script_url, path, method, headers)
    assert found == status
    assert {name: answered.get(name) for name in _WANTED} == _WANTED
    policy = answered["content-security-policy"]
    for part in ("default-src 'none'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    sources = re.findall(r"(?:img|media|connect|font|style|script|worker|frame)-src ([^;]*)", policy)
    assert not re.search(r"\*|https?:|unsafe-eval", " ".join(sources))


def test_a_request_of_two_lengths_is_refused(script_url: str) -> None:
    parts = urlsplit(script_url)
    for lengths in (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ):
        with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=20) as client:
            head = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\n" + lengths
            client.sendall(head + b"\r\n0\r\n\r\nGET /config HTTP/1.1\r\nHost: x\r\n\r\n")
            said = client.makefile("rb").read()
        assert said.startswith(b"HTTP/1.1 400"), lengths
        assert b"components" not in said


def test_what_is_asked_is_in_no_log(
    bot: Assistant, script: Script, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    words = "Qui pilote le programme de la rue Zanzibar ?"
    with caplog.at_level(logging.INFO):
        with running(bot) as url:
            assert "event: complete" in call(url, "ask", [words, [], [], [], "", "", ""])
            assert "Zanzibar" in chat(url, words, question_event(url), {}, "zanzibar")
            ask(url, "/conversation.md", "POST", {"Content-Type": "application/json"}, json.dumps(words).encode())
        script.replies[words] = RuntimeError("panne")
        with running(script, Settings()) as url:
            assert "panne" not in chat(url, words, question_event(url), {}, "panne")
    del script.replies[words]
    assert "panne" in caplog.text  # the operator is told what failed
    outside = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert "Zanzibar" not in "".join(outside)
    assert "Zanzibar" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("path", ["queue/join", "cancel", "reset", "call/ask"])
@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "fn_index": 10**9, "session_hash": "x"},
        {"data": [], "fn_index": None, "session_hash": "x"},
        {"data": ["\ud800"], "fn_index": "\ud800", "session_hash": 5, "event_id": "\ud800"},
        ["\ud800"],
        "\ud800",
        None,
    ],
)
def test_a_malformed_event_is_the_senders_fault(
    script_url: str, path: str, body: object, caplog: pytest.LogCaptureFixture
) -> None:
    status, headers, _ = ask(
        script_url, f"/gradio_api/{path}", "POST", {"Content-Type": "application/json"}, json.dumps(body).encode()
    )
    assert status in (200, 400, 404, 422)
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "Traceback" not in caplog.text


def test_a_page_that_gradio_does_not_have_is_ours(script_url: str) -> None:
    for path in ("/?page=x", "/?page=x&question=Quoi%20%3F&page", "/?%70age=y", "/?question=%ED%A0%80%00"):
        status, _, html = ask(script_url, path)
        assert (status, 'lang="fr"' in html.partition("<head>")[0]) == (200, True), path
