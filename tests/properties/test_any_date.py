"""Whatever a text says of time: ranges begin before they end, phrases lie where they are said to be found."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.dates import find_dates, find_occurrences, format_day_range, read_asked
from assistant.models import PartialDate

from .texts import ANY_TEXT, DATES

_NUMBERS = st.one_of(st.integers(0, 40), st.integers(1850, 2110), st.integers(0, 10**12)).map(str)
_PIECES = st.one_of(
    _NUMBERS,
    st.sampled_from(
        [
            *(
                "le",
                "les",
                "du",
                "au",
                "et",
                "à",
                "de",
                "en",
                "entre",
                "depuis",
                "avant",
                "après",
                "jusqu'au",
                "dès",
                "fin",
            ),
            *(
                "début",
                "mi-",
                "courant",
                "1er",
                "lundi",
                "mardi",
                "janvier",
                "février",
                "mai",
                "juin",
                "déc.",
                "décembre",
            ),
            *("printemps", "été", "l'hiver", "premier trimestre", "second semestre", "années", "siècle", "rentrée"),
            *(
                "hier",
                "demain",
                "aujourd'hui",
                "dernier",
                "prochaine",
                "semaine",
                "mois",
                "ans",
                "il y a",
                "dans",
                "jours",
            ),
            *(
                "/",
                "-",
                ".",
                ",",
                "h",
                "29 février",
                "31/12/9999",
                "01/01/0001",
                "99/99/9999",
                "last",
                "May",
                "next year",
            ),
        ]
    ),
)
PHRASES = st.lists(_PIECES, min_size=1, max_size=14).map(" ".join)
SAID = st.one_of(PHRASES, PHRASES, ANY_TEXT)
TODAY = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(SAID, DATES)
def test_ranges_begin_before_they_end(text: str, reference: PartialDate | None) -> None:
    found = find_dates(text, reference)
    for mention in found:
        assert mention.text == text[mention.start : mention.end] != ""
        if mention.first and mention.last:
            assert mention.first <= mention.last
            assert format_day_range(mention.first, mention.last)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(SAID, DATES)
def test_occurrences_lie_within_their_bounds(text: str, reference: PartialDate | None) -> None:
    for found in find_occurrences(text, reference):
        assert found.earliest <= found.first <= found.last <= found.latest


@given(SAID, TODAY)
def test_what_is_asked_begins_before_it_ends(text: str, today: date) -> None:
    asked = read_asked(text, today)
    for found in (*asked.ranges, *asked.in_year_of(today)):
        assert not (found.first and found.last) or found.first <= found.last


@given(PHRASES, DATES)
def test_capitals_and_spaces_change_no_date(text: str, reference: PartialDate | None) -> None:
    def days(said: str) -> list[tuple[date | None, date | None]]:
        return [(mention.first, mention.last) for mention in find_dates(said, reference)]

    assert days(text.capitalize()) == days(text)
    assert days(text.replace(" ", "\xa0")) == days(text)
