"""Personal data goes when its time has come: at a server's start, each day, by hand; never because a clock jumped."""

from __future__ import annotations

import os
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command import Run, runner
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opinions import given

from assistant import Settings, audit
from assistant.access import Door
from assistant.audit import FILE, Entry, entries, record
from assistant.errors import AssistantError, FeedbackError
from assistant.feedback import FeedbackStore
from assistant.retention import Forgotten, Retention, forget
from assistant.ui.server import living

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def entry(who: str, when: datetime) -> Entry:
    return Entry(who, "connexion", "203.0.113.9", when=when.isoformat(timespec="seconds"))


@pytest.fixture
def lived_in(tmp_path: Path) -> Settings:
    """Feedback and journal of 400, 100 and 1 days ago; 90 days are to be kept."""
    settings = Settings.load(state_dir=tmp_path / "state", journal_days=90, feedback_days=90)
    for days in (400, 100, 1):
        record(settings.state_dir, entry(f"il y a {days}", ago(days)))
        FeedbackStore.from_settings(settings, lambda: ago(400)).save(given(when=ago(days), comment=f"il y a {days}"))
    FeedbackStore(f"sqlite:///{settings.state_dir / 'feedback.sqlite'}", 3650, lambda: ago(1)).purge()  # as each day
    return settings


def people(settings: Settings) -> list[str]:
    return [found.who for found in entries(settings.state_dir)]


def comments(settings: Settings) -> list[str]:
    return [found.comment for found in FeedbackStore.from_settings(settings).select()]


def test_what_is_too_old_goes_and_its_words_with_it(lived_in: Settings) -> None:
    (lived_in.state_dir / FILE).chmod(0o640)
    assert forget(lived_in, NOW) == Forgotten(2, 2)
    assert people(lived_in) == comments(lived_in) == ["il y a 1"]
    assert forget(lived_in, NOW) == Forgotten(0, 0)
    assert stat.S_IMODE((lived_in.state_dir / FILE).stat().st_mode) == 0o640
    left = b"".join(path.read_bytes() for path in lived_in.state_dir.iterdir())
    assert b"il y a 1" in left
    assert not [days for days in ("400", "100") if f"il y a {days}".encode() in left]


def test_nothing_is_made_where_nothing_is_kept(tmp_path: Path) -> None:
    assert forget(Settings.load(state_dir=tmp_path / "state"), NOW) == Forgotten(0, 0)
    assert not (tmp_path / "state").exists()


def test_a_server_does_it_at_its_start_and_then_each_day(lived_in: Settings) -> None:
    day = [NOW]
    with Retention(lived_in, lambda: day[0], look=0.01).running():
        wait_until(lambda: people(lived_in) == ["il y a 1"])
        record(lived_in.state_dir, entry("nouveau", NOW))
        day[0] = NOW + timedelta(days=90)
        wait_until(lambda: people(lived_in) == ["nouveau"])
    assert comments(lived_in) == []


def wait_until(reached: object) -> None:
    assert callable(reached)
    for _ in range(1000):
        if reached():
            return
        time.sleep(0.01)
    pytest.fail("it never came")


def test_the_chat_does_it(lived_in: Settings) -> None:
    """The application that is served, from its start to its end; its clock is the real one."""
    record(lived_in.state_dir, Entry("aujourd'hui", "essai"))
    with TestClient(FastAPI(lifespan=living(Door(lived_in), lived_in))):
        wait_until(lambda: "il y a 400" not in people(lived_in))
    assert "aujourd'hui" in people(lived_in)


@pytest.mark.parametrize("years", [-30, 2, 70])
def test_a_clock_that_jumps_takes_nothing_away(
    lived_in: Settings, years: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A battery that is dead, a day typed wrong: put right within a day, nothing is lost."""
    recent = lived_in.model_copy(update={"journal_days": 900, "feedback_days": 900})
    FeedbackStore.from_settings(recent, lambda: NOW).purge_when_due()
    wrong = NOW + timedelta(days=365 * years)
    Retention(recent, lambda: wrong).when_due()
    FeedbackStore.from_settings(recent, lambda: wrong).save(given(when=wrong, comment="à tort"))
    record(recent.state_dir, entry("à tort", wrong))
    Retention(recent, lambda: wrong).when_due()
    Retention(recent, lambda: NOW).when_due()
    assert {"il y a 400", "il y a 100", "il y a 1"} <= set(people(recent)) & set(comments(recent))
    assert "L'horloge a avancé de plus d'un an" in caplog.text


def test_after_a_day_a_clock_is_believed(lived_in: Settings) -> None:
    """An installation that was off for two years keeps nothing for longer than it says."""
    later = NOW + timedelta(days=730)
    FeedbackStore.from_settings(lived_in, lambda: NOW).purge_when_due()
    Retention(lived_in, lambda: later).when_due()
    assert "il y a 1" in people(lived_in)
    assert "il y a 1" in comments(lived_in)
    Retention(lived_in, lambda: later + timedelta(days=1, minutes=1)).when_due()
    assert people(lived_in) == ["l'assistant"]
    assert comments(lived_in) == []


def test_a_line_that_cannot_be_read_is_as_old_as_the_one_before(lived_in: Settings) -> None:
    path = lived_in.state_dir / FILE
    first, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"\xff\xfe d'abord\n" + first + b'{"who": "Zo\xe9", "wha\n' + b"".join(rest) + b'{"coup')
    assert audit.forget(lived_in.state_dir, 90, NOW) == 3
    assert path.read_bytes() == b"\xff\xfe d'abord\n" + rest[-1] + b'{"coup'
    record(lived_in.state_dir, entry("après", NOW))
    assert people(lived_in) == ["il y a 1", "après"]


def test_trouble_hinders_nothing(lived_in: Settings, caplog: pytest.LogCaptureFixture) -> None:
    (lived_in.state_dir / "feedback.sqlite").write_bytes(b"x" * 4096)
    for name in ("feedback.sqlite-wal", "feedback.sqlite-shm"):
        (lived_in.state_dir / name).unlink(missing_ok=True)
    Retention(lived_in, lambda: NOW).when_due()
    assert "ce n'est pas une base SQLite" in caplog.text
    assert people(lived_in) == ["il y a 1"]
    with pytest.raises(FeedbackError):
        forget(lived_in, NOW)


def test_a_journal_that_cannot_be_rewritten_is_left_as_it_is(
    lived_in: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (lived_in.state_dir / FILE).read_bytes()
    real = os.fsync

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AssistantError, match=r"journal.*le disque est plein"):
        forget(lived_in, NOW)
    monkeypatch.setattr(os, "fsync", real)
    assert (lived_in.state_dir / FILE).read_bytes() == before
    assert forget(lived_in, NOW).journal == 2


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def test_by_hand(run: Run, lived_in: Settings) -> None:
    given = {"state_dir": lived_in.state_dir, "journal_days": 365, "feedback_days": 3650}
    done = run("purge", **given)
    assert (
        done.out
        == "Avis de plus de 3650 jours : rien à effacer.\nLignes du journal de plus de 365 jours : 1 effacée.\n"
    )
    assert entries(lived_in.state_dir)[-1].detail == "0 avis, 1 ligne du journal"
    run("purge", **{**given, "journal_days": 0}).assert_told(2, "ASSISTANT_JOURNAL_DAYS", "au moins 1")
