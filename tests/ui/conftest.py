"""A real server and a real browser. `bot` is the shared fixture; `Script` stands in where a test needs given events."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI

from assistant import Assistant, Settings
from assistant.access import Door
from assistant.agenda import events_of
from assistant.listings import AgendaEvent, Knowledge
from assistant.models import (
    Answer,
    Chunk,
    Citation,
    Event,
    Filters,
    Finished,
    Kind,
    Note,
    PartialDate,
    Passage,
    PassagesFound,
    Reply,
    Sentence,
    SentenceReady,
    Turn,
)
from assistant.observing.metrics import Metrics
from assistant.ui.listening import listen
from assistant.ui.places import Place
from assistant.ui.server import build_app, server_config

HOSTILE_TEXT = """# Titre <script>alert(1)</script>

<img src=//evil.example/a.png onerror=alert(1)> ![](http://evil.example/x.png) <form action=//evil.example><input>
<div style="background:url(http://evil.example/c.png);position:fixed;inset:0">recouvre</div> [clic](javascript:alert(1))
<video src=//evil.example/v.mp4></video> $$x$$ `code` &lt;b&gt; www.evil.example https://evil.example/"onmouseover="alert(1)
"""
#: Gradio 6.31 says so of its own stream, whenever an upload has ended.
GRADIO_UPLOAD = "Method not implemented."
#: Its build without a window first: the same engine, and a page is there in half the time.
_CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


def passage(note: Note, start: int = 0, end: int | None = None) -> Passage:
    """A piece of a note, all of it by default, as if retrieved."""
    stop = len(note.text) if end is None else end
    chunk = Chunk(f"{note.id}-0", note.id, 0, start, stop, note.text[start:stop], ("Une section",), note.title)
    return Passage(chunk, note, 1, 1.0, 1.0, 1.0)


def citation(note: Note, quote: str, number: int = 1) -> Citation:
    """A citation of the first place where the note says this."""
    start = note.text.index(quote)
    return Citation(number, note.id, note.title, note.date, note.date_inferred, start, start + len(quote), quote)


@pytest.fixture(scope="session")
def note() -> Note:
    """A small harmless note."""
    text = "## Le programme\n\nIl est piloté par **le service**. Il date de 2014.\n\n- un axe\n- [un site](https://example.org/)"
    return Note("note-simple", "Un programme", text, PartialDate(2017, 11), True, Kind.PROGRAMME)


@pytest.fixture(scope="session")
def hostile() -> Note:
    """A note whose title and body attack whoever shows them."""
    title = "Note <b>piégée</b> ![](http://evil.example/t.png) <script>alert(1)</script>"
    return Note("note-piegee", title, HOSTILE_TEXT, None, False, Kind.OTHER)


@pytest.fixture(scope="session")
def answered(note: Note) -> Callable[..., Answer]:
    """Makes an answer that cites one note twice, or that says and cites the whole of another note."""

    def make(question: str, standalone: str | None = None, about: Note = note) -> Answer:
        quotes = ("Il est piloté par **le service**.", "Il date de 2014.") if about is note else (about.text.strip(),)
        citations = tuple(citation(about, quote, number) for number, quote in enumerate(quotes, start=1))
        sentences = tuple(Sentence(quote, (number,)) for number, quote in enumerate(quotes, start=1))
        return Answer(question, standalone or question, sentences, citations, (passage(about),), "script", "build")

    return make


@dataclass
class Script:
    """An assistant that says what a test wants; `gate` holds every sentence after the first."""

    notes: dict[str, Note]
    answer: Callable[..., Answer]
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, tuple[Turn, ...], Filters]] = field(default_factory=list)
    replies: dict[str, Reply | Exception] = field(default_factory=dict)
    earlier: dict[tuple[str | None, str], Note] = field(default_factory=dict)
    proposed: tuple[str, ...] = ()

    def examples(self, limit: int = 4) -> tuple[str, ...]:
        return ("Un exemple ?",)[:limit]

    def follow_ups(self, *_: Any, **__: Any) -> tuple[str, ...]:
        return self.proposed

    def knowledge(self) -> Knowledge:
        return Knowledge(
            len(self.notes), PartialDate(2016), PartialDate(2018), datetime(2026, 3, 1, tzinfo=UTC), "build"
        )

    def themes(self) -> tuple[tuple[str, int], ...]:
        return (("numérique", 1),)

    def count(self, filters: Filters) -> int:
        return sum(not filters.kinds or note.kind in filters.kinds for note in self.notes.values())

    def note(self, note_id: str, build: str | None = None) -> Note:
        return self.earlier[build, note_id] if build in {known for known, _ in self.earlier} else self.notes[note_id]

    def events_of(self, note_id: str) -> tuple[AgendaEvent, ...]:
        return events_of(self.notes[note_id])

    def stream(self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None) -> Iterator[Event]:
        self.asked.append((question, tuple(history), filters or Filters()))
        reply = self.replies.get(question) or self.answer(question)
        if isinstance(reply, Exception):
            raise reply
        yield PassagesFound(reply.standalone_question, reply.passages)
        for sentence in reply.sentences if isinstance(reply, Answer) else ():
            yield SentenceReady(sentence, tuple(c for c in reply.citations if c.number in sentence.citations))
            assert self.gate.wait(30)
        yield Finished(reply)


@pytest.fixture(scope="session")
def script(note: Note, hostile: Note, answered: Callable[..., Answer]) -> Script:
    """The scripted assistant of `script_url`."""
    return Script({note.id: note, hostile.id: hostile}, answered)


@pytest.fixture
def scripted(script: Script) -> Script:
    """The scripted assistant, with its gate open and nothing asked yet."""
    script.gate.set()
    script.asked.clear()
    script.replies.clear()
    script.earlier.clear()
    script.proposed = ()
    return script


async def _built(
    bot: Any, settings: Settings, places: Sequence[Place], door: Door | None, metrics: Metrics | None
) -> FastAPI:
    # Within an event loop: without one, Gradio makes several and never closes them, which pytest rightly reports.
    return build_app(bot, settings, places, door, metrics)


@contextmanager
def running(
    bot: Any,
    settings: Settings | None = None,
    places: Sequence[Place] = (),
    door: Door | None = None,
    per_minute: int = 0,
    metrics: Metrics | None = None,
) -> Iterator[str]:
    """Serve in a thread; gives the address. Tests ask faster than members may: no limit unless one is given."""
    paced = (settings or Settings()).model_copy(update={"questions_per_minute": per_minute})
    with listen("127.0.0.1", 0) as listener, ThreadPoolExecutor(1) as elsewhere:
        # In another thread, since playwright keeps a loop of its own running in this one.
        app = elsewhere.submit(asyncio.run, _built(bot, paced, places, door, metrics)).result()
        server = uvicorn.Server(server_config(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        port = listener.getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            # Browsers keep a stream open for ever: leaving politely would wait for them.
            server.should_exit = server.force_exit = True
            thread.join(20)


@pytest.fixture(scope="session")
def chat_url(bot: Assistant) -> Iterator[str]:
    """The chat of the real assistant, over the project's own corpus."""
    with running(bot) as url:
        yield url


