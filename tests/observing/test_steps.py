"""The one place that times: nested, resumed, stopped, in threads, and for no question at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.observing import Recorder, resumed, step, steps, troubled


def names(recorder: Recorder) -> dict[str, int | None]:
    """Step -> the number of the one that it is part of."""
    return {one.name: one.parent for one in recorder.steps}


def test_steps_within_steps_know_their_parent() -> None:
    recorder = Recorder()
    with recorder.step("outer") as clock:
        with step("first"), step("inner"):
            time.sleep(0.01)
        with step("second"):
            pass
    numbers = {one.name: one.number for one in recorder.steps}
    assert names(recorder) == {
        "inner": numbers["first"],
        "first": numbers["outer"],
        "second": numbers["outer"],
        "outer": None,
    }
    inner = next(one for one in recorder.steps if one.name == "inner")
    assert 0.01 <= inner.seconds <= clock.seconds


def test_for_no_question_nothing_is_timed_and_nothing_fails() -> None:
    with step("alone"):
        troubled("down")
    assert list(resumed("alone", iter("ab"))) == ["a", "b"]


def test_who_uses_the_values_takes_no_time_of_the_step() -> None:
    recorder = Recorder()

    def slow() -> Iterator[int]:
        for value in range(2):
            time.sleep(0.01)
            with step("inner"):
                pass
            yield value

    for _ in recorder.resumed("stage", slow()):
        with step("outside"):
            time.sleep(0.03)
    stage = next(one for one in recorder.steps if one.name == "stage")
    assert 0.02 <= stage.seconds < 0.06 <= stage.ended - stage.began
    assert [one.parent for one in recorder.steps if one.name == "inner"] == [stage.number] * 2
    assert "outside" not in names(recorder)


def test_a_step_that_fails_or_is_left_is_kept() -> None:
    recorder = Recorder()

    def broken() -> Iterator[int]:
        yield 1
        raise ValueError

    with pytest.raises(ValueError), recorder.step("all"):
        list(resumed("broken", broken()))
    values = recorder.resumed("left", iter((1, 2)))
    next(values)
    values.close()
    assert list(names(recorder)) == ["broken", "all", "left"]


def test_two_questions_in_two_threads_are_kept_apart() -> None:
    recorders = [Recorder(), Recorder()]

    def ask(number: int) -> None:
        with recorders[number].step("stage"):
            for _ in range(50):
                with step(f"of {number}"):
                    time.sleep(0.0001)
            troubled(str(number))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, range(2)))
    for number, recorder in enumerate(recorders):
        assert set(names(recorder)) == {"stage", f"of {number}"}
        assert recorder.troubles == [str(number)]


def test_a_question_of_many_steps_keeps_so_many() -> None:
    recorder = Recorder()
    for _ in range(steps.MOST + 10):
        with recorder.step("again"):
            pass
    assert len(recorder.steps) == steps.MOST
