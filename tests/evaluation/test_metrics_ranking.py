"""Recall, MRR and nDCG held against their formulas, and against what no ranking may do."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.models import Response, Span
from tests.evaluation.making import case, refusal, source, trial

#: Notes of two words: a source `n0` is the whole note, `n0:un` a word of it.
TEXTS = {f"n{at}": "un deux" for at in range(30)}
RETRIEVAL = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10")


def ranked(*passages: str) -> Response:
    return refusal(ranking=tuple(Span(name, 0, 7) for name in passages))


def values(response: Response, *sources: str) -> dict[str, float]:
    """Of a case with these notes as its sources, or `note:word` where only a word of it is one."""
    wanted = [source(name.split(":")[0], name.partition(":")[2]) for name in sources]
    tried = trial(case(sources=wanted), response, TEXTS)
    scores = {name: BY_NAME[name].score(tried) for name in RETRIEVAL}
    assert all(scores.values())
    return {name: score.value for name, score in scores.items() if score}


def dcg(*ranks: int) -> float:
    return sum(1 / math.log2(1 + rank) for rank in ranks)


def test_each_source_in_a_passage_of_its_own() -> None:
    """Sources at ranks 2 and 5 of six passages, a third is not found: recall 0 of 3 at 1, 2 of 3 at 5; MRR 1/2; nDCG
    (1/log2(3) + 1/log2(6)) / (1 + 1/log2(3) + 1/log2(4)) = (0.6309 + 0.3869) / 2.1309 = 0.4776.
    """
    found = values(ranked("n9", "n0", "n8", "n7", "n1", "n6"), "n0", "n1", "n2")
    assert found["recall@1"] == 0
    assert found["recall@5"] == found["recall@10"] == pytest.approx(2 / 3)
    assert found["mrr@10"] == 0.5
    assert found["ndcg@10"] == pytest.approx(dcg(2, 5) / dcg(1, 2, 3)) == pytest.approx(0.4776, abs=1e-4)


def test_two_sources_in_one_passage_stand_at_its_rank_and_at_the_next() -> None:
    """Both at rank 2: they stand at 2 and 3; recall is 2 of 2 within five, MRR 1/2."""
    found = values(ranked("n9", "n0", "n8"), "n0:un", "n0:deux")
    assert (found["recall@1"], found["recall@5"], found["mrr@10"]) == (0, 1, 0.5)
    assert found["ndcg@10"] == pytest.approx(dcg(2, 3) / dcg(1, 2))


def test_what_follows_a_passage_with_two_sources_is_not_pushed_down() -> None:
    """Sources at 1, 1 and 3 stand at 1, 2 and 3: one passage with two of them is no worse than one for each."""
    assert values(ranked("n0", "n9", "n1"), "n0:un", "n0:deux", "n1")["ndcg@10"] == pytest.approx(1)
    apart = values(ranked("n0", "n2", "n1"), "n0:un", "n2", "n1")["ndcg@10"]
    assert apart == pytest.approx(1)
    later = values(ranked("n0", "n9", "n8", "n1"), "n0:un", "n0:deux", "n1")["ndcg@10"]
    assert later == pytest.approx(dcg(1, 2, 4) / dcg(1, 2, 3))


def test_two_sources_at_the_last_rank_count_both_for_recall_and_one_for_ndcg() -> None:
    last = values(ranked(*(f"n{at}" for at in range(10, 19)), "n0"), "n0:un", "n0:deux")
    assert (last["recall@10"], last["recall@5"], last["mrr@10"]) == (1, 0, 0.1)
    assert last["ndcg@10"] == pytest.approx(dcg(10) / dcg(1, 2))


def test_the_ideal_of_ndcg_at_10_is_ten_sources() -> None:
    """Twelve sources, the first ten passages each have one: no order is better, though recall is 10 of 12."""
    names = [f"n{at}" for at in range(12)]
    found = values(ranked(*names), *names)
    assert found["ndcg@10"] == pytest.approx(1)
    assert found["recall@10"] == pytest.approx(10 / 12)
    assert found["recall@1"] == pytest.approx(1 / 12)


def test_the_same_passage_twice_counts_once() -> None:
    found = values(ranked("n0", "n0", "n1"), "n0", "n1")
    assert found["ndcg@10"] == pytest.approx(dcg(1, 3) / dcg(1, 2))
    assert values(ranked("n0", "n0"), "n0", "n1")["recall@5"] == 0.5


def test_a_source_that_is_gone_is_never_found_and_still_counts() -> None:
    assert values(ranked("n0", "n1"), "n0", "n1:trois")["recall@5"] == 0.5
    assert set(values(ranked("n0"), "inconnue").values()) == {0}
    assert set(values(ranked(), "n0").values()) == {0}


def test_an_empty_span_meets_nothing() -> None:
    assert not Span("n0", 3, 3).meets(Span("n0", 0, 7))
    assert not Span("n0", 0, 7).meets(Span("n0", 3, 3))
    assert not Span("n0", 0, 3).meets(Span("n0", 3, 7))
    assert not Span("n0", 0, 7).meets(Span("n1", 0, 7))
    assert Span("n0", 0, 4).meets(Span("n0", 3, 7))


def drawn() -> Iterator[tuple[list[str], list[str]]]:
    """A thousand rankings of up to 15 passages and up to 12 sources, several in one note at times."""
    chance = random.Random(0)
    for _ in range(1_000):
        sources = [f"n{chance.randrange(16)}" for _ in range(chance.randrange(1, 13))]
        yield [f"n{chance.randrange(16)}" for _ in range(chance.randrange(16))], sources


def expected(passages: Sequence[str], sources: Sequence[str]) -> dict[str, float]:
    """By the formulas, without ir-measures."""
    ranks = sorted(passages.index(name) + 1 for name in sources if name in passages[:10])
    standing: list[int] = []
    for rank in ranks:
        standing.append(rank if not standing or rank > standing[-1] else standing[-1] + 1)
    ideal = dcg(*range(1, min(len(sources), 10) + 1))
    recall = {f"recall@{k}": sum(rank <= k for rank in ranks) / len(sources) for k in (1, 5, 10)}
    mrr = 1 / ranks[0] if ranks else 0.0
    return {**recall, "mrr@10": mrr, "ndcg@10": dcg(*(rank for rank in standing if rank <= 10)) / ideal}


def test_any_ranking_scores_as_the_formulas_say() -> None:
    for passages, sources in drawn():
        found = values(ranked(*passages), *sources)
        assert found == pytest.approx(expected(passages, sources)), (passages, sources)
        assert all(0 <= value <= 1 + 1e-12 for value in found.values())


def test_finding_a_source_earlier_is_never_worth_less() -> None:
    """A passage with a source changes places with the one before it, which has none: nothing falls."""
    for passages, sources in drawn():
        before = values(ranked(*passages), *sources)
        for at in range(1, len(passages)):
            if passages[at] in sources and passages[at - 1] not in sources:
                moved = [*passages[: at - 1], passages[at], passages[at - 1], *passages[at + 1 :]]
                after = values(ranked(*moved), *sources)
                assert all(after[name] >= before[name] - 1e-12 for name in RETRIEVAL), (passages, sources, at)
                break


def test_a_case_is_scored_in_a_millisecond_or_so() -> None:
    asked = trial(case(sources=[source(f"n{at}") for at in range(3)]), ranked(*TEXTS), TEXTS)
    start = time.perf_counter()
    for _ in range(100):
        for name in RETRIEVAL:
            BY_NAME[name].score(asked)
    assert (time.perf_counter() - start) / 100 < 0.005  # 0.0004 alone; 2 cores may have much else to do


def test_importing_the_metrics_warns_of_nothing() -> None:
    """A warning is an error here as in the tests, before anything of ours has filtered it."""
    code = "import ir_measures; ir_measures.calc_aggregate([ir_measures.nDCG @ 5], [], [])"
    done = subprocess.run([sys.executable, "-W", "error", "-X", "dev", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
