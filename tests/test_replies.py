"""Replies remembered: the same events at once, until anything that they depend on differs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from assistant import Answer, Assistant, Refusal, Settings, Turn, language
from assistant.chain import Chain, Request
from assistant.embedding import Embedder
from assistant.language import Language
from assistant.models import Filters, Finished, Kind, PassagesFound, Reason, SentenceReady, Timings
from assistant.replies import Replies, lasts

QUESTION, SILENT = "Qui pilote le programme DcANT ?", "Quelle est la capitale de la Mongolie ?"
DAY = date(2026, 1, 15)


@pytest.fixture
def bot(settings: Settings, embedder: Embedder) -> Iterator[Assistant]:
    bot = Assistant(settings.model_copy(update={"cached_answers": 512}), embedder)
    yield bot
    bot.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What reached the chain."""
    seen: list[Request] = []
    stream = Chain.stream

    def noted(self: Chain, request: Request) -> Any:
        seen.append(request)
        return stream(self, request)

    monkeypatch.setattr(Chain, "stream", noted)
    return seen


@pytest.mark.parametrize("question", [QUESTION, SILENT])
def test_the_same_question_gives_the_same_events_at_once(bot: Assistant, asked: list[Request], question: str) -> None:
    first, again = list(bot.stream(question, today=DAY)), list(bot.stream(question, today=DAY))
    assert len(asked) == 1
    assert first[:-1] == again[:-1] and isinstance(first[0], PassagesFound)
    *_, (before, after) = zip(first, again, strict=True)
    assert isinstance(before, Finished) and isinstance(after, Finished)
    assert before.reply.timings.total > 0 and after.reply.timings == Timings()
    assert isinstance(before.reply, Answer if question == QUESTION else Refusal)
    assert any(isinstance(event, SentenceReady) for event in again) == (question == QUESTION)


def test_whatever_differs_is_asked_anew(bot: Assistant, asked: list[Request]) -> None:
    bot.ask(QUESTION, today=DAY)
    turns = (Turn("user", "Bonjour"), Turn("assistant", "Bonjour"))
    others: list[dict[str, Any]] = [
        {"today": date(2026, 1, 16)},
        {"today": DAY, "history": turns},
        {"today": DAY, "filters": Filters(kinds=frozenset({Kind.EVENT}))},
    ]
    for number, other in enumerate(others, start=2):
        bot.ask(QUESTION, **other)
        assert len(asked) == number
    try:
        language.use(Language.ENGLISH)
        bot.ask(QUESTION, today=DAY)
    finally:
        language.use(Language.FRENCH)
    assert len(asked) == 5


def test_no_more_than_the_setting_are_kept(settings: Settings, embedder: Embedder, asked: list[Request]) -> None:
    bot = Assistant(settings.model_copy(update={"cached_answers": 1}), embedder)
    for question in (QUESTION, SILENT, SILENT, QUESTION):
        bot.ask(question, today=DAY)
    assert [request.question for request in asked] == [QUESTION, SILENT, QUESTION]
    bot.close()
    none = Assistant(settings.model_copy(update={"cached_answers": 0}), embedder)
    for _ in range(2):
        none.ask(QUESTION, today=DAY)
    none.close()
    assert len(asked) == 5


def test_another_build_is_asked_anew() -> None:
    reply = Refusal(QUESTION, QUESTION, Reason.NOT_IN_CORPUS, "", (), (), "extractive", "b1")
    replies = Replies(4)
    replies.put(Request(QUESTION, today=DAY), reply)
    assert replies.get("b1", Request(QUESTION, today=DAY)) is not None
    assert replies.get("b2", Request(QUESTION, today=DAY)) is None


@pytest.mark.parametrize(
    ("answerer", "written", "kept"),
    [("extractive", False, True), ("extractive", True, False), ("generative", True, True)],
)
def test_what_stood_in_for_a_chat_model_is_not_kept(answerer: str, written: bool, kept: bool) -> None:
    reply = Answer(QUESTION, QUESTION, (), (), (), answerer, "b1")
    assert lasts(reply, written=written) is kept


def test_a_question_is_embedded_once(embedder: Embedder) -> None:
    vector = embedder.encode_query("Une question posée deux fois ?")
    assert embedder.encode_query("Une question posée deux fois ?") is vector
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1.0
