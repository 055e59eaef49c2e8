"""A person's decisions on candidate cases, each saved as it is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assistant.errors import CaseError
from assistant.evaluation.cases import case_line, read_case, read_cases
from assistant.evaluation.editing import append_cases, replace_case
from assistant.evaluation.models import EvalCase, Status


class Review:
    """The candidates of a file. Those accepted stay there as reviewed cases, or go to the file `out`.

    Raises:
        CaseError: a file has faults, or both have a case of one id.
    """

    def __init__(self, path: Path, out: Path | None = None) -> None:
        self._path = path
        self._out = None if out is None or out.resolve() == path.resolve() else out
        cases = [placed.case for placed in read_cases([path])]
        self._finish(cases)
        #: Those to look at, in the order of the file.
        self.waiting = tuple(case for case in cases if case.status is Status.CANDIDATE)

    def accept(self, case: EvalCase) -> None:
        """It counts from now on.

        Raises:
            ValueError: a reviewed case must say more, in French.
            CaseError: it cannot be saved.
        """
        accepted = _accepted(case)
        if self._out is None:
            replace_case(self._path, case.id, accepted)
            return
        # First where it goes: interrupted between the two, it is in both, and the next review takes it out.
        append_cases(self._out, [accepted])
        replace_case(self._path, case.id, None)

    def reject(self, case: EvalCase) -> None:
        """It is removed.

        Raises:
            CaseError: the file cannot be saved.
        """
        replace_case(self._path, case.id, None)

    def change(self, case: EvalCase, edited: str) -> EvalCase:
        """The candidate as it was edited (`editable`), saved.

        Raises:
            ValueError: what is wrong with it, in French.
            CaseError: it cannot be saved.
        """
        changed = _candidate(edited)
        if changed.id != case.id and self._out is not None and changed.id in _ids(self._out):
            raise ValueError(f"l'id « {changed.id} » est déjà pris dans {self._out}")
        replace_case(self._path, case.id, changed)
        return changed

    def _finish(self, cases: list[EvalCase]) -> None:
        """Take out of the file what an interrupted review had already moved."""
        if self._out is None or not self._out.exists():
            return
        moved = {placed.case.id: placed.case for placed in read_cases([self._out])}
        for case in [case for case in cases if case.id in moved]:
            if case.status is not Status.CANDIDATE or _fields(case) != _fields(moved[case.id]):
                raise CaseError(f"Le cas « {case.id} » est dans {self._path} et, autrement, dans {self._out}.")
            replace_case(self._path, case.id, None)
            cases.remove(case)


def editable(case: EvalCase) -> str:
    """The case as JSON that a person can edit: one field a line, what a reviewed case needs always there."""
    fields = _fields(case)
    if case.answerable:
        fields = {**fields, "facts": fields.get("facts", []), "sources": fields.get("sources", [])}
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def _fields(case: EvalCase) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(case_line(case))
    fields.pop("status", None)
    return fields


def _accepted(case: EvalCase) -> EvalCase:
    return read_case(_fields(case))


def _candidate(edited: str) -> EvalCase:
    try:
        fields = json.loads(edited)
    except json.JSONDecodeError as error:
        raise ValueError(f"ce n'est pas du JSON (ligne {error.lineno}, caractère {error.colno})") from None
    except RecursionError:
        raise ValueError("ce JSON a trop de niveaux") from None
    if not isinstance(fields, dict):
        raise ValueError("un objet est attendu")
    return read_case({**fields, "status": Status.CANDIDATE.value})


def _ids(path: Path) -> set[str]:
    return {placed.case.id for placed in read_cases([path])} if path.exists() else set()
