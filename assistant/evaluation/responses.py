"""JSON of a reply -> a response, as metrics read it; and a case's sources -> the spans where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.dates import format_day_range
from assistant.evaluation.models import Cited, EvalCase, Response, Said, Source, Span


def response_of(values: Mapping[str, Any]) -> Response:
    """Of the object of `assistant ask --json`, ours or another system's in the same form, with `ranking` and
    `milliseconds` where the run has them. Without `ranking` the passages are taken.

    Raises:
        KeyError, TypeError, ValueError: it has another form.
    """
    return Response(
        kind=values["kind"],
        text=values.get("text", ""),
        reason=values.get("reason"),
        sentences=tuple(_said(sentence) for sentence in values.get("sentences", ())),
        citations=tuple(_cited(citation) for citation in values.get("citations", ())),
        ranking=tuple(_span(passage) for passage in values.get("ranking") or values.get("passages") or ()),
        confidence=values.get("confidence"),
        corrects=bool(values.get("corrects")),
        standalone_question=values.get("standalone_question") or "",
        milliseconds=values.get("milliseconds") or values.get("timings_ms", {}).get("total"),
        error=values.get("error", ""),
    )


def _said(values: Mapping[str, Any]) -> Said:
    dates = [
        format_day_range(date.fromisoformat(d["first"]), date.fromisoformat(d["last"])) for d in values.get("dates", ())
    ]
    return Said(values["text"], tuple(values["citations"]), tuple(dates))


def _cited(values: Mapping[str, Any]) -> Cited:
    return Cited(values["number"], _span(values), values["quote"], values.get("title", ""))


def _span(values: Mapping[str, Any]) -> Span:
    return Span(values["note_id"], values["start"], values["end"])


def gold_of(case: EvalCase, texts: Mapping[str, str]) -> tuple[tuple[Span, ...], ...]:
    """For each source of the case, all spans where its quote stands; none where note or quote is gone."""
    return tuple(tuple(_places(source, texts.get(source.note, ""))) for source in case.sources)


def _places(source: Source, text: str) -> list[Span]:
    if not source.quote:
        return [Span(source.note, 0, len(text))] if text else []
    found, start = [], text.find(source.quote)
    while start >= 0:
        found.append(Span(source.note, start, start + len(source.quote)))
        start = text.find(source.quote, start + 1)
    return found
