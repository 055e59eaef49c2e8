"""How old is too old."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.corpus.age import day_before


@pytest.mark.parametrize(
    ("age", "day"),
    [
        *(
            ("3a", date(2021, 2, 28)),
            ("3y", date(2021, 2, 28)),
            ("3 ans", date(2021, 2, 28)),
            ("1 an", date(2023, 2, 28)),
        ),
        *(
            ("36m", date(2021, 2, 28)),
            ("2 mois", date(2023, 12, 29)),
            ("0j", date(2024, 2, 29)),
            ("60d", date(2023, 12, 31)),
        ),
    ],
)
def test_the_day_that_far_back(age: str, day: date) -> None:
    assert day_before(date(2024, 2, 29), age) == day


@pytest.mark.parametrize("age", ["", "3", "trois ans", "-3a", "3s", "1.5a", "99999a", "99999999999j"])
def test_ages_that_cannot_be_read(age: str) -> None:
    with pytest.raises(ValueError, match="âge"):
        day_before(date(2024, 2, 29), age)
