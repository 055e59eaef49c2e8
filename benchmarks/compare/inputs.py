"""What every system is given: the notes, the cases, questions to set a threshold by; and what a right reply is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import Note
from assistant.evaluation.cases import read_cases
from assistant.evaluation.models import EvalCase, Expected, Source
from benchmarks.data import ROOT, Question, piaf_notes, piaf_questions, seed_notes
from benchmarks.parts import of_part

_CASES = ROOT / "evals" / "cases"
_PROBES = 60


@dataclass(frozen=True)
class Inputs:
    """A corpus and its cases. `probes` are other questions on the same corpus, and whether it answers them."""

    name: str
    notes: Sequence[Note]
    cases: Sequence[EvalCase]
    probes: Sequence[Mapping[str, Any]]

    def write(self, folder: Path) -> None:
        """The corpus and the probes, as adapters read them."""
        folder.mkdir(parents=True, exist_ok=True)
        _write_lines(folder / "corpus.jsonl", map(_note_line, self.notes))
        _write_lines(folder / "probes.jsonl", self.probes)

    def limited(self, count: int | None) -> Inputs:
        """The same with `count` cases at most, spread over all."""
        if count is None or count >= len(self.cases):
            return self
        cases = [self.cases[at * len(self.cases) // count] for at in range(count)]
        return replace(self, cases=cases)

    def alone(self) -> Inputs:
        """The same without the cases that follow others, which not every system takes."""
        return replace(self, cases=[case for case in self.cases if not case.history])


def case_line(case: EvalCase) -> dict[str, Any]:
    """A case as an adapter gets it: the question, the turns before it, the day; never what is expected."""
    turns = [{"role": turn.role, "content": turn.content} for turn in case.history]
    today = case.today.isoformat() if case.today else None
    return {"id": case.id, "question": case.question, "history": turns, "today": today}


def seed() -> Inputs:
    """The project's own corpus, with the cases that were looked at while it was built, and the first ones as probes."""
    probes = [placed.case for placed in read_cases([_CASES / "corpus_development.jsonl"])]
    return Inputs(
        "seed",
        seed_notes(),
        [placed.case for placed in read_cases([_CASES / "corpus_seen.jsonl"])],
        [_probe(case.question, case.answerable) for case in probes if not case.history],
    )


def piaf() -> Inputs:
    """PIAF: standalone questions on the `report` articles, then unanswerable ones; probes are of other articles.

    Of the unanswerable, those of the half that nothing of ours was fitted on.
    """
    questions = [question for question in piaf_questions() if question.standalone]
    silent = [question for question in questions if question.passage_id is None]
    known = of_part("development", questions)[:_PROBES]
    unknown = [question for question in silent if question.in_fitting_half]
    return Inputs(
        "piaf",
        piaf_notes(),
        [_case(q) for q in [*of_part("report", questions), *(q for q in silent if not q.in_fitting_half)]],
        [_probe(q.text, q.passage_id is not None) for q in [*known, *unknown]],
    )


CORPORA = {"piaf": piaf, "seed": seed}


def _case(question: Question) -> EvalCase:
    """Any passage of the note is a source: PIAF's paragraphs are short, and where a chunk ends is no merit."""
    if question.passage_id is None:
        return EvalCase(id=question.id, question=question.text, expected=Expected.REFUSE)
    return EvalCase(
        id=question.id,
        question=question.text,
        expected=Expected.ANSWER,
        facts=(question.answers,),
        sources=(Source(note=question.passage_id),),
    )


def _probe(question: str, answerable: bool) -> dict[str, Any]:
    return {"question": question, "answerable": answerable}


def _note_line(note: Note) -> dict[str, Any]:
    return {"id": note.id, "title": note.title, "text": note.text, "date": str(note.date) if note.date else None}


def _write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
