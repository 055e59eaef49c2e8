"""A run -> what its report shows, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from assistant.evaluation.figures import Figure, by_tag, headline
from assistant.evaluation.metrics import BY_NAME, Group
from assistant.evaluation.models import Expected, Label, Result, Span, Verdict
from assistant.evaluation.runs import Run

EXPECTED = {Expected.ANSWER: "répondre", Expected.REFUSE: "refuser", Expected.CORRECT: "corriger la question"}
VERDICTS = {Verdict.RIGHT: "juste", Verdict.PARTLY: "en partie juste", Verdict.WRONG: "fausse"}
REASONS = {
    "not_in_corpus": "les notes n'en parlent pas",
    "too_vague": "question trop vague",
    "future_or_unknown_date": "rien sur cette date",
    "out_of_scope": "hors du sujet des notes",
}
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One score of one case. `is_low`: it could be better."""

    name: str
    title: str
    text: str
    why: str
    is_low: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as it is shown. `citations`, `gold` and `passages` say each whether they meet the other side."""

    result: Result
    number: int
    expected: str
    right: bool | None
    replied: str
    sentences: tuple[tuple[str, str], ...]
    citations: tuple[Mapping[str, Any], ...]
    gold: tuple[Mapping[str, Any], ...]
    passages: tuple[Mapping[str, Any], ...]
    scores: tuple[ScoreView, ...]
    low: tuple[str, ...]
    ask: str
    labels: tuple[Label, ...]


def case_view(number: int, result: Result, labels: Sequence[Label] = (), site: str = "") -> CaseView:
    """What is shown of the case that is the `number`-th of its run, from 1. `labels` are of this case; `site` is where
    the chat is, empty within it.
    """
    gold = [span for places in result.gold for span in places]
    scores = tuple(_score(name, score.value, score.why) for name, score in result.scores.items())
    return CaseView(
        result=result,
        number=number,
        expected=EXPECTED[result.case.expected],
        right=bool(result.scores["right"].value) if "right" in result.scores else None,
        replied=_replied(result),
        sentences=tuple(
            (said.text, "".join(f"[{number}]" for number in said.citations)) for said in result.response.sentences
        ),
        citations=tuple(
            {
                "number": c.number,
                "title": c.title,
                "note": c.span.note_id,
                "quote": c.quote,
                "meets": _meets(c.span, gold),
            }
            for c in result.response.citations
        ),
        gold=tuple(
            {
                "note": source.note,
                "quote": source.quote or "toute la note",
                "gone": not places,
                "meets": any(_meets(c.span, places) for c in result.response.citations),
            }
            for source, places in zip(result.case.sources, result.gold, strict=True)
        ),
        passages=tuple(
            {**p, "meets": _meets(Span(p["note_id"], p["start"], p["end"]), gold)}
            for p in result.record.get("passages", ())
        ),
        scores=scores,
        low=tuple(score.name for score in scores if score.is_low),
        ask=f"{site}/?{urlencode({'question': result.case.question})}",
        labels=tuple(labels),
    )


def _score(name: str, value: float, why: str) -> ScoreView:
    metric = BY_NAME.get(name)
    if metric is None:
        return ScoreView(name, name, f"{value:.3f}".replace(".", ","), why, is_low=False)
    if metric.group is Group.TIME:
        return ScoreView(name, metric.title, f"{value:.0f} ms", why, is_low=False)
    low = value < 1 - _SAME if metric.higher_is_better else value > _SAME and metric.binary
    return ScoreView(name, metric.title, f"{value:.2f}".replace(".", ","), why, is_low=low)


def _replied(result: Result) -> str:
    response = result.response
    if response.error:
        return "erreur"
    if response.refused:
        return f"refus : {REASONS.get(response.reason or '', response.reason or 'sans raison')}"
    return "réponse"


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(span.meets(other) for other in others)


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as a whole. `tagged` are rows of (tag, figures of `TAGGED` by name)."""

    run: Run
    groups: Mapping[str, tuple[Figure, ...]]
    tagged: tuple[tuple[str, int, Mapping[str, Figure]], ...]
    low: Mapping[str, int]

    @property
    def settings(self) -> str:
        """Those that are set."""
        return ", ".join(f"{name} {value}" for name, value in self.run.info.settings.items() if value is not None)

    @property
    def versions(self) -> str:
        """Of the packages."""
        return ", ".join(f"{name} {value}" for name, value in self.run.info.versions.items())


#: What the table by tag shows.
TAGGED = ("right", "facts_found", "decision", "source_cited", "recall@5")


def run_view(run: Run) -> RunView:
    """The figures by group, by tag, and how many cases fall short in each metric."""
    figures = headline(run.results)
    groups: dict[str, tuple[Figure, ...]] = {}
    for figure in figures:
        groups[figure.group.value] = (*groups.get(figure.group.value, ()), figure)
    tagged = tuple(
        (tag, max(f.count for f in found), {f.name: f for f in found if f.name in TAGGED})
        for tag, found in by_tag(run.results).items()
        if found
    )
    scored = [_score(name, s.value, "") for r in run.results for name, s in r.scores.items()]
    low: dict[str, int] = {}
    for score in scored:
        low[score.name] = low.get(score.name, 0) + score.is_low
    return RunView(run, groups, tagged, low)
