"""The metrics held against assistants whose worth is known, on all cases of `evals/cases`."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from assistant import Note
from assistant.evaluation.cases import read_cases
from assistant.evaluation.metrics import BY_NAME, Group
from assistant.evaluation.models import EvalCase, Expected, Response, Result, Said
from assistant.models import PartialDate
from tests.evaluation.making import Careless, mute, oracle, results, shy

CASES = [placed.case for placed in read_cases([Path(__file__).parents[2] / "evals" / "cases"])]


@pytest.fixture(scope="module")
def texts(notes: list[Note]) -> Mapping[str, str]:
    return {note.id: note.text for note in notes}


@pytest.fixture(scope="module")
def dates(notes: list[Note]) -> Mapping[str, PartialDate | None]:
    return {note.id: note.date for note in notes}


def mean(name: str, found: Sequence[Result]) -> float:
    return float(np.mean([result.scores[name].value for result in found if name in result.scores]))


def test_an_oracle_is_right_in_everything(texts: Mapping[str, str], dates: Mapping[str, PartialDate | None]) -> None:
    found = results(partial(oracle, dates=dates), CASES, texts)
    assert mean("right", found) == 1, [(r.case.id, r.scores["right"].why) for r in found if not r.scores["right"].value]
    groups = (Group.ANSWER, Group.CITATION, Group.REFUSAL, Group.RETRIEVAL)
    for name, metric in BY_NAME.items():
        if metric.group in groups and not name.startswith("recall@"):
            assert mean(name, found) == pytest.approx(1 if metric.higher_is_better else 0), name
    for cutoff in (1, 5, 10):  # k passages cannot hold more than k sources
        assert mean(f"recall@{cutoff}", [r for r in found if len(r.case.sources) <= cutoff]) == 1


def test_a_mute_assistant_gets_nothing(texts: Mapping[str, str]) -> None:
    found = results(mute, CASES, texts)
    for name in BY_NAME:
        if BY_NAME[name].higher_is_better and any(name in r.scores for r in found):
            assert mean(name, found) == 0, name


def test_one_that_always_refuses_gets_the_share_of_what_cannot_be_answered(texts: Mapping[str, str]) -> None:
    found = results(shy, CASES, texts)
    silent = sum(case.expected is not Expected.ANSWER for case in CASES)  # a false premise may be refused
    assert mean("right", found) == pytest.approx(silent / len(CASES))
    plain = [case for case in CASES if case.expected is not Expected.CORRECT]
    refused = sum(case.expected is Expected.REFUSE for case in plain)
    assert mean("decision", found) == pytest.approx(refused / len(plain))
    assert mean("facts_found", found) == 0
    assert not any("citation_precision" in r.scores for r in found)


def test_citations_at_random_are_worth_next_to_nothing(
    texts: Mapping[str, str], dates: Mapping[str, PartialDate | None]
) -> None:
    found = results(Careless(dates), CASES, texts)
    assert mean("citation_precision", found) < 0.08  # in so small a corpus some are drawn in the right place
    assert mean("citation_recall", found) < 0.08
    assert mean("facts_found", found) == 1  # what it says is right


def shuffled(asked: EvalCase, texts: Mapping[str, str]) -> Response:
    """The oracle, its citations dealt out to the sentences in another order."""
    right = oracle(asked, texts)
    numbers = [said.citations for said in right.sentences]
    random.Random(asked.id).shuffle(numbers)
    said = tuple(Said(s.text, n) for s, n in zip(right.sentences, numbers, strict=True))
    return Response(right.kind, right.text, sentences=said, citations=right.citations)


def test_shuffling_citations_lowers_their_precision(texts: Mapping[str, str]) -> None:
    several = [case for case in CASES if case.answerable and len(set(case.sources)) > 1]
    assert len(several) > 20
    before, after = results(oracle, several, texts), results(shuffled, several, texts)
    assert mean("citation_precision", before) == 1
    assert mean("citation_precision", after) < 0.7
    assert mean("citation_recall", after) < 0.7
