"""Questions, histories and batches as files give them, and replies as JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Filters, Settings, Turn
from assistant.errors import QuestionError
from assistant.questions import BatchLine, as_json, check, read_batch, read_day, read_history, turns

TURNS = [{"role": "user", "content": "Qui ?"}, {"role": "assistant", "content": "Lui. [1]"}]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("question", ["", " ", "\n\t", "\u00a0", "\u202f"])
def test_an_empty_question(question: str) -> None:
    with pytest.raises(QuestionError, match="La question est vide : écrivez ce que vous cherchez"):
        check(question, Settings.load())


def test_a_question_is_bounded_at_2000_characters() -> None:
    check("é" * 2000, Settings.load())
    with pytest.raises(QuestionError) as caught:
        check("é" * 2001, Settings.load())
    assert str(caught.value) == "La question est trop longue : 2001 caractères pour 2000 au plus. Résumez-la."


def test_characters_that_no_text_holds() -> None:
    with pytest.raises(QuestionError, match="UTF-8"):
        check("Qui \ud800 ?", Settings.load())


@pytest.mark.parametrize("verb", ["retrieve", "ask", "stream"])
@pytest.mark.parametrize("question", [" ", "x" * 2001])
def test_every_verb_checks_at_once(bot: Assistant, verb: str, question: str) -> None:
    with pytest.raises(QuestionError):
        getattr(bot, verb)(question)


def test_a_history(tmp_path: Path) -> None:
    expected = (Turn("user", "Qui ?"), Turn("assistant", "Lui. [1]"))
    assert read_history(written(tmp_path, json.dumps(TURNS))) == expected
    assert read_history(written(tmp_path, "\ufeff" + json.dumps(TURNS))) == expected
    assert read_history(written(tmp_path, "[]")) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "doit être une liste"),
        ("null", "doit être une liste"),
        ('[{"role": "system", "content": "x"}]', "chaque tour doit être"),
        ('[{"role": "user"}]', "chaque tour doit être"),
        ('[{"role": "user", "content": 1}]', "chaque tour doit être"),
        ('["x"]', "chaque tour doit être"),
        ("[1", "ne peut pas être lu"),
        ("", "ne peut pas être lu"),
        (b"\xff\xfe", "n'est pas en UTF-8"),
    ],
)
def test_a_history_of_another_form(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(QuestionError) as caught:
        read_history(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "Expecting" not in str(caught.value), "not in French"


@pytest.mark.parametrize("read", [read_history, read_batch])
def test_a_missing_file(tmp_path: Path, read) -> None:
    path = tmp_path / "absent"
    with pytest.raises(QuestionError) as caught:
        read(path)
    assert str(caught.value) == f"Le fichier {path} ne peut pas être lu : il n'existe pas."


@pytest.mark.parametrize("read", [read_history, read_batch])
def test_a_folder_in_place_of_the_file(tmp_path: Path, read) -> None:
    with pytest.raises(QuestionError) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(f"Le fichier {tmp_path} ne peut pas être lu")
    assert "Is a directory" not in str(caught.value), "not in French"


def test_a_batch_keeps_its_order_and_its_bad_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "question": "Qui ?", "history": TURNS}),
        "",
        "pas du JSON",
        json.dumps({"id": 7, "question": "Où ?"}),
        json.dumps({"question": "Quand ?"}),
        json.dumps({"id": "b"}),
        json.dumps({"id": "c", "question": 1}),
        json.dumps(["Qui ?"]),
        json.dumps({"id": "d", "question": "Qui ?", "history": [1]}),
        json.dumps({"id": "e", "question": "Qui ?", "history": None}),
    ]
    batch = read_batch(written(tmp_path, "\n".join(lines)))
    assert [(line.id, line.fault is None) for line in batch] == [
        ("a", True),
        ("ligne 3", False),
        (7, True),
        ("ligne 5", True),
        ("b", False),
        ("c", False),
        ("ligne 8", False),
        ("d", False),
        ("e", True),
    ]
    assert batch[0].history == (Turn("user", "Qui ?"), Turn("assistant", "Lui. [1]"))
    assert batch[1].fault == "Ligne 3 : ce n'est pas du JSON (ligne 1, caractère 1)."


def test_separators_within_a_question_end_no_line(tmp_path: Path) -> None:
    text = json.dumps({"id": "a", "question": "Qui\u2028est\u0085là ?"}, ensure_ascii=False)
    (line,) = read_batch(written(tmp_path, text + "\r\n"))
    assert (line.question, line.fault) == ("Qui\u2028est\u0085là ?", None)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_batch_of_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(QuestionError, match="ne contient aucune question"):
        read_batch(written(tmp_path, text))


def test_a_bad_line_is_an_error_when_asked(bot: Assistant) -> None:
    with pytest.raises(QuestionError, match="Ligne 3"):
        BatchLine("ligne 3", "", (), "Ligne 3 : ce n'est pas du JSON.").answer(bot, Filters())


def test_the_day_of_a_line(tmp_path: Path, bot: Assistant) -> None:
    lines = [{"question": "Quel est le prochain forum ?", "today": day} for day in ("2017-11-25", None, "2017-11", 3)]
    own, none, month, number = read_batch(written(tmp_path, "\n".join(map(json.dumps, lines))))
    assert (own.today, own.fault, none.today, none.fault) == (date(2017, 11, 25), None, None, None)
    assert month.fault == "Ligne 3 : un jour s'écrit AAAA-MM-JJ et doit exister, reçu « 2017-11 »."
    assert number.fault == "Ligne 4 : un jour s'écrit AAAA-MM-JJ et doit exister, reçu « 3 »."
    told = "28 et 29 novembre prochains"
    for reply in (own.answer(bot, Filters(), date(2026, 3, 2)), none.answer(bot, Filters(), date(2017, 11, 25))):
        assert isinstance(reply, Answer)
        assert told in reply.text
        assert reply.notice is None
    late = none.answer(bot, Filters(), date(2026, 3, 2))
    assert isinstance(late, Answer)
    assert (late.notice or "").startswith("Aucun forum à venir n’est annoncé dans les notes.")


def test_a_day_that_is_none() -> None:
    assert read_day(None) is None
    assert read_day("2017-11-25") == date(2017, 11, 25)
    for text in ("hier", "2017", "2017-02-30", ""):
        with pytest.raises(QuestionError, match=f"^Un jour s'écrit AAAA-MM-JJ et doit exister, reçu « {text} ».$"):
            read_day(text)


def test_turns_from_plain_values() -> None:
    assert turns(TURNS) == (Turn("user", "Qui ?"), Turn("assistant", "Lui. [1]"))
    assert turns([]) == ()


CITATION = ["number", "note_id", "title", "date", "date_inferred", "start", "end", "quote"]
KEYS = [
    *("question", "standalone_question", "kind", "reason", "text", "sentences", "citations", "nearest", "passages"),
    *("answerer", "confidence", "notice", "corrects", "dropped", "build", "timings_ms"),
]


def test_an_answer_as_json(bot: Assistant) -> None:
    line = as_json(bot.ask("Qui pilote le programme DcANT ?"), None)
    assert "\n" not in line
    found = json.loads(line)
    assert list(found) == KEYS
    assert (found["kind"], found["reason"], found["nearest"]) == ("answer", None, [])
    assert list(found["sentences"][0]) == ["text", "citations", "dates"]
    assert list(found["citations"][0]) == CITATION
    assert list(found["passages"][0]) == ["rank", "score", "note_id", "chunk_id", "start", "end"]
    assert list(found["timings_ms"]) == ["rewrite", "retrieve", "answer", "total"]
    cited = found["citations"][0]
    assert cited["quote"] == bot.note(cited["note_id"]).text[cited["start"] : cited["end"]]
    assert "é" in line, "French stays readable"


def test_a_refusal_as_json(bot: Assistant) -> None:
    found = json.loads(as_json(bot.ask("Quelle est la capitale de l'Australie ?"), "q1"))
    assert list(found) == ["id", *KEYS]
    assert (found["id"], found["kind"], found["reason"]) == ("q1", "refusal", "not_in_corpus")
    assert (found["sentences"], found["citations"]) == ([], [])
    assert list(found["nearest"][0]) == ["note_id", "title", "date"]


def test_an_error_as_json() -> None:
    assert json.loads(as_json(QuestionError("Trop long."), "q1")) == {
        "id": "q1",
        "kind": "error",
        "error": "Trop long.",
    }
