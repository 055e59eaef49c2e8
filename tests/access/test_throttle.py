"""Wrong passwords wait longer and longer; the owner of an account does not wait for a stranger's."""

from __future__ import annotations

import pytest

from assistant.access import throttle as module
from assistant.access.throttle import FREE_FAILURES, LONGEST_WAIT, PER_MINUTE, Throttle
from assistant.errors import ThrottledError

HOME, AWAY = "198.51.100.7", "203.0.113.9"


class Clock:
    now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock)


def wait(throttle: Throttle, name: str = "claire", address: str = AWAY) -> int:
    """Seconds to wait, after one more failure if none."""
    try:
        throttle.admit(name, address)
    except ThrottledError as error:
        return error.wait
    return 0


def test_waits_grow_and_stop_growing(throttle: Throttle, clock: Clock) -> None:
    assert [wait(throttle) for _ in range(FREE_FAILURES)] == [0] * FREE_FAILURES
    waits = []
    for number in range(12):
        waits.append(wait(throttle, address=f"203.0.113.{number}"))
        clock.now += waits[-1]
        assert wait(throttle, address=f"203.0.113.{number}") == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, *[int(LONGEST_WAIT)] * 3]


def test_the_wait_is_said_in_french(throttle: Throttle, clock: Clock) -> None:
    for number in range(FREE_FAILURES + 7):
        clock.now += 300
        wait(throttle, address=f"203.0.113.{number}")
    with pytest.raises(ThrottledError, match=r"Trop d’essais : attendez 2 min 8 s avant de recommencer\.") as caught:
        throttle.admit("claire", HOME)
    assert caught.value.wait == 128


def test_trying_while_waiting_changes_nothing(throttle: Throttle, clock: Clock) -> None:
    for _ in range(FREE_FAILURES):
        wait(throttle)
    assert [wait(throttle) for _ in range(50)] == [1] * 50
    clock.now += 1
    assert wait(throttle) == 0


def test_an_address_has_ten_failures_a_minute_whatever_the_names(throttle: Throttle, clock: Clock) -> None:
    assert [wait(throttle, f"nom{number}") for number in range(PER_MINUTE)] == [0] * PER_MINUTE
    assert wait(throttle, "encore un") == 60
    assert wait(throttle, "encore un", HOME) == 0
    clock.now += 60
    assert wait(throttle, "encore un") == 0


@pytest.mark.parametrize("address", ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2"])
def test_an_ipv6_network_is_one_address(throttle: Throttle, address: str) -> None:
    for number in range(PER_MINUTE):
        wait(throttle, f"nom{number}", f"2001:db8:0:1::{number:x}")
    assert wait(throttle, "autre", address) == 60
    assert wait(throttle, "autre", "2001:db8:0:2::1") == 0


def test_many_at_once_gain_nothing(throttle: Throttle) -> None:
    admitted = [wait(throttle, address=f"203.0.113.{number}") for number in range(100)]
    assert admitted.count(0) == FREE_FAILURES  # none of them has failed yet


def test_success_forgets(throttle: Throttle) -> None:
    for _ in range(3):
        for _ in range(FREE_FAILURES - 1):
            assert wait(throttle) == 0
        assert wait(throttle) == 0
        throttle.succeeded("claire", AWAY)
        throttle._addresses.clear()
    assert wait(throttle) == 0


def test_a_stranger_does_not_shut_out_the_owner(throttle: Throttle, clock: Clock) -> None:
    throttle.admit("claire", HOME)
    throttle.succeeded("claire", HOME)
    for number in range(200):  # from many addresses, for an hour and more
        clock.now += 20
        wait(throttle, address=f"203.0.113.{number}")
    assert wait(throttle) > 0
    assert wait(throttle, address=HOME) == 0


def test_failures_are_forgotten_after_an_hour(throttle: Throttle, clock: Clock) -> None:
    for number in range(FREE_FAILURES + 5):
        clock.now += 40
        wait(throttle, address=f"203.0.113.{number}")
    clock.now += 3601
    assert [wait(throttle) for _ in range(FREE_FAILURES)] == [0] * FREE_FAILURES


def test_memory_is_bounded(throttle: Throttle, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 50)
    for number in range(500):
        name, address = f"nom{number}", f"198.51.{number // 250}.{number % 250}"
        throttle.admit(name, address)
        throttle.succeeded(name, address)
        wait(throttle, name, AWAY)
        clock.now += 10
    assert len(throttle._failures) <= 50
    assert len(throttle._addresses) <= 50
    assert len(throttle._at_home) <= 50
