"""Runs the command `assistant`, in this process or in a real one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.cli import main

ROOT = Path(__file__).parents[1]
ENGLISH = ("Traceback", "Usage: ", "Error:", "Missing", "No such", "Invalid", "Permission denied")


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    def assert_told(self, status: int, *words: str) -> None:
        """One French line on standard error, nothing on standard output, the right status."""
        assert self.status == status, self.err
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        assert all(word in self.err for word in words), self.err
        assert not [word for word in ENGLISH if word in self.err], self.err


Run = Callable[..., Done]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs the command in this process, with variables given as `corpus_dir=…`."""

    def run(*arguments: str, **settings: object) -> Done:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(f"ASSISTANT_{name.upper()}", str(value))
            patch.setattr(sys, "argv", ["assistant", *arguments])
            status = 0
            try:
                main()
            except SystemExit as leaving:
                status = int(leaving.code or 0)
            return Done(status, *capsys.readouterr())

    return run


def real(*arguments: str, **settings: object) -> Done:
    """Run the command in a process of its own, in a terminal that speaks no French."""
    variables = {f"ASSISTANT_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *arguments],
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "LANGUAGE": "en", **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
