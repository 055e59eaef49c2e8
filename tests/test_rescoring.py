"""What the matching words of a passage are worth."""

from __future__ import annotations

import pytest

from assistant.french.words import index_terms
from assistant.rescoring import MOST, Match, Matcher, bonus

TEXT = "Le programme DcANT est piloté par le secrétariat général."
IDF = {"pilot": 2.0, "programm": 1.0, "dcant": 5.0}
QUESTION = "Qui pilote le programme DcANT ?"


def match(text: str, title: str = "", headings: tuple[str, ...] = (), question: str = QUESTION) -> Match:
    heading = index_terms(" ".join((title, *headings))).split()
    return Matcher(question, IDF).match(heading, index_terms(text).split(), share=0.5)


def test_the_cover_is_the_part_of_the_idf_that_is_held() -> None:
    assert match(TEXT).cover == pytest.approx(1)
    assert match("Le programme est clos.").cover == pytest.approx(1 / 8)
    assert match("Rien de tout cela.").cover == 0


@pytest.mark.parametrize("where", [{"title": "DcANT"}, {"headings": ("Le numérique", "DcANT")}])
def test_title_and_headings_count(where: dict[str, object]) -> None:
    assert match("Il est piloté par l'État.", **where).cover == pytest.approx(7 / 8)  # type: ignore[arg-type]


def test_neighbours_count_in_their_order_across_stop_words() -> None:
    assert match(TEXT).pairs == pytest.approx(1 / 2)  # « programme DcANT », not « pilote le programme »
    assert match("Il pilote un programme DcANT.").pairs == 1
    assert match("DcANT, programme que l'on pilote.").pairs == 0


def test_a_question_without_words_matches_nothing() -> None:
    assert Matcher("et ?", {}).match([], ["oui"], 0.0) == Match(0, 0, 0)


def test_a_perfect_match_is_worth_the_most() -> None:
    assert bonus(Match(1, 1, 1)) == pytest.approx(MOST)
    assert bonus(Match(0, 0, 0)) == 0
