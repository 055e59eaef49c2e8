"""Lines for people or for programs, on the standard error. What members write stays out of them, unless asked for.

The text of an error that is not ours may repeat a question, a password or a key: only its kind and its places are
written. Libraries are heard from their warnings on: some write what they are sent at the lower levels.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any

from assistant.errors import AssistantError, QuestionError
from assistant.observing.observer import Asked
from assistant.settings import Settings

#: Below it are the lines of requests and questions.
ROOM = "assistant.observing"
questions = logging.getLogger(f"{ROOM}.questions")
requests = logging.getLogger(f"{ROOM}.requests")
_SAID = ("event", "outcome", "reason", "error", "ms", "method", "route", "status")  # in the message of their lines
_PLACES = 12  # of a traceback, the innermost
_request: ContextVar[str | None] = ContextVar("assistant_request", default=None)


class _Handler(logging.StreamHandler[Any]):
    """Ours, to be told from those of others."""


def plain() -> None:
    """Messages alone, as a command shows them to who runs it; no lines of requests or questions."""
    handler = _Handler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    _put(logging.getLogger("assistant"), handler)
    logging.getLogger("assistant").setLevel(logging.INFO)
    logging.getLogger(ROOM).setLevel(logging.WARNING)


def configure(settings: Settings) -> None:
    """Lines as the settings want them, from this program and all its libraries, in place of what there was."""
    handler = _Handler(sys.stderr)
    shown = settings.log_questions
    handler.setFormatter(Json(shown) if settings.log_format == "json" else Text(shown))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    _put(logging.getLogger(), handler)
    logging.getLogger().setLevel(max(level, logging.WARNING))
    logging.getLogger("assistant").setLevel(level)
    logging.getLogger(ROOM).setLevel(logging.NOTSET)


def _put(logger: logging.Logger, handler: logging.Handler) -> None:
    for known in (logging.getLogger(), logging.getLogger("assistant")):
        for old in [old for old in known.handlers if isinstance(old, _Handler)]:
            known.removeHandler(old)
    logger.addHandler(handler)


@contextmanager
def of_request(name: str) -> Iterator[None]:
    """What is logged within bears the request's id."""
    token = _request.set(name)
    try:
        yield
    finally:
        _request.reset(token)


class QuestionLines:
    """Hears of questions and writes a line for each; with its text if it is `shown`."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    def __call__(self, asked: Asked) -> None:
        """Write the line."""
        if questions.isEnabledFor(logging.INFO):
            questions.info(_told(asked), extra={"fields": self._fields(asked)})

    def _fields(self, asked: Asked) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "event": "question",
            **asked.facts,
            "ms": _ms(asked.seconds),
            "steps_ms": {name: _ms(seconds) for name, seconds in asked.seconds_by_step.items()},
            "troubles": list(asked.troubles),
        }
        return fields | ({"question": asked.question} if self._shown else {})


_OUTCOMES = {"answered": "répondue", "refused": "refusée", "stopped": "arrêtée", "failed": "en échec"}


def _told(asked: Asked) -> str:
    why = asked.reason or asked.error
    return f"question {_OUTCOMES[asked.outcome]}{f' ({why})' if why else ''} en {_ms(asked.seconds)} ms"


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


class Text(logging.Formatter):
    """One line for people: moment, level, who, what, and the fields. `shown` as in `faults`."""

    def __init__(self, shown: bool) -> None:
        super().__init__()
        self._shown = shown

    def format(self, record: logging.LogRecord) -> str:
        known = _record(record, self._shown)
        head = f"{known.pop('time')} {known.pop('level'):7} {known.pop('logger')} {known.pop('message')}"
        told = (f"{name}={_flat(value)}" for name, value in known.items() if name not in _SAID and value)
        return _one_line(" ".join([head, *told]))


class Json(logging.Formatter):
    """One JSON object a line. `shown` as in `faults`."""

    def __init__(self, shown: bool) -> None:
        super().__init__()
        self._shown = shown

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_record(record, self._shown), ensure_ascii=False, default=str)


def _record(record: logging.LogRecord, shown: bool) -> dict[str, Any]:
    known: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
        **getattr(record, "fields", {}),
    }
    if (request := _request.get()) is not None:
        known.setdefault("request", request)
    if record.exc_info and record.exc_info[1] is not None:
        known["faults"] = faults(record.exc_info[1], shown)
    return known


def faults(error: BaseException, shown: bool) -> list[dict[str, Any]]:
    """The error and what it came from, outermost first: its kind, where it was raised, innermost last, and its message
    where it is one of ours or of the system, or all are to be `shown`.
    """
    found: list[dict[str, Any]] = []
    now: BaseException | None = error
    while now is not None and len(found) < 5:
        fault: dict[str, Any] = {"type": type(now).__name__}
        if shown or (isinstance(now, (AssistantError, OSError)) and not isinstance(now, QuestionError)):
            fault["message"] = str(now)
        places = [f"{'/'.join(Path(f.filename).parts[-3:])}:{f.lineno}" for f in extract_tb(now.__traceback__)]
        found.append(fault | {"places": places[-_PLACES:]})
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return found


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}:{_flat(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ";".join(map(_flat, value))
    return str(value)


def _one_line(text: str) -> str:
    """Nobody begins a line of their own: control characters are written as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
