"""Spans as a real collector receives them, and questions where there is no collector to receive them."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assistant import Answer, Assistant, Settings
from assistant.errors import SettingsError
from assistant.observing import Observer, Outcome
from assistant.observing.traces import Traces
from tests.observing.test_logs import SECRET, asked

QUESTION = "Qui pilote le programme DcANT ?"


class Collector:
    """Where it listens, the paths asked for, and the spans received; `hold` keeps it from answering."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        self.hold = threading.Event()
        self.hold.set()
        self.url = ""

    @property
    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            collector.paths.append(self.path)
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            collector.hold.wait(20)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    yield collector
    collector.hold.set()
    server.shutdown()
    thread.join()
    server.server_close()


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}


def test_a_question_and_its_steps_arrive_whole(bot: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setattr(bot, "observer", Observer.from_settings(Settings.load(otel_endpoint=collector.url)))
        begun = time.time_ns()
        reply = bot.ask(QUESTION)
        bot.observer.close()
    assert set(collector.paths) == {"/v1/traces"}
    spans = {span.span_id: span for span in collector.spans}
    (root,) = [span for span in spans.values() if not span.parent_span_id]
    told = attributes(root)
    assert (root.name, told["assistant.outcome"], told["assistant.build"]) == ("question", "answered", reply.build)
    assert not [value for value in told.values() if QUESTION in str(value)]
    parents = {span.name: spans[span.parent_span_id].name for span in spans.values() if span.parent_span_id}
    assert {"rewrite": "question", "retrieve": "question", "read": "retrieve", "choose": "answer"}.items() <= (
        parents.items()
    )
    assert {span.trace_id for span in spans.values()} == {root.trace_id}
    for span in spans.values():
        assert begun <= root.start_time_unix_nano <= span.start_time_unix_nano + 1_000_000
        assert span.start_time_unix_nano <= span.end_time_unix_nano <= root.end_time_unix_nano + 1_000_000


@pytest.mark.parametrize("shown", [True, False])
def test_the_text_only_where_asked_for(shown: bool) -> None:
    with collecting() as collector:
        traces = Traces(f"{collector.url}/chemin", shown=shown)
        traces(asked(outcome=Outcome.FAILED, error="ValueError"))
        traces.close()
    (span,) = collector.spans
    assert collector.paths == ["/chemin"]
    assert attributes(span).get("assistant.question") == (SECRET if shown else None)
    assert (span.status.code, span.status.message) == (2, "ValueError")
    assert (SECRET.encode() in collector.bodies[0]) is shown


@pytest.mark.parametrize("state", ["gone", "silent"])
def test_without_a_collector_questions_are_answered_all_the_same(
    bot: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, state: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        gone = f"http://127.0.0.1:{free.getsockname()[1]}"
    with collecting() as collector:
        collector.hold.clear()
        endpoint = gone if state == "gone" else collector.url
        monkeypatch.setattr(bot, "observer", Observer.from_settings(Settings.load(otel_endpoint=endpoint)))
        seconds = []
        for _ in range(3):
            begun = time.perf_counter()
            assert isinstance(bot.ask(QUESTION), Answer)
            seconds.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        bot.observer.close()
        leaving = time.perf_counter() - begun
    assert min(seconds) < 2
    assert leaving < 10
    assert QUESTION not in caplog.text


def test_more_spans_than_can_be_sent_are_lost_and_cost_no_time() -> None:
    with collecting() as collector:
        collector.hold.clear()
        traces = Traces(collector.url, shown=False)
        begun = time.perf_counter()
        for _ in range(5_000):
            traces(asked(outcome=Outcome.STOPPED))
        assert time.perf_counter() - begun < 10
        collector.hold.set()
        traces.close()
    assert 0 < len(collector.spans) < 5_000


def test_nothing_is_loaded_unless_asked_for() -> None:
    code = (
        "import sys; from assistant import Settings; from assistant.observing import Observer; "
        "Observer.from_settings(Settings()); print([n for n in sys.modules if n.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_sends_them_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "assistant.observing.traces")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError, match=r"assistant-france-urbaine\[traces\]"):
        Observer.from_settings(Settings.load(otel_endpoint="http://127.0.0.1:4318"))


def test_an_address_that_is_none_is_refused_without_being_told() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(otel_endpoint="collecteur:hush@4318")
    assert "ASSISTANT_OTEL_ENDPOINT" in str(caught.value)
    assert "hush" not in str(caught.value)
