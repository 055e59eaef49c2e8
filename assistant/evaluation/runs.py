"""Runs on disk: `evals/runs/<id>/` holds `run.json` and one line a case in `results.jsonl`, written as it comes."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from string import hexdigits
from typing import Any, Self

from assistant.errors import EvaluationError, french_reason
from assistant.evaluation.cases import case_line, read_case
from assistant.evaluation.files import write_whole
from assistant.evaluation.models import Result, Score, Span
from assistant.evaluation.responses import response_of

RUNS = "runs"
ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_INFO = "run.json"
_RESULTS = "results.jsonl"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was run, on what, with what. Two runs of the same `identity` give the same scores, latency and those of a
    judge aside: a model served elsewhere may word the same verdict otherwise, or change it.

    Args:
        id: sorts by time.
        created: UTC, ISO 8601.
        name: what who ran it calls it, may be empty.
        commit: of the code, with a + where files were changed; empty where there is no repository.
        build: id of the index's build.
        corpus: what the index was made of.
        settings: those that change answers.
        versions: of what computes answers, by package.
        cases: ids of the cases to ask, in their order.
        digest: of the cases.
        skipped: candidates passed over, since no person has reviewed them.
        judge: the model that judges and how it is asked, empty where none does.
        seconds: how long it took, over all sittings.
        complete: whether every case was asked.
    """

    id: str
    created: str
    name: str
    commit: str
    build: str
    corpus: str
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    cases: tuple[str, ...]
    digest: str
    skipped: int = 0
    judge: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    complete: bool = False

    @property
    def identity(self) -> dict[str, Any]:
        """What must be the same for scores to be."""
        names = ("commit", "build", "corpus", "settings", "versions", "digest", "judge")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was recorded, its results in the order of the cases."""

    folder: Path
    info: RunInfo
    results: tuple[Result, ...]


def new_id() -> str:
    """An id for a run that begins now: ids sort by age, those of one second too."""
    now = datetime.now(UTC)
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond:05x}{secrets.choice(hexdigits[:16])}"


class Recorder:
    """Writes a run as it goes: each result is on disk before the next is asked."""

    def __init__(self, folder: Path, info: RunInfo) -> None:
        self.folder = folder
        self.info = info
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._write_info()
            self._file = (folder / _RESULTS).open("ab")
        except OSError as error:
            raise _unwritable(folder, error) from None

    @classmethod
    def resume(cls, folder: Path, wanted: RunInfo) -> tuple[Self, frozenset[str]]:
        """Go on with a run that was interrupted; the ids of the cases that it has a reply to. Half a line is dropped.

        Raises:
            EvaluationError: it was begun with something else than what is wanted.
        """
        info = _read_info(folder)
        changed = [name for name, value in wanted.identity.items() if info.identity[name] != value]
        if changed:
            told = ", ".join(NAMES[name] for name in changed)
            raise EvaluationError(
                f"L'évaluation {info.id} ne peut pas être reprise : ce qui a changé depuis ({told}) changerait aussi "
                "les réponses. Lancez-en une nouvelle, sans --resume."
            )
        done = {result.case.id: not result.response.error for result in _results(folder, cut=True)}
        return cls(folder, replace(info, complete=False)), frozenset(case for case, replied in done.items() if replied)

    def add(self, result: Result) -> None:
        """Write one result.

        Raises:
            EvaluationError: it cannot be written.
        """
        try:
            self._file.write(_line(result).encode())
            self._file.flush()
        except OSError as error:
            raise _unwritable(self.folder, error) from None

    def close(self, seconds: float, *, complete: bool) -> None:
        """Say how long this sitting took, and whether all was asked."""
        self._file.close()
        self.info = replace(self.info, seconds=round(self.info.seconds + seconds, 1), complete=complete)
        self._write_info()

    def _write_info(self) -> None:
        write_whole(self.folder / _INFO, json.dumps(asdict(self.info), ensure_ascii=False, indent=1) + "\n")


#: What `RunInfo.identity` holds, in French.
NAMES = {
    "commit": "le code",
    "build": "l'index",
    "corpus": "le corpus",
    "settings": "les réglages",
    "versions": "les bibliothèques",
    "digest": "les cas",
    "judge": "le juge",
}


def runs(evals_dir: Path) -> list[RunInfo]:
    """The runs of the folder, the oldest first."""
    return [_read_info(folder) for folder in _folders(evals_dir)]


def run_folder(evals_dir: Path, start: str | None = None) -> Path:
    """The folder of the run whose id, or whose name, begins so; of the latest where left out.

    Raises:
        EvaluationError: there is none, or several begin so.
    """
    folders = _folders(evals_dir)
    if not folders:
        raise EvaluationError(
            f"Il n'y a pas encore d'évaluation dans {evals_dir / RUNS} : faites-en une avec « assistant eval run »."
        )
    if start is None:
        return folders[-1]
    found = [folder for folder in folders if folder.name.startswith(start)]
    found = found or [folder for folder in folders if _read_info(folder).name == start][-1:]
    if len(found) != 1:
        several = f"plusieurs commencent ainsi ({', '.join(folder.name for folder in found[:3])}…)" if found else ""
        raise EvaluationError(
            f"L'évaluation « {start} » est introuvable{' : ' + several if several else ''}. "
            "« assistant eval list » les montre."
        )
    return found[0]


def read_run(folder: Path) -> Run:
    """A run as it was recorded, interrupted ones included.

    Raises:
        EvaluationError: it cannot be read.
    """
    info = _read_info(folder)
    found = {result.case.id: result for result in _results(folder)}
    return Run(folder, info, tuple(found[case] for case in info.cases if case in found))


def _folders(evals_dir: Path) -> list[Path]:
    folder = evals_dir / RUNS
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if ID.fullmatch(path.name) and (path / _INFO).is_file())


def _read_info(folder: Path) -> RunInfo:
    path = folder / _INFO
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return RunInfo(**{**fields, "cases": tuple(fields["cases"])})
    except OSError as error:
        raise EvaluationError(f"L'évaluation {folder} ne peut pas être lue : {french_reason(error)}.") from None
    except (ValueError, TypeError, KeyError):
        raise EvaluationError(f"Le fichier {path} est abîmé : supprimez le dossier de cette évaluation.") from None


def _results(folder: Path, *, cut: bool = False) -> Iterator[Result]:
    """The results on disk. With `cut`, what an interruption left of a last line is removed from the file."""
    path = folder / _RESULTS
    try:
        held = path.read_bytes() if path.exists() else b""
        whole = held[: held.rfind(b"\n") + 1]
        if cut and len(whole) < len(held):
            with path.open("r+b") as file:
                file.truncate(len(whole))
    except OSError as error:
        raise EvaluationError(f"Le fichier {path} ne peut pas être lu : {french_reason(error)}.") from None
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            yield _result(json.loads(line))
        except (ValueError, TypeError, KeyError):
            raise EvaluationError(f"{path}:{number} est abîmé : relancez cette évaluation.") from None


def _line(result: Result) -> str:
    fields = {
        "case": json.loads(case_line(result.case)),
        "reply": result.record,
        "gold": [[asdict(span) for span in places] for places in result.gold],
        "scores": {name: asdict(score) for name, score in result.scores.items()},
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _result(fields: Mapping[str, Any]) -> Result:
    return Result(
        case=read_case(fields["case"]),
        response=response_of(fields["reply"]),
        scores={name: Score(**score) for name, score in fields["scores"].items()},
        gold=tuple(tuple(Span(**span) for span in places) for places in fields["gold"]),
        record=fields["reply"],
    )


def _unwritable(folder: Path, error: OSError) -> EvaluationError:
    return EvaluationError(
        f"L'évaluation ne peut pas être gardée dans {folder} : {french_reason(error)}. Ce qui était fait y reste ; "
        "reprenez avec « assistant eval run --resume »."
    )
