"""Decisions on candidates: each saved at once, the other lines as they were; files of cases changed one at a time."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import CaseError
from assistant.evaluation.cases import case_line, read_case, read_cases
from assistant.evaluation.editing import append_cases, replace_case
from assistant.evaluation.models import EvalCase, Status
from assistant.evaluation.reviewing import Review, editable

REVIEWED = '{"id":"r1","expected":"refuse",  "question":"Et après ?"}'  # as a person wrote it


def candidate(id_: str, **fields: Any) -> EvalCase:
    given = {"id": id_, "question": f"Où est {id_} ?", "expected": "answer", "status": "candidate"}
    return EvalCase.model_validate(given | {"sources": [{"note": "forum", "quote": "à Lyon"}]} | fields)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "candidats.jsonl"
    bare = candidate("c3", sources=[])
    lines = [case_line(candidate("c1")), REVIEWED, "", case_line(candidate("c2")), case_line(bare)]
    made.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def states(path: Path) -> dict[str, str]:
    return {placed.case.id: placed.case.status.value for placed in read_cases([path])}


def test_candidates_wait_in_their_order(path: Path) -> None:
    assert [case.id for case in Review(path).waiting] == ["c1", "c2", "c3"]


def test_each_decision_is_saved_at_once_and_touches_its_line_alone(path: Path) -> None:
    path.chmod(0o600)
    before = path.read_text(encoding="utf-8").split("\n")
    review = Review(path)
    review.accept(review.waiting[0])
    assert states(path) == {"c1": "reviewed", "r1": "reviewed", "c2": "candidate", "c3": "candidate"}
    review.reject(review.waiting[1])
    after = path.read_text(encoding="utf-8").split("\n")
    assert after[1:] == [before[1], before[2], before[4], before[5]]
    assert [case.id for case in Review(path).waiting] == ["c3"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600  # what members wrote stays their reader's alone
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_accepted_cases_go_to_the_other_file(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "dossier" / "cas.jsonl"
    review = Review(path, out)
    review.accept(review.waiting[0])
    review.accept(review.waiting[1])
    assert states(out) == {"c1": "reviewed", "c2": "reviewed"}
    assert states(path) == {"r1": "reviewed", "c3": "candidate"}
    assert [case.id for case in Review(path, path).waiting] == ["c3"]  # the same file is no other


def test_a_case_that_says_too_little_is_not_accepted(path: Path) -> None:
    review = Review(path)
    with pytest.raises(ValueError, match="« facts » ou « sources »"):
        review.accept(review.waiting[2])
    assert states(path)["c3"] == "candidate"
    changed = review.change(review.waiting[2], json.dumps({**fields("c3"), "facts": [["Lyon"]]}))
    assert (changed.status, states(path)["c3"]) == (Status.CANDIDATE, "candidate")
    review.accept(changed)
    assert states(path)["c3"] == "reviewed"


def fields(id_: str) -> dict[str, Any]:
    return {"id": id_, "question": "Où donc ?", "expected": "answer"}


@pytest.mark.parametrize(
    ("edited", "told"),
    [
        ("{", r"JSON \(ligne 1"),
        ("[" * 100_000, "niveaux"),
        ("[]", "un objet"),
        (json.dumps({**fields("c1"), "question": " "}), "« question »"),
        (json.dumps({**fields("c1"), "fact": []}), "« fact » n'existe pas"),
        (json.dumps({**fields("c1"), "expected": "refuse", "facts": [["Lyon"]]}), "ne vont pas avec « refuse »"),
    ],
)
def test_what_is_edited_must_be_a_case(path: Path, edited: str, told: str) -> None:
    review, before = Review(path), path.read_bytes()
    with pytest.raises(ValueError, match=told):
        review.change(review.waiting[0], edited)
    assert path.read_bytes() == before


def test_an_id_is_changed_to_a_free_one(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "cas.jsonl"
    append_cases(out, [read_case({**fields("pris"), "facts": [["x"]]})])
    review = Review(path, out)
    with pytest.raises(CaseError, match="déjà un cas « c2 »"):
        review.change(review.waiting[0], json.dumps(fields("c2")))
    with pytest.raises(ValueError, match="« pris » est déjà pris"):
        review.change(review.waiting[0], json.dumps(fields("pris")))
    assert review.change(review.waiting[0], json.dumps(fields("libre"))).id == "libre"
    assert "c1" not in states(path)


def test_an_interrupted_move_is_finished(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "cas.jsonl"
    append_cases(out, [candidate("c1", status="reviewed")])
    assert [case.id for case in Review(path, out).waiting] == ["c2", "c3"]
    assert "c1" not in states(path)
    append_cases(out, [candidate("c2", status="reviewed", question="Autre ?")])
    with pytest.raises(CaseError, match=r"« c2 » est dans .*autrement"):
        Review(path, out)
    assert states(path)["c2"] == "candidate"


def test_what_changed_meanwhile_is_not_overwritten(path: Path) -> None:
    review = Review(path)
    replace_case(path, "c1", None)
    before = path.read_bytes()
    for decide in (review.accept, review.reject):
        with pytest.raises(CaseError, match="ne contient plus le cas « c1 »"):
            decide(review.waiting[0])
    assert path.read_bytes() == before


def test_cases_are_appended_all_or_none(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(CaseError, match="déjà un cas « c2 »"):
        append_cases(path, [candidate("n1"), candidate("c2")])
    assert path.read_bytes() == before
    path.write_bytes(before.removesuffix(b"\n"))
    append_cases(path, [candidate("n1"), candidate("n2")])
    assert path.read_bytes().startswith(before)
    assert list(states(path))[-2:] == ["n1", "n2"]
    with pytest.raises(CaseError, match="ne peut pas être écrit"):
        append_cases(path / "dedans" / "x.jsonl", [candidate("n3")])


def test_what_is_edited_shows_what_is_to_fill_in() -> None:
    shown = json.loads(editable(candidate("c3", sources=[])))
    assert (shown["facts"], shown["sources"], "status" in shown) == ([], [], False)
    assert "facts" not in json.loads(editable(EvalCase.model_validate({**fields("x"), "expected": "refuse"})))
