"""What no longer fits the notes is found, and nothing else: held on the project's own notes and cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant import Note
from assistant.evaluation.cases import Placed, read_cases
from assistant.evaluation.checking import Fault, Finding, check_cases, words_like
from assistant.evaluation.models import EvalCase

FOLDER = Path(__file__).parents[2] / "evals" / "cases"
QUOTE = "les 6 et 7 décembre à Lyon"
FORUM = "forum-interconnectes"


def found(notes: list[Note], **fields: Any) -> list[Finding]:
    given = {"id": "c", "question": "Quand ?", "expected": "answer", "sources": [{"note": FORUM, "quote": QUOTE}]}
    return check_cases([Placed(EvalCase.model_validate(given | fields), Path("a.jsonl"), 7)], notes)


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def test_our_cases_fit_our_notes(notes: list[Note]) -> None:
    placed = read_cases([FOLDER])
    assert len(placed) > 600
    assert check_cases(placed, notes) == []


def test_every_note_that_goes_is_missed(notes: list[Note]) -> None:
    placed = read_cases([FOLDER])
    for gone in notes:
        quoting = {p.case.id for p in placed if any(source.note == gone.id for source in p.case.sources)}
        missed = check_cases(placed, [note for note in notes if note != gone])
        assert {f.case for f in missed if f.fault is Fault.NOTE_GONE} == quoting
        assert quoting or gone.id == "gouvernance-du-conseil"


@pytest.mark.parametrize(
    "wordings",
    [
        ["17 octobre 2017"],  # mardi 17 octobre dernier
        ["mardi 17 octobre dernier"],
        ["L'INSTALLATION du nouveau conseil"],
        ["nulle part", "de Dijon"],
    ],
)
def test_a_fact_is_held_in_any_writing_or_meaning(notes: list[Note], wordings: list[str]) -> None:
    assert found(notes, facts=[wordings]) == []


@pytest.mark.parametrize("wording", ["17 octobre 2018", "4ème édition", "14ème editions", "23 communes"])
def test_a_fact_that_no_note_holds(notes: list[Note], wording: str) -> None:
    told = only(found(notes, facts=[["6 et 7 décembre"], [wording, "nulle part"]]))
    assert (told.fault, told.path, told.line, told.case) == (Fault.FACT_GONE, Path("a.jsonl"), 7, "c")
    assert f"« {wording} | nulle part »" in told.what
    assert str(told).startswith("a.jsonl:7 : c : aucune note")


def test_a_note_that_is_gone(notes: list[Note]) -> None:
    near = only(found(notes, sources=[{"note": "forum-interconnecte"}]))
    assert (near.fault, near.advice[:17]) == (Fault.NOTE_GONE, "Vouliez-vous dire")
    assert FORUM in near.advice
    moved = only(found(notes, sources=[{"note": "forum-interconnecte", "quote": QUOTE}]))
    assert moved.advice == f"Ses mots sont dans {FORUM} : changez « note »."
    assert "aucune note ne répond plus" in only(found(notes, sources=[{"note": "zzz"}])).advice


@pytest.mark.parametrize("quote", ["les 6 et 7 Décembre à Lyon", "les 6  et 7 decembre à Lyon", "Les 6\net 7 décembre"])
def test_a_quote_of_which_only_the_writing_changed(notes: list[Note], quote: str) -> None:
    told = only(found(notes, sources=[{"note": FORUM, "quote": quote}]))
    assert told.fault is Fault.QUOTE_CHANGED
    assert "Les mots de la note sont : « les 6 et 7 décembre" in told.advice


def test_a_quote_that_another_note_has(notes: list[Note]) -> None:
    told = only(found(notes, sources=[{"note": "programme-dcant", "quote": QUOTE}]))
    assert (told.fault, told.advice) == (Fault.QUOTE_MOVED, f"Ces mots sont dans {FORUM} : changez « note ».")


def test_a_quote_that_is_gone(notes: list[Note]) -> None:
    near = only(found(notes, sources=[{"note": FORUM, "quote": "les 6 et 8 décembre, à Lyon"}]))
    assert near.fault is Fault.QUOTE_GONE
    assert "Le plus proche y est : « les 6 et 7 décembre à Lyon" in near.advice
    far = only(found(notes, sources=[{"note": FORUM, "quote": "le budget atteint 3 millions"}]))
    assert (far.fault, "proche" in far.advice) == (Fault.QUOTE_GONE, False)


def test_a_ban_that_the_source_itself_breaks(notes: list[Note]) -> None:
    assert only(found(notes, must_not=["lyon", "Paris"])).fault is Fault.BANNED_IN_SOURCE
    assert found(notes, must_not=["Lyonnais", "Paris"]) == []


def test_a_refusal_says_nothing_of_the_notes(notes: list[Note]) -> None:
    assert found(notes, expected="refuse", sources=[]) == []


def test_a_corrected_note_is_told_where_it_matters(notes: list[Note]) -> None:
    changed = [replace(note, text=note.text.replace("à Lyon", "à Nantes")) for note in notes]
    told = found(changed, facts=[["Lyon"], ["6 et 7 décembre"]])
    assert [each.fault for each in told] == [Fault.QUOTE_GONE, Fault.FACT_GONE]


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("Un été  à Évry", "ete a evry", "été  à Évry"),
        ("C’est l’e\u0301te\u0301.", "L'ÉTÉ", "l’e\u0301te\u0301"),
        ("le bœuf ½ cuit", "½ cuit", "½ cuit"),
        ("Lyon", "Paris", None),
        ("Lyon", " ", None),
    ],
)
def test_words_in_another_writing(text: str, words: str, there: str | None) -> None:
    assert words_like(text, words) == there
