"""Cases, and the notes that they bring, whatever they were read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from assistant.errors import CaseError
from assistant.evaluation.cases import read_case
from assistant.evaluation.models import EvalCase
from assistant.models import Note

T = TypeVar("T")

#: Of the project's own notes, in the records of runs.
OWN = "corpus"


@dataclass(frozen=True, slots=True)
class Dataset:
    """`name` is that of the corpus in records; `cases` are all, candidates too; `notes` what they are about, None for
    the project's own; `left_out` what could not be taken, and why, in French.
    """

    name: str
    cases: tuple[EvalCase, ...]
    notes: tuple[Note, ...] | None = None
    left_out: tuple[str, ...] = ()


class Collected:
    """What is read from a file of another format: notes and cases by id, what is left out, faults with their places."""

    def __init__(self) -> None:
        self.notes: dict[str, Note] = {}
        self.cases: dict[str, EvalCase] = {}
        self.left_out: list[str] = []
        self.faults: list[str] = []

    def note(self, place: str, note: Note) -> None:
        """Take a note; its id must be new."""
        if note.id in self.notes:
            self.faults.append(f"{place} : l'id « {note.id} » est déjà pris.")
        elif not note.text.strip():
            self.left_out.append(f"{place} : le passage « {note.id} » est vide")
        else:
            self.notes[note.id] = note

    def case(self, place: str, **fields: Any) -> None:
        """Take a case; empty fields are left out."""
        try:
            case = read_case({name: value for name, value in fields.items() if value or name == "question"})
        except ValueError as error:
            self.faults.append(f"{place} : {error}.")
            return
        if case.id in self.cases:
            self.faults.append(f"{place} : l'id « {case.id} » est déjà pris.")
        self.cases[case.id] = case

    def read(self, place: str, kind: TypeAdapter[T], value: Any) -> T | None:
        """The value as the format wants it, None where it is a fault."""
        try:
            return kind.validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            self.faults.append(f"{place} : le champ « {where} » manque ou n'est pas ce que le format attend.")
            return None

    def dataset(self, name: str) -> Dataset:
        """All of it.

        Raises:
            CaseError: the faults, or there is no case.
        """
        if self.faults:
            raise CaseError("\n".join(self.faults))
        if not self.cases or not self.notes:
            raise CaseError(f"{name} ne contient aucun {'cas' if self.notes else 'passage'}.")
        return Dataset(name, tuple(self.cases.values()), tuple(self.notes.values()), tuple(self.left_out))
