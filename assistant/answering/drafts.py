"""A chat model's stream -> the sentences that it writes, each as soon as it is complete, or its refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum

from langchain_core.messages import AIMessageChunk

from assistant.answering.prompt import INVISIBLE, LONGEST, REFUSED
from assistant.french.sentences import sentence_spans
from assistant.french.words import fold, normalise


class Trouble(StrEnum):
    """Why the model gave no answer, or not all of one."""

    TIMEOUT = "timeout"
    DENIED = "denied"
    BUSY = "busy"
    DOWN = "down"
    MISSING = "missing"
    REJECTED = "rejected"
    GARBLED = "garbled"
    CUT = "cut"
    EMPTY = "empty"
    UNVERIFIED = "unverified"


class DraftError(Exception):
    """The stream cannot be read any further; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class Declined:
    """The model says that the passages do not answer."""


Draft = str | Declined

_MOST = 20_000  # characters of a reply; no honest one comes near
_HEAD = re.compile(
    r'\s*(?:<think>.*?</think>\s*)?(?:```(?:json)?\s*)?\{\s*"refused"\s*:\s*(true|false)\s*,\s*"sentences"\s*:\s*\[',
    re.DOTALL,
)
_BETWEEN = re.compile(r"[\s,]*")
_CITED = re.compile(r"\s*[\[(]\d{1,2}(?:\s*[,;]\s*\d{1,2})*[\])]")
_ENDED = re.compile(r"[.!?…][»”\")\s]*$")
_DECODER = json.JSONDecoder()


def read_structured(chunks: Iterator[AIMessageChunk]) -> Iterator[Draft]:
    """The sentences of `{"refused": …, "sentences": [{"text": …}, …]}`, read as it grows.

    Raises:
        DraftError: it is empty, not of this shape, or ends too early.
    """
    text, position = "", 0
    for piece in _pieces(chunks):
        text += piece
        if not position and (head := _HEAD.match(text)):
            if head[1] == "true":
                yield Declined()
                return
            position = head.end()
        while position:
            position = _BETWEEN.match(text, position).end()  # type: ignore[union-attr]  # it matches anything
            if text[position : position + 1] == "]":
                return
            found = _object(text, position)
            if found is None:
                break
            sentence, position = found
            yield from sentences_of(sentence)
    raise DraftError(_why_unfinished(text, started=position > 0))


def _object(text: str, start: int) -> tuple[str, int] | None:
    """The sentence of the object that begins here and where it ends; None while it is incomplete."""
    if text[start : start + 1] not in ("{", ""):
        raise DraftError(Trouble.GARBLED)
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise DraftError(Trouble.GARBLED)
    return value["text"], end


def _why_unfinished(text: str, *, started: bool) -> Trouble:
    if not text.strip():
        return Trouble.EMPTY
    return Trouble.CUT if started or text.lstrip().startswith(("{", "```")) else Trouble.GARBLED


def read_free(chunks: Iterator[AIMessageChunk]) -> Iterator[Draft]:
    """The sentences of free text, each once the next one has begun, the last once the model says that it is done.

    Raises:
        DraftError: it is empty or ends too early.
    """
    text, done, started = "", "", False
    for chunk in _bounded(chunks):
        text += chunk.text
        done = str(chunk.response_metadata.get("finish_reason") or done)
        spans = sentence_spans(text)
        for start, end in spans[:-1]:
            started = True
            yield _free(text[start:end])
        text = text[spans[-1][0] :] if len(spans) > 1 else text
    if done != "stop":
        raise DraftError(Trouble.CUT if text.strip() or started else Trouble.EMPTY)
    if not text.strip() and not started:
        raise DraftError(Trouble.EMPTY)
    if text.strip():
        yield _free(text)


def _free(sentence: str) -> Draft:
    said = uncited(sentence)
    refused = fold(normalise(REFUSED))[:45]
    return Declined() if fold(normalise(said)).startswith(refused) else said


def sentences_of(text: str) -> list[str]:
    """The sentences that a model put into one, without its numbers; not the one that its longest length cut off."""
    plain = uncited(text)
    found = [" ".join(plain[start:end].split()) for start, end in sentence_spans(plain)]
    cut = len(text) >= LONGEST and not _ENDED.search(plain)
    return found[:-1] if cut else found


def uncited(text: str) -> str:
    """The text without the model's own numbers or any invisible character, on one line."""
    return " ".join(_CITED.sub("", INVISIBLE.sub("", text)).split())


def _pieces(chunks: Iterator[AIMessageChunk]) -> Iterator[str]:
    for chunk in _bounded(chunks):
        yield str(chunk.text)


def _bounded(chunks: Iterator[AIMessageChunk]) -> Iterator[AIMessageChunk]:
    length = 0
    for chunk in chunks:
        length += len(chunk.text)
        if length > _MOST:
            raise DraftError(Trouble.GARBLED)
        yield chunk
