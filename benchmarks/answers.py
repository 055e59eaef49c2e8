"""Right replies to our own questions on the corpus: `python -m benchmarks.answers [--development2 [--half A]] …`.

Every case of `evals/cases/corpus_report.jsonl` is asked and judged (`benchmarks/cases.py`). Tune on the development
cases (`--development`, `--development2 --half A`) and on an earlier report file whose failures have been read
(`--seen`), never on the report; `--half B` tells whether what mends half A mends other questions as well. `--json`
prints one object a case instead of the table, `--failures` the wrong replies beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant import Answer, Assistant
from assistant.models import Reply
from benchmarks.cases import DEVELOPMENT, DEVELOPMENT2, REPORT, SEEN, Case, CaseError, judge, read_cases, readable
from benchmarks.data import assistant_over, seed_notes
from benchmarks.refusal import wilson

_TODAY = date(2026, 1, 15)


@dataclass(frozen=True)
class Judged:
    """A case, the reply to it, and what is wrong with that."""

    case: Case
    reply: Reply
    faults: list[str]

    @property
    def said(self) -> str:
        """The reply as a reader sees it."""
        if isinstance(self.reply, Answer):
            return readable(self.reply)
        return f"({self.reply.reason}) {self.reply.text}"


def half(case: Case) -> str:
    """The half of its file that a case is in, A or B."""
    return "AB"[hashlib.sha256(case.id.encode()).digest()[0] % 2]


def ask(bot: Assistant, case: Case, texts: dict[str, str]) -> Judged:
    """Ask a case, on its own day or one that is the same at every run."""
    reply = bot.ask(case.question, case.history, today=case.today or _TODAY)
    return Judged(case, reply, judge(case, reply, texts))


def share(judged: Iterable[Judged]) -> str:
    """The share right, with its interval."""
    faults = [j.faults for j in judged]
    return wilson(faults.count([]), len(faults))


def table(judged: list[Judged]) -> None:
    """Print the share right as a whole, by what is expected, and by tag."""
    print(f"{'all':22}{share(judged)}")
    for name, expected in (("answerable", "answer"), ("unanswerable", "refuse"), ("false premise", "correct")):
        print(f"{name:22}{share(j for j in judged if j.case.expected == expected)}")
    print()
    for tag in sorted({tag for j in judged for tag in j.case.tags}):
        print(f"{tag:22}{share(j for j in judged if tag in j.case.tags)}")


def failures(judged: list[Judged]) -> None:
    """Print each wrong reply and why it is wrong."""
    for j in judged:
        if not j.faults:
            continue
        print(f"\n{j.case.id}  {j.case.question}" + (f"  [{j.case.today}]" if j.case.today else ""))
        for turn in j.case.history:
            print(f"    {turn.role}: {turn.content}")
        print(f"    said: {j.said}")
        for fault in j.faults:
            print(f"    wrong: {fault}")


def as_json(judged: Judged) -> str:
    """One line: the case's id and tags, the reply, its faults."""
    case = judged.case
    kind = "answer" if isinstance(judged.reply, Answer) else "refusal"
    fields = {"id": case.id, "question": case.question, "expected": case.expected, "tags": case.tags}
    said = {"kind": kind, "said": judged.said, "right": not judged.faults, "faults": judged.faults}
    return json.dumps({**fields, **said}, ensure_ascii=False)


def main() -> None:
    """Read the cases, ask them all, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, action="append", help="a file of cases; may be given several times")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--development", action="store_true", help="the cases to tune on")
    which.add_argument("--development2", action="store_true", help="later cases to tune on: half A, checked on half B")
    which.add_argument("--seen", action="store_true", help="the cases of an earlier report, now to tune on as well")
    parser.add_argument("--half", choices=("A", "B"), help="only the cases of one half, drawn by their ids")
    parser.add_argument("--failures", action="store_true", help="print the wrong replies")
    parser.add_argument("--json", action="store_true", help="one JSON object a case")
    arguments = parser.parse_args()
    try:
        named = {"development": DEVELOPMENT, "development2": DEVELOPMENT2, "seen": SEEN}
        chosen = next((path for name, path in named.items() if getattr(arguments, name)), REPORT)
        files = arguments.file or [chosen]
        cases = [case for path in files for case in read_cases(path) if arguments.half in (None, half(case))]
    except (CaseError, OSError) as error:
        sys.exit(str(error))
    notes = seed_notes()
    texts = {note.id: note.text for note in notes}
    bot = assistant_over("seed", notes)
    judged = [ask(bot, case, texts) for case in cases]
    if arguments.json:
        print("\n".join(as_json(j) for j in judged))
        return
    table(judged)
    if arguments.failures:
        failures(judged)


if __name__ == "__main__":
    main()
