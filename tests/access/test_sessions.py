"""Sessions: only hashes are kept, and each ends when it should."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from assistant.access.sessions import FILE, Session, Sessions
from assistant.errors import AccessError
from assistant.models import Role

CLAIRE = Session("claire", "file", frozenset({Role.STAFF, Role.EVALUATOR}), "timbre")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path: Path, clock: Clock) -> Sessions:
    return Sessions(tmp_path, idle=600, lifetime=3600, clock=clock)


def test_a_token_opens_its_session_alone(sessions: Sessions) -> None:
    first, second = sessions.open(CLAIRE), sessions.open(Session("marc", "oidc", frozenset({Role.MEMBER}), ""))
    assert first != second
    assert len(first) >= 43  # 256 bits
    assert sessions.find(first) == CLAIRE
    assert sessions.find(first[:-1]) is None
    assert sessions.find("") is None


def test_the_file_opens_nothing_and_is_its_owner_s(sessions: Sessions, tmp_path: Path) -> None:
    token = sessions.open(CLAIRE)
    sessions.shut()
    for file in tmp_path.iterdir():
        assert token.encode() not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_looking_for_a_session_makes_no_file(sessions: Sessions, tmp_path: Path) -> None:
    assert sessions.find("x") is None
    sessions.close("x")
    assert list(tmp_path.iterdir()) == []


def test_it_ends_when_nothing_is_done(sessions: Sessions, clock: Clock) -> None:
    token = sessions.open(CLAIRE)
    for _ in range(3):
        clock.now += 500
        assert sessions.find(token) == CLAIRE
    clock.now += 601
    assert sessions.find(token) is None
    clock.now -= 601  # and stays so
    assert sessions.find(token) is None


def test_it_ends_in_the_end_whatever_is_done(sessions: Sessions, clock: Clock) -> None:
    token = sessions.open(CLAIRE)
    for _ in range(12):
        clock.now += 300
        assert sessions.find(token) == CLAIRE
    clock.now += 1
    assert sessions.find(token) is None


def test_it_ends_by_logout(sessions: Sessions) -> None:
    token, other = sessions.open(CLAIRE), sessions.open(CLAIRE)
    sessions.close(token)
    assert sessions.find(token) is None
    assert sessions.find(other) == CLAIRE


def test_it_outlives_a_restart(sessions: Sessions, tmp_path: Path, clock: Clock) -> None:
    token = sessions.open(CLAIRE)
    sessions.shut()
    assert Sessions(tmp_path, 600, 3600, clock).find(token) == CLAIRE


def test_what_has_ended_is_swept(sessions: Sessions, clock: Clock) -> None:
    for _ in range(5):
        sessions.open(CLAIRE)
    clock.now += 601
    sessions.open(CLAIRE)
    assert sessions._store is not None
    assert sessions._store.execute("SELECT count(*) FROM session").fetchone() == (1,)


def test_a_damaged_file_lets_nobody_in_and_is_told(sessions: Sessions, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(AccessError, match=r"Le fichier des sessions .* effacez ce fichier"):
        sessions.find("x")
