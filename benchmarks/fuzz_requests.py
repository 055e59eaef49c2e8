"""Requests that no page of ours makes, to every route that the chat answers; see `benchmarks.fuzz`."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import uvicorn

from assistant import Assistant, Settings
from assistant.ui.listening import listen
from assistant.ui.server import build_app, server_config
from benchmarks.data import assistant_over, seed_notes

_API = "/gradio_api"
_PATIENCE = 20.0  # seconds for an answer
_OPERATIONS = {
    "ask": ["Qui pilote le programme DcANT ?", [], [], [], "", "", ""],
    "retrieve": ["Qui pilote le programme DcANT ?", 5, [], [], "", ""],
    "notes": ["ville", "", "", 0, 1],
    "note": ["forum-interconnectes"],
}
_PAGES = ["/", "/notes", "/agenda", "/agenda.ics", "/note/forum-interconnectes", "/connexion", "/config", "/statique/a"]
_QUERIES = [
    "mots",
    "theme",
    "nature",
    "annee",
    "page",
    "debut",
    "fin",
    "extrait",
    "version",
    "question",
    "vue",
    "retour",
]
_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**31, 2**63, 1e308, "", " ", "\0", "\ud800", "'", '"', "%", "*", "NEAR(", "a OR"),
    *("é" * 2001, "x" * 20_000, "../../etc/passwd", "<script>", "2017-02-30", "9999", "0000", "2017-13", "2017-11-20"),
    *([], {}, [[]], [{}], [None], ["é"], [{"role": "user", "content": "Quoi ?"}], [{"role": "user", "content": 5}]),
    *(
        [{"role": "user", "content": "x" * 9000}] * 2,
        ["x"] * 3000,
        {"path": "/etc/passwd"},
        "\u2028\x85\u202e",
        "🏙️" * 300,
    ),
    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}, "url": "http://127.0.0.1:9/", "orig_name": "a"},
]


@dataclass(frozen=True)
class Request:
    """One request; `stream` is where the answer of a Gradio event is read."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    operation: str = ""

    @property
    def raw(self) -> bytes:
        """What is kept of it."""
        return f"{self.method} {self.path} {self.headers}\n".encode(errors="replace") + self.body


@dataclass
class Api:
    """Makes requests by chance, sends them and judges the answers."""

    url: str
    chance: random.Random

    def request(self) -> Request:
        """One of the kinds."""
        return self.chance.choice(
            [self._page, self._call, self._call, self._call, self._event, self._export, self._form]
        )()

    def _value(self, like: Any = None) -> Any:
        if self.chance.random() < 0.4:
            return like
        if isinstance(like, str) and self.chance.random() < 0.5:
            letters = [chr(self.chance.choice([32, 39, 34, 42, 95, 97, 233, 8217, 8239, 128512])) for _ in range(30)]
            return like + "".join(letters)
        return self.chance.choice(_VALUES)

    def _page(self) -> Request:
        named = {name: self._value("2017") for name in self.chance.sample(_QUERIES, self.chance.randrange(5))}
        query = "&".join(f"{name}={quote(str(value)[:3000].encode(errors='replace'))}" for name, value in named.items())
        path = self.chance.choice(_PAGES)
        if self.chance.random() < 0.3:
            path += quote(str(self._value("/x"))[:500].encode(errors="replace"))
        return Request(self.chance.choice(["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE"]), f"{path}?{query}")

    def _call(self) -> Request:
        name = self.chance.choice(list(_OPERATIONS))
        data = [self._value(like) if self.chance.random() < 0.4 else like for like in _OPERATIONS[name]]
        return self._json(f"{_API}/call/{name}", {"data": data}, name)

    def _event(self) -> Request:
        body = {
            "data": [self.chance.choice(_VALUES) for _ in range(self.chance.randrange(9))],
            "fn_index": self.chance.choice([*range(40), -1, None, "0", 10**9]),
            "session_hash": self.chance.choice(["fuzz", "", None, 5, "x" * 5000]),
            "trigger_id": self.chance.choice([None, 1, "a"]),
        }
        return self._json(f"{_API}/{self.chance.choice(['queue/join', 'queue/join', 'cancel', 'reset'])}", body)

    def _export(self) -> Request:
        rows = [{"number": n, "question": self._value("Quoi ?"), "error": self._value("panne")} for n in range(1, 4)]
        rows[0] = {
            **rows[0],
            self.chance.choice(["sentences", "citations", "reply", "filters", "passages"]): self._value([]),
        }
        body = {"version": self._value(1), "exchanges": self._value(rows)}
        return self._json(self.chance.choice(["/conversation.md", "/conversation.pdf"]), body)

    def _form(self) -> Request:
        body = "&".join(
            f"{name}={quote(str(self._value('x'))[:2000].encode(errors='replace'))}" for name in ("nom", "jeton")
        )
        kind = self.chance.choice(
            ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data"]
        )
        return Request(
            "POST", self.chance.choice(["/connexion", "/deconnexion"]), body.encode(), {"Content-Type": kind}
        )

    def _json(self, path: str, body: Any, operation: str = "") -> Request:
        text = json.dumps(body).encode()
        if self.chance.random() < 0.1:
            cut = self.chance.randrange(len(text))
            text, operation = text[:cut] + self.chance.randbytes(3) + text[cut + 1 :], ""
        return Request("POST", path, text, {"Content-Type": "application/json"}, operation)

    def send(self, request: Request, seen: Counter[str]) -> Iterator[str]:
        """What is wrong with the answer."""
        try:
            status, text = self._sent(request.method, request.path, request.body, request.headers)
        except (OSError, http.client.HTTPException) as error:
            yield f"{request.path.partition('?')[0]} {type(error).__name__}"
            return
        seen[f"{request.method} {status}"] += 1
        if status >= 500 and status != 503:
            yield f"{request.method} {request.path.partition('?')[0][:60]} {status}"
        if request.operation and status == 200:
            yield from self._answered(request.operation, json.loads(text)["event_id"], seen)

    def _answered(self, operation: str, event: str, seen: Counter[str]) -> Iterator[str]:
        try:
            _, said = self._sent("GET", f"{_API}/call/{operation}/{event}", b"", {})
        except OSError:
            yield f"{operation}: no answer in {_PATIENCE:g} s"
            return
        seen[f"{operation} {'answered' if 'event: complete' in said else 'refused'}"] += 1
        if "event: complete" not in said and '"error": "' not in said:
            yield f"{operation}: an error without a message: {said[-200:]!r}"
        if "Erreur interne" in said or "erreur interne" in said:
            yield f"{operation}: an internal error"

    def _sent(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=_PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read(4 * 2**20).decode(errors="replace")

    def is_alive(self) -> bool:
        """Whether a page is still given."""
        try:
            return self._sent("GET", "/notes", b"", {})[0] == 200
        except OSError:
            return False


async def _built(bot: Assistant, settings: Settings) -> Any:
    return build_app(bot, settings)


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The chat over the project's own notes, in a thread; as many questions a minute as come."""
    bot = assistant_over("seed", seed_notes())
    settings = bot.settings.model_copy(update={"questions_per_minute": 0})
    with listen("127.0.0.1", 0) as listener, ThreadPoolExecutor(1) as elsewhere:
        app = elsewhere.submit(asyncio.run, _built(bot, settings)).result()
        server = uvicorn.Server(server_config(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join(20)
            bot.close()
