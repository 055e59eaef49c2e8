"""What a browser keeps of a conversation, and what is made of it when it comes back, true or not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from assistant import Assistant
from assistant.access.pace import Pace
from assistant.errors import QuestionError
from assistant.models import Answer, Filters, Finished, Kind, Note, Refusal
from assistant.ui import memory
from assistant.ui.chat.asking import Asking, Parts
from assistant.ui.conversation import MAX_SHOWN, Conversation, Exchange, history
from assistant.ui.render import messages
from assistant.ui.sources import panel

from .conftest import Script, passage

QUESTIONS = (
    "Qui pilote le programme DcANT ?",
    "Quand a-t-il été lancé ?",
    "Quand se tiendra le prochain forum ?",
    "Quelle est la recette de la tarte aux pommes ?",
)


@pytest.fixture(scope="module")
def conversation(bot: Assistant) -> Conversation:
    """Real answers and a refusal, with filters and a failure among them."""
    found: Conversation = ()
    for number, question in enumerate(QUESTIONS, start=1):
        filters = Filters(frozenset(Kind), since=date(2016, 1, 1)) if number == 3 else Filters()
        exchange = Exchange(number, question, filters)
        for event in bot.stream(question, history(found), filters, date(2018, 1, 15)):
            exchange = exchange.after(event)
        found = (*found, exchange)
    assert [type(exchange.reply) for exchange in found] == [Answer, Answer, Answer, Refusal]
    return (*found, Exchange(5, "Et <b>demain</b> ?\nOu après ?", error="La date « demain » n’est pas valide."))


@pytest.fixture
def kept(scripted: Script, answered: Callable[..., Answer]) -> Conversation:
    """One answer that cites a note twice, said to be in the note's own words."""
    reply = replace(answered("Q ?"), answerer="extractive", passages=(), notice="À savoir.")
    return (Exchange(1, "Q ?").after(Finished(reply)),)


def shown(conversation: Conversation) -> tuple[Any, ...]:
    return messages(conversation), panel(conversation), history(conversation)


def reopened(conversation: Conversation, bot: Any) -> Conversation:
    return memory.from_json(memory.to_json(conversation), cast("Assistant", bot))


def test_a_conversation_comes_back_as_it_was(conversation: Conversation, bot: Assistant) -> None:
    text = memory.to_json(conversation)
    again = memory.from_json(text, bot)
    assert shown(again) == shown(conversation)
    assert memory.to_json(again) == text
    for one, other in zip(again, conversation, strict=True):
        assert (one.number, one.filters, one.sentences, one.citations) == (
            other.number,
            other.filters,
            other.sentences,
            other.citations,
        )
        assert [p.chunk.headings for p in one.passages] == [p.chunk.headings for p in other.passages]
    assert any(sentence.dates for exchange in again for sentence in exchange.sentences)
    assert memory.is_proven(again)
    citation = conversation[0].citations[0]
    assert citation.quote not in text, "the words of notes are taken from the notes"
    assert citation.title not in text


def test_a_hostile_note_comes_back_as_text(scripted: Script, hostile: Note, answered: Callable[..., Answer]) -> None:
    reply = answered(hostile.text, hostile.title, about=hostile)
    passages = tuple(replace(p, chunk=replace(p.chunk, headings=())) for p in reply.passages)
    before = (Exchange(1, hostile.text).after(Finished(replace(reply, passages=passages))),)
    assert shown(reopened(before, scripted)) == shown(before)


def test_what_a_chat_model_wrote_is_kept_but_not_called_proven(kept: Conversation, scripted: Script) -> None:
    reply = cast("Answer", kept[0].reply)
    written = replace(reply, answerer="generative", sentences=(replace(reply.sentences[0], text="Le service pilote."),))
    again = reopened((Exchange(1, "Q ?").after(Finished(written)),), scripted)
    assert again[0].sentences[0].text == "Le service pilote."
    assert not memory.is_proven(again)


@pytest.mark.parametrize("change", [{"text": "Il date de 1914."}, {}], ids=["changed", "gone"])
def test_what_the_notes_do_not_say_any_more_is_left_out(
    kept: Conversation, scripted: Script, note: Note, change: dict[str, str]
) -> None:
    text = memory.to_json(kept)
    other = {note.id: replace(note, **change)} if change else {}
    (again,) = memory.from_json(text, cast("Assistant", Script(other, scripted.answer)))
    assert (again.error, again.reply, again.sentences, again.citations) == (memory.GONE, None, (), ())


def test_a_sentence_whose_passage_changed_is_left_out_and_said_to_be(
    kept: Conversation, scripted: Script, note: Note
) -> None:
    changed = replace(note, text=note.text.replace("2014", "1914"))
    (again,) = memory.from_json(memory.to_json(kept), cast("Assistant", Script({note.id: changed}, scripted.answer)))
    assert [sentence.text for sentence in again.sentences] == ["Il est piloté par **le service**."]
    reply = cast("Answer", again.reply)
    assert reply.notice == f"À savoir. {memory.LOST}"
    assert reopened((again,), scripted)[0].reply == reply, "said once, however often it is reopened"


def test_an_answer_is_read_in_the_build_that_it_names(kept: Conversation, scripted: Script, note: Note) -> None:
    text = memory.to_json(kept)
    scripted.earlier = {("build", note.id): note}
    elsewhere = replace(scripted, notes={note.id: replace(note, text="Tout autre chose.")})
    assert shown(memory.from_json(text, cast("Assistant", elsewhere))) == shown(kept)


