"""An endpoint that speaks OpenAI's embeddings over real HTTP: the embedded model's own vectors, or what it is told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Fault:
    """What one request gets in place of vectors. `closed` ends the connection without a word."""

    status: int = 200
    body: bytes = b"{}"
    wait: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    closed: bool = False


@dataclass
class Served:
    """What the server does next (vectors once the faults are used up), and what it was asked."""

    embed: Embed
    faults: list[Fault] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    name: str = "un-modele"
    delay: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def play(self, *faults: Fault) -> None:
        """Start anew with these faults."""
        self.faults, self.sizes, self.texts, self.keys, self.most_at_once = list(faults), [], [], [], 0

    def answer(self, asked: dict[str, Any]) -> bytes:
        """The vectors of a request, the last text's first: an index says whose each is."""
        with self.lock:
            vectors = self.embed(asked["input"])
        rows = [{"object": "embedding", "index": i, "embedding": row.tolist()} for i, row in enumerate(vectors)]
        return json.dumps({"object": "list", "model": self.name, "data": rows[::-1]}).encode()


def body(vectors: Any, **more: Any) -> bytes:
    """A reply that holds these vectors."""
    rows = [{"index": i, "embedding": row} for i, row in enumerate(vectors)]
    return json.dumps({"data": rows, **more}).encode()


@contextmanager
def served(script: Served, port: int = 0) -> Iterator[Served]:
    """The script on a free port of this machine."""

    connections: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            connections.append(self.connection)

        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with script.lock:
                script.sizes.append(len(asked["input"]))
                script.texts += asked["input"]
                script.keys.append(self.headers["Authorization"])
                script.at_once += 1
                script.most_at_once = max(script.most_at_once, script.at_once)
                fault = script.faults.pop(0) if script.faults else None
            with suppress(BrokenPipeError, ConnectionResetError):
                self._reply(asked, fault)

        def _reply(self, asked: dict[str, Any], fault: Fault | None) -> None:
            time.sleep(script.delay if fault is None else fault.wait)
            done = script.answer(asked) if fault is None else fault.body
            with script.lock:
                script.at_once -= 1
            if fault is not None and fault.closed:
                self.close_connection = True
                return
            self.send_response(200 if fault is None else fault.status)
            for name, value in (fault.headers if fault else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(done)))
            self.end_headers()
            self.wfile.write(done)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
