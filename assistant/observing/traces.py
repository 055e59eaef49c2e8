"""A question and its steps as spans, sent by OTLP over HTTP to the collector that the settings name.

Imported only where there is one. Spans are made once the question is over and sent by a thread of their own: a
collector that is slow or gone costs spans, never an answer.
"""

from __future__ import annotations

from importlib.metadata import version
from urllib.parse import urlsplit, urlunsplit

from assistant.errors import SettingsError
from assistant.observing.observer import Asked, Outcome

try:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import Span, StatusCode, set_span_in_context
except ImportError:
    raise SettingsError(
        "ASSISTANT_OTEL_ENDPOINT demande le complément « traces » : pip install 'assistant-france-urbaine[traces]'."
    ) from None

NAME = "assistant-france-urbaine"
_PATH = "/v1/traces"
_TIMEOUT = 3  # seconds of one sending; also what leaving may wait for
_DELAY = 2_000  # milliseconds between two
_WAITING = 2_048  # spans; beyond, the newest are lost


class Traces:
    """Hears of questions. Holds a provider of its own: nothing else that runs in the process is traced.

    Args:
        endpoint: the collector, such as `http://127.0.0.1:4318`; its path is `/v1/traces` where it has none.
        shown: whether the question's text goes along.
    """

    def __init__(self, endpoint: str, *, shown: bool) -> None:
        self._shown = shown
        described = Resource.create({"service.name": NAME, "service.version": version(NAME)})
        self._provider = TracerProvider(resource=described)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                OTLPSpanExporter(endpoint=_address(endpoint), timeout=_TIMEOUT),
                max_queue_size=_WAITING,
                schedule_delay_millis=_DELAY,
            )
        )
        self._tracer = self._provider.get_tracer(NAME)

    def __call__(self, asked: Asked) -> None:
        """Make the spans of a question."""
        root = self._span("question", None, asked.began)
        root.set_attributes(self._attributes(asked))
        if asked.outcome is Outcome.FAILED:
            root.set_status(StatusCode.ERROR, asked.error)
        spans: dict[int | None, Span] = {None: root}
        for one in asked.steps:  # in the order in which they began: parents first
            span = self._span(one.name, spans.get(one.parent, root), asked.began + one.began - asked.origin)
            span.set_attribute("assistant.busy_ms", one.seconds * 1000)
            span.end(_nanoseconds(asked.began + one.ended - asked.origin))
            spans[one.number] = span
        root.end(_nanoseconds(asked.began + asked.seconds))

    def _span(self, name: str, parent: Span | None, began: float) -> Span:
        context = Context() if parent is None else set_span_in_context(parent, Context())
        return self._tracer.start_span(name, context, start_time=_nanoseconds(began))

    def _attributes(self, asked: Asked) -> dict[str, str | int | bool]:
        known = {
            **asked.facts,
            "troubles": ",".join(asked.troubles) or None,
            "question": asked.question if self._shown else None,
        }
        return {f"assistant.{name}": value for name, value in known.items() if value is not None}

    def close(self) -> None:
        """Send what is left, as long as that may take, and stop."""
        self._provider.shutdown()


def _address(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(path=parts.path if parts.path.strip("/") else _PATH))


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