@pytest.fixture(scope="session")
def script_url(script: Script) -> Iterator[str]:
    """The chat of the scripted assistant."""
    with running(script, Settings(chat_model="script", chat_base_url="http://127.0.0.1:9/v1")) as url:
        yield url


@pytest.fixture
def free_port() -> int:
    """A port that nobody listened to a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The machine's Chromium, or the one that playwright installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
        try:
            chromium = driver.chromium.launch(executable_path=found, args=list(_FLAGS))
        except playwright.Error as error:
            pytest.skip(f"no Chromium: {error}")
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages in contexts of their own; afterwards none may have left the machine or complained."""
    left: list[str] = []
    complaints: list[str] = []

    def watch(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            left.append(request.url)

    def listen_to(message: Any) -> None:
        if message.type in ("error", "warning") and message.text != GRADIO_UPLOAD:
            complaints.append(message.text)

    with ExitStack() as contexts:

        def make(**options: Any) -> Any:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "fr-FR"} | options)
            contexts.callback(context.close)
            context.set_default_timeout(20_000)
            context.on("request", watch)
            context.on("console", listen_to)
            context.on("weberror", lambda error: complaints.append(str(error.error)))
            return context.new_page()

        yield make
    assert not left, "requests left the machine"
    assert not complaints


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page of desktop size."""
    return new_page()
