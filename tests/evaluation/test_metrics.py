"""Each metric on examples worked out by hand, the extremes included."""

from __future__ import annotations

import math

import pytest

from assistant.evaluation import metrics
from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.models import Cited, Response, Said, Span
from tests.evaluation.making import (
    ERROR,
    OTHER,
    RIGHT,
    TEXT,
    TEXTS,
    answer,
    case,
    cited,
    refusal,
    scores,
    source,
    span,
    trial,
)

EMPTY = Response("answer", "")
REFUSED = case(expected="refuse", reasons=["not_in_corpus"])
PREMISE = case(expected="correct", facts=[["17 octobre"]])


def value(name: str, asked: object, response: Response) -> float | None:
    found = BY_NAME[name].score(trial(asked, response))  # type: ignore[arg-type]
    return None if found is None else found.value


def why(name: str, asked: object, response: Response) -> str:
    found = BY_NAME[name].score(trial(asked, response))  # type: ignore[arg-type]
    assert found is not None
    return found.why


def ranked(*quotes: str, **fields: object) -> Response:
    """A refusal is enough to have a ranking; each quote is a passage."""
    return refusal(ranking=tuple(span(q, "autre" if q in TEXTS["autre"] else "forum") for q in quotes), **fields)


def test_every_metric_says_what_it_is() -> None:
    for metric in metrics.EVERY:
        assert metric.title and metric.definition.endswith(".") and metric.reference
    assert len(BY_NAME) == len(metrics.EVERY)


def test_every_score_says_why() -> None:
    asked = case(facts=[["17 octobre"]], must_not=["Paris"], history=[{"role": "user", "content": "Et ?"}])
    found = metrics.score(trial(asked, answer(RIGHT, ranking=(span(RIGHT),), confidence=0.5, milliseconds=1.0)))
    assert found.keys() == {metric.name for metric in metrics.METRICS}
    assert all(score.why for score in found.values())


def test_an_empty_answer_scores_0_wherever_it_scores() -> None:
    asked = case(facts=[["17 octobre"]], must_not=["Paris"])
    lower = {name for name, metric in BY_NAME.items() if not metric.higher_is_better}
    found = scores(asked, EMPTY)
    assert {name for name in found if name not in lower} == {
        *("right", "facts_found", "must_not", "decision", "citation_recall", "citation_precision", "verbatim"),
        *("source_cited", "recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"),
    }
    assert not any(found.values())


def test_an_error_is_wrong_and_no_refusal() -> None:
    assert scores(REFUSED, ERROR) == {"right": 0, "decision": 0}
    assert "le service ne répond pas" in why("right", REFUSED, ERROR)


def test_a_right_refusal_passes_and_has_no_other_score() -> None:
    assert scores(REFUSED, refusal()) == {"right": 1, "decision": 1}


# right


def test_right_takes_every_fault() -> None:
    asked = case(facts=[["17 octobre"], ["s'ouvre", "commence"]], must_not=["Lyon"])
    assert value("right", asked, answer(RIGHT)) == 1
    assert value("right", asked, answer(RIGHT, OTHER)) == 0
    assert why("right", asked, answer(OTHER)) == (
        "fait manquant : 17 octobre ; fait manquant : s'ouvre | commence ; dit ce qu'il ne faut pas : Lyon ; "
        "cite la bonne note, mais pas les mots qui répondent"
    )


def test_right_on_refusals() -> None:
    assert value("right", case(), refusal()) == 0
    assert why("right", case(), refusal()) == "refuse de répondre (not_in_corpus)"
    assert why("right", REFUSED, answer(RIGHT)) == "répond alors que les notes se taisent"
    assert why("right", REFUSED, refusal("too_vague")) == "refuse pour too_vague, et non not_in_corpus"
    assert value("right", case(expected="refuse"), refusal("too_vague")) == 1


def test_right_on_a_false_premise_takes_both_but_not_an_answer_that_swallows_it() -> None:
    assert value("right", PREMISE, refusal()) == 1
    assert value("right", PREMISE, answer(RIGHT, corrects=True)) == 1
    assert why("right", PREMISE, answer(RIGHT)) == "répond sans corriger ce que la question suppose"
    assert why("right", PREMISE, answer(OTHER, corrects=True)).startswith("fait manquant : 17 octobre")


def test_right_wants_citations_word_for_word() -> None:
    asked = case(sources=[source("autre")])
    wrong = Cited(1, Span("autre", 0, 5), "Forum")
    said = (Said("Forum", (1,)), Said("Rien.", ()))
    found = why("right", asked, Response("answer", "Forum [1] Rien.", sentences=said, citations=(wrong,)))
    assert found == "phrase sans citation : « Rien. » ; [1] n'est pas mot pour mot dans autre"
    assert "cite la bonne note" not in found
    assert why("right", case(), answer()) == "réponse sans une phrase ; ne cite pas forum"


