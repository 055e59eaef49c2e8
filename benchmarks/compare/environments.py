"""A virtual environment a system, made from its pinned requirements; never the project's own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_SEAL = "made-of.sha256"


class InstallError(Exception):
    """A system cannot be installed; the message says why, in one line."""


@dataclass(frozen=True)
class Entry:
    """A system of the table. `python` is the oldest that its package runs on, None for the project's environment.

    `embeds` says whether it takes an embedding model, `chats` whether its answers need a chat model.
    """

    name: str
    title: str
    python: tuple[int, int] | None
    embeds: bool = True
    chats: bool = True

    @property
    def adapter(self) -> Path:
        """Its script."""
        return HERE / "systems" / f"{self.name}.py"

    @property
    def requirements(self) -> Path:
        """Its pinned packages."""
        return HERE / "requirements" / f"{self.name}.txt"


ENTRIES = (
    Entry("ours", "this assistant", None, chats=False),
    Entry("langchain_tutorial", "LangChain tutorial", (3, 10)),
    Entry("haiku_rag", "haiku.rag", (3, 12)),
    Entry("txtai_quickstart", "txtai", (3, 10)),
    Entry("cairn_assistant", "cairn-assistant", (3, 11), embeds=False, chats=False),
)
BY_NAME = {entry.name: entry for entry in ENTRIES}

#: Nothing is fetched and nothing is told to anyone while systems run. The two last lines are what ours sets for itself.
OFFLINE: Mapping[str, str] = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LOGFIRE_IGNORE_NO_CONFIG": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
}


def python_of(entry: Entry, made: Path) -> Path:
    """The interpreter that runs the adapter; its environment is made where it is missing or out of date.

    Raises:
        InstallError: no Python is new enough, or its packages do not install.
    """
    if entry.python is None:
        return Path(sys.executable)
    venv = made / entry.name / "venv"
    wanted = hashlib.sha256(entry.requirements.read_bytes()).hexdigest()
    seal = venv / _SEAL
    if not (seal.is_file() and seal.read_text(encoding="utf-8") == wanted):
        _make(venv, find_python(entry.python), entry.requirements, made / entry.name / "install.log")
        seal.write_text(wanted, encoding="utf-8")
    return venv / "bin" / "python"


def find_python(oldest: tuple[int, int]) -> Path:
    """An interpreter of that version or newer: this one, on the path, or one of pyenv's.

    Raises:
        InstallError: there is none.
    """
    for candidate in _candidates(oldest):
        code = f"import sys; sys.exit(sys.version_info < {oldest})"
        if subprocess.run([candidate, "-c", code], capture_output=True, check=False).returncode == 0:
            return Path(candidate)
    raise InstallError(f"needs Python {'.'.join(map(str, oldest))} or newer, and there is none on the path")


def _candidates(oldest: tuple[int, int]) -> Iterator[str]:
    if sys.version_info[:2] >= oldest:
        yield sys.executable
    names = [f"python{oldest[0]}.{minor}" for minor in range(oldest[1], oldest[1] + 3)]
    yield from filter(None, map(shutil.which, names))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(oldest[1], oldest[1] + 3):
        yield from map(str, sorted(pyenv.glob(f"{oldest[0]}.{minor}.*/bin/python")))


def _make(venv: Path, python: Path, requirements: Path, log: Path) -> None:
    shutil.rmtree(venv, ignore_errors=True)
    venv.parent.mkdir(parents=True, exist_ok=True)
    pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--requirement", requirements]
    with log.open("w", encoding="utf-8") as out:
        for command in ([python, "-m", "venv", venv], pip):
            if subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode:
                break
        else:
            return
    raise InstallError(f"does not install: {last_line(log)} (see {log.name})")


def last_line(log: Path) -> str:
    """The last line of a log that says something, cut to fit a table."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").split("\n") if line.strip()]
    return lines[-1].strip()[:200] if lines else "it said nothing"
