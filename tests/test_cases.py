"""The evaluation cases on the corpus, and the judge that holds replies against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from assistant import Answer, Citation, Note, Refusal, Sentence, Turn
from assistant.dates import find_dates
from assistant.models import DateReading, Reason
from benchmarks.cases import DEVELOPMENT, DEVELOPMENT2, REPORT, SEEN, Case, CaseError, Source, even, judge, read_cases

SETS = {
    "development": read_cases(DEVELOPMENT),
    "development2": read_cases(DEVELOPMENT2),
    "seen": read_cases(SEEN),
    "report": read_cases(REPORT),
}
EVERY = [case for cases in SETS.values() for case in cases]

TEXT = "Le forum s’ouvre mardi 17 octobre dernier. Élus et agents sont attendus à Lyon."
TEXTS = {"forum": TEXT, "autre": "Autre chose."}
CASE = Case(
    "c1",
    "Quand s'ouvre le forum ?",
    "answer",
    ("quand",),
    facts=(("17 octobre",), ("s'ouvre", "commence")),
    must_not=("Paris",),
    sources=(Source("forum", "mardi 17 octobre dernier"),),
)
REFUSE = Case("c2", "Quel est le budget du forum ?", "refuse", ("budget",), reasons=frozenset({Reason.NOT_IN_CORPUS}))
LINE = {"id": "c1", "question": "Où ?", "expected": "refuse", "tags": ["où"]}
ANSWERABLE = {"expected": "answer", "facts": [["Lyon"]], "sources": [{"note": "forum", "quote": "à Lyon"}]}


@pytest.mark.parametrize(
    ("name", "least", "refused"),
    [("development", 90, 3), ("development2", 90, 5), ("seen", 135, 3), ("report", 120, 3)],
)
def test_enough_cases_of_each_kind(name: str, least: int, refused: int) -> None:
    kinds = [case.expected for case in SETS[name]]
    assert len(kinds) >= least
    assert kinds.count("refuse") * refused >= len(kinds)
    assert kinds.count("answer") * 2 >= len(kinds)
    assert kinds.count("correct") >= 5


def test_the_sets_share_nothing() -> None:
    assert len({case.id for case in EVERY}) == len(EVERY)
    asked = [
        (even(case.question).rstrip(" ?!."), tuple(even(t.content) for t in case.history), case.today) for case in EVERY
    ]
    assert len(set(asked)) == len(asked)
    questions = [{even(case.question).rstrip(" ?!.") for case in cases} for cases in SETS.values()]
    assert not any(first & second for first, second in combinations(questions, 2))


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.id)
def test_a_case_fits_the_notes(case: Case, notes: list[Note]) -> None:
    texts = {note.id: note.text for note in notes}
    assert all(source.quote in texts[source.note_id] for source in case.sources)
    assert case.expected == "refuse" or any(not judge(case, reply, texts) for reply in answers_for(case, notes))


def answers_for(case: Case, notes: list[Note]) -> Iterator[Answer]:
    """Every answer of the house's size that the notes of its sources can give."""
    named = {source.note_id for source in case.sources}
    spans = [
        (note, *match.span())
        for note in notes
        if note.id in named
        for match in re.finditer(r"\S.*?(?:[.?](?=\s)|$)", note.text, re.M)
    ]
    for size in (1, 2, 3):
        for chosen in combinations(spans, size):
            if sum(end - start for _, start, end in chosen) <= 500:
                yield cited(chosen)


def cited(spans: Iterable[tuple[Note, int, int]]) -> Answer:
    """An answer made of these spans, its dates resolved."""
    citations = tuple(
        Citation(i, note.id, note.title, note.date, note.date_inferred, start, end, note.text[start:end])
        for i, (note, start, end) in enumerate(spans, start=1)
    )
    sentences = tuple(Sentence(c.quote, (c.number,), readings(c)) for c in citations)
    return Answer("?", "?", sentences, citations, (), "extractive", "build", corrects=True)


def readings(citation: Citation) -> tuple[DateReading, ...]:
    found = find_dates(citation.quote, citation.date)
    return tuple(DateReading(d.text, d.first, d.last) for d in found if d.first and d.last)


def answer(*quotes: str, note: str = "forum", dates: tuple[DateReading, ...] = (), corrects: bool = False) -> Answer:
    """An answer that cites each quote of the text."""
    citations = tuple(
        Citation(i, note, "Titre", None, False, TEXT.find(quote), TEXT.find(quote) + len(quote), quote)
        for i, quote in enumerate(quotes, start=1)
    )
    sentences = tuple(Sentence(c.quote, (c.number,), dates) for c in citations)
    return Answer("?", "?", sentences, citations, (), "extractive", "build", corrects=corrects)


def refusal(reason: Reason = Reason.NOT_IN_CORPUS) -> Refusal:
    return Refusal("?", "?", reason, "Les notes ne le disent pas.", (), (), "extractive", "build")


RIGHT = TEXT[: TEXT.index(" Élus")]
OTHER = TEXT[TEXT.index("Élus") :]


def test_a_right_answer_has_no_fault() -> None:
    assert judge(CASE, answer(RIGHT), TEXTS) == []
    assert judge(CASE, answer(RIGHT, OTHER), TEXTS) == []


def test_an_answerable_question_refused() -> None:
    assert judge(CASE, refusal(), TEXTS) == ["refused (not_in_corpus)"]


def test_an_unanswerable_question() -> None:
    assert judge(REFUSE, refusal(), TEXTS) == []
    assert judge(REFUSE, answer(RIGHT), TEXTS) == ["answered"]
    assert judge(REFUSE, refusal(Reason.TOO_VAGUE), TEXTS) == ["refused for too_vague, not not_in_corpus"]


