"""Replies, trials and results made by hand, and assistants that are known to be right, mute or at random."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.dates import find_dates, format_day_range
from assistant.evaluation import metrics
from assistant.evaluation.models import Cited, EvalCase, Expected, Response, Result, Said, Source, Span, Trial
from assistant.evaluation.responses import gold_of
from assistant.french.sentences import sentence_spans
from assistant.models import PartialDate

TEXT = "Le forum s’ouvre mardi 17 octobre dernier. Élus et agents sont attendus à Lyon."
TEXTS = {"forum": TEXT, "autre": "Autre chose."}
RIGHT, OTHER = TEXT[: TEXT.index(" Élus")], TEXT[TEXT.index("Élus") :]


def case(**fields: Any) -> EvalCase:
    """An answerable case on `TEXT`, unless the fields say otherwise."""
    given: dict[str, Any] = {"id": "c", "question": "Quand s'ouvre le forum ?", "expected": "answer", "tags": ["quand"]}
    if fields.get("expected") != "refuse":
        given["sources"] = [{"note": "forum", "quote": "mardi 17 octobre dernier"}]
    return EvalCase.model_validate(given | fields)


def span(quote: str, note: str = "forum", texts: Mapping[str, str] = TEXTS) -> Span:
    """Where a quote stands."""
    start = texts[note].index(quote)
    return Span(note, start, start + len(quote))


def cited(number: int, quote: str, note: str = "forum", texts: Mapping[str, str] = TEXTS) -> Cited:
    """A citation of words that stand in the note."""
    return Cited(number, span(quote, note, texts), quote)


def answer(*quotes: str, **fields: Any) -> Response:
    """An answer that is made of quotes of `TEXT`, each cited."""
    citations = tuple(cited(number, quote) for number, quote in enumerate(quotes, start=1))
    said = tuple(Said(c.quote, (c.number,)) for c in citations)
    text = " ".join(f"{c.quote} [{c.number}]" for c in citations)
    return Response("answer", **{"text": text, "sentences": said, "citations": citations, **fields})


def refusal(reason: str = "not_in_corpus", **fields: Any) -> Response:
    """A refusal."""
    return Response("refusal", "Les notes ne le disent pas.", reason=reason, **fields)


ERROR = Response("error", "", error="le service ne répond pas")


def trial(asked: EvalCase, response: Response, texts: Mapping[str, str] = TEXTS) -> Trial:
    """The case put to who gives that response."""
    return Trial(asked, response, texts, gold_of(asked, texts))


def scores(asked: EvalCase, response: Response) -> dict[str, float]:
    """What every metric says that applies."""
    return {name: score.value for name, score in metrics.score(trial(asked, response)).items()}


def result(asked: EvalCase, response: Response, texts: Mapping[str, str] = TEXTS) -> Result:
    """The same, scored."""
    tried = trial(asked, response, texts)
    return Result(asked, response, metrics.score(tried), tried.gold)


def results(assistant: Any, cases: Iterable[EvalCase], texts: Mapping[str, str]) -> list[Result]:
    """Of an assistant that is a function of the case and the texts."""
    return [result(each, assistant(each, texts), texts) for each in cases]


def oracle(asked: EvalCase, texts: Mapping[str, str], dates: Mapping[str, PartialDate | None] = {}) -> Response:
    """Answers with the sentences of the notes that hold the sources' quotes, all cited; refuses as expected. `dates`
    are those of the notes: relative dates are told beside them.
    """
    if not asked.answerable:
        return refusal(min(asked.reasons, default="not_in_corpus"), confidence=0.0)
    spans = dict.fromkeys(found for source in asked.sources for found in _sentences(source, texts[source.note]))
    citations = tuple(
        Cited(number, at, texts[at.note_id][at.start : at.end]) for number, at in enumerate(spans, start=1)
    )
    return Response(
        "answer",
        " ".join(f"{c.quote} [{c.number}]" for c in citations),
        sentences=tuple(Said(c.quote, (c.number,), _days(c.quote, dates.get(c.span.note_id))) for c in citations),
        citations=citations,
        ranking=tuple(c.span for c in citations),
        confidence=1.0,
        corrects=asked.expected is Expected.CORRECT,
        standalone_question=asked.question,
    )


def _sentences(source: Source, text: str) -> list[Span]:
    start = text.index(source.quote)
    found = [Span(source.note, *bounds) for bounds in sentence_spans(text)]
    return [each for each in found if each.meets(Span(source.note, start, start + len(source.quote)))]


def _days(quote: str, written: PartialDate | None) -> tuple[str, ...]:
    return tuple(format_day_range(d.first, d.last) for d in find_dates(quote, written) if d.first and d.last)


def mute(asked: EvalCase, texts: Mapping[str, str]) -> Response:
    """Claims to answer, and says nothing."""
    return Response("answer", "")


def shy(asked: EvalCase, texts: Mapping[str, str]) -> Response:
    """Always refuses."""
    return refusal(min(asked.reasons, default="not_in_corpus"))


class Careless:
    """Says the right sentences, but cites spans drawn at random from all notes."""

    def __init__(self, dates: Mapping[str, PartialDate | None]) -> None:
        self.random, self.dates = random.Random(0), dates

    def __call__(self, asked: EvalCase, texts: Mapping[str, str]) -> Response:
        right = oracle(asked, texts, self.dates)
        drawn = tuple(self._draw(citation, texts) for citation in right.citations)
        return Response("answer", right.text, sentences=right.sentences, citations=drawn) if drawn else right

    def _draw(self, citation: Cited, texts: Mapping[str, str]) -> Cited:
        note = self.random.choice(sorted(texts))
        length = min(len(citation.quote), len(texts[note]) - 1)
        start = self.random.randrange(len(texts[note]) - length)
        return Cited(citation.number, Span(note, start, start + length), texts[note][start : start + length])


def source(note: str, quote: str = "") -> dict[str, str]:
    """As a case has it."""
    return Source(note=note, quote=quote).model_dump()
