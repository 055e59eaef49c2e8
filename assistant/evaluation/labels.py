"""What people think of a run's replies, kept beside it: `labels.jsonl`, to which each verdict is added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from filelock import FileLock
from sklearn.metrics import cohen_kappa_score

from assistant.audit import append_whole
from assistant.errors import EvaluationError, french_reason
from assistant.evaluation.models import Label, Verdict

FILE = "labels.jsonl"
MOST = 2_000  # characters of a comment


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two people on the `count` replies that both have labelled: how often they agree (0 to 1), and Cohen's kappa
    (1960), from -1 to 1, 0 for agreement by chance; None where chance alone would agree on all.
    """

    first: str
    second: str
    count: int
    observed: float
    kappa: float | None


def labels(folder: Path) -> list[Label]:
    """The last verdict of each person on each case, in the order in which they were given.

    Raises:
        EvaluationError: the file cannot be read.
    """
    path = folder / FILE
    found: dict[tuple[str, str], Label] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        for line in filter(None, lines):
            fields = json.loads(line)
            key = (fields["case"], fields["who"])
            found.pop(key, None)
            if fields["verdict"]:
                found[key] = Label(**{**fields, "verdict": Verdict(fields["verdict"])})
    except OSError as error:
        raise EvaluationError(f"Les avis {path} ne peuvent pas être lus : {french_reason(error)}.") from None
    except (ValueError, KeyError, TypeError):
        raise EvaluationError(f"Le fichier {path} est abîmé : corrigez-le ou retirez-le.") from None
    return list(found.values())


def add_label(folder: Path, case: str, who: str, verdict: Verdict | None, comment: str = "") -> None:
    """Keep a verdict; None takes the person's verdict on the case back.

    Raises:
        EvaluationError: it cannot be written.
    """
    when = datetime.now(UTC).isoformat(timespec="seconds")
    fields = {"case": case, "who": who, "verdict": verdict, "comment": comment.strip()[:MOST], "when": when}
    path = folder / FILE
    try:
        with FileLock(folder / f".{FILE}.lock", timeout=10), path.open("ab") as file:
            append_whole(file.fileno(), (json.dumps(fields, ensure_ascii=False) + "\n").encode())
    except OSError as error:  # filelock's Timeout is one
        raise EvaluationError(f"L'avis ne peut pas être gardé dans {path} : {french_reason(error)}.") from None


def by_case(given: Iterable[Label]) -> dict[str, list[Label]]:
    """Case id -> its labels."""
    found: dict[str, list[Label]] = {}
    for label in given:
        found.setdefault(label.case, []).append(label)
    return found


def agreements(given: Sequence[Label]) -> list[Agreement]:
    """Of every two people who have labelled some of the same replies."""
    verdicts: dict[str, dict[str, str]] = {}
    for label in given:
        verdicts.setdefault(label.who, {})[label.case] = label.verdict
    pairs = combinations(sorted(verdicts), 2)
    found = (agreement(one, other, verdicts[one], verdicts[other]) for one, other in pairs)
    return [each for each in found if each is not None]


def agreement(first: str, second: str, one: Mapping[str, str], other: Mapping[str, str]) -> Agreement | None:
    """Of two who give a verdict to cases, by id; None where they have none in common."""
    both = sorted(one.keys() & other.keys())
    if not both:
        return None
    given, too = [str(one[case]) for case in both], [str(other[case]) for case in both]
    observed = sum(a == b for a, b in zip(given, too, strict=True)) / len(both)
    chance_alone = len({*given, *too}) == 1
    kappa = None if chance_alone else float(cohen_kappa_score(given, too))
    return Agreement(first, second, len(both), observed, kappa)
