"""What a judge said -> scores; over a run, what could not be read, and how far it agrees with people."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from assistant.evaluation.judging.prompts import VALUES
from assistant.evaluation.labels import Agreement, agreement
from assistant.evaluation.models import EvalCase, Expected, Label, Response, Result, Score, Verdict
from assistant.evaluation.wording import quoted

_LEVELS = {1.0: Verdict.RIGHT, 0.5: Verdict.PARTLY, 0.0: Verdict.WRONG}
_ONE = "(oui|en partie|non)"
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_NAMED = re.compile(rf"\bverdict\b\W{{0,10}}{_ONE}\b", re.IGNORECASE)
_FIRST = re.compile(rf"\W*{_ONE}\b", re.IGNORECASE)
_LAST = re.compile(rf"\b{_ONE}\W*$", re.IGNORECASE)


def read_verdict(text: str) -> Score | None:
    """The verdict of a JSON object, of free text the one that it names as such, opens or ends with; None where there
    is none. « Le 17 et non le 18 » is no verdict.
    """
    text = _THOUGHT.sub("", text).strip()
    try:
        fields = json.loads(text[text.index("{") : text.rindex("}") + 1])
        return Score(VALUES[fields["verdict"].strip().lower()], str(fields.get("raison", "")).strip())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        named = _NAMED.findall(text)
        ends = [match[1] for match in (_FIRST.match(text), _LAST.search(text)) if match] if "{" not in text else []
        found = {verdict.lower() for verdict in named[-1:] or ends}
        return Score(VALUES[found.pop()], quoted(text)) if len(found) == 1 else None


def has_reference(case: EvalCase, response: Response) -> bool:
    """Whether there is something to hold the reply against; a false premise may be refused."""
    may_refuse = case.expected is Expected.CORRECT and response.refused
    return case.answerable and bool(case.facts or case.sources) and not may_refuse


def unjudged(results: Sequence[Result]) -> int:
    """Of the replies of a judged run, those on which the judge said something that is no verdict."""
    return sum(
        (has_reference(r.case, r.response) and "judge_correct" not in r.scores)
        or (r.response.answered and "judge_faithful" not in r.scores)
        for r in results
    )


def judge_agreements(results: Sequence[Result], labels: Sequence[Label]) -> list[Agreement]:
    """How far the judge agrees with each person on the same replies."""
    judged = {r.case.id: _level(r.scores["judge_correct"].value) for r in results if "judge_correct" in r.scores}
    people: dict[str, dict[str, str]] = {}
    for label in labels:
        people.setdefault(label.who, {})[label.case] = label.verdict
    found = (agreement("le juge", who, judged, verdicts) for who, verdicts in people.items())
    return [each for each in found if each is not None]


def _level(value: float) -> str:
    return _LEVELS[value]