def test_any_reason_is_right_where_none_is_named() -> None:
    assert judge(Case("c", "?", "refuse", ("t",)), refusal(Reason.TOO_VAGUE), TEXTS) == []


def test_a_false_premise_is_refused_or_corrected() -> None:
    case = Case("c", "?", "correct", ("t",), facts=(("17 octobre",),), sources=CASE.sources)
    assert judge(case, refusal(), TEXTS) == []
    assert judge(case, answer(RIGHT, corrects=True), TEXTS) == []
    assert judge(case, answer(RIGHT), TEXTS) == ["answered without correcting the premise"]
    assert "fact missing: 17 octobre" in judge(case, answer(OTHER, corrects=True), TEXTS)


def test_a_missing_fact_and_other_words_of_the_note() -> None:
    assert judge(CASE, answer(OTHER), TEXTS) == [
        "fact missing: 17 octobre",
        "fact missing: s'ouvre | commence",
        "cites the right note, but not the words that answer",
    ]


def test_what_must_not_be_said() -> None:
    case = Case("c", "?", "answer", ("t",), facts=(("forum",),), must_not=("lyon",), sources=CASE.sources)
    assert judge(case, answer(RIGHT, OTHER), TEXTS) == ["must not be said: lyon"]
    assert judge(case, answer(RIGHT), TEXTS) == []


def test_a_source_that_is_not_cited() -> None:
    case = Case("c", "?", "answer", ("t",), facts=(("17 octobre",),), sources=(Source("autre", "Autre chose."),))
    assert judge(case, answer(RIGHT), TEXTS) == ["cites none of autre"]


def test_a_citation_that_is_not_verbatim() -> None:
    assert "[1] is not verbatim in autre" in judge(CASE, answer(RIGHT, note="autre"), TEXTS)
    assert "[1] is not verbatim in inconnue" in judge(CASE, answer(RIGHT, note="inconnue"), TEXTS)
    assert "[1] is not verbatim in forum" in judge(CASE, answer("s'ouvre mardi 17 octobre"), TEXTS)


def test_a_sentence_without_citation() -> None:
    right = answer(RIGHT)
    bare = Answer("?", "?", (*right.sentences, Sentence("Rien.", ())), right.citations, (), "extractive", "build")
    assert judge(CASE, bare, TEXTS) == ["sentence without citation: Rien."]
    assert "answer without a sentence" in judge(CASE, answer(), TEXTS)


def test_a_fact_may_be_in_a_resolved_date() -> None:
    day = date(2017, 10, 17)
    case = Case("c", "?", "answer", ("t",), facts=(("17 octobre 2017",),), sources=CASE.sources)
    assert judge(case, answer(RIGHT), TEXTS) == ["fact missing: 17 octobre 2017"]
    assert judge(case, answer(RIGHT, dates=(DateReading("mardi 17 octobre dernier", day, day),)), TEXTS) == []


@pytest.mark.parametrize(("wording", "held"), [("elus ET\u00a0agents", True), ("élu", False), ("7 octobre", False)])
def test_wordings_are_whole_words_in_any_writing(wording: str, held: bool) -> None:
    case = Case("c", "?", "answer", ("t",), facts=((wording,),), sources=CASE.sources)
    assert (judge(case, answer(RIGHT, OTHER), TEXTS) == []) is held


def read(folder: Path, *lines: object) -> list[Case]:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return read_cases(path)


def test_a_case_is_read(tmp_path: Path) -> None:
    rest = {"must_not": ["Paris"], "history": [{"role": "user", "content": "Qui ?"}], "today": "2017-11-25"}
    (case,) = read(tmp_path, {**LINE, **ANSWERABLE, **rest})
    assert case == Case(
        *("c1", "Où ?", "answer", ("où",), (Turn("user", "Qui ?"),), date(2017, 11, 25)),
        *((("Lyon",),), ("Paris",), (Source("forum", "à Lyon"),)),
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"fact": []}, "unknown field 'fact'"),
        ({"id": 3}, "'id' must be a text"),
        ({"question": " "}, "'question' must be a text"),
        ({"expected": "no"}, "'expected' is one of answer, refuse, correct"),
        ({"tags": []}, "'tags' must be a list that is not empty"),
        ({"tags": "où"}, "'tags' must be a list"),
        ({"history": [{"role": "system", "content": ""}]}, "chaque tour"),
        ({"today": "demain"}, "Invalid isoformat"),
        ({"reasons": ["tired"]}, "'tired' is not a valid Reason"),
        ({"facts": [[]]}, "'facts' must be a list that is not empty"),
        ({"expected": "answer"}, "'facts' and 'sources' go with"),
        ({"must_not": ["Paris"]}, "'must_not' does not go with 'refuse'"),
        ({"sources": ["forum"]}, "a source is an object"),
        ({**ANSWERABLE, "reasons": ["too_vague"]}, "'reasons' does not go with 'answer'"),
        ({**ANSWERABLE, "expected": "refuse"}, "'facts' and 'sources' go with"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, change: dict[str, object], fault: str) -> None:
    with pytest.raises(CaseError, match=rf"cases\.jsonl:2: .*{fault}"):
        read(tmp_path, LINE, {**LINE, "id": "c2", **change})


def test_lines_that_are_no_case(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="1: expected an object, got 3"):
        read(tmp_path, 3)
    with pytest.raises(CaseError, match="1: field 'id' is missing"):
        read(tmp_path, {"question": "Où ?", "expected": "refuse", "tags": ["où"]})
    with pytest.raises(CaseError, match="2: id 'c1' is used twice"):
        read(tmp_path, LINE, LINE)
