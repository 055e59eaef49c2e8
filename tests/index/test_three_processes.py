"""Beyond one machine: three real app processes over one Chroma server, one folder and one endpoint that embeds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from chroma_server import ChromaServer, free_port
from vector_server import Served, served

from assistant import Note, Settings
from assistant.corpus import Corpus
from assistant.embedding import Embedder
from assistant.embedding.backends import EmbeddedBackend
from assistant.index import Publisher, Recipe, current_build_id, sync
from assistant.ui.apology import UNAVAILABLE

ROOT = Path(__file__).parents[2]
QUESTION = "Qui ouvre les Assises de la mobilité urbaine, demande {} ?"
NEW = Note("assises", "Assises de la mobilité", "Johanna Rolland ouvre les Assises de la mobilité urbaine le 12 mars.")
_READY = 300.0  # seconds that three starts may take on a busy machine


@dataclass
class App:
    """One app process, and what it answered."""

    port: int
    process: subprocess.Popen[bytes]
    replies: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    asked: int = 0

    def ask(self) -> dict[str, Any] | None:
        """A question that was not asked before; None where the reply was an error, which is kept."""
        self.asked += 1
        address = f"http://127.0.0.1:{self.port}/gradio_api/call/ask"
        data = [QUESTION.format(f"{self.port} {self.asked}"), [], [], [], "", "", ""]
        event = httpx.post(address, json={"data": data}, timeout=60).json()["event_id"]
        lines = httpx.get(f"{address}/{event}", timeout=120).text.splitlines()
        found = json.loads(next(line for line in lines if line.startswith("data: "))[6:])
        if "event: complete" not in lines:
            self.errors.append(json.dumps(found, ensure_ascii=False))
            return None
        self.replies.append(found[0])
        return dict(found[0])


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    made = ChromaServer(tmp_path / "data")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def settings(chroma: ChromaServer, tmp_path: Path, embedder: Embedder) -> Iterator[Settings]:
    assert isinstance(embedder.backend, EmbeddedBackend)
    bare = replace(embedder.backend, prompts={"query": "", "document": ""})
    with served(Served(lambda texts: bare.encode(texts, "document"), name="e5")) as endpoint:
        yield Settings.load(
            corpus_dir=ROOT / "corpus",
            index_dir=tmp_path / "index",
            state_dir=tmp_path / "state",
            chroma_url=chroma.url,
            embedding_base_url=endpoint.url,
            embedding_model="e5",
            embedding_query_prompt="query: ",
            embedding_document_prompt="passage: ",
            questions_per_minute=0,  # tests ask faster than members may
        )


@pytest.fixture
def publisher(settings: Settings, notes: list[Note]) -> Iterator[Publisher]:
    recipe = Recipe.from_settings(settings)
    sync(settings.index_dir, [*notes, NEW], recipe)
    with Publisher(settings.index_dir, recipe) as made:
        yield made


@pytest.fixture
def apps(settings: Settings, publisher: Publisher) -> Iterator[list[App]]:
    given = settings.model_dump(exclude_unset=True)
    variables = {f"ASSISTANT_{name.upper()}": str(value) for name, value in given.items()}
    with ExitStack() as ending:
        made = []
        for port in [free_port() for _ in range(3)]:
            process = subprocess.Popen(
                [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port)],
                env={**os.environ, **variables},
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            ending.callback(_end, process)
            made.append(App(port, process))
        for app in made:
            _wait(app)
        yield made


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(app: App) -> None:
    end = time.monotonic() + _READY
    while time.monotonic() < end:
        assert app.process.poll() is None, "the app ended"
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{app.port}/", timeout=10).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError("the app does not start")


def edition(notes: list[Note], number: int) -> Corpus:
    """The corpus with another title and another text of one note: an answer that mixed builds would show it."""
    text = f"Johanna Rolland ouvre les Assises de la mobilité urbaine numéro n{number} le 12 mars."
    return Corpus((*notes, replace(NEW, title=f"Assises de la mobilité, édition n{number}", text=text)), {}, ())


@pytest.mark.long
def test_three_processes_follow_one_index(
    settings: Settings, publisher: Publisher, apps: list[App], notes: list[Note], chroma: ChromaServer
) -> None:
    publisher.publish(edition(notes, 0), "essai")
    done = threading.Event()

    def go_on(app: App) -> None:
        while not done.is_set():
            app.ask()

    threads = [threading.Thread(target=go_on, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for number in range(1, 5):
        publisher.publish(edition(notes, number), "essai")
        time.sleep(1)
    done.set()
    for thread in threads:
        thread.join()
    for app in apps:
        assert app.errors == []
        assert len({reply["build"] for reply in app.replies}) >= 2
        for reply in app.replies:
            for citation in reply["citations"]:
                if citation["title"].startswith(NEW.title):
                    assert citation["title"].split()[-1] in citation["quote"]

    chroma.stop()
    assert [app.ask() for app in apps] == [None] * 3
    assert all(UNAVAILABLE in app.errors[-1] for app in apps)
    chroma.start()
    last = current_build_id(settings.index_dir)
    replies = [app.ask() for app in apps]
    assert [reply and reply["build"] for reply in replies] == [last] * 3
