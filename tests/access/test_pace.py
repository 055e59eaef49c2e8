"""A person's questions in a minute are counted; another's are not theirs."""

from __future__ import annotations

import pytest

from assistant.access import pace as module
from assistant.access.pace import Pace
from assistant.errors import TooManyQuestionsError


class Clock:
    now = 5000.0

    def __call__(self) -> float:
        return self.now


def test_the_twenty_first_question_of_a_minute_waits_as_long_as_told() -> None:
    clock = Clock()
    pace = Pace(20, clock)
    for _ in range(20):
        pace.admit("claire")
        clock.now += 1
    told = r"Trop de questions en une minute : patientez 40 s, puis reposez la vôtre\."
    for _ in range(3):  # asking while waiting changes nothing
        with pytest.raises(TooManyQuestionsError, match=told) as caught:
            pace.admit("claire")
    pace.admit("marc")
    clock.now += caught.value.wait - 0.5
    with pytest.raises(TooManyQuestionsError):
        pace.admit("claire")
    clock.now += 0.5
    pace.admit("claire")


def test_none_is_no_limit() -> None:
    pace = Pace(0, Clock())
    for _ in range(1000):
        pace.admit("claire")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    pace = Pace(1, Clock())
    for who in ("a", "b", "c", "d"):
        pace.admit(who)
    pace.admit("a")  # forgotten first
    with pytest.raises(TooManyQuestionsError):
        pace.admit("d")
