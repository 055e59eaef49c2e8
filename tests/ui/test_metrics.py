"""`/metrics`: what a Prometheus reads of real questions, who may read it, and what no label ever holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from assistant import Assistant, Settings
from assistant.embedding import Embedder
from assistant.errors import QuestionError
from assistant.index import Recipe, sync
from assistant.observing import Observer
from assistant.observing.metrics import Metrics
from assistant.ui.chat import page
from tests.answering.chat_server import Act, served, with_model
from tests.answering.chat_server import Script as Endpoint

from .conftest import Script, running
from .test_server import ask

TOKEN = "jeton-de-prometheus"
QUESTION = "Qui pilote le programme DcANT, dit Zorglub7 ?"
OUTSIDE = "Quelle est la capitale de l'Australie ?"


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Name and values of the labels -> value, as Prometheus' own reader finds them."""
    families = text_string_to_metric_families(text)
    return {(one.name, tuple(one.labels.values())): one.value for family in families for one in family.samples}


def read(url: str, **headers: str) -> dict[tuple[str, tuple[str, ...]], float]:
    status, answered, text = ask(url, "/metrics", headers=headers)
    assert (status, answered["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return samples(text)


@pytest.fixture
def counted(
    bot: Assistant, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[str, Assistant]]]:
    """Serves an assistant, of its own where it has settings of its own, whose questions are counted: its address and
    itself.
    """
    with ExitStack() as opened:

        def serve(chosen: Settings | None = None) -> tuple[str, Assistant]:
            asked = bot
            if chosen is not None:
                asked = opened.enter_context(closing(Assistant(chosen, embedder)))
            observer = Observer.from_settings(Settings.load(metrics=True))
            monkeypatch.setattr(asked, "observer", observer)
            return opened.enter_context(running(asked, chosen, metrics=observer.metrics)), asked

        yield serve


def test_real_questions_are_counted_and_timed(
    counted: Callable[..., tuple[str, Assistant]], settings: Settings
) -> None:
    url, bot = counted(settings.model_copy(update={"cached_answers": 10}))
    for question in (QUESTION, QUESTION, OUTSIDE):
        bot.ask(question)
    stream = bot.stream("Que veut dire INP ?")
    next(stream)
    assert read(url)["assistant_questions_in_progress", ()] == 1
    stream.close()  # type: ignore[attr-defined]
    found = read(url)
    outcomes = {name: found["assistant_questions_total", (name,)] for name in ("refused", "stopped", "busy", "failed")}
    assert outcomes == {"refused": found["assistant_refusals_total", ("not_in_corpus",)], "stopped": 1} | dict.fromkeys(
        ("busy", "failed"), 0
    )
    assert outcomes["refused"] + found["assistant_questions_total", ("answered",)] == 3
    assert found["assistant_remembered_replies_total", ()] == 1
    assert found["assistant_question_seconds_count", ()] == 3
    assert found["assistant_step_seconds_count", ("read",)] >= 2
    assert 0 < found["assistant_step_seconds_sum", ("words",)] < found["assistant_step_seconds_sum", ("retrieve",)]
    manifest = bot.reader.current.manifest
    assert found["assistant_build_info", (manifest.id, str(bot.embedder.identity))] == 1
    assert found["assistant_chunks", ()] == manifest.chunks
    assert found["assistant_notes", ()] == manifest.notes
    assert found["assistant_ready", ()] == 1
    assert found["process_resident_memory_bytes", ()] > 0


def test_a_publication_is_seen(
    counted: Callable[..., tuple[str, Assistant]], settings: Settings, notes: list[Any], recipe: Recipe, tmp_path: Path
) -> None:
    sync(tmp_path, notes[:3], recipe)
    url, bot = counted(settings.model_copy(update={"index_dir": tmp_path}))
    before = read(url)
    sync(tmp_path, notes[:4], recipe)
    after = read(url)
    assert (before["assistant_notes", ()], after["assistant_notes", ()]) == (3, 4)
    assert (before["assistant_builds_followed", ()], after["assistant_builds_followed", ()]) == (0, 1)
    assert [key[1][0] for key in after if key[0] == "assistant_build_info"] == [bot.build]


def test_failures_of_the_endpoint_are_counted(
    counted: Callable[..., tuple[str, Assistant]], settings: Settings
) -> None:
    with served(Endpoint()) as chat:
        url, bot = counted(with_model(settings, chat.url))
        chat.play(Act(status=401))
        bot.ask("Qui pilote le programme DcANT ?")
    assert read(url)["assistant_endpoint_failures_total", ("denied",)] == 1


def test_no_label_holds_what_somebody_typed(counted: Callable[..., tuple[str, Assistant]]) -> None:
    url, bot = counted()
    bot.ask(QUESTION)
    for path in ("/note/Zorglub7", "/Zorglub7", "/gradio_api/heartbeat/Zorglub7/x", "/gradio_api/call/Zorglub7"):
        ask(url, path, "GET" if "heartbeat" not in path else "POST")
    assert httpx.request("PROPFIND", f"{url}/").status_code == 404
    text = ask(url, "/metrics")[2]
    assert "orglub7" not in text.lower()
    assert samples(text)["assistant_http_requests_total", ("OTHER", "/", "404")] == 1
    routes = {key[1][1] for key in samples(text) if key[0] == "assistant_http_requests_total"}
    assert routes == {"/", "/note", "/gradio_api/heartbeat", "autre", "/metrics"} - {"/metrics"}


def test_who_is_turned_away_is_counted(scripted: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MAX_WAITING", 1)
    metrics, hold = Metrics(), threading.Event()

    def held(*_: Any) -> None:
        assert hold.wait(30)
        raise QuestionError("Tenue.")

    monkeypatch.setattr(Script, "ask", held, raising=False)
    with running(scripted, metrics=metrics) as url:
        body = json.dumps({"data": ["Une question ?", [], [], [], "", "", ""]}).encode()
        headers = {"Content-Type": "application/json"}
        statuses = [ask(url, "/gradio_api/call/ask", "POST", headers, body)[0] for _ in range(40)]
        text = metrics.page().decode()
        hold.set()
    turned_away = statuses.count(503)
    assert turned_away > 0
    assert samples(text)["assistant_questions_total", ("busy",)] == turned_away
    # The scripted assistant has no state: the counters are given all the same.
    assert samples(text)["assistant_ready", ()] == 0
    assert ("assistant_questions_waiting", ()) in samples(text)


@pytest.fixture(scope="module")
def open_page(script: Script) -> Iterator[str]:
    """Without a token, and with a login for all else."""
    with running(script, Settings(member_login=True), metrics=Metrics()) as url:
        yield url


@pytest.fixture(scope="module")
def token_page(script: Script) -> Iterator[str]:
    """With a token."""
    with running(script, Settings(metrics_token=TOKEN), metrics=Metrics()) as url:  # type: ignore[arg-type]
        yield url


def test_this_machine_reads_without_a_token(open_page: str) -> None:
    assert ask(open_page, "/metrics")[0] == 200
    assert ask(open_page, "/metrics", headers={"Host": "localhost:1"})[0] == 200
    assert ask(open_page, "/metrics", "HEAD")[2] == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "assistant.example.org"},
        {"Host": "10.0.0.1"},
        {"Host": ""},
    ],
)
def test_nobody_else_does(open_page: str, headers: dict[str, str]) -> None:
    status, answered, text = ask(open_page, "/metrics", headers=headers)
    assert (status, "ASSISTANT_METRICS_TOKEN" in text, "assistant_" in text) == (403, True, False)
    assert answered["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "given", [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer é"}, {"Authorization": f"Basic {TOKEN}"}]
)
def test_a_token_that_is_set_is_asked_of_all(token_page: str, given: dict[str, str]) -> None:
    sent = {name: value.encode().decode("latin-1") for name, value in given.items()}
    status, answered, _ = ask(token_page, "/metrics", headers=sent)
    assert (status, answered["www-authenticate"]) == (401, "Bearer")


