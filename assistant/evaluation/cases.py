"""Files of cases: one JSON object a line, each fault told with its file and line; and the schema for editors."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import CaseError, french_reason
from assistant.evaluation.files import write_whole
from assistant.evaluation.models import EvalCase, Status

#: Beside the cases, for editors that complete and check JSON lines.
SCHEMA_FILE = "schema.json"


@dataclass(frozen=True, slots=True)
class Placed:
    """A case and where it stands."""

    case: EvalCase
    path: Path
    line: int


def read_cases(paths: Iterable[Path]) -> list[Placed]:
    """The cases of the files, in their order. A folder gives its `*.jsonl`. Blank lines are passed over.

    Raises:
        CaseError: every fault of every file, each with its place; or a file that cannot be read.
    """
    found: dict[str, Placed] = {}
    faults: list[str] = []
    for path in [file for given in paths for file in _files(given)]:
        for number, line in enumerate(_text(path).split("\n"), start=1):
            if not line.strip():
                continue
            try:
                case = read_case(line)
            except ValueError as error:
                faults.append(f"{path}:{number} : {error}.")
                continue
            if case.id in found:
                other = found[case.id]
                faults.append(f"{path}:{number} : l'id « {case.id} » est déjà pris ({other.path}:{other.line}).")
            else:
                found[case.id] = Placed(case, path, number)
    if faults:
        raise CaseError("\n".join(faults))
    return list(found.values())


def read_case(line: str | dict[str, Any]) -> EvalCase:
    """One case.

    Raises:
        ValueError: what is wrong with it, in French.
    """
    try:
        if isinstance(line, dict):
            return EvalCase.model_validate(line)
        json.loads(line)  # pydantic's own message on bad JSON is English and counts bytes
        return EvalCase.model_validate_json(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"ce n'est pas du JSON (caractère {error.colno})") from None
    except RecursionError:
        raise ValueError("ce JSON a trop de niveaux") from None
    except ValidationError as error:
        raise ValueError(" ; ".join(dict.fromkeys(_french(fault) for fault in error.errors()))) from None


def reviewed(cases: Iterable[EvalCase]) -> list[EvalCase]:
    """Those that a person has read: the others count in no figure."""
    return [case for case in cases if case.status is Status.REVIEWED]


def case_line(case: EvalCase) -> str:
    """The case as one line of a file, fields in their order, those left at their default left out."""
    fields = case.model_dump(mode="json", exclude_defaults=True)
    if "history" in fields:
        fields["history"] = [{"role": turn.role, "content": turn.content} for turn in case.history]
    if "reasons" in fields:
        fields["reasons"] = sorted(fields["reasons"])
    return json.dumps(fields, ensure_ascii=False)


def write_cases(path: Path, cases: Iterable[EvalCase]) -> None:
    """Write a file of cases, whole or not at all.

    Raises:
        CaseError: it cannot be written.
    """
    try:
        write_whole(path, "".join(f"{case_line(case)}\n" for case in cases))
    except OSError as error:
        raise CaseError(f"Le fichier {path} ne peut pas être écrit : {french_reason(error)}.") from None


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one case, with descriptions in French."""
    found = EvalCase.model_json_schema()
    for part in (found, *found["$defs"].values()):
        part.pop("description", None)  # our docstrings, which are English
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _files(given: Path) -> list[Path]:
    if not given.is_dir():
        return [given]
    files = sorted(given.glob("*.jsonl"))
    if not files:
        raise CaseError(f"Le dossier {given} ne contient aucun fichier de cas (*.jsonl).")
    return files


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CaseError(f"Le fichier {path} n'est pas en UTF-8.") from None
    except OSError as error:
        raise CaseError(f"Le fichier {path} ne peut pas être lu : {french_reason(error)}.") from None


_FRENCH = {
    "missing": "le champ {where} manque",
    "extra_forbidden": "le champ {where} n'existe pas",
    "string_type": "{where} : un texte est attendu, reçu {seen}",
    "string_pattern_mismatch": "{where} : un texte qui ne soit pas vide est attendu",
    "enum": "{where} : une de ces valeurs est attendue : {expected}, reçu {seen}",
    "tuple_type": "{where} : une liste est attendue, reçu {seen}",
    "frozen_set_type": "{where} : une liste est attendue, reçu {seen}",
    "too_short": "{where} : une liste qui ne soit pas vide est attendue",
    "literal_error": "{where} : une de ces valeurs est attendue : {expected}, reçu {seen}",
    "misfit": "{fault}",
}


def _french(fault: Any) -> str:
    kind: str = fault["type"]
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in fault["loc"])
    seen = json.dumps(fault["input"], ensure_ascii=False, default=str)[:80]
    if kind.startswith("date_"):
        return f"« {where} » : un jour AAAA-MM-JJ qui existe est attendu, reçu {seen}"
    if kind in ("model_type", "model_attributes_type", "dataclass_type"):
        return f"« {where} » : un objet est attendu, reçu {seen}" if where else f"un objet est attendu, reçu {seen}"
    expected = str(fault.get("ctx", {}).get("expected", "")).replace(" or ", " ou ")
    told: str = _FRENCH.get(kind, "{where} : " + fault["msg"])
    fault_told = fault.get("ctx", {}).get("fault", "")
    return told.format(where=f"« {where} »", seen=seen, expected=expected, fault=fault_told)
