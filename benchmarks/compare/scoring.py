"""What systems said -> figures, by the metrics of `assistant.evaluation`, the same for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.models import EvalCase, Expected, Response, Trial
from assistant.evaluation.responses import gold_of, response_of

_DRAWS = 2000
_NEEDED = {"passages": (), "sentences": (), "citations": ()}


@dataclass(frozen=True)
class Figure:
    """A value by case, and whether more is better. Of a figure that is not a mean, `value` says what it is of them."""

    cases: Mapping[str, float]
    value: Callable[[Sequence[float]], float] = lambda values: float(np.mean(values))

    @property
    def total(self) -> float | None:
        """The figure, None of no case."""
        return self.value(list(self.cases.values())) if self.cases else None

    def differs(self, other: Figure) -> bool:
        """Whether the mean of the differences on the cases of both is told from 0 (95 %, paired bootstrap)."""
        both = [case for case in self.cases if case in other.cases]
        if not both:
            return False
        gaps = np.array([self.cases[case] - other.cases[case] for case in both])
        means = np.random.default_rng(0).choice(gaps, (_DRAWS, len(gaps))).mean(axis=1)
        low, high = np.quantile(means, (0.025, 0.975))
        return bool(low > 0 or high < 0)


class Scored:
    """The replies of one system to the cases, scored."""

    def __init__(self, cases: Iterable[EvalCase], texts: Mapping[str, str], replies: Mapping[str, Any]) -> None:
        self.replies = replies
        self.trials = [
            Trial(case, response(replies[case.id]), texts, gold_of(case, texts)) for case in cases if case.id in replies
        ]

    @property
    def answers(self) -> bool:
        """Whether it gave a reply, be it a refusal or an error, to any of them: not without the chat model it needs."""
        return any(reply.get("kind") for reply in self.replies.values())

    @property
    def cites(self) -> bool:
        """Whether any of its answers cites."""
        return any(trial.response.citations for trial in self.trials)

    @cached_property
    def alone(self) -> list[Trial]:
        """The cases without earlier turns, which not every system takes."""
        return [trial for trial in self.trials if not trial.case.history]

    def metric(self, name: str, follow_ups: bool = False) -> Figure:
        """The scores of a metric, on the cases that stand alone or on those that follow others."""
        trials = [trial for trial in self.trials if trial.case.history] if follow_ups else self.alone
        scores = ((trial.case.id, BY_NAME[name].score(trial)) for trial in trials)
        return Figure({case: score.value for case, score in scores if score is not None})

    def refusals(self) -> dict[str, float | None]:
        """`precision`, `recall` and `f1` of refusing, and `answered`: the share of answerable questions answered.

        False premises are left out: there both are admitted.
        """
        trials = [trial for trial in self.alone if trial.case.expected is not Expected.CORRECT]
        silent = [trial.case.expected is Expected.REFUSE for trial in trials]
        refused = [trial.response.refused for trial in trials]
        hits = sum(a and b for a, b in zip(silent, refused, strict=True))
        return {
            "precision": _share(hits, sum(refused)),
            "recall": _share(hits, sum(silent)),
            "f1": _share(2 * hits, sum(refused) + sum(silent)),
            "answered": _share(
                sum(t.response.answered for t in trials if t.case.answerable), len(silent) - sum(silent)
            ),
        }

    def times(self, name: str) -> list[float]:
        """Milliseconds by that name, of the replies that have them."""
        return [reply[name] for reply in self.replies.values() if name in reply and reply["kind"] != "error"]

    def errors(self) -> list[str]:
        """What went wrong, each kind once."""
        return list(dict.fromkeys(r["error"] for r in self.replies.values() if r.get("kind") == "error"))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def response(reply: Mapping[str, Any]) -> Response:
    """A line of an adapter as metrics read it. `kind` stays empty where the system had no chat model to answer with."""
    read = response_of({**_NEEDED, **reply, "kind": reply.get("kind") or "", "text": reply.get("text", "")})
    if reply.get("kind") != "error":
        return read
    return Response("error", "", ranking=read.ranking, error=reply["error"])
