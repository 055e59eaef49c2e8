"""Files of cases: read, their faults told, their schema; and whether ours fit the notes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from assistant import Note, Turn
from assistant.dates import find_dates, format_day_range
from assistant.errors import CaseError
from assistant.evaluation.cases import SCHEMA_FILE, case_line, read_case, read_cases, schema, write_cases
from assistant.evaluation.metrics.right import faults
from assistant.evaluation.models import Cited, EvalCase, Expected, Response, Said, Source, Span, Status, Trial
from assistant.evaluation.responses import gold_of
from assistant.evaluation.wording import even

FOLDER = Path(__file__).parents[2] / "evals" / "cases"
SETS = {
    name: [placed.case for placed in read_cases([FOLDER / f"corpus_{name}.jsonl"])]
    for name in ("development", "development2", "seen", "report")
}
EVERY = [case for cases in SETS.values() for case in cases]

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


def test_a_case_fits_the_notes(notes: list[Note]) -> None:
    """Three sentences of the notes at most, in 500 characters, are enough for each."""
    texts = {note.id: note.text for note in notes}
    for case in EVERY:
        assert all(source.quote in texts[source.note] for source in case.sources), case.id
        if case.answerable:
            trials = (Trial(case, said, texts, gold_of(case, texts)) for said in answers_for(case, notes))
            assert any(not faults(trial) for trial in trials), case.id


def answers_for(case: EvalCase, notes: list[Note]) -> Iterator[Response]:
    """Every answer of the house's size that the notes of its sources can give."""
    named = {source.note for source in case.sources}
    spans = [
        (note, *match.span())
        for note in notes
        if note.id in named
        for match in re.finditer(r"\S.*?(?:[.?](?=\s)|$)", note.text, re.M)
    ]
    for size in (1, 2, 3):
        for chosen in combinations(spans, size):
            if sum(end - start for _, start, end in chosen) <= 500:
                yield answered(chosen)


def answered(spans: Iterable[tuple[Note, int, int]]) -> Response:
    """An answer made of these spans, its dates resolved."""
    cited, said = [], []
    for number, (note, start, end) in enumerate(spans, start=1):
        quote = note.text[start:end]
        days = [format_day_range(d.first, d.last) for d in find_dates(quote, note.date) if d.first and d.last]
        cited.append(Cited(number, Span(note.id, start, end), quote))
        said.append(Said(quote, (number,), tuple(days)))
    text = " ".join(sentence.text for sentence in said)
    return Response("answer", text, sentences=tuple(said), citations=tuple(cited), corrects=True)


def read(folder: Path, *lines: object) -> list[EvalCase]:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return [placed.case for placed in read_cases([path])]


def test_a_case_is_read(tmp_path: Path) -> None:
    rest = {"must_not": ["Paris"], "history": [{"role": "user", "content": "Qui ?"}], "today": "2017-11-25"}
    (case,) = read(tmp_path, {**LINE, **ANSWERABLE, **rest})
    assert case == EvalCase(
        id="c1",
        question="Où ?",
        expected=Expected.ANSWER,
        tags=("où",),
        history=(Turn("user", "Qui ?"),),
        today=date(2017, 11, 25),
        facts=(("Lyon",),),
        must_not=("Paris",),
        sources=(Source(note="forum", quote="à Lyon"),),
    )
    assert case.status is Status.REVIEWED and case.answerable


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"fact": []}, "le champ « fact » n'existe pas"),
        ({"id": 3}, "« id » : un texte est attendu, reçu 3"),
        ({"question": " "}, "« question » : un texte qui ne soit pas vide est attendu"),
        ({"expected": "no"}, "« expected » : une de ces valeurs est attendue : 'answer', 'refuse' ou 'correct'"),
        ({"tags": "où"}, "« tags » : une liste est attendue"),
        ({"history": [{"role": "system", "content": ""}]}, "history"),
        ({"today": "demain"}, "« today » : un jour AAAA-MM-JJ qui existe est attendu"),
        ({"today": "2025-02-30"}, "« today » : un jour AAAA-MM-JJ qui existe est attendu"),
        ({"reasons": ["tired"]}, "reasons"),
        ({**ANSWERABLE, "facts": [[]]}, "« facts.1 » : une liste qui ne soit pas vide est attendue"),
        ({"expected": "answer"}, "« facts » ou « sources » doit dire ce qui répond"),
        ({"must_not": ["Paris"]}, "ne vont pas avec « refuse »"),
        ({**ANSWERABLE, "sources": ["forum"]}, "« sources.1 »"),
        ({**ANSWERABLE, "sources": [{"quote": "Lyon"}]}, "le champ « sources.1.note » manque"),
        ({**ANSWERABLE, "reasons": ["too_vague"]}, "« reasons » ne va pas avec « answer »"),
        ({**ANSWERABLE, "expected": "refuse"}, "ne vont pas avec « refuse »"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, change: dict[str, object], fault: str) -> None:
    with pytest.raises(CaseError, match=rf"cases\.jsonl:2 : .*{re.escape(fault)}"):
        read(tmp_path, LINE, {**LINE, "id": "c2", **change})


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        read(tmp_path, {**LINE, "id": 3}, {**LINE, "question": ""}, 3)
    assert [line.split(" : ")[0][-2:] for line in str(caught.value).split("\n")] == [":1", ":2", ":3"]


def test_lines_that_are_no_case(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=":1 : un objet est attendu, reçu 3"):
        read(tmp_path, 3)
    with pytest.raises(CaseError, match=":1 : le champ « id » manque"):
        read(tmp_path, {"question": "Où ?", "expected": "refuse", "tags": ["où"]})
    with pytest.raises(CaseError, match=r":2 : l'id « c1 » est déjà pris \(.*cases.jsonl:1\)"):
        read(tmp_path, LINE, LINE)
    (tmp_path / "cases.jsonl").write_text("{\n", encoding="utf-8")
    with pytest.raises(CaseError, match=":1 : ce n'est pas du JSON"):
        read_cases([tmp_path])


def test_an_id_is_taken_across_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(LINE), encoding="utf-8")
    with pytest.raises(CaseError, match=r"b.jsonl:1 : l'id « c1 » est déjà pris \(.*a.jsonl:1\)"):
        read_cases([tmp_path])


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="ne contient aucun fichier de cas"):
        read_cases([tmp_path])
    with pytest.raises(CaseError, match=r"rien.jsonl ne peut pas être lu"):
        read_cases([tmp_path / "rien.jsonl"])
    (tmp_path / "latin.jsonl").write_bytes("é".encode("latin-1"))
    with pytest.raises(CaseError, match="n'est pas en UTF-8"):
        read_cases([tmp_path])


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f"\ufeff\n{json.dumps(LINE)}\n\n", encoding="utf-8")
    assert [placed.line for placed in read_cases([path])] == [2]


def test_a_line_holds_the_whole_case() -> None:
    assert [read_case(case_line(case)) for case in EVERY] == EVERY


def test_cases_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "cases.jsonl"
    write_cases(path, EVERY[:3])
    assert [placed.case for placed in read_cases([path])] == EVERY[:3]
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(CaseError, match="ne peut pas être écrit"):
        write_cases(tmp_path / "folder" / "cases.jsonl" / "below", EVERY)


def test_the_schema_beside_the_cases_is_that_of_the_program() -> None:
    kept = json.loads((FOLDER / SCHEMA_FILE).read_text(encoding="utf-8"))
    assert kept == schema()
    fields = kept["properties"]
    assert set(fields) == set(EvalCase.model_fields)
    assert all(field.get("description") for name, field in fields.items()), "every field is explained"
