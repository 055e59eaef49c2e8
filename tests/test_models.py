"""The values that cross rooms."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from assistant import Assistant, Filters
from assistant.models import PartialDate


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2017", date(2017, 1, 1), date(2017, 12, 31)),
        ("2017-11", date(2017, 11, 1), date(2017, 11, 30)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017-12", date(2017, 12, 1), date(2017, 12, 31)),
        ("2017-11-20", date(2017, 11, 20), date(2017, 11, 20)),
        ("0987-01", date(987, 1, 1), date(987, 1, 31)),
    ],
)
def test_partial_dates(text: str, first: date, last: date) -> None:
    read = PartialDate.from_iso(text)
    assert (str(read), read.first, read.last) == (text, first, last)


@pytest.mark.parametrize(
    "text", ["", "17", "2017-1", "2017-13", "2017-00", "2017-02-30", "2017-11-00", "0000", "2017-11-20 ", "2017/11"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.from_iso(text)


def test_values_are_frozen(bot: Assistant) -> None:
    reply = bot.ask("Qui pilote le programme DcANT ?")
    with pytest.raises(FrozenInstanceError):
        reply.question = "autre"  # type: ignore[misc]


def test_the_text_of_an_answer_carries_its_numbers(bot: Assistant) -> None:
    reply = bot.ask("Qui pilote le programme DcANT ?")
    assert reply.text.startswith("Piloté par le secrétariat général")
    assert reply.text.count("[1]") == 1
    assert reply.text.rstrip().endswith("]")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), False),
        (Filters(themes=frozenset({"ville"})), True),
        (Filters(since=date(2017, 1, 1)), True),
        (Filters(until=date(2017, 1, 1)), True),
    ],
)
def test_filters_know_whether_they_filter(filters: Filters, expected: bool) -> None:
    assert bool(filters) is expected