def test_forged_words_are_never_shown_as_a_notes_own(kept: Conversation, scripted: Script) -> None:
    row = json.loads(memory.to_json(kept))
    row["exchanges"][0]["sentences"][1][0] = "Il date de 1515."
    (again,) = memory.from_json(json.dumps(row), cast("Assistant", scripted))
    assert [sentence.text for sentence in again.sentences] == ["Il est piloté par **le service**."]


def test_headings_are_those_of_the_note(kept: Conversation, scripted: Script, note: Note) -> None:
    found = passage(note, note.text.index("Il est"))
    chunk = replace(found.chunk, headings=("Le programme", "Inventé"))
    (again,) = reopened((replace(kept[0], passages=(replace(found, chunk=chunk),)),), scripted)
    assert [passage.chunk.headings for passage in again.passages] == [("Le programme",)]
    assert again.passages[0].chunk.text == found.chunk.text


def test_an_answer_stopped_half_way_comes_back(kept: Conversation, scripted: Script) -> None:
    half = replace(kept[0], reply=None, sentences=kept[0].sentences[:1], citations=kept[0].citations[:1], stopped=True)
    unheard = Exchange(2, "Et ?", understood="Et ?", stopped=True)
    assert reopened((half, unheard, Exchange(3, "Encore ?")), scripted) == (half, unheard)


def test_the_oldest_exchanges_give_way(kept: Conversation, scripted: Script) -> None:
    many = tuple(replace(kept[0], number=number) for number in range(1, MAX_SHOWN + 10))
    assert [exchange.number for exchange in reopened(many, scripted)] == list(range(10, MAX_SHOWN + 10))
    long = tuple(Exchange(number, 'é"' * 2_700, error="panne") for number in range(1, MAX_SHOWN))
    text = memory.to_json(long)
    assert len(json.dumps(text, ensure_ascii=False).encode()) <= memory.MAX_WRITTEN
    numbers = [exchange.number for exchange in memory.from_json(text, cast("Assistant", scripted))]
    assert numbers == [28, 29]


def test_a_process_that_does_not_know_the_page_takes_what_it_kept(
    conversation: Conversation, bot: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Asking(bot, cast("Parts", None), Pace(0), Pace(0), writes=False)
    text = memory.to_json(conversation)
    assert asking.held((), text) == memory.from_json(text, bot) != ()
    assert asking.held(conversation[:1], text) == conversation[:1], "what the server knows counts"
    assert asking.held((), "") == asking.held((), None) == ()
    told: list[str] = []
    monkeypatch.setattr("gradio.Warning", lambda message, title: told.append(message))
    assert asking.held((), text.replace('"version":1', '"version":0')) == ()
    assert told == [memory.UNREADABLE]


def test_half_a_character_is_no_failure(scripted: Script) -> None:
    assert reopened((Exchange(1, "a\ud800b", error="panne"),), scripted)[0].question == "a?b"


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{}", "[" * 100_000, '{"version":1}', '{"version":2,"exchanges":[]}', "\ud800"),
        *('{"version":1,"exchanges":{}}', '{"version":1,"exchanges":[1]}', " " * 200_001, "9" * 5_000),
        '{"version":1,"exchanges":[{"number":1,"question":"Q ?"}]}',
        '{"version":1,"exchanges":[{"number":NaN,"question":"Q ?","error":"e"}]}',
        '{"version":1,"exchanges":[{"number":1,"question":"\\ud800","error":"e"}]}',
        '{"version":1,"exchanges":[{"number":2,"question":"Q","error":"e"},{"number":2,"question":"Q","error":"e"}]}',
        '{"version":1,"exchanges":[{"number":1,"question":"Q","stopped":true,"sentences":[[null,[1],[]]],'
        '"citations":[[1,"note-simple",0,200001,"x"]]}]}',
    ],
)
def test_what_is_malformed_is_one_french_sentence(scripted: Script, text: str) -> None:
    with pytest.raises(QuestionError, match="ne peut pas être rouverte"):
        memory.from_json(text, cast("Assistant", scripted))


def test_an_empty_conversation_is_one(scripted: Script) -> None:
    assert reopened((), scripted) == ()


_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 10**12, 1e308, "", "x", "\u202e", "2017-02-30", "../..", "\x00", "extractive"),
    *([], {}, [[]], [None], ["x"], {"version": 1}),
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    here = [(value, key) for key in keys]
    return here + [place for _, key in here for place in _places(value[key])]


def test_no_change_of_a_value_ever_fails_otherwise(conversation: Conversation, bot: Assistant) -> None:
    chance = random.Random(5)
    text = memory.to_json(conversation)
    taken = 0
    for _ in range(1_500):
        row = json.loads(text)
        for container, key in chance.sample(_places(row), chance.choice((1, 1, 1, 3))):
            with suppress(KeyError, IndexError):
                if chance.random() < 0.2:
                    del container[key]
                else:
                    container[key] = chance.choice(_VALUES)
        with suppress(QuestionError):
            again = memory.from_json(json.dumps(row), bot)
            shown(again)
            taken += 1
            for exchange in again:
                for citation in exchange.citations:
                    build = exchange.reply.build if exchange.reply else None
                    assert bot.note(citation.note_id, build).text[citation.start : citation.end] == citation.quote
    assert 100 < taken < 1_400, "some changes are harmless, some are not"


def test_no_change_of_a_letter_ever_fails_otherwise(kept: Conversation, scripted: Script) -> None:
    chance = random.Random(7)
    text = memory.to_json(kept)
    for _ in range(3_000):
        at, length = chance.randrange(len(text)), chance.choice((0, 1, 1, 30))
        changed = text[:at] + chance.choice(('"', "[", "}", "1", "\\", ",", "\x00", "é", "")) + text[at + length :]
        with suppress(QuestionError):
            shown(memory.from_json(changed, cast("Assistant", scripted)))
