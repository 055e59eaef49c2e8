"""A real web server on the loopback, and the seam through which tests let it be reached."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "exemple.fr"


@dataclass(frozen=True)
class Page:
    """What a path gives; `pause` is the seconds before each byte."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


@dataclass
class Web:
    """The pages by path, and the headers of each request that came."""

    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str, host: str = HOST) -> str:
        """The address of a path, under a name that `resolve` knows."""
        return f"http://{host}:{self.port}{path}"


def resolve(host: str, port: int) -> Sequence[str]:
    """Every name is the loopback's."""
    return ["127.0.0.1"]


def is_this_server(address: str) -> bool:
    """The one address that tests may reach."""
    return address == "127.0.0.1"


@contextmanager
def served(web: Web) -> Iterator[Web]:
    """The server, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.requests.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            page = web.pages.get(self.path, Page(status=404))
            self.send_response(page.status)
            for name, value in {"Content-Type": page.kind, **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the client has seen enough
                for piece in [page.body] if not page.pause else [bytes([byte]) for byte in page.body]:
                    time.sleep(page.pause)
                    self.wfile.write(piece)
                    self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
