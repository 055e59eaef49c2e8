"""What one sender, or many at once, can ask of the server: sizes, paces, turns, and how long it listens."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from gradio.state_holder import StateHolder

from assistant import Assistant, Settings
from assistant.models import Note
from assistant.ui import patience, security, server
from assistant.ui.conversation import Exchange
from assistant.ui.listening import allow_files
from assistant.ui.memory import MAX_WRITTEN, to_json
from assistant.ui.patience import MAX_HEAD, TooSlowError, hurried
from assistant.ui.security import BUSY, MAX_BODY
from assistant.ui.turns import Turns

from .conftest import Script, running
from .test_server import ask

_API = "/gradio_api"
_JSON = {"Content-Type": "application/json"}


def call(url: str, name: str, data: list[Any], headers: dict[str, str] | None = None) -> str:
    """What the stream of one operation says."""
    who = headers or {}
    status, _, taken = ask(url, f"{_API}/call/{name}", "POST", who | _JSON, json.dumps({"data": data}).encode())
    return read(url, f"/call/{name}/{json.loads(taken)['event_id']}", who) if status == 200 else taken


def read(url: str, stream: str, who: dict[str, str]) -> str:
    """A stream of events, its JSON as it reads."""
    lines = ask(url, f"{_API}{stream}", headers=who)[2].splitlines()
    plain = [
        json.dumps(json.loads(line[5:]), ensure_ascii=False) if line.startswith("data:") else line for line in lines
    ]
    return "\n".join(plain)


def question_event(url: str) -> tuple[int, int, list[Any]]:
    """The function, the trigger and the other values of the page's question."""
    config = json.loads(ask(url, "/config")[2])
    box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
    event = next(d for d in config["dependencies"] if [box, "submit"] in d["targets"])
    values = {c["id"]: c["props"].get("value") for c in config["components"]}
    return event["id"], box, [values[number] for number in event["inputs"][1:]]


def chat(url: str, question: str, event: tuple[int, int, list[Any]], who: dict[str, str], session: str) -> str:
    """What the page is told of one question, or the refusal to take it."""
    function, box, rest = event
    body = {"data": [question, *rest], "fn_index": function, "trigger_id": box, "session_hash": session}
    status, _, text = ask(url, f"{_API}/queue/join", "POST", who | _JSON, json.dumps(body).encode())
    return read(url, f"/queue/data?session_hash={session}", who) if status == 200 else text


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=20)


@pytest.fixture
def paced_url(bot: Assistant) -> Iterator[str]:
    """The chat at two questions a minute, behind a proxy on this machine."""
    with running(bot, Settings(), per_minute=2) as url:
        yield url


def test_questions_of_one_person_are_counted_however_they_are_asked(paced_url: str) -> None:
    mine, other = ({"X-Forwarded-For": f"198.51.100.{number}"} for number in (7, 8))
    event = question_event(paced_url)
    assert "event: complete" in call(paced_url, "ask", ["Qui pilote DcANT ?", [], [], [], "", "", ""], mine)
    assert "patientez" not in chat(paced_url, "Qui pilote DcANT ?", event, mine, "un")
    assert "Trop de questions en une minute : patientez" in chat(paced_url, "Et où ?", event, mine, "deux")
    for name, data in (("ask", ["Quoi ?", [], [], [], "", "", ""]), ("retrieve", ["Quoi ?", 5, [], [], "", ""])):
        told = call(paced_url, name, data, mine)
        assert "event: error" in told
        assert "patientez" in told
    assert "event: complete" in call(paced_url, "notes", ["", "", "", 0, 1], mine)
    assert "event: complete" in call(paced_url, "retrieve", ["Quoi ?", 5, [], [], "", ""], other)


