"""The command's own words: help and wrong usage, in French whatever the terminal speaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import ENGLISH, Run, real, runner

QUESTION = "Qui pilote le programme DcANT ?"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        *(("ask",), ("ask", QUESTION, "--batch", "x"), ("ask", "--batch", "x", "--history", "y"), ("absent",)),
        *(
            ("--absent",),
            ("ask", "--absent"),
            ("ask", "a", "b"),
            ("serve", "--port", "99999"),
            ("serve", "--port", "x"),
        ),
        *(("corpus", "list", "--sort", "taille"), ("corpus", "remove")),
        *(("corpus", "absent"), ("ask", QUESTION, "--history"), ("ask", QUESTION, "--kind", "roman")),
        *(("ask", QUESTION, "--since", "hier"), ("ask", QUESTION, "--since", "2018", "--until", "2017")),
    ],
)
def test_wrong_usage_is_told_in_french(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    english = (*ENGLISH, "Try ", "No such", "not a valid", "is not in", "unexpected", "requires", "Got ")
    assert not [word for word in english if word in done.err], done.err
    assert done.err.strip()


COMMANDS = [
    (),
    ("corpus",),
    *(("corpus", name) for name in ("list", "show", "edit", "remove", "check", "trash")),
    *(("corpus", "trash", name) for name in ("list", "restore", "empty")),
    ("index",),
    ("index", "sync"),
    ("index", "status"),
    ("ask",),
    ("serve",),
]


@pytest.mark.parametrize("command", [*COMMANDS, ("doctor",)])
def test_help_is_french(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert (done.status, done.err) == (0, "")
    assert done == run(*command, "-h")
    english = ("Usage: ", "Commands:", "Show this", "and exit", "ARGS", "TEXT", "PATH", "INTEGER", "RANGE")
    assert not [word for word in english if word in done.out], done.out


def test_help_of_a_real_process() -> None:
    done = real("--help")
    assert (done.status, done.err) == (0, "")
    assert "Commandes" in done.out
    assert "Show this message" not in done.out
