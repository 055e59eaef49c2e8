"""`assistant feedback`: what members think, read, exported and erased from the command line."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command import Run, runner
from opinions import given

from assistant.audit import entries
from assistant.feedback import Feedback, FeedbackReason, FeedbackStore

NOW = datetime.now(UTC)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def kept(state: Path) -> tuple[Feedback, Feedback]:
    """A thumb up of ten days ago, and a thumb down of now that tries to command the terminal."""
    up = given(when=NOW - timedelta(days=10), comment="merci à Zoé")
    down = given(when=NOW, helpful=False, reason=FeedbackReason.WRONG, comment="non\x1b[2J,\nce n'est pas lui")
    store = FeedbackStore(f"sqlite:///{state / 'feedback.sqlite'}", 365)
    store.save(up)
    store.save(replace(down, question="Qui anime le forum ?", history=()))
    return up, down


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_feedback_is_listed_and_shown(run: Run, state: Path, kept: tuple[Feedback, Feedback]) -> None:
    up, down = kept
    table = run("feedback", "list", state_dir=state).out.splitlines()
    assert table[0].split() == ["id", "date", "avis", "raison", "question"]
    assert table[1].startswith(down.id[:8])
    assert "à revoir" in table[1]
    assert "La réponse est fausse" in table[1]
    assert table[2].endswith("Et depuis quand ?")
    assert table[-1] == "2 avis."
    assert up.id[:8] not in run("feedback", "list", "--bad", state_dir=state).out
    since = f"{NOW - timedelta(days=3):%Y-%m-%d}"
    listed = run("feedback", "list", "--since", since, "--json", state_dir=state)
    assert [each["id"] for each in json.loads(listed.out)] == [down.id]
    shown = run("feedback", "show", down.id[:6], state_dir=state).out
    assert "Sens : à revoir, La réponse est fausse" in shown
    assert "Commentaire : non[2J, ce n'est pas lui" in shown
    assert "Citation 1 : Un programme (note-simple, 0 à 29)" in shown
    assert "Question d'avant : Qui pilote DcANT ?" in run("feedback", "show", up.id, state_dir=state).out


def test_exports_are_for_their_owner_alone_and_in_the_journal(
    run: Run, state: Path, tmp_path: Path, kept: tuple[Feedback, Feedback]
) -> None:
    up, down = kept
    target = tmp_path / "avis.jsonl"
    target.write_text("ancien", encoding="utf-8")
    done = run("feedback", "export", str(target), state_dir=state)
    assert (done.out, done.err) == ("", "2 avis écrits.\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [each["id"] for each in lines(target.read_text(encoding="utf-8"))] == [up.id, down.id]
    cases = lines(run("feedback", "candidates", "-", state_dir=state).out)
    assert [case["tags"] for case in cases] == [["feedback", "helpful"], ["feedback", "wrong"]]
    assert cases[0]["sources"] == [{"note": "note-simple", "quote": "Il est piloté par le service."}]
    assert [(e.what, e.detail) for e in entries(state)] == [
        ("avis exportés", "2 avis"),
        ("cas proposés d'après les avis", "2 avis"),
    ]
    run("feedback", "export", str(tmp_path), state_dir=state).assert_told(8, "c'est un dossier")


def test_erasure_asks_counts_and_is_in_the_journal_without_the_words(
    run: Run, state: Path, kept: tuple[Feedback, Feedback], monkeypatch: pytest.MonkeyPatch
) -> None:
    up, down = kept
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert "Rien n'est effacé." in run("feedback", "erase", "--all", state_dir=state).out
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "o")
    assert run("feedback", "erase", "--matching", "ZOE", state_dir=state).out.endswith("1 avis effacé.\n")
    before = f"{NOW - timedelta(days=3):%Y-%m-%d}"
    assert "Aucun avis" in run("feedback", "erase", "--before", before, state_dir=state).out
    assert run("feedback", "erase", down.id[:8], "--yes", state_dir=state).out == "1 avis effacé.\n"
    assert "Aucun avis." in run("feedback", "list", state_dir=state).out
    run("feedback", "erase", up.id[:8], state_dir=state).assert_told(8, "Il n'y a pas d'avis")
    assert run("feedback", "erase", state_dir=state).status == 2
    assert run("feedback", "erase", down.id, "--all", state_dir=state).status == 2
    details = [entry.detail for entry in entries(state)]
    assert details == ["1 avis (--matching)", "1 avis (un)"]
    left = b"".join(file.read_bytes() for file in state.iterdir())
    assert not [word for word in ("Zoé", "ZOE", "DcANT", "pas lui") if word.encode() in left]


def test_old_feedback_goes_at_the_next_command_or_by_hand(
    run: Run, state: Path, kept: tuple[Feedback, Feedback]
) -> None:
    done = run("feedback", "purge", state_dir=state, feedback_days=9)
    assert done.out == "1 avis effacé.\n"
    assert entries(state)[-1].detail == "1 avis de plus de 9 jours"
    assert run("feedback", "purge", state_dir=state).out == "Aucun avis à effacer.\n"
    assert run("feedback", "purge", state_dir=state, feedback_days=0).out == "1 avis effacé.\n"


def test_trouble_is_one_french_line_without_the_password(run: Run, state: Path) -> None:
    state.mkdir()
    (state / "feedback.sqlite").write_bytes(b"x" * 4096)
    for command in (("list",), ("show", "abcd"), ("export", "-"), ("erase", "--all"), ("purge",)):
        run("feedback", *command, state_dir=state).assert_told(8, "ce n'est pas une base SQLite")
    url = "postgresql+psycopg://qui:motdepasse@h/b"
    done = run("feedback", "list", state_dir=state, feedback_url=url)
    done.assert_told(8, "ASSISTANT_FEEDBACK_URL", "psycopg")
    assert "motdepasse" not in done.err
    run("feedback", "list", "--since", "hier", state_dir=state / "autre").assert_told(2, "Une date s'écrit")
    assert run("feedback", "list", state_dir=state / "autre").out == "Aucun avis.\n"
