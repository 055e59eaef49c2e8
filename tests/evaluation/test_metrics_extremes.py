"""The edges of the metrics: replies that say nothing or are no reply, numbers in brackets, citations of nothing."""

from __future__ import annotations

import pytest

from assistant.evaluation.metrics import BY_NAME
from assistant.evaluation.models import Cited, Response, Said, Span
from tests.evaluation.making import ERROR, OTHER, RIGHT, TEXT, answer, case, cited, refusal, scores, source, trial

SILENT = case(expected="refuse", reasons=["not_in_corpus"])
PREMISE = case(expected="correct", facts=[["17 octobre"]])
ANSWERING = ("citation_recall", "citation_precision", "verbatim", "must_not")
#: An answer of one sentence without a word, which cites the right words.
BLANK = answer(RIGHT, text="  [1]", sentences=(Said(" ", (1,)),))
#: What a system gives that was only asked to search.
SEARCHED = Response("", "", ranking=(Span("forum", 0, len(TEXT)),))


def test_a_blank_sentence_is_an_empty_answer() -> None:
    asked = case(facts=[["17 octobre"]], must_not=["Paris"])
    found = scores(asked, BLANK)
    for name in ("right", "decision", "facts_found", *ANSWERING):
        assert found[name] == 0, name
    assert BY_NAME["decision"].score(trial(asked, BLANK)).why == "réponse vide"  # type: ignore[union-attr]


def test_an_empty_answer_where_a_refusal_is_right_is_wrong_too() -> None:
    for said in (BLANK, Response("answer", "")):
        assert scores(SILENT, said)["right"] == scores(SILENT, said)["decision"] == 0
        assert scores(PREMISE, said)["right"] == 0


@pytest.mark.parametrize("asked", [case(), SILENT, PREMISE], ids=lambda asked: str(asked.expected))
@pytest.mark.parametrize("said", [ERROR, SEARCHED, Response("error", "")], ids=["error", "searched", "unexplained"])
def test_what_is_neither_an_answer_nor_a_refusal_is_never_right(asked: object, said: Response) -> None:
    found = scores(asked, said)  # type: ignore[arg-type]
    assert found["right"] == 0
    assert found.get("decision", 0) == 0
    assert not set(found).intersection(ANSWERING)


def test_what_was_found_still_counts_where_no_reply_came_of_it() -> None:
    assert scores(case(), SEARCHED)["recall@1"] == 1


def test_what_went_wrong_undoes_what_a_reply_claims() -> None:
    broken = answer(RIGHT, error="interrompu", milliseconds=5.0)
    assert not broken.answered and not broken.refused
    assert scores(case(), broken)["right"] == 0
    assert "latency" not in scores(case(), broken)
    assert scores(SILENT, refusal(error="interrompu"))["right"] == 0


def test_the_numbers_of_citations_are_no_words_of_the_answer() -> None:
    """« … 17 octobre dernier. [1] Élus… [2] » says neither 1 nor 2; a number in brackets that cites nothing is said."""
    asked = case(facts=[["1"], ["17 octobre"]], must_not=["2"])
    found = scores(asked, answer(RIGHT, OTHER))
    assert (found["facts_found"], found["must_not"]) == (0.5, 1)
    told = answer(RIGHT, text=f"{RIGHT} [1] Article [2].")
    assert scores(asked, told)["must_not"] == 0


def test_a_fact_may_go_on_in_the_next_sentence() -> None:
    asked = case(facts=[["dernier. Élus"]])
    assert scores(asked, answer(RIGHT, OTHER, text=f"{RIGHT} [1] {OTHER} [2]"))["facts_found"] == 1


def test_a_citation_given_twice_in_a_sentence_counts_once() -> None:
    """Of [1] [1] [3] two are different, one is of use: 1/2, not 2/3."""
    citations = (cited(1, RIGHT), cited(3, "Autre chose.", "autre"))
    found = Response("answer", RIGHT, sentences=(Said(RIGHT, (1, 1, 3)),), citations=citations)
    assert scores(case(), found)["citation_precision"] == 0.5