def test_an_address_that_a_stranger_claims_gains_nothing(bot: Assistant) -> None:
    with running(bot, Settings(trusted_proxies="192.0.2.1"), per_minute=1) as url:
        data = ["Quoi ?", 5, [], [], "", ""]
        told = [call(url, "retrieve", data, {"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(2)]
    assert ["patientez" in text for text in told] == [False, True]


@pytest.mark.parametrize("name", ["ask", "retrieve"])
def test_a_question_has_two_thousand_characters_at_most(chat_url: str, name: str) -> None:
    rest = {"ask": [[], [], [], "", "", ""], "retrieve": [5, [], [], "", ""]}[name]
    told = call(chat_url, name, ["é" * 2001, *rest])
    assert "La question est trop longue : 2001 caractères pour 2000 au plus." in told
    assert "event: complete" in call(chat_url, name, ["é " * 1000, *rest])


def test_the_page_refuses_a_longer_question_too(chat_url: str) -> None:
    told = chat(chat_url, "é" * 2001, question_event(chat_url), {}, "longue")
    assert "La question est trop longue : 2001 caractères pour 2000 au plus." in told


def test_the_longest_conversation_goes_along_with_the_longest_question(note: Note) -> None:
    kept = to_json(tuple(Exchange(number, 'é"' * 900, error="panne") for number in range(1, 31)))
    assert len(kept.encode()) > MAX_WRITTEN * 0.6
    asked = [
        "\n漢" * 1_000,
        None,
        None,
        kept,
        ["événement"] * 6,
        ["développement économique"] * 60,
        "漢" * 40,
        "漢" * 40,
    ]
    sent = {"data": asked, "fn_index": 99, "trigger_id": 99, "session_hash": "x" * 32, "event_data": None}
    assert len(json.dumps(sent, ensure_ascii=False).encode()) < MAX_BODY


def test_a_body_of_unknown_length_is_refused_beyond_the_limit(script_url: str) -> None:
    head = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connected(script_url) as client:
        client.sendall(head + b"%x\r\n" % (MAX_BODY + 1) + b" " * (MAX_BODY + 1) + b"\r\n0\r\n\r\n")
        assert client.recv(20).startswith(b"HTTP/1.1 413")


def test_a_head_that_never_ends_is_not_waited_for(script_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.4)
    started = time.monotonic()
    with connected(script_url) as client, pytest.raises(OSError):
        for byte in b"GET / HTTP/1.1\r\nX-A: " + b"a" * 200:
            client.sendall(bytes([byte]))
            time.sleep(0.02)
    with connected(script_url) as client:
        assert client.recv(10) == b""  # nothing sent at all
    assert time.monotonic() - started < 4
    with connected(script_url) as client:  # after an answer
        client.sendall(b"GET /nulle-part HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 404")
        client.sendall(b"GET / HT")
        while client.recv(65536):
            pass
    assert ask(script_url, "/favicon.ico")[0] == 200


def test_a_head_has_a_length(script_url: str) -> None:
    for start in (b"GET / HTTP/1.1\r\nX-A: ", b"GET /", b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * (MAX_HEAD // 8)):
        with connected(script_url) as client, pytest.raises(OSError):
            for _ in range(200):
                client.sendall(start + b"a" * 65536)
                start = b""
            if client.recv(12) == b"HTTP/1.1 400":
                raise OSError
    assert ask(script_url, "/favicon.ico")[0] == 200


def test_a_body_that_does_not_come_is_not_waited_for(script_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.3)
    with connected(script_url) as client:
        client.sendall(b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{")
        assert client.recv(20).startswith(b"HTTP/1.1 408")


def apart(begun: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run it in another thread: playwright keeps a loop of its own running in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(lambda: asyncio.run(begun())).result()


def test_a_reader_who_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SEND_SECONDS", 0.05)

    async def stuck(_: Any) -> None:
        await asyncio.sleep(30)

    with pytest.raises(TooSlowError):
        apart(lambda: hurried(stuck)({"type": "http.response.body"}))


def test_turns_are_bounded_and_so_is_the_line() -> None:
    async def taken() -> list[bool]:
        turns = Turns(at_once=1, waiting=1, streams=1, wait=0.05)
        async with turns.request() as first:
            waiting = asyncio.create_task(turns._taken())
            await asyncio.sleep(0)
            async with turns.request() as beyond:
                pass
            late = await waiting
        async with turns.request() as again:
            pass
        with turns.stream() as here, turns.stream() as no_more:
            pass
        with turns.stream() as free:
            return [first, beyond, late, again, here, no_more, free]

    assert apart(taken) == [True, False, False, True, True, False, True]


def test_who_finds_no_turn_is_told_to_come_back(script: Script, note: Note, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "Turns", lambda: Turns(at_once=1, waiting=0, streams=0))
    entered, let_go = threading.Event(), threading.Event()

    def slow(_: Script, __: str, ___: str | None = None) -> Note:
        entered.set()
        assert let_go.wait(20)
        return note

    monkeypatch.setattr(Script, "note", slow)
    with running(script) as url, ThreadPoolExecutor(1) as elsewhere:
        first = elsewhere.submit(ask, url, "/note/note-simple")
        assert entered.wait(20)
        status, headers, text = ask(url, "/note/note-simple")
        let_go.set()
        assert (status, headers["retry-after"], text) == (503, "5", BUSY)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert first.result()[0] == 200
        assert ask(url, f"{_API}/queue/data?session_hash=x")[0] == 503


def test_the_pages_that_are_remembered_are_counted(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SESSIONS", 3)
    held: list[StateHolder] = []
    taken = StateHolder.set_blocks
    monkeypatch.setattr(StateHolder, "set_blocks", lambda self, blocks: (held.append(self), taken(self, blocks)))
    script.gate.set()
    with running(script) as url:
        event = question_event(url)
        for number in range(5):
            assert "confidence" in chat(url, "Quoi ?", event, {}, f"page{number}")
    (remembered,) = [list(holder.session_data) for holder in held if holder.session_data]
    assert remembered == ["page2", "page3", "page4"]


def crowd(url: str, clients: int) -> list[str]:
    """What each of so many members is told who ask at the same moment."""
    event = question_event(url)
    together = threading.Barrier(clients)

    def member(number: int) -> str:
        together.wait(60)
        return chat(url, "Qui pilote le programme DcANT ?", event, {}, f"membre{number}")

    with ThreadPoolExecutor(clients) as members:
        return list(members.map(member, range(clients)))


def check_crowd(url: str, clients: int) -> None:
    told = crowd(url, clients)
    answered = sum("confidence" in text or "refused" in text for text in told)
    turned_away = sum("Queue is full" in text or text == BUSY for text in told)
    assert answered + turned_away == clients
    assert answered >= min(clients, 100)
    assert ask(url, "/")[0] == 200


def test_many_at_once_are_all_answered(chat_url: str) -> None:
    check_crowd(chat_url, 30)


@pytest.mark.long
def test_two_hundred_at_once_are_answered_or_told_to_come_back(chat_url: str) -> None:
    for _ in range(3):
        check_crowd(chat_url, 200)


def test_the_process_may_open_more_files_than_the_system_begins_with() -> None:
    import resource

    was = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (was[0] - 10, was[1]))
        allow_files(was[0])
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= was[0] - 10
        allow_files(1)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= was[0] - 10
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, was)
