"""`assistant users`: accounts from the command line, with passwords that appear nowhere."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT, Run, runner

from assistant.access import UserFile
from assistant.audit import entries
from assistant.models import Role

PASSWORD = "quatre mots sans lien"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_an_account_lives_and_is_in_the_journal(run: Run, monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    give(monkeypatch, f"{PASSWORD}\n")
    done = run("users", "add", "Claire", "--role", "staff", "--role", "evaluator", "--password-stdin", state_dir=state)
    assert done.out == "Compte créé : claire (evaluator, staff).\n"
    assert UserFile(state).verify("claire", PASSWORD)
    assert run("users", "list", state_dir=state).out == "claire  evaluator, staff\n1 compte.\n"
    assert run("users", "roles", "claire", "--role", "member", state_dir=state).out == "Rôles de claire : member.\n"
    give(monkeypatch, f"{PASSWORD} changé\n")
    changed = run("users", "password", "claire", "--password-stdin", state_dir=state)
    assert changed.out == "Mot de passe changé : claire.\n"
    assert run("users", "remove", "claire", state_dir=state).out == "Compte supprimé : claire.\n"
    assert "Aucun compte" in run("users", "list", state_dir=state).out
    verbs = ["compte créé", "rôles changés", "mot de passe changé", "compte supprimé"]
    assert [entry.what for entry in entries(state)] == verbs
    assert PASSWORD not in "".join(file.read_text(encoding="utf-8") for file in state.iterdir())


def test_without_a_role_it_is_a_member_s(run: Run, monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    give(monkeypatch, PASSWORD)
    run("users", "add", "marc", "--password-stdin", state_dir=state)
    account = UserFile(state).find("marc")
    assert account and account.roles == {Role.MEMBER}


@pytest.mark.parametrize("text", ["court\n", "\n", "motdepasse123\n"])
def test_a_bad_password_is_one_french_line(run: Run, monkeypatch: pytest.MonkeyPatch, state: Path, text: str) -> None:
    give(monkeypatch, text)
    done = run("users", "add", "marc", "--password-stdin", state_dir=state)
    done.assert_told(7, "Mot de passe refusé")
    assert not text.strip() or text.strip() not in done.err
    assert not UserFile(state).accounts()


@pytest.mark.parametrize("command", ["remove", "password", "roles"])
def test_an_account_that_does_not_exist_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, state: Path, command: str
) -> None:
    give(monkeypatch, PASSWORD)
    options = {"password": ["--password-stdin"], "roles": ["--role", "staff"]}.get(command, [])
    run("users", command, "zoe", *options, state_dir=state).assert_told(7, "Il n'y a pas de compte « zoe »")


def test_a_password_is_never_an_argument(run: Run, state: Path) -> None:
    done = run("users", "add", "marc", PASSWORD, state_dir=state)
    assert done.status == 2
    assert not UserFile(state).accounts()


def test_without_a_terminal_it_is_not_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    give(monkeypatch, f"{PASSWORD}\n{PASSWORD}\n")
    run("users", "add", "marc", state_dir=state).assert_told(7, "--password-stdin")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_two_that_differ_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    monkeypatch.setattr("sys.stdin", Terminal())
    typed = iter([PASSWORD, f"{PASSWORD}x"])
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: next(typed))
    run("users", "add", "marc", state_dir=state).assert_told(7, "Les deux mots de passe diffèrent")
    assert not UserFile(state).accounts()


def test_in_a_terminal_it_is_asked_for_twice_and_not_shown(state: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "assistant.cli", "users", "add", "marc"]
    environment = {**os.environ, "ASSISTANT_STATE_DIR": str(state)}
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment, cwd=ROOT
    ) as child:
        os.close(follower)
        shown = _until(leader, "Mot de passe")
        os.write(leader, f"{PASSWORD}\n".encode())
        shown += _until(leader, "seconde fois")
        os.write(leader, f"{PASSWORD}\n".encode())
        shown += _until(leader, "Compte créé : marc (member).")
    os.close(leader)
    assert child.returncode == 0
    assert PASSWORD not in shown
    assert UserFile(state).verify("marc", PASSWORD)


def _until(terminal: int, text: str) -> str:
    shown = ""
    try:
        while text not in shown:
            shown += os.read(terminal, 1000).decode(errors="replace")
    except OSError:  # the other end has closed
        pass
    return shown
