"""A conversation -> the JSON that the member's own browser keeps, and back, believing nothing that comes from there.

What is said to be in a note is taken from the note, as it was in the build that the answer names: titles, dates,
headings, quotes, and the sentences of answers made of the notes' own words. Where the note does not read the same any
more, or is gone, the sentences that cite it are left out and the reply says so. What no note can prove is kept as the
browser gives it: questions, refusals, notices, and the sentences that a chat model wrote (`is_proven` tells).
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assistant.answering.citations import one_line
from assistant.answering.extractive import NAME as EXTRACTIVE
from assistant.errors import QuestionError
from assistant.language import tr
from assistant.models import Answer, Citation, Filters, NearestNote, Passage, Reason, Refusal, Sentence
from assistant.ui import kept
from assistant.ui.addresses import fingerprint
from assistant.ui.conversation import MAX_SHOWN, Conversation, Exchange

if TYPE_CHECKING:
    from assistant import Assistant

VERSION = 1
# 30 exchanges take about 30,000. What is written is counted as a string within other JSON, as Gradio sends it: quotes
# count twice, and it fits into `security.MAX_BODY` beside a question and its filters.
MAX_WRITTEN = 48_000
MAX_BYTES = 60_000  # that are read
UNREADABLE = (
    "Cette conversation ne peut pas être rouverte : elle est abîmée, trop longue, ou gardée par une autre version de "
    "l’assistant."
)
LOST = "Une partie de cette réponse n’est plus vérifiable dans les notes : elle n’est pas montrée."
GONE = (
    "Cette réponse n’est plus vérifiable : les passages qu’elle citait ont été modifiés ou retirés. "
    "Reposez la question."
)


def to_json(conversation: Conversation) -> str:
    """What the browser keeps: no pending exchange, and not the oldest beyond `MAX_SHOWN` and `MAX_WRITTEN`."""
    kept_rows: list[str] = []
    size = len(_joined([]))
    for exchange in reversed(conversation[-MAX_SHOWN:]):
        if exchange.pending and not exchange.stopped:
            continue
        row = _dumped(_row(exchange))
        size += len(_dumped(row).encode())
        if size > MAX_WRITTEN:
            break
        kept_rows.insert(0, row)
    return _joined(kept_rows)


def from_json(text: str, bot: Assistant) -> Conversation:
    """The conversation that the browser kept.

    Raises:
        QuestionError: it is malformed, too long or of another version; in the language of members.
        IndexStoreError: the notes cannot be read.
    """
    try:
        notes = kept.Notes(bot)
        return tuple(_exchange(row, notes) for row in _rows(text))
    except (ValueError, RecursionError):
        raise QuestionError(tr(UNREADABLE)) from None


def is_proven(conversation: Conversation) -> bool:
    """Whether every sentence is made of the notes' own words, so that its citations prove it."""
    return all(_said(sentence, exchange) is None for exchange in conversation for sentence in exchange.sentences)


def _joined(rows: list[str]) -> str:
    return f'{{"version":{VERSION},"exchanges":[{",".join(rows)}]}}'


def _dumped(value: Any) -> str:
    # Half of a surrogate pair, which a browser can send, is no UTF-8: it becomes a question mark.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace").decode()


def _row(exchange: Exchange) -> dict[str, Any]:
    filters = exchange.filters
    understood = exchange.understood if exchange.understood != exchange.question else None
    row = {
        "number": exchange.number,
        "question": exchange.question,
        "filters": {
            "kinds": sorted(filters.kinds),
            "themes": sorted(filters.themes),
            "since": str(filters.since) if filters.since else None,
            "until": str(filters.until) if filters.until else None,
        }
        if filters
        else None,
        "understood": understood,
        "error": exchange.error,
        "stopped": exchange.stopped,
        "sentences": [_sentence_row(sentence, exchange) for sentence in exchange.sentences],
        "citations": [[c.number, c.note_id, c.start, c.end, fingerprint(c.quote)] for c in exchange.citations],
        "passages": [_passage_row(passage) for passage in exchange.passages],
        "reply": _reply_row(exchange.reply) if exchange.reply else None,
    }
    return {key: value for key, value in row.items() if value}


def _sentence_row(sentence: Sentence, exchange: Exchange) -> list[Any]:
    dates = [[d.text, str(d.first), str(d.last)] for d in sentence.dates]
    return [_said(sentence, exchange), list(sentence.citations), dates]


def _said(sentence: Sentence, exchange: Exchange) -> str | None:
    """The sentence, or None where it says no more and no less than its quotes."""
    quotes = {citation.number: citation.quote for citation in exchange.citations}
    return None if sentence.text == _quoted([quotes.get(n, "") for n in sentence.citations]) else sentence.text


def _quoted(quotes: list[str]) -> str:
    return " ".join(map(one_line, quotes))


def _passage_row(passage: Passage) -> list[Any]:
    chunk = passage.chunk
    scores = [round(score, 4) for score in (passage.score, passage.dense, passage.lexical)]
    return [chunk.note_id, chunk.id, chunk.ordinal, chunk.start, chunk.end, list(chunk.headings), passage.rank, *scores]