def test_who_brings_the_token_reads_from_anywhere(token_page: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9", "Host": "assistant.example.org"}
    assert ask(token_page, "/metrics", headers=headers)[0] == 200
    assert ask(token_page, "/metrics", "POST", headers | {"Content-Length": "0"})[0] == 405


def test_there_is_no_such_page_unless_asked_for(script_url: str) -> None:
    assert ask(script_url, "/metrics")[0] == 404


def test_the_client_is_not_loaded_unless_asked_for() -> None:
    code = (
        "import sys; from assistant import Settings; from assistant.observing import Observer; "
        "import assistant.assistant; Observer.from_settings(Settings()); "
        "print([name for name in ('prometheus_client',) if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_many_threads_lose_no_count() -> None:
    observer = Observer(metrics=Metrics())

    def ask_many() -> None:
        for _ in range(200):
            with observer.asking("q", "b") as asking, asking.recorder.step("read"):
                pass

    threads = [threading.Thread(target=ask_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert observer.metrics is not None
    found = samples(observer.metrics.page().decode())
    assert found["assistant_questions_total", ("stopped",)] == found["assistant_step_seconds_count", ("read",)] == 800


def test_names_are_those_of_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "exploitation.md").read_text(encoding="utf-8")
    families = text_string_to_metric_families(Metrics().page().decode())
    documented = set(re.findall(r"`(assistant_\w+)", guide))
    ours = {family.name for family in families if family.name.startswith("assistant_")}
    assert {name for name in ours if name not in documented and f"{name}_total" not in documented} == set()
