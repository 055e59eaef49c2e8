"""Figures, intervals and tests on examples worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assistant.evaluation.calibration import ece, ece_of, reliability, risk_coverage
from assistant.evaluation.comparing import common, detectable, difference, holm
from assistant.evaluation.figures import by_tag, headline, mean_interval, refusals, wilson
from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.models import Result
from tests.evaluation.making import ERROR, OTHER, RIGHT, answer, case, refusal, result

RIGHT_CASE, MUTE = case(), case(expected="refuse")


def figures(*results: Result) -> dict[str, float]:
    return {figure.name: figure.value for figure in headline(results)}


def test_wilson() -> None:
    """Wilson (1927) for 8 of 10: (0.8 + z²/20 ± z·√(0.8·0.2/10 + z²/400)) / (1 + z²/10), z = 1.96."""
    z = 1.959964
    centre, half = 0.8 + z**2 / 20, z * math.sqrt(0.016 + z**2 / 400)
    assert wilson(8, 10) == pytest.approx(
        ((centre - half) / (1 + z**2 / 10), (centre + half) / (1 + z**2 / 10)), abs=1e-5
    )
    assert wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == 1


def test_no_interval_claims_certainty() -> None:
    assert mean_interval([1.0] * 10, binary=False) == wilson(10, 10)
    low, high = mean_interval([0.0, 0.5, 1.0] * 20, binary=False)
    assert 0.35 < low < 0.5 < high < 0.65
    assert mean_interval([0.0, 0.5, 1.0], binary=False) == mean_interval([0.0, 0.5, 1.0], binary=False)


def test_refusals_both_ways() -> None:
    """Silent 3, of which 2 refused; answerable 4, of which 1 refused, 1 an error: refusals 2 of 3 right and 2 of 3
    found; answers 2 of 3 right and 2 of 4 found.
    """
    silent = [result(MUTE, refusal()), result(MUTE, refusal()), result(MUTE, answer(RIGHT))]
    asked = [*(result(RIGHT_CASE, r) for r in (answer(RIGHT), answer(OTHER), refusal(), ERROR))]
    premise = result(case(expected="correct"), refusal())  # counts on neither side
    found = {figure.name: figure.value for figure in refusals([*silent, *asked, premise])}
    assert found == {
        "refusal_precision": pytest.approx(2 / 3),
        "refusal_recall": pytest.approx(2 / 3),
        "refusal_f1": pytest.approx(2 / 3),
        "answer_precision": pytest.approx(2 / 3),
        "answer_recall": 0.5,
        "answer_f1": pytest.approx(4 / 7),
    }
    assert refusals([premise]) == []


def test_figures_hold_their_value_and_count_only_where_they_apply() -> None:
    found = headline([result(RIGHT_CASE, answer(RIGHT, milliseconds=ms)) for ms in (10.0, 20.0, 30.0)])
    for figure in found:
        assert figure.low <= figure.value <= figure.high and figure.count == 3
    assert figures(result(MUTE, refusal())).keys() & {"citation_recall", "recall@5", "facts_found"} == set()
    assert {f.name: f.value for f in found}["latency_p50"] == 20
    assert headline([]) == []


def test_by_tag() -> None:
    tagged = [result(case(id=str(n), tags=tags), answer(RIGHT)) for n, tags in enumerate((["a"], ["a", "b"], ["b"]))]
    assert {tag: found[0].count for tag, found in by_tag(tagged).items()} == {"a": 2, "b": 2}


def test_ece_by_hand() -> None:
    """0.95 said of two, one true: gap 0.45; 0.15 of two, none true: gap 0.15; mean (2·0.45 + 2·0.15) / 4 = 0.3."""
    assert ece_of([(0.95, 1), (0.95, 0), (0.15, 0), (0.15, 0)]) == pytest.approx(0.3)
    assert ece_of([(1.0, 1), (0.0, 0)]) == 0
    assert ece([result(RIGHT_CASE, answer(RIGHT))]) is None


def test_reliability_has_a_bin_for_each_tenth_that_holds_a_case() -> None:
    found = reliability([result(RIGHT_CASE, answer(RIGHT, confidence=c)) for c in (0.05, 0.95, 1.0)])
    assert [(b.low, b.count, b.accuracy) for b in found] == [(0.0, 1, 1.0), (0.9, 2, 1.0)]
    assert found[1].confidence == pytest.approx(0.975)


def test_risk_against_coverage() -> None:
    """Four questions; answers at 0.9 (right), 0.8 (wrong), 0.8 (right), and a refusal."""
    said = [answer(RIGHT, confidence=0.9), answer(OTHER, confidence=0.8), answer(RIGHT, confidence=0.8), refusal()]
    found = risk_coverage([result(RIGHT_CASE, each) for each in said])
    assert found == [(0.25, 0.0), (0.75, pytest.approx(1 / 3))]


def pairs(name: str, before: list[float], after: list[float]) -> object:
    one, other = ({str(n): {name: v} for n, v in enumerate(values)} for values in (before, after))
    return difference(BY_NAME[name], one, other)


def test_mcnemar_is_exact() -> None:
    """6 losses and no gain: 2 · 0.5⁶ = 0.03125; 5 and 0: 0.0625; 5 and 5: 1."""
    loss = pairs("right", [1.0] * 10, [0.0] * 6 + [1.0] * 4)
    assert loss.p == pytest.approx(0.03125) and loss.told and loss.gain == pytest.approx(-0.6)
    assert pairs("right", [1.0] * 10, [0.0] * 5 + [1.0] * 5).p == pytest.approx(0.0625)
    assert pairs("right", [1.0, 0.0] * 5, [0.0, 1.0] * 5).p == 1
    assert pairs("right", [1.0] * 4, [1.0] * 4).p == 1


def test_signs_are_permuted_exactly_where_few_cases_differ() -> None:
    """Of 2⁵ sign patterns of five equal losses, two are as extreme: p = 2 / 32."""
    found = pairs("facts_found", [1.0] * 9, [0.5] * 5 + [1.0] * 4)
    assert found.p == pytest.approx(2 / 32)
    assert found.after - found.before == pytest.approx(-2.5 / 9)
    assert found.low < -2.5 / 9 < found.high
    assert [c.case for c in found.changed] == ["0", "1", "2", "3", "4"]


def test_less_is_better_is_turned() -> None:
    assert pairs("wrong_passage", [1.0, 1.0], [0.0, 1.0]).gain == 0.5


def test_what_is_not_on_both_sides_is_not_compared() -> None:
    metric = BY_NAME["right"]
    assert difference(metric, {"a": {"right": 1}}, {"b": {"right": 1}}) is None
    found = difference(metric, {"a": {"right": 1}, "b": {}}, {"a": {"right": 0}, "b": {"right": 1}})
    assert found is not None and found.count == 1


def test_the_least_difference_that_would_be_seen() -> None:
    """(1.95996 + 0.84162) · sd / √n; sd of five times ±1 is √(10/9)."""
    gaps = np.array([1.0, -1.0] * 5)
    assert detectable(gaps) == pytest.approx(2.80158 * math.sqrt(10 / 9) / math.sqrt(10), abs=1e-4)
    assert detectable(np.zeros(100)) == pytest.approx(0.06)
    assert detectable(np.zeros(1)) == 1


def test_holm() -> None:
    """0.01·3 = 0.03; 0.02·2 = 0.04; 0.5·1."""
    assert holm([0.02, 0.5, 0.01]) == pytest.approx([0.04, 0.5, 0.03])
    assert holm([0.04, 0.03]) == pytest.approx([0.06, 0.06])
    assert holm([]) == []


def test_which_cases_can_be_compared() -> None:
    kept = common({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"})
    assert (kept.both, kept.only_before, kept.only_after, kept.edited) == (("a",), ("c",), ("d",), ("b",))
