"""Settings varied on the development cases: which is better, how sure that is, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import EvaluationError
from assistant.evaluation.comparing import Difference, difference, scores_of
from assistant.evaluation.figures import headline
from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.models import EvalCase, Result
from assistant.evaluation.running import Bench, half_of, result_of

#: Files of cases whose name says so may be tuned on; no others.
DEVELOPMENT = "development"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tried:
    """One variant, beside the current settings.

    Args:
        values: the settings that it changes; none for the current ones.
        results: of every case.
        gain: how « right » differs from the current settings on half A, None for these.
        held: likewise on half B, which nothing was chosen by.
        seconds: to make its index; None where it needs no other, or had it from an earlier sweep.
    """

    values: Values
    results: tuple[Result, ...]
    gain: Difference | None
    held: Difference | None
    seconds: float | None = None

    def figure(self, name: str, half: str | None = None) -> float | None:
        """A headline figure, of a half or of all; None where it applies to no case."""
        results = [result for result in self.results if half in (None, half_of(result.case))]
        return next((figure.value for figure in headline(results) if figure.name == name), None)

    @property
    def milliseconds(self) -> float:
        """Median of a reply."""
        return float(np.median([r.scores["latency"].value for r in self.results if "latency" in r.scores] or [0.0]))


def development_files(given: Iterable[Path], cases_dir: Path) -> list[Path]:
    """The files to tune on: those given, else those of the folder that are for it.

    Raises:
        EvaluationError: one is not for tuning, or there is none.
    """
    files = list(given)
    if wrong := [path for path in files if DEVELOPMENT not in path.name]:
        raise EvaluationError(
            f"{wrong[0]} n'est pas un fichier de mise au point : régler l'assistant sur des cas qui servent à rendre "
            f"compte fausserait leurs chiffres. Le nom d'un fichier de mise au point contient « {DEVELOPMENT} »."
        )
    files = files or sorted(cases_dir.glob(f"*{DEVELOPMENT}*.jsonl"))
    if not files:
        raise EvaluationError(
            f"{cases_dir} n'a pas de cas de mise au point : un fichier *.jsonl dont le nom contient « {DEVELOPMENT} »."
        )
    return files


def variants(sweeps: Mapping[str, Sequence[Any]], *, grid: bool) -> list[dict[str, Any]]:
    """What to try: one setting changed at a time, or every combination."""
    if grid:
        return [dict(zip(sweeps, values, strict=True)) for values in product(*sweeps.values())]
    return [{name: value} for name, values in sweeps.items() for value in values]


def sweep(
    benches: Sequence[tuple[Values, Bench, float | None]],
    cases: Sequence[EvalCase],
    tell: Callable[[int, int], None] | None = None,
) -> list[Tried]:
    """Ask every case under every variant in turn, so that what else the machine does slows all alike.

    Args:
        benches: values, the assistant that has them, and the seconds that its index took; the current settings first.
        cases: what to ask.
        tell: called with how many replies there are, and of how many.
    """
    for _, bench, _ in benches:
        result_of(bench, cases[0])  # what loads at the first question
    found: list[list[Result]] = [[] for _ in benches]
    for done, (at, case) in enumerate(_in_turn(len(benches), cases), start=1):
        found[at].append(result_of(benches[at][1], case))
        if tell:
            tell(done, len(benches) * len(cases))
    current = found[0]
    return [
        Tried(
            values,
            tuple(results),
            _gain(current, results, "A") if at else None,
            _gain(current, results, "B") if at else None,
            seconds,
        )
        for at, ((values, _, seconds), results) in enumerate(zip(benches, found, strict=True))
    ]


def _in_turn(count: int, cases: Sequence[EvalCase]) -> Iterator[tuple[int, EvalCase]]:
    """Each case under each variant, another one first every time."""
    for shift, case in enumerate(cases):
        for at in range(count):
            yield (at + shift) % count, case


def _gain(current: Sequence[Result], results: Sequence[Result], half: str) -> Difference | None:
    pair = [scores_of([result for result in some if half_of(result.case) == half]) for some in (current, results)]
    return difference(BY_NAME["right"], *pair)
