"""Replies, trials and results made by hand, and assistants that are known to be right, mute or at random."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.evaluation import metrics
from assistant.evaluation.models import Cited, EvalCase, Expected, Response, Result, Said, Source, Span, Trial
from assistant.evaluation.responses import gold_of

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
    return Response("answer", text, **{"sentences": said, "citations": citations, **fields})


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


def oracle(asked: EvalCase, texts: Mapping[str, str]) -> Response:
    """Answers with the sentences of all sources and the facts of the case; refuses as expected."""
    if not asked.answerable:
        return refusal(min(asked.reasons, default="not_in_corpus"), confidence=0.0)
    citations = tuple(
        Cited(number, span(source.quote, source.note, texts), source.quote)
        for number, source in enumerate(dict.fromkeys(asked.sources), start=1)
    )
    text = " ".join(f"{c.quote} [{c.number}]" for c in citations)
    return Response(
        "answer",
        " ".join([text, *(fact[0] for fact in asked.facts)]),
        sentences=tuple(Said(c.quote, (c.number,)) for c in citations),
        citations=citations,
        ranking=tuple(c.span for c in citations),
        confidence=1.0,
        corrects=asked.expected is Expected.CORRECT,
        standalone_question=asked.question,
    )


def mute(asked: EvalCase, texts: Mapping[str, str]) -> Response:
    """Claims to answer, and says nothing."""
    return Response("answer", "")


def shy(asked: EvalCase, texts: Mapping[str, str]) -> Response:
    """Always refuses."""
    return refusal(min(asked.reasons, default="not_in_corpus"))


class Careless:
    """Says the right sentences, but cites spans drawn at random from all notes."""

    def __init__(self) -> None:
        self.random = random.Random(0)

    def __call__(self, asked: EvalCase, texts: Mapping[str, str]) -> Response:
        right = oracle(asked, texts)
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