def _reply_row(reply: Answer | Refusal) -> dict[str, Any]:
    common = {"answerer": reply.answerer, "build": reply.build, "confidence": round(reply.confidence, 4)}
    if isinstance(reply, Answer):
        return {**common, "notice": reply.notice, "corrects": reply.corrects, "dropped": reply.dropped}
    return {**common, "reason": reply.reason, "text": reply.text, "nearest": [n.note_id for n in reply.nearest]}


def _rows(text: str) -> list[Any]:
    if len(text.encode()) > MAX_BYTES:
        raise ValueError("too long")
    found = kept.mapping(json.loads(text, parse_constant=kept.no_constant))
    if found.get("version") != VERSION:
        raise ValueError("of another version")
    rows = kept.items(found.get("exchanges"), MAX_SHOWN)
    numbers = [kept.whole(kept.mapping(row).get("number"), 1) for row in rows]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise ValueError("numbers name anchors: none may come twice")
    return rows


def _exchange(row: dict[str, Any], notes: kept.Notes) -> Exchange:
    reply = kept.mapping(row.get("reply", {}))
    build = kept.words(reply.get("build")) if reply else None
    question = kept.words(row.get("question"))
    exchange = Exchange(
        row["number"],
        question,
        kept.filters(kept.mapping(row["filters"])) if "filters" in row else Filters(),
        kept.words(row["understood"]) if "understood" in row else question,
        tuple(filter(None, (kept.passage(p, notes, build) for p in kept.items(row.get("passages", []))))),
        error=kept.words(row["error"]) if "error" in row else None,
        stopped=kept.truth(row.get("stopped", False)),
    )
    if exchange.error:
        return exchange
    if "reason" in reply:
        return replace(exchange, reply=_refusal(exchange, reply, notes))
    return _answered(exchange, row, reply, notes)


def _refusal(exchange: Exchange, reply: dict[str, Any], notes: kept.Notes) -> Refusal:
    build = kept.words(reply["build"])
    near = [notes.get(kept.words(note_id), build) for note_id in kept.items(reply.get("nearest"))]
    return Refusal(
        exchange.question,
        exchange.understood or exchange.question,
        Reason(kept.words(reply["reason"])),
        kept.words(reply.get("text")),
        tuple(NearestNote(note.id, note.title, note.date) for note in near if note),
        exchange.passages,
        kept.words(reply.get("answerer")),
        build,
        confidence=kept.part(reply.get("confidence")),
    )


def _answered(exchange: Exchange, row: dict[str, Any], reply: dict[str, Any], notes: kept.Notes) -> Exchange:
    answerer = kept.words(reply.get("answerer")) if reply else None
    rows = kept.items(row.get("sentences", []))
    if not rows and (reply or not exchange.stopped):
        raise ValueError("nothing was answered")
    citations = kept.citations(kept.items(row.get("citations", [])), notes, reply.get("build"))
    read = [_sentence(sentence, citations, answerer) for sentence in rows]
    sentences = tuple(sentence for sentence in read if sentence)
    is_whole = len(sentences) == len(read)
    if not is_whole and not (sentences and reply):  # there is nowhere to say that a part is missing
        return replace(exchange, error=tr(GONE), stopped=False)
    proven = tuple(citation for citation in citations.values() if citation)
    exchange = replace(exchange, sentences=sentences, citations=proven)
    return replace(exchange, reply=_answer(exchange, reply, is_whole)) if reply else exchange


def _sentence(row: Any, citations: dict[int, Citation | None], answerer: str | None) -> Sentence | None:
    """A sentence; None where a note does not prove it."""
    text, numbers, dates = kept.fields(row, 3)
    cited = [citations.get(kept.whole(number, 1)) for number in kept.items(numbers)]
    if not cited or not set(numbers) <= citations.keys():
        raise ValueError("a sentence cites nothing")
    quotes = [citation.quote for citation in cited if citation]
    if len(quotes) < len(cited) or (text is not None and answerer == EXTRACTIVE):
        return None
    said = _quoted(quotes) if text is None else kept.words(text)
    readings = [kept.reading(read) for read in kept.items(dates)]
    return Sentence(said, tuple(numbers), tuple(read for read in readings if read.text in _quoted(quotes)))


def _answer(exchange: Exchange, reply: dict[str, Any], is_whole: bool) -> Answer:
    notice = None if reply.get("notice") is None else kept.words(reply["notice"])
    if not is_whole and tr(LOST) not in (notice or ""):
        notice = " ".join(filter(None, (notice, tr(LOST))))
    return Answer(
        exchange.question,
        exchange.understood or exchange.question,
        exchange.sentences,
        exchange.citations,
        exchange.passages,
        kept.words(reply.get("answerer")),
        kept.words(reply.get("build")),
        confidence=kept.part(reply.get("confidence")),
        notice=notice,
        corrects=kept.truth(reply.get("corrects")),
        dropped=kept.whole(reply.get("dropped"), 0),
    )
