"""Files of cases, changed one case at a time: the other lines stay as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.errors import CaseError, french_reason
from assistant.evaluation.cases import Placed, case_line, read_cases
from assistant.evaluation.files import write_whole
from assistant.evaluation.models import EvalCase


def append_cases(path: Path, cases: Sequence[EvalCase]) -> None:
    """Write the cases behind those of a file, all or none; the file is made where there is none.

    Raises:
        CaseError: the file has faults or an id of the cases already, or it cannot be written.
    """
    there = _cases_of(path)
    taken = {placed.case.id for placed in there}
    if twice := next((case.id for case in cases if case.id in taken), None):
        raise CaseError(f"{path} contient déjà un cas « {twice} » : rien n'y est ajouté.")
    lines = _lines(path) if there else []
    _write(path, [*lines, *map(case_line, cases)])


def replace_case(path: Path, case_id: str, by: EvalCase | None) -> None:
    """Put another case, or none, in the place of one.

    Raises:
        CaseError: the case is no longer there, the file has faults or the other's id already, or cannot be written.
    """
    there = {placed.case.id: placed for placed in _cases_of(path)}
    if case_id not in there:
        raise CaseError(f"{path} ne contient plus le cas « {case_id} » : le fichier a changé entre-temps.")
    if by is not None and by.id != case_id and by.id in there:
        raise CaseError(f"{path} contient déjà un cas « {by.id} ».")
    lines, at = _lines(path), there[case_id].line - 1
    lines[at : at + 1] = [] if by is None else [case_line(by)]
    _write(path, lines)


def _cases_of(path: Path) -> list[Placed]:
    return read_cases([path]) if path.exists() else []


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").removesuffix("\n").split("\n")


def _write(path: Path, lines: Sequence[str]) -> None:
    try:
        write_whole(path, "".join(f"{line}\n" for line in lines))
    except OSError as error:
        raise CaseError(f"Le fichier {path} ne peut pas être écrit : {french_reason(error)}.") from None