def test_citations_of_a_sentence_that_is_not_borne_out_are_all_useless() -> None:
    """ALCE: precision counts within sentences that are borne out. Of 2 + 1 citations 1 is of use: 1/3; recall 1/2."""
    citations = (cited(1, RIGHT), cited(2, OTHER))
    said = (Said("Le forum s'ouvre à Paris mardi 17 octobre.", (1, 2)), Said(RIGHT, (1,)))
    found = scores(case(), Response("answer", "…", sentences=said, citations=citations))
    assert found["citation_precision"] == pytest.approx(1 / 3)
    assert found["citation_recall"] == 0.5


def test_a_sentence_made_of_two_citations_is_borne_out_but_not_copied() -> None:
    citations = (cited(1, RIGHT), cited(2, OTHER))
    found = scores(case(), Response("answer", TEXT, sentences=(Said(TEXT, (1, 2)),), citations=citations))
    assert (found["citation_recall"], found["citation_precision"], found["verbatim"]) == (1, 1, 0)


def test_copied_words_may_be_wrapped_otherwise() -> None:
    texts = {"forum": "Le forum\ns’ouvre   à Lyon."}
    said = "Le forum s'ouvre à Lyon."
    found = Response("answer", said, sentences=(Said(said, (1,)),), citations=(Cited(1, Span("forum", 0, 26), said),))
    tried = trial(case(sources=[source("forum", "Lyon")]), found, texts)
    assert BY_NAME["verbatim"].score(tried).value == 1  # type: ignore[union-attr]
    assert BY_NAME["right"].score(tried).value == 0  # type: ignore[union-attr]  # but the quote is not the note's


def test_citations_of_nothing_bear_out_nothing() -> None:
    for nothing in (Span("forum", 5, 5), Span("inconnue", 0, 9), Span("forum", 900, 950)):
        found = answer(RIGHT, citations=(Cited(1, nothing, RIGHT),))
        assert scores(case(), found) | {"citation_recall": 0, "citation_precision": 0, "right": 0} == scores(
            case(), found
        )
        assert scores(case(), found)["source_cited"] == 0


def test_a_quote_that_stands_twice_may_be_cited_at_either_place() -> None:
    texts = {"forum": "À Lyon. Encore à Lyon."}
    asked = case(sources=[source("forum", "Lyon")])
    for start, end in ((0, 7), (8, 22)):
        quote = texts["forum"][start:end]
        found = Response(
            "answer", quote, sentences=(Said(quote, (1,)),), citations=(Cited(1, Span("forum", start, end), quote),)
        )
        assert BY_NAME["source_cited"].score(trial(asked, found, texts)).value == 1  # type: ignore[union-attr]


def test_a_source_whose_quote_is_gone_is_cited_by_nobody() -> None:
    gone = case(sources=[source("forum", "à Marseille")])
    assert scores(gone, answer(RIGHT))["source_cited"] == 0
    assert scores(gone, answer(RIGHT))["recall@5"] == 0


def test_confidence_at_its_ends() -> None:
    """(0 - 1)² = 1 for who is sure of the contrary, 0.25 for who always says 0.5."""
    assert scores(case(), answer(RIGHT, confidence=0.0))["brier"] == 1
    assert scores(case(), answer(RIGHT, confidence=1.0))["brier"] == 0
    assert scores(SILENT, refusal(confidence=0.5))["brier"] == scores(case(), refusal(confidence=0.5))["brier"] == 0.25


def test_what_every_metric_gives_is_from_0_to_1_but_for_time() -> None:
    replies = (answer(RIGHT, OTHER), answer(), BLANK, refusal(), ERROR, SEARCHED)
    for asked in (case(facts=[["17 octobre"]], must_not=["Lyon"]), SILENT, PREMISE):
        for said in replies:
            assert all(0 <= value <= 1 for name, value in scores(asked, said).items() if name != "latency")