# answers


def test_facts_found_is_their_share() -> None:
    asked = case(facts=[["17 octobre"], ["Lyon", "lyonnais"], ["Paris"]])
    assert value("facts_found", asked, answer(RIGHT, OTHER)) == pytest.approx(2 / 3)
    assert value("facts_found", asked, refusal()) == 0
    assert value("facts_found", case(), answer(RIGHT)) is None  # no facts to find
    assert value("facts_found", PREMISE, refusal()) is None  # both are right there


def test_a_fact_may_be_in_a_resolved_date() -> None:
    asked = case(facts=[["17 octobre 2017"]])
    said = (Said(RIGHT, (1,), ("17 octobre 2017",)),)
    assert value("facts_found", asked, answer(RIGHT)) == 0
    assert value("facts_found", asked, answer(RIGHT, sentences=said)) == 1


@pytest.mark.parametrize(("wording", "held"), [("elus ET\u00a0agents", 1), ("élu", 0), ("7 octobre", 0), ("Lyon.", 1)])
def test_wordings_are_whole_words_in_any_writing(wording: str, held: float) -> None:
    assert value("facts_found", case(facts=[[wording]]), answer(RIGHT, OTHER)) == held


def test_must_not_is_the_share_unsaid() -> None:
    asked = case(must_not=["Lyon", "Paris"])
    assert value("must_not", asked, answer(RIGHT)) == 1
    assert value("must_not", asked, answer(RIGHT, OTHER)) == 0.5
    assert value("must_not", asked, refusal()) is None


# refusal


def test_decision() -> None:
    assert value("decision", case(), answer(RIGHT)) == 1
    assert value("decision", case(), refusal()) == 0
    assert value("decision", REFUSED, answer(RIGHT)) == 0
    assert value("decision", PREMISE, refusal()) is None


def test_brier_is_the_square_of_the_gap() -> None:
    assert value("brier", case(), answer(RIGHT, confidence=0.7)) == pytest.approx(0.09)
    assert value("brier", REFUSED, refusal(confidence=0.7)) == pytest.approx(0.49)
    assert value("brier", REFUSED, refusal(confidence=0.0)) == 0
    assert value("brier", REFUSED, refusal()) is None
    assert value("brier", PREMISE, refusal(confidence=0.5)) is None


# citations: ALCE


def test_citation_recall_is_the_share_of_sentences_borne_out() -> None:
    citations = (cited(1, RIGHT), cited(2, OTHER))
    both = (Said(RIGHT, (1,)), Said("Élus et agents sont attendus à Paris.", (2,)))
    found = Response("answer", "…", sentences=both, citations=citations)
    assert value("citation_recall", case(), found) == 0.5
    assert "un nom ne s'y trouve pas" in why("citation_recall", case(), found)
    assert value("citation_recall", case(), answer(RIGHT, OTHER)) == 1
    assert value("citation_recall", case(), refusal()) is None


def test_a_sentence_without_citation_is_not_borne_out() -> None:
    said = (Said(RIGHT, ()), Said(OTHER, (9,)))
    assert value("citation_recall", case(), answer(RIGHT, sentences=said)) == 0
    assert value("citation_precision", case(), answer(RIGHT, sentences=said)) == 0


def test_citations_count_together_for_recall_and_one_by_one_for_precision() -> None:
    """« Le forum s'ouvre à Lyon » needs both: recall 1, precision 2 of 2. A third, of another note, bears out nothing:
    recall 1, precision 2 of 3.
    """
    citations = (cited(1, RIGHT), cited(2, OTHER), cited(3, "Autre chose.", "autre"))
    said = "Le forum s'ouvre mardi 17 octobre, élus et agents sont attendus à Lyon."
    two = Response("answer", said, sentences=(Said(said, (1, 2)),), citations=citations[:2])
    three = Response("answer", said, sentences=(Said(said, (1, 2, 3)),), citations=citations)
    assert (value("citation_recall", case(), two), value("citation_precision", case(), two)) == (1, 1)
    assert value("citation_recall", case(), three) == 1
    assert value("citation_precision", case(), three) == pytest.approx(2 / 3)
    assert why("citation_precision", case(), three) == "n'étayent rien : [3]"


def test_two_citations_that_each_bear_it_out_are_both_useful() -> None:
    citations = (cited(1, RIGHT), Cited(2, Span("forum", 0, len(TEXT)), TEXT))
    found = Response("answer", RIGHT, sentences=(Said(RIGHT, (1, 2)),), citations=citations)
    assert value("citation_precision", case(), found) == 1


def test_verbatim_is_the_share_of_copied_sentences() -> None:
    said = (Said(RIGHT, (1,)), Said("Le forum ouvre un mardi.", (1,)))
    assert value("verbatim", case(), answer(RIGHT, sentences=said)) == 0.5
    assert value("verbatim", case(), answer(RIGHT)) == 1
    assert value("verbatim", case(), refusal()) is None


