"""What is told of a real question, however it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest

from assistant import Answer, Assistant, Refusal, Settings
from assistant.embedding import Embedder
from assistant.observing import Asked, Observer, Outcome
from tests.answering.chat_server import Act, Script, said, served, with_model

QUESTION = "Qui pilote le programme DcANT ?"
OUTSIDE = "Quelle est la capitale de l'Australie ?"


@pytest.fixture
def heard(
    bot: Assistant, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Assistant, list[Asked]]]:
    """An assistant, of its own where it has settings of its own, and what is heard of its questions."""

    def make(chosen: Settings | None = None) -> tuple[Assistant, list[Asked]]:
        told: list[Asked] = []
        asked = bot if chosen is None else Assistant(chosen, embedder)
        monkeypatch.setattr(asked, "observer", Observer([told.append]))
        return asked, told

    return make


def test_an_answer_and_the_same_again(heard: Callable[..., tuple[Assistant, list[Asked]]], settings: Settings) -> None:
    bot, told = heard(settings.model_copy(update={"cached_answers": 10}))
    reply = bot.ask(QUESTION)
    assert bot.ask(QUESTION).text == reply.text
    first, again = told
    assert isinstance(first.reply, Answer)
    assert (first.outcome, first.build, first.sources) == (Outcome.ANSWERED, bot.build, len(first.reply.citations))
    assert {"rewrite", "retrieve", "words", "vectors", "read", "answer", "choose"} <= set(first.seconds_by_step)
    assert (first.remembered, again.remembered, again.steps) == (False, True, ())
    stages = sum(first.seconds_by_step[name] for name in ("rewrite", "retrieve", "answer"))
    assert reply.timings.total / 1000 == pytest.approx(stages, rel=0.05)
    assert stages <= first.seconds


def test_steps_are_parts_of_their_stage(heard: Callable[..., tuple[Assistant, list[Asked]]]) -> None:
    bot, told = heard()
    bot.ask(QUESTION)
    by_number = {one.number: one for one in told[0].steps}
    parents = {one.name: by_number[one.parent].name for one in told[0].steps if one.parent is not None}
    assert parents["read"] == parents["words"] == parents["vectors"] == "retrieve"
    assert parents["choose"] == "answer"
    for one in told[0].steps:
        if one.parent is not None:
            assert by_number[one.parent].began <= one.began <= one.ended <= by_number[one.parent].ended


def test_a_stream_that_other_threads_and_contexts_resume(heard: Callable[..., tuple[Assistant, list[Asked]]]) -> None:
    """As Gradio does: each value is taken by whichever thread is free, in a context of its own."""
    bot, told = heard()
    stream = bot.stream(QUESTION)
    with ThreadPoolExecutor(3) as pool:
        while pool.submit(Context().run, next, stream, None).result() is not None:
            pass
    assert told[0].outcome is Outcome.ANSWERED
    assert {"rewrite", "retrieve", "words", "vectors", "read", "answer", "choose"} <= set(told[0].seconds_by_step)


def test_a_refusal_says_its_reason(heard: Callable[..., tuple[Assistant, list[Asked]]]) -> None:
    bot, told = heard()
    reply = bot.ask(OUTSIDE)
    assert isinstance(reply, Refusal)
    assert (told[0].outcome, told[0].reason, told[0].sources) == (Outcome.REFUSED, reply.reason.value, 0)


def test_a_question_that_is_stopped(heard: Callable[..., tuple[Assistant, list[Asked]]]) -> None:
    bot, told = heard()
    stream = bot.stream(QUESTION)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert (told[0].outcome, told[0].reply, told[0].error) == (Outcome.STOPPED, None, None)


def test_a_question_that_fails(
    heard: Callable[..., tuple[Assistant, list[Asked]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, told = heard()

    def broken(_: str) -> None:
        raise RuntimeError(QUESTION)

    monkeypatch.setattr(bot.embedder, "_encode_query", broken)
    with pytest.raises(RuntimeError):
        bot.ask(QUESTION)
    assert (told[0].outcome, told[0].error) == (Outcome.FAILED, "RuntimeError")


def test_an_endpoint_that_writes_and_one_that_fails(
    heard: Callable[..., tuple[Assistant, list[Asked]]], settings: Settings
) -> None:
    with served(Script()) as chat:
        bot, told = heard(with_model(settings, chat.url))
        chat.play(said("DcANT est piloté par le service."))
        bot.ask(QUESTION)
        chat.play(Act(status=503), Act(status=503))
        bot.ask("Que veut dire INP ?")
    assert {"generate", "verify"} <= set(told[0].seconds_by_step)
    assert told[0].troubles == ()
    assert set(told[1].troubles) == {"down"}
    assert told[1].outcome is Outcome.ANSWERED


def test_who_hears_cannot_harm_a_question(bot: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    told: list[Asked] = []

    def broken(_: Asked) -> None:
        raise RuntimeError(QUESTION)

    with Observer([broken, told.append]).asking(QUESTION, "b"):
        pass
    assert len(told) == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert QUESTION not in caplog.text
