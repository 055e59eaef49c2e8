"""A reply -> the JSON object of `assistant ask --json`."""

from __future__ import annotations

from typing import Any

from assistant.models import Answer, Citation, NearestNote, PartialDate, Passage, Reply, Sentence, Timings


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """The reply as plain values; keys in the order of the documentation (docs/json.md)."""
    answer = reply if isinstance(reply, Answer) else None
    refusal = None if isinstance(reply, Answer) else reply
    return {
        "question": reply.question,
        "standalone_question": reply.standalone_question,
        "kind": "answer" if answer else "refusal",
        "reason": str(refusal.reason) if refusal else None,
        "text": reply.text,
        "sentences": [_sentence(s) for s in answer.sentences] if answer else [],
        "citations": [_citation(c) for c in answer.citations] if answer else [],
        "nearest": [_nearest(n) for n in refusal.nearest] if refusal else [],
        "passages": [_passage(p) for p in reply.passages],
        "answerer": reply.answerer,
        "confidence": round(reply.confidence, 3),
        "notice": answer.notice if answer else None,
        "corrects": answer.corrects if answer else False,
        "dropped": answer.dropped if answer else 0,
        "build": reply.build,
        "timings_ms": _timings(reply.timings),
    }


def _date(date: PartialDate | None) -> str | None:
    return str(date) if date else None


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "dates": [{"text": d.text, "first": d.first.isoformat(), "last": d.last.isoformat()} for d in sentence.dates],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "note_id": citation.note_id,
        "title": citation.title,
        "date": _date(citation.date),
        "date_inferred": citation.date_inferred,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }


def _nearest(note: NearestNote) -> dict[str, Any]:
    return {"note_id": note.note_id, "title": note.title, "date": _date(note.date)}


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "rank": passage.rank,
        "score": round(passage.score, 4),
        "note_id": passage.note.id,
        "chunk_id": passage.chunk.id,
        "start": passage.chunk.start,
        "end": passage.chunk.end,
    }


def _timings(timings: Timings) -> dict[str, float]:
    stages = {"rewrite": timings.rewrite, "retrieve": timings.retrieve, "answer": timings.answer}
    return {name: round(value, 1) for name, value in {**stages, "total": timings.total}.items()}
