"""Every system asked every case, the systems in turn; what was said is kept, and not asked again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.evaluation.models import EvalCase
from benchmarks.compare.dialogue import Dialogue, SystemFailed
from benchmarks.compare.environments import Entry, InstallError, python_of
from benchmarks.compare.inputs import Inputs, case_line
from benchmarks.compare.systems.protocol import json_lines

#: Asked first, and not recorded: what is loaded at the first question is not the others' time.
_WARM_UP = {"id": "warm-up", "question": "Que dit cette note ?", "history": [], "today": None}


@dataclass
class Lines:
    """What a system said, in a file: `stats`, and a reply by case. Of other inputs than these, nothing is kept."""

    path: Path
    inputs: str
    stats: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, dict[str, Any]] = field(default_factory=dict)
    failure: str = ""

    @classmethod
    def read(cls, path: Path, inputs: str) -> Lines:
        """Those of a file; none where it is missing or of other inputs."""
        lines = cls(path, inputs)
        for line in json_lines(path) if path.is_file() else ():
            if "inputs" in line and line["inputs"] != inputs:
                return cls(path, inputs)
            lines.stats = line.get("stats") or lines.stats
            lines.failure = line.get("failure", lines.failure)
            if "id" in line:
                lines.replies[line["id"]] = line
        return lines

    def write(self) -> None:
        """All of it, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        head = {"inputs": self.inputs, "stats": self.stats, "failure": self.failure}
        partial = self.path.with_suffix(".partial")
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (head, *self.replies.values()))
        partial.write_text(text, encoding="utf-8")
        partial.replace(self.path)

    def missing(self, cases: Iterable[EvalCase]) -> list[EvalCase]:
        """The cases that it has no reply to, or that went wrong."""
        return [case for case in cases if self.replies.get(case.id, {}).get("kind", "error") == "error"]


@dataclass(frozen=True)
class Run:
    """One table: a corpus and its cases, with a chat model or without, and where all is kept."""

    inputs: Inputs
    made: Path
    model: Path
    chat: dict[str, str] | None = None

    @property
    def folder(self) -> Path:
        """Where the lines of this run are."""
        return self.made / "runs" / (self.inputs.name + ("-chat" if self.chat else ""))

    def lines(self, entry: Entry) -> Lines:
        """What was said in earlier runs."""
        return Lines.read(self.folder / f"{entry.name}.jsonl", self._fingerprint(entry))

    def job(self, entry: Entry) -> dict[str, Any]:
        """What the adapter is asked to do."""
        return {
            "corpus": str(self.folder / "corpus.jsonl"),
            "probes": str(self.folder / "probes.jsonl"),
            "folder": str(self.folder / f"{entry.name}.index"),
            "model": str(self.model),
            "chat": self.chat,
        }

    def _fingerprint(self, entry: Entry) -> str:
        """Of all that replies depend on, but for our own code: `--fresh` after a change of it."""
        parts = [(self.folder / name).read_bytes() for name in ("corpus.jsonl", "probes.jsonl")]
        parts += [path.read_bytes() for path in (entry.adapter, entry.requirements) if path.is_file()]
        parts.append(f"{self.model.name} {self.chat['model'] if self.chat else ''}".encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def run_all(run: Run, entries: Sequence[Entry], fresh: bool = False) -> dict[str, Lines]:
    """The lines of every system, those that are missing asked for now; a system that fails says so in its lines."""
    run.inputs.write(run.folder)
    found = {e.name: Lines(run.lines(e).path, run.lines(e).inputs) if fresh else run.lines(e) for e in entries}
    wanted = [entry for entry in entries if found[entry.name].missing(run.inputs.cases)]
    open_: dict[str, Dialogue] = {}
    try:
        for entry in wanted:
            _start(run, entry, found[entry.name], open_)
        _ask_in_turn(run, found, open_)
    finally:
        for name, dialogue in open_.items():
            dialogue.close()
            found[name].stats = dialogue.stats | {"asked_beside": sorted(open_)}
            found[name].write()
    return found


def _start(run: Run, entry: Entry, lines: Lines, open_: dict[str, Dialogue]) -> None:
    _tell(f"{entry.title}: its environment, then its index of {len(run.inputs.notes)} notes…")
    try:
        dialogue = open_[entry.name] = Dialogue(entry, python_of(entry, run.made), run.job(entry), run.folder)
        dialogue.ask(_WARM_UP)
    except (InstallError, SystemFailed) as error:
        _fail(lines, error)
        if entry.name in open_:
            open_.pop(entry.name).close()
        return
    lines.failure = ""
    _tell(f"{entry.title}: indexed in {dialogue.stats['ingestion_seconds']:.1f} s")


def _ask_in_turn(run: Run, found: dict[str, Lines], open_: dict[str, Dialogue]) -> None:
    """Case by case, each system in turn: what else the machine does meanwhile slows all alike."""
    started, cases = time.monotonic(), run.inputs.cases
    missing = {name: {case.id for case in found[name].missing(cases)} for name in open_}
    for number, case in enumerate(cases, start=1):
        for name in [name for name in open_ if case.id in missing[name]]:  # a copy: some may fail
            try:
                found[name].replies[case.id] = open_[name].ask(case_line(case))
            except SystemFailed as error:
                _fail(found[name], error)
                open_.pop(name).close()
        if number % 50 == 0 or number == len(cases) or run.chat:
            for name in open_:
                found[name].write()
            _tell(f"{run.folder.name}: {number} of {len(cases)} cases, {time.monotonic() - started:.0f} s")


def _fail(lines: Lines, error: Exception) -> None:
    lines.failure = str(error)
    lines.write()
    _tell(f"{lines.path.stem}: not run, it {error}")


def _tell(line: str) -> None:
    print(line, flush=True)