def test_source_cited() -> None:
    assert value("source_cited", case(), answer(RIGHT)) == 1
    assert why("source_cited", case(), answer(OTHER)) == "cite la bonne note, mais pas les mots qui répondent"
    elsewhere = case(sources=[source("autre", "Autre"), source("forum", "Lyon")])
    assert value("source_cited", elsewhere, answer(OTHER)) == 1  # one of them is enough
    assert why("source_cited", case(sources=[source("autre")]), answer(RIGHT)) == "ne cite pas autre"
    assert value("source_cited", case(), refusal()) == 0
    assert value("source_cited", REFUSED, answer(RIGHT)) is None


# retrieval


def test_recall_is_the_share_of_sources_among_the_first_passages() -> None:
    asked = case(sources=[source("forum", "Lyon"), source("forum", "17 octobre"), source("autre")])
    found = ranked("Autre chose.", RIGHT, OTHER)
    assert value("recall@1", asked, found) == pytest.approx(1 / 3)
    assert value("recall@5", asked, found) == 1
    assert value("recall@5", asked, ranked(OTHER, OTHER)) == pytest.approx(1 / 3)
    assert value("recall@5", asked, refusal()) == 0
    assert value("recall@5", REFUSED, found) is None


def test_recall_at_1_of_a_passage_that_meets_two_sources() -> None:
    asked = case(sources=[source("forum", "Lyon"), source("forum", "17 octobre")])
    assert value("recall@1", asked, ranked(TEXT)) == 1


def test_a_quote_that_stands_twice_is_found_at_either_place() -> None:
    texts = {"n": "À Lyon. Encore à Lyon."}
    asked = case(sources=[source("n", "Lyon")])
    second = Response("refusal", "", ranking=(Span("n", 8, 22),))
    found = BY_NAME["recall@1"].score(trial(asked, second, texts))
    assert found is not None and found.value == 1


def test_mrr_is_one_over_the_first_rank() -> None:
    asked = case(sources=[source("forum", "Lyon")])
    assert value("mrr@10", asked, ranked(OTHER)) == 1
    assert value("mrr@10", asked, ranked(RIGHT, "Autre chose.", OTHER, OTHER)) == pytest.approx(1 / 3)
    assert value("mrr@10", asked, ranked(*[RIGHT] * 10, OTHER)) == 0  # the eleventh is too late
    assert value("mrr@10", asked, refusal()) == 0


def test_ndcg_discounts_by_rank() -> None:
    one = case(sources=[source("forum", "Lyon")])
    assert value("ndcg@10", one, ranked(OTHER, RIGHT)) == 1
    assert value("ndcg@10", one, ranked(RIGHT, OTHER)) == pytest.approx(1 / math.log2(3))
    two = case(sources=[source("forum", "Lyon"), source("autre")])
    gain, ideal = 1 / math.log2(3) + 1 / math.log2(4), 1 + 1 / math.log2(3)
    assert value("ndcg@10", two, ranked(RIGHT, OTHER, "Autre chose.")) == pytest.approx(gain / ideal)
    assert value("ndcg@10", one, refusal()) == 0


def test_a_passage_that_holds_two_sources_is_as_good_as_the_best_order_of_two() -> None:
    two = case(sources=[source("forum", "Lyon"), source("forum", "17 octobre")])
    assert value("ndcg@10", two, ranked(TEXT)) == pytest.approx(1)
    assert value("mrr@10", two, ranked(TEXT)) == 1


def test_wrong_passage() -> None:
    asked = case(sources=[source("forum", "Lyon")])
    assert value("wrong_passage", asked, ranked(RIGHT)) == 1  # the note, but not the words
    assert value("wrong_passage", asked, ranked(RIGHT, OTHER)) == 0
    assert value("wrong_passage", asked, ranked("Autre chose.")) == 0  # another fault: the note is not found
    assert value("wrong_passage", asked, ranked(*["Autre chose."] * 5, RIGHT)) == 0
    assert value("wrong_passage", case(sources=[source("forum")]), ranked(RIGHT)) is None


def test_follow_up() -> None:
    asked = case(history=[{"role": "user", "content": "Parlez-moi du forum."}])
    assert value("follow_up", asked, ranked(RIGHT, standalone_question="Quand s'ouvre le forum ?")) == 1
    assert "comprise ainsi : « Quand ? »" in why("follow_up", asked, ranked(OTHER, standalone_question="Quand ?"))
    assert value("follow_up", asked, ranked(OTHER)) == 0
    assert value("follow_up", case(), ranked(RIGHT)) is None


def test_latency() -> None:
    assert value("latency", case(), answer(RIGHT, milliseconds=12.5)) == 12.5
    assert value("latency", case(), answer(RIGHT)) is None
    assert value("latency", case(), ERROR) is None
