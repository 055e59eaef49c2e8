"""Lines for people and for programs: what they hold, and what they never do."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant import Settings
from assistant.errors import IndexCorruptError, QuestionError
from assistant.observing import Asked, Observer, Outcome, logs

SECRET = "mot-que-personne-ne-lit"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., list[str]]]:
    """Configures with these settings; gives the lines written until now."""
    written: list[str] = []
    loggers = [logging.getLogger(name) for name in ("", "assistant", logs.ROOM)]
    levels = [logger.level for logger in loggers]

    def use(**given: Any) -> list[str]:
        if given:
            logs.configure(Settings.load(**given))
        written.extend(capsys.readouterr().err.splitlines())
        return list(written)

    yield use
    logs.plain()
    for handler in [h for h in logging.getLogger("assistant").handlers if isinstance(h, logs._Handler)]:
        logging.getLogger("assistant").removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def asked(**given: Any) -> Asked:
    return Asked(**{"id": "i", "question": SECRET, "build": "b", "began": 0.0, "origin": 0.0, "seconds": 0.5} | given)


def test_json_is_an_object_a_line(lines: Callable[..., list[str]]) -> None:
    lines(log_format="json")
    logging.getLogger("assistant.x").info("un\ndeux « é »", extra={"fields": {"n": 1}})
    (line,) = lines()
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {"level": "info", "logger": "assistant.x", "message": "un\ndeux « é »", "n": 1}


def test_text_is_one_line_whatever_it_holds(lines: Callable[..., list[str]]) -> None:
    lines(log_format="texte")
    logging.getLogger("assistant.x").warning("un\n2026 faux\x1b[31m", extra={"fields": {"a": {"b": 1}, "c": []}})
    (line,) = lines()
    assert line.endswith(r"warning assistant.x un\n2026 faux\x1b[31m a=b:1")


@pytest.mark.parametrize(
    ("level", "ours", "libraries"), [("debug", 5, 3), ("info", 4, 3), ("warning", 3, 3), ("error", 2, 2)]
)
def test_levels(lines: Callable[..., list[str]], level: str, ours: int, libraries: int) -> None:
    lines(log_level=level)
    for name, expected in (("assistant.x", ours), ("openai", libraries)):
        before = len(lines())
        for say in ("debug", "info", "warning", "error", "critical"):
            getattr(logging.getLogger(name), say)("dit")
        assert len(lines()) - before == expected, name


@pytest.mark.parametrize("form", ["texte", "json"])
def test_the_text_of_an_error_that_is_not_ours_is_kept_out(lines: Callable[..., list[str]], form: str) -> None:
    lines(log_format=form)
    for error in (ValueError(SECRET), QuestionError(SECRET)):
        try:
            raise RuntimeError(SECRET) from error
        except RuntimeError:
            logging.getLogger("assistant.x").exception("raté")
    text = "\n".join(lines())
    assert SECRET not in text
    assert [text.count(kind) for kind in ("RuntimeError", "ValueError", "QuestionError")] == [2, 1, 1]
    assert "test_logs.py:" in text


def test_our_errors_and_the_systems_say_what_is_wrong(lines: Callable[..., list[str]]) -> None:
    lines(log_format="json")
    try:
        raise IndexCorruptError("abîmé") from OSError(28, "plein")
    except IndexCorruptError:
        logging.getLogger("assistant.x").exception("raté")
    faults = json.loads(lines()[0])["faults"]
    assert [(fault["type"], fault["message"]) for fault in faults] == [
        ("IndexCorruptError", "abîmé"),
        ("OSError", "[Errno 28] plein"),
    ]


@pytest.mark.parametrize("shown", [True, False])
def test_the_text_of_a_question_only_where_asked_for(lines: Callable[..., list[str]], shown: bool) -> None:
    settings = Settings.load(log_format="json", log_questions=shown)
    lines(log_format="json", log_questions=shown)
    Observer.from_settings(settings)._tell(asked(outcome=Outcome.FAILED, error="ValueError", troubles=("down",)))
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("assistant.x").exception("raté")
    question, raised = map(json.loads, lines())
    assert (question["event"], question["outcome"], question["ms"]) == ("question", "failed", 500.0)
    assert (question["troubles"], question["error"]) == (["down"], "ValueError")
    assert question.get("question") == (SECRET if shown else None)
    assert raised["faults"][0].get("message") == (SECRET if shown else None)


def test_a_command_shows_messages_alone(lines: Callable[..., list[str]]) -> None:
    logs.plain()
    logging.getLogger("assistant.x").info("Fait.")
    Observer.from_settings(Settings.load())._tell(asked(outcome=Outcome.STOPPED))
    assert lines() == ["Fait."]


def test_what_is_logged_within_a_request_bears_its_id(lines: Callable[..., list[str]]) -> None:
    lines(log_format="json")
    with logs.of_request("abc"):
        logging.getLogger("assistant.x").info("dedans")
    logging.getLogger("assistant.x").info("dehors")
    assert [json.loads(line).get("request") for line in lines()] == ["abc", None]
