"""A scripted endpoint that speaks OpenAI's streaming chat completions over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from assistant import Settings

KEY = "sk-very-secret-0123456789"


@dataclass(frozen=True)
class Act:
    """What one request gets. `pieces` are the deltas of a stream; `raw` goes out as it is, after them."""

    pieces: Sequence[str] = ()
    status: int = 200
    body: bytes = b""
    finish: str | None = "stop"
    done: bool = True
    raw: bytes = b""
    before: float = 0.0  # seconds before anything
    between: float = 0.0  # seconds before each piece
    broken: bool = False  # the connection ends within an HTTP chunk


def with_model(settings: Settings, url: str, **more: object) -> Settings:
    """The settings with this endpoint."""
    chosen = {"chat_model": "m", "chat_base_url": url, "chat_api_key": KEY, "chat_timeout": 2, **more}
    kept = settings.model_dump(include={"corpus_dir", "index_dir", "cache_dir", "cached_answers"})
    return Settings.load(**{**kept, **chosen})


def said(*sentences: str, refused: bool = False, **more: Any) -> Act:
    """A structured reply, cut into small deltas."""
    listed = [{"text": sentence, "citations": [1]} for sentence in sentences]
    text = json.dumps({"refused": refused, "sentences": listed}, ensure_ascii=False)
    return Act([text[at : at + 7] for at in range(0, len(text), 7)], **more)


@dataclass
class Script:
    """What the server does next (the last act repeats), and what it was asked."""

    acts: list[Act] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""
    written: int = 0  # deltas sent so far
    gate: threading.Event = field(default_factory=threading.Event)  # holds every delta that is `"<wait>"`

    def play(self, *acts: Act) -> None:
        """Start anew with these acts."""
        self.acts, self.requests, self.keys, self.written = list(acts), [], [], 0
        self.gate.clear()

    def next(self) -> Act:
        return self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]

    @property
    def prompt(self) -> str:
        """The user's message of the last request."""
        return str(self.requests[-1]["messages"][-1]["content"])


@contextmanager
def served(script: Script) -> Iterator[Script]:
    """The script on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            script.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            script.keys.append(self.headers["Authorization"])
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):
                _play(self, script, script.next())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


def _play(handler: BaseHTTPRequestHandler, script: Script, act: Act) -> None:
    time.sleep(act.before)
    handler.send_response(act.status)
    handler.send_header("Connection", "close")
    if act.status != 200:
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(act.body)))
        handler.end_headers()
        handler.wfile.write(act.body)
        return
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for piece in act.pieces:
        time.sleep(act.between)
        if piece == "<wait>":
            assert script.gate.wait(20)
            continue
        if piece == "<ping>":
            _send(handler, b": ping\n\n")
            continue
        _send(handler, _event({"content": piece}, None))
        script.written += 1
    if act.finish:
        _send(handler, _event({}, act.finish))
    _send(handler, act.raw)
    _send(handler, b"data: [DONE]\n\n" if act.done else b"")
    handler.wfile.write(b"ff\r\n{" if act.broken else b"0\r\n\r\n")


def _send(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    if data:
        handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        handler.wfile.flush()


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()
