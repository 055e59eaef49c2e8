"""`python -m benchmarks.soak` for twenty seconds; and what it counts as a fault, by hand."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from benchmarks.soak import Soak, Usage, soaked


def told(*usages: Usage) -> Soak:
    return Soak(usage=[(float(second), usage) for second, usage in enumerate(usages)])


def test_growth_is_counted_from_the_end_of_the_warm_up() -> None:
    small, large = Usage(100.0, 20, 9), Usage(900.0, 50, 40)
    assert told(small, large, large, large).faults(warm=1) == []
    grown = told(small, small, small, Usage(106.0, 24, 13)).faults(warm=1)
    assert grown == ["memory grew by 6.0 %", "4 files are left open", "4 threads are left over"]
    assert told(small, small, Usage(104.9, 23, 12)).faults(warm=0) == []


def test_an_error_or_a_question_sent_away_is_a_fault() -> None:
    soak = told(Usage(1.0, 1, 1))
    soak.times.errors += ["a", "a"]
    soak.times.turned_away = 2
    soak.burst.turned_away = 70  # of two hundred at the same moment some may be
    assert soak.faults(warm=0) == ["error: a", "2 questions were asked to come back"]
    assert "error: a" in soak.report(warm=0)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the system does not tell")
def test_usage_is_that_of_the_process() -> None:
    with open(os.devnull):  # noqa: PTH123 - one file more
        more = Usage.of(os.getpid())
    less = Usage.of(os.getpid())
    assert more.files == less.files + 1
    assert 10 < less.rss < 100_000
    assert less.threads >= 1


@pytest.mark.long
def test_twenty_seconds_without_an_error() -> None:
    soak, _ = asyncio.run(soaked(hours=20 / 3600, rate=1.0, publish=6.0, clients=20))
    assert soak.times.errors == soak.burst.errors == []
    assert len(soak.times.answer) == soak.asked > 10
    assert soak.published >= 1
    assert len(soak.burst.answer) == 20
