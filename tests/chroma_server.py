"""A real `chroma run` in a process of its own, that can be stopped and started again on the same port and folder.

The command itself imports all of Chroma to end in the same call.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

_READY = 240.0  # seconds, on a busy machine


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class ChromaServer:
    """On loopback, over a folder that outlives it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, where it is not, and wait until it answers."""
        if self._process is not None:
            return
        arguments = ["chroma", "run", "--host", "127.0.0.1", "--port", str(self.port), "--path", str(self.folder)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"import chromadb_rust_bindings as chroma; chroma.cli({arguments})"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        end = time.monotonic() + _READY
        while time.monotonic() < end:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/api/v2/heartbeat", timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the Chroma server does not start")

    def stop(self) -> None:
        """End it, at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


class Gate:
    """A proxy in front of a server, as an operator is to place one: asks for a key. It can also do what distributed
    Chroma does and a single node refuses (`fork`), say another version, and hang.
    """

    def __init__(self, server: ChromaServer, key: str) -> None:
        self.server, self.key = server, key
        self.forks = 0
        self.version: str | None = None
        self.hangs = threading.Event()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                while gate.hangs.is_set():
                    time.sleep(0.02)
                status, body = gate.answer(self.command, self.path, data, self.headers.get("X-Key"))
                with suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, method: str, path: str, data: bytes, key: str | None) -> tuple[int, bytes]:
        if key != self.key:
            return 401, b"<html>who are you?</html>"
        if self.version and path.endswith("/version"):
            return 200, json.dumps(self.version).encode()
        if path.endswith("/fork"):
            return self._fork(path.removesuffix("/fork"), json.loads(data)["new_name"])
        return self._forward(method, path, data)

    def _forward(self, method: str, path: str, data: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        try:
            got = httpx.request(method, f"{self.server.url}{path}", content=data, headers=headers, timeout=60)
        except httpx.HTTPError:
            return 502, b"<html>bad gateway</html>"
        return got.status_code, got.content

    def _fork(self, path: str, name: str) -> tuple[int, bytes]:
        """A copy of the collection under another name, all at once."""
        self.forks += 1
        configuration = {"hnsw": {"space": "cosine", "ef_search": 400}}
        listing = path.rsplit("/", 1)[0]
        made = self._forward("POST", listing, json.dumps({"name": name, "configuration": configuration}).encode())
        held = json.loads(self._forward("POST", f"{path}/get", b'{"include": ["embeddings", "documents"]}')[1])
        records = {key: held[key] for key in ("ids", "embeddings", "documents")}
        self._forward("POST", f"{listing}/{json.loads(made[1])['id']}/add", json.dumps(records).encode())
        return made

    def close(self) -> None:
        self.hangs.clear()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
