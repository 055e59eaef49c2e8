"""Datasets of other formats: what becomes a case, what is left out, what is a fault and where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant import Note, Settings
from assistant.embedding import Embedder
from assistant.errors import CaseError
from assistant.evaluation.datasets import OWN, index_aside, load, write
from assistant.evaluation.datasets.aside import FOLDER
from assistant.evaluation.models import Expected
from assistant.index import list_builds, published_build_id

PIAF = Path(__file__).parents[3] / "shared" / "data" / "piaf"
CONTEXT = "Le forum s'ouvre mardi. Il se tient à Lyon, près de la gare. On y vient à pied."


def lines(path: Path, *values: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(v, ensure_ascii=False) for v in values), encoding="utf-8")
    return path


def squad(folder: Path, *questions: Mapping[str, Any]) -> Path:
    data = {"data": [{"title": "Le_forum", "paragraphs": [{"context": CONTEXT, "qas": list(questions)}]}]}
    path = folder / "mini.json"
    path.write_text("\ufeff" + json.dumps(data), encoding="utf-8")
    return path


def question(key: str, *answers: str, **fields: Any) -> dict[str, Any]:
    given = [{"text": a, "answer_start": CONTEXT.find(a)} for a in answers]
    return {"id": key, "question": "Où ?", "answers": given, **fields}


def test_squad(tmp_path: Path) -> None:
    found = load([squad(tmp_path, question("1", "Lyon", "à Lyon"), question("2", is_impossible=True))])
    assert found.name == "mini" and found.notes is not None
    assert [(n.title, n.text) for n in found.notes] == [("Le forum", CONTEXT)]
    one, two = found.cases
    assert one.facts == (("Lyon", "à Lyon"),) and one.expected is Expected.ANSWER
    assert [(s.note, s.quote) for s in one.sources] == [(found.notes[0].id, "Il se tient à Lyon, près de la gare.")]
    assert two.expected is Expected.REFUSE and not two.sources


def test_an_answer_over_two_sentences_is_quoted_whole(tmp_path: Path) -> None:
    (one,) = load([squad(tmp_path, question("1", "gare. On y vient"))]).cases
    assert one.sources[0].quote == "Il se tient à Lyon, près de la gare. On y vient à pied."


def test_an_answer_that_is_not_in_its_paragraph_is_left_out(tmp_path: Path) -> None:
    wrong = {"id": "2", "question": "Où ?", "answers": [{"text": "Paris", "answer_start": 3}]}
    found = load([squad(tmp_path, question("1", "Lyon"), wrong)])
    assert [case.id for case in found.cases] == ["1"]
    assert found.left_out[0].endswith("question 2 : aucune réponse n'est dans le paragraphe")


def test_an_offset_that_is_wrong_is_looked_for(tmp_path: Path) -> None:
    shifted = {"id": "1", "question": "Où ?", "answers": [{"text": "Lyon", "answer_start": 1}]}
    assert "Lyon" in load([squad(tmp_path, shifted)]).cases[0].sources[0].quote


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", r"mini.json:1 : ce n'est pas du JSON"),
        ("[]", "manque ou n'est pas ce que le format attend"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', "le champ « data.0.paragraphs.0.context » manque"),
        ('{"data": []}', "ne contient aucun passage"),
    ],
)
def test_faults_of_squad(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "mini.json").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=told):
        load([tmp_path / "mini.json"])


def beir(folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t1\nq2\td1\t0\n") -> Path:
    lines(folder / "corpus.jsonl", {"_id": "d1", "title": "Un", "text": "Texte."}, {"_id": "d2", "text": "Autre."})
    lines(folder / "queries.jsonl", {"_id": "q1", "text": "Quoi ?"}, {"_id": "q2", "text": "Qui ?"})
    (folder / "qrels").mkdir(exist_ok=True)
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_beir(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "train.tsv").write_text("q2\td1\t1\n", encoding="utf-8")
    found = load([beir(tmp_path)])
    (one,) = found.cases
    assert [(s.note, s.quote) for s in one.sources] == [("d1", ""), ("d2", "")]
    assert [n.title for n in found.notes or ()] == ["Un", "d2"]
    assert found.left_out == (f"{tmp_path / 'queries.jsonl'} : 1 questions sans document pertinent",)


def test_beir_without_header_or_in_trec_columns(tmp_path: Path) -> None:
    assert len(load([beir(tmp_path, "q1\td1\t1\nq2\td2\t1\n")]).cases) == 2
    assert len(load([beir(tmp_path, "q1\t0\td1\t1\n")]).cases) == 1


def test_faults_of_beir(tmp_path: Path) -> None:
    assert "le document « d9 » n'existe pas" in load([beir(tmp_path, "q1\td9\t1\nq1\td1\t1\n")]).left_out[0]
    with pytest.raises(CaseError, match=r"test.tsv:2 : question, document et note"):
        load([beir(tmp_path, "q1\td1\t1\nq1 d1 1\n")])
    (tmp_path / "qrels" / "test.tsv").unlink()
    with pytest.raises(CaseError, match=r"un seul fichier \.tsv est attendu, il y en a 0"):
        load([tmp_path])


def passages(folder: Path, *questions: Mapping[str, Any]) -> Path:
    lines(folder / "passages.jsonl", {"id": "p1", "title": "Forum", "text": CONTEXT, "date": "2017-10"})
    lines(folder / "questions_dev.jsonl", *questions)
    return folder


def test_passages_and_questions(tmp_path: Path) -> None:
    one = {
        "id": "1",
        "question": "Où ?",
        "answers": ["Lyon"],
        "passage_id": "p1",
        "answer_start": [37],
        "standalone": True,
    }
    found = load([passages(tmp_path, one, {"id": "2", "question": "Qui ?", "standalone": False})])
    assert [(c.id, c.expected, c.tags) for c in found.cases] == [
        ("1", Expected.ANSWER, ("autonome",)),
        ("2", Expected.REFUSE, ("dans-son-texte",)),
    ]
    assert found.cases[0].sources[0].quote == "Il se tient à Lyon, près de la gare."
    assert found.notes is not None and str(found.notes[0].date) == "2017-10"


def test_every_fault_of_a_folder_is_told_with_its_place(tmp_path: Path) -> None:
    lost = {"id": "1", "question": "Où ?", "answers": ["Lyon"], "passage_id": "p9"}
    with pytest.raises(CaseError) as caught:
        load([passages(tmp_path, lost, {"id": "2"}, {"id": "3", "question": " "}, lost)])
    told = str(caught.value).split("\n")
    assert [line.split(" : ")[0].rsplit(":")[-1] for line in told] == ["1", "2", "3", "4"]
    assert "le passage « p9 » n'existe pas" in told[0] and "« question »" in told[1]


def test_what_is_imported_is_read_again(tmp_path: Path) -> None:
    found = load([squad(tmp_path, question("1", "Lyon"), question("2", is_impossible=True))])
    write(found, tmp_path / "mini")
    again = load([tmp_path / "mini"])
    assert (again.cases, again.notes, again.name) == (found.cases, found.notes, "mini")
    with pytest.raises(CaseError, match="existe déjà"):
        write(found, tmp_path / "mini")


def test_cases_alone_are_on_the_notes_of_the_project(tmp_path: Path) -> None:
    path = lines(tmp_path / "c.jsonl", {"id": "c1", "question": "Où ?", "expected": "refuse"})
    found = load([path])
    assert (found.name, found.notes, len(found.cases)) == (OWN, None, 1)
    with pytest.raises(CaseError, match="s'évalue seul"):
        load([path, squad(tmp_path, question("1", "Lyon"))])
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseError, match="ne contient aucun fichier de cas"):
        load([tmp_path / "empty"])


def test_an_aside_is_made_once_and_never_beside_the_published(
    settings: Settings, embedder: Embedder, notes: list[Note], tmp_path: Path
) -> None:
    own = settings.model_copy(update={"cache_dir": tmp_path})
    published = published_build_id(settings.index_dir)
    folder = index_aside("mini", notes[:2], own, embedder).folder
    made = published_build_id(folder)
    assert folder.parent == tmp_path / FOLDER and list_builds(folder)[0].id == made
    again = index_aside("mini", notes[:2], own, embedder)
    assert not again.made and published_build_id(again.folder) == made
    more = index_aside("mini", notes[:3], own, embedder)
    assert more.made and published_build_id(more.folder) != made  # notes changed
    assert index_aside("mini", notes[:2], own.model_copy(update={"chunk_tokens": 64}), embedder).folder != folder
    assert published_build_id(settings.index_dir) == published


def test_asides_do_not_fill_the_cache(
    settings: Settings, embedder: Embedder, notes: list[Note], tmp_path: Path
) -> None:
    own = settings.model_copy(update={"cache_dir": tmp_path})
    made = [index_aside(f"mini{n}", notes[:1], own, embedder).folder for n in range(8)]
    assert sorted(tmp_path.joinpath(FOLDER).iterdir()) == sorted(made[2:])


@pytest.mark.skipif(not PIAF.is_dir(), reason="needs ../shared")
def test_piaf() -> None:
    found = load([PIAF])
    texts = {note.id: note.text for note in found.notes or ()}
    silent = [case for case in found.cases if not case.answerable]
    assert (len(texts), len(found.cases), len(silent)) == (1371, 3012, 252)
    for case in found.cases:
        for source in case.sources:
            assert source.quote in texts[source.note]
            assert any(answer in source.quote for answer in case.facts[0])
