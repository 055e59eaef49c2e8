"""Verdicts of people: kept, changed, taken back; how far people agree, by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.labels import FILE, MOST, add_label, agreement, agreements, by_case, labels
from assistant.evaluation.models import Verdict


def test_the_last_verdict_of_a_person_counts(tmp_path: Path) -> None:
    assert labels(tmp_path) == []
    add_label(tmp_path, "c1", "eva", Verdict.WRONG, " non\nce n'est pas lui ")
    add_label(tmp_path, "c1", "ada", Verdict.RIGHT)
    add_label(tmp_path, "c1", "eva", Verdict.PARTLY, "presque")
    found = by_case(labels(tmp_path))["c1"]
    assert [(label.who, label.verdict, label.comment) for label in found] == [
        ("ada", Verdict.RIGHT, ""),
        ("eva", Verdict.PARTLY, "presque"),
    ]
    add_label(tmp_path, "c1", "eva", None)
    assert [label.who for label in labels(tmp_path)] == ["ada"]
    assert len((tmp_path / FILE).read_text(encoding="utf-8").splitlines()) == 4  # nothing is lost


def test_a_line_ends_at_a_line_feed_only(tmp_path: Path) -> None:
    add_label(tmp_path, "c1\u2028", "eva\x85", Verdict.RIGHT)
    assert [(label.case, label.who) for label in labels(tmp_path)] == [("c1\u2028", "eva\x85")]


def test_a_comment_is_cut(tmp_path: Path) -> None:
    add_label(tmp_path, "c1", "eva", Verdict.RIGHT, "x" * 5_000)
    assert len(labels(tmp_path)[0].comment) == MOST


def test_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add_label(tmp_path, f"c{n}", "eva", Verdict.RIGHT, "é" * 500), range(80)))
    assert len(labels(tmp_path)) == 80


def test_what_cannot_be_read_or_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"case": "c1"}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match="est abîmé"):
        labels(tmp_path)
    with pytest.raises(EvaluationError, match="ne peut pas être gardé"):
        add_label(tmp_path / FILE, "c1", "eva", Verdict.RIGHT)


def test_kappa_by_hand() -> None:
    """Ten cases, eight alike. One says right 6 times of 10, the other 6: by chance 0.36 + 0.16 = 0.52; kappa
    (0.8 - 0.52) / 0.48 = 0.5833.
    """
    one = {str(n): "right" if n < 6 else "wrong" for n in range(10)}
    other = {**one, "0": "wrong", "9": "right"}
    found = agreement("a", "b", one, other)
    assert found is not None and found.count == 10
    assert found.observed == pytest.approx(0.8) and found.kappa == pytest.approx(0.28 / 0.48)


def test_kappa_at_its_ends() -> None:
    assert agreement("a", "b", {"1": "right"}, {"2": "right"}) is None
    same = agreement("a", "b", {"1": "right", "2": "right"}, {"1": "right", "2": "right"})
    assert same is not None and same.observed == 1 and same.kappa is None  # chance alone would agree
    both = agreement("a", "b", {"1": "right", "2": "wrong"}, {"1": "right", "2": "wrong"})
    assert both is not None and both.kappa == 1
    never = agreement("a", "b", {"1": "right", "2": "wrong"}, {"1": "wrong", "2": "right"})
    assert never is not None and never.kappa == -1


def test_every_two_people_are_compared(tmp_path: Path) -> None:
    for who in ("eva", "ada", "léo"):
        add_label(tmp_path, "c1", who, Verdict.RIGHT)
    assert [(each.first, each.second) for each in agreements(labels(tmp_path))] == [
        ("ada", "eva"),
        ("ada", "léo"),
        ("eva", "léo"),
    ]
