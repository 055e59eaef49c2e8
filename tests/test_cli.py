"""The command: what it prints, its exit statuses, and one clear French line for everything that can go wrong.

Most runs are in this process, through the same `main` as the shell's command; a few are real processes.
"""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest
from command import Run, real, runner
from tiny_e5 import write_e5

from assistant import Settings
from assistant.embedding import embedded_model
from assistant.embedding.e5_wheel import read_e5

QUESTION = "Qui pilote le programme DcANT ?"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of the user's own: loaded in a moment."""
    made = tmp_path_factory.mktemp("model")
    write_e5(made / "tiny.bin")
    embedded_model.convert(read_e5(made / "tiny.bin"), made / "tiny", "float32")
    return made / "tiny"


def note(folder: Path, name: str, head: str = "id: a\ntitle: A", body: str = "Le maire est là.") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"---\n{head}\n---\n{body}\n", encoding="utf-8")
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return note(tmp_path / "notes", "a.md")


def test_check_counts_the_notes(run: Run, corpus: Path) -> None:
    done = run("corpus", "check", corpus_dir=corpus)
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"1 note dans {corpus}, aucune erreur, 2 avertissements."


def test_faults_of_the_corpus(run: Run, corpus: Path) -> None:
    note(corpus, "b.md", head="id: a\ntitle: B")
    note(corpus, "c.md", head="id: c\ntitle: [C")
    note(corpus, "d.md", head="id: d\ntitle: D", body="")
    (corpus / "e.md").symlink_to("/proc/self/mem")  # which nobody can read, not even root
    done = run("corpus", "check", corpus_dir=corpus)
    lines = done.err.splitlines()
    assert (done.status, len(lines)) == (3, 5)
    assert "aucune erreur" not in done.out
    assert lines[0] == "Le corpus contient 4 erreurs :"
    assert lines[1].startswith(f"{corpus / 'b.md'} : l'id « a » est déjà celui de {corpus / 'a.md'}")
    assert lines[2].startswith(f"{corpus / 'c.md'}:4 : l'en-tête n'est pas du YAML valide")
    assert lines[3] == f"{corpus / 'd.md'} : la note est vide : il n'y a pas de texte après l'en-tête"
    assert lines[4].startswith(f"{corpus / 'e.md'} : le fichier ne peut pas être lu")
    assert "Input/output error" not in lines[4], "not in French"


def test_a_faulty_file_is_named_and_keeps_its_old_version(run: Run, corpus: Path, tiny: Path, tmp_path: Path) -> None:
    settings = {"corpus_dir": corpus, "index_dir": tmp_path / "index", "embedding_model": tiny}
    assert run("index", "sync", **settings).status == 0
    note(corpus, "a.md", body="")
    note(corpus, "b.md", head="id: b\ntitle: B")
    done = run("index", "sync", **settings)
    assert done.status == 0
    assert "(1 ajoutées, 0 modifiées, 0 retirées, 1 inchangées)" in done.out
    fault = "la note est vide : il n'y a pas de texte après l'en-tête"
    assert done.err == f"Attention : {corpus / 'a.md'} : {fault} : la note « a » reste comme elle était.\n"


def test_a_missing_corpus(run: Run, tmp_path: Path) -> None:
    for command in (("corpus", "check"), ("index", "sync")):
        run(*command, corpus_dir=tmp_path / "absent").assert_told(3, "n'existe pas", "ASSISTANT_CORPUS_DIR")
    (tmp_path / "vide").mkdir()
    run("corpus", "check", corpus_dir=tmp_path / "vide").assert_told(3, "Aucune note dans")
    done = run("index", "sync", corpus_dir=tmp_path / "vide", index_dir=tmp_path / "index")
    assert (done.status, done.out) == (4, "Tout l'index est à refaire : il n'y a pas encore d'index.\n")
    assert "plus aucune note lisible. Rien n'est publié. Si c'est voulu, relancez avec --force" in done.err


def test_sync_and_status_tell_what_is_there(run: Run, corpus: Path, tiny: Path, tmp_path: Path) -> None:
    settings = {"corpus_dir": corpus, "index_dir": tmp_path / "index", "embedding_model": tiny}
    first = run("index", "sync", **settings)
    assert first.status == 0
    assert first.out.splitlines()[-1].startswith("Index publié : 1 note (1 ajout")
    assert run("index", "sync", **settings).out.startswith("L'index est à jour : 1 note")
    assert run("index", "status", **settings).out.splitlines()[-1] == "Notes    à jour"
    note(corpus, "b.md", head="id: b\ntitle: B")
    assert "1 note à prendre en compte" in run("index", "status", **settings).out


@pytest.mark.parametrize("command", [("ask", QUESTION), ("index", "status")])
def test_a_missing_index(run: Run, corpus: Path, tiny: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run(*command, corpus_dir=corpus, index_dir=tmp_path / "absent", embedding_model=tiny)
    done.assert_told(4, "Il n'y a pas encore d'index", "« assistant index sync »")


@pytest.mark.parametrize("command", [("ask", QUESTION), ("index", "status")])
def test_a_corrupt_index(run: Run, corpus: Path, tiny: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    settings = {"corpus_dir": corpus, "index_dir": tmp_path / "index", "embedding_model": tiny}
    assert run("index", "sync", **settings).status == 0
    (catalogue,) = (tmp_path / "index").rglob("catalogue.sqlite")
    content = catalogue.read_bytes()
    catalogue.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    run(*command, **settings).assert_told(4, "est abîmé", "« assistant index sync »")
    assert run("index", "sync", **settings).status == 0
    assert run(*command, **settings).status == 0


def test_an_index_of_another_model(run: Run, settings: Settings, tiny: Path) -> None:
    done = run("ask", QUESTION, index_dir=settings.index_dir, embedding_model=tiny)
    done.assert_told(4, "a été fait avec le modèle", "« assistant index sync »")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"port": "abc"}, "Réglage ASSISTANT_PORT : un nombre entier est attendu, reçu « abc »."),
        ({"max_sentences": "0"}, "Réglage ASSISTANT_MAX_SENTENCES : la valeur doit être au moins 1, reçu « 0 »."),
        ({"corpus_dirr": "x"}, "Réglage inconnu : ASSISTANT_CORPUS_DIRR. Vouliez-vous dire ASSISTANT_CORPUS_DIR ?"),
    ],
)
@pytest.mark.parametrize("command", [("corpus", "check"), ("ask", QUESTION), ("serve",)])
def test_wrong_settings(run: Run, command: tuple[str, ...], given: dict[str, str], said: str) -> None:
    run(*command, **given).assert_told(2, said)


@pytest.mark.parametrize(
    ("question", "said"),
    [("", "La question est vide"), ("  ", "La question est vide"), ("é" * 3000, "3000 caractères")],
)
def test_questions_that_cannot_be_taken(run: Run, settings: Settings, question: str, said: str) -> None:
    run("ask", question, index_dir=settings.index_dir).assert_told(2, said)


def test_a_history_that_cannot_be_read(run: Run, settings: Settings, tmp_path: Path) -> None:
    absent, broken = tmp_path / "absent.json", tmp_path / "broken.json"
    broken.write_text("[{", encoding="utf-8")
    for path in (absent, broken):
        run("ask", QUESTION, "--history", str(path), index_dir=settings.index_dir).assert_told(2, str(path))
    run("ask", "--batch", str(absent), index_dir=settings.index_dir).assert_told(2, str(absent))


def test_a_day_that_cannot_be_read(run: Run, settings: Settings) -> None:
    done = run("ask", QUESTION, "--today", "demain", index_dir=settings.index_dir)
    done.assert_told(2, "Un jour s'écrit AAAA-MM-JJ et doit exister, reçu « demain ».")


def test_the_day_of_a_question(run: Run, settings: Settings) -> None:
    asked = ("ask", "Quel est le prochain forum ?", "--today")
    ahead = run(*asked, "2017-11-25", index_dir=settings.index_dir)
    behind = run(*asked, "2026-03-02", index_dir=settings.index_dir)
    assert (ahead.status, behind.status) == (0, 0)
    assert "« 28 et 29 novembre prochains » : 28 et 29 novembre 2017" in ahead.out
    assert "Aucun forum à venir" not in ahead.out
    assert "Aucun forum à venir n’est annoncé dans les notes." in behind.out


def test_a_port_in_use(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run("serve", "--port", str(port)).assert_told(6, f"Le port {port} est déjà utilisé")


def test_errors_of_a_real_process(tmp_path: Path) -> None:
    real("corpus", "check", corpus_dir=tmp_path / "absent").assert_told(3, "n'existe pas")
    real("ask", QUESTION, corpus_dirr="x").assert_told(2, "Vouliez-vous dire ASSISTANT_CORPUS_DIR ?")
    real("ask", QUESTION, index_dir=tmp_path / "absent").assert_told(4, "Il n'y a pas encore d'index")


def test_asking_in_a_real_process(settings: Settings, tmp_path: Path) -> None:
    history = tmp_path / "history.json"
    history.write_text(json.dumps([{"role": "user", "content": QUESTION}]), encoding="utf-8")
    done = real("ask", "Et depuis quand ?", "--json", "--history", str(history), index_dir=settings.index_dir)
    assert (done.status, done.err) == (0, "")
    (line,) = done.out.splitlines()
    found = json.loads(line)
    assert list(found) == [
        *("question", "standalone_question", "kind", "reason", "text", "sentences", "citations", "nearest"),
        *("passages", "answerer", "confidence", "notice", "corrects", "dropped", "build", "timings_ms"),
    ]
    assert found["standalone_question"] == f"Et depuis quand ? ({QUESTION})"
    assert {citation["note_id"] for citation in found["citations"]} == {"programme-dcant"}


def test_a_batch_goes_on_after_a_bad_line(run: Run, settings: Settings, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "un", "question": QUESTION}),
        "{pas du JSON",
        json.dumps({"id": 2, "question": "é" * 3000}),
        json.dumps({"id": "trois", "question": ""}),
        '{"id": "quatre", "question": "Qui \\ud800 ?"}',
        json.dumps({"id": "cinq", "question": "Quelle est la capitale de l'Australie ?"}),
    ]
    (tmp_path / "batch.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run("ask", "--batch", "batch.jsonl", "--json", index_dir=settings.index_dir)
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [(line["id"], line["kind"]) for line in found if line["id"] != "quatre"] == [
        ("un", "answer"),
        ("ligne 2", "error"),
        (2, "error"),
        ("trois", "error"),
        ("cinq", "refusal"),
    ]
    assert len(found) == 6
    assert done.status == 2
    assert "sur 6" in done.err
    assert "Traceback" not in done.err


def test_answers_for_people(run: Run, settings: Settings) -> None:
    answered = run("ask", QUESTION, index_dir=settings.index_dir)
    assert (answered.status, answered.err) == (0, "")
    assert "secrétariat général" in answered.out
    assert "[1] Programme de développement concerté" in answered.out
    assert "note programme-dcant, caractères " in answered.out


def test_doctor_tells_what_is_missing(run: Run, corpus: Path, tiny: Path, tmp_path: Path) -> None:
    given = {"corpus_dir": corpus, "index_dir": tmp_path / "index", "embedding_model": tiny}
    done = run("doctor", **given)
    assert done.status == 1
    assert [line for line in done.out.splitlines() if line.startswith("✗")] == [
        f"✗ Index : Il n'y a pas encore d'index dans {tmp_path / 'index'} : faites-le avec « assistant index sync »."
    ]
    assert run("index", "sync", **given).status == 0
    assert run("doctor", **given).status == 0
    shutil.rmtree(tmp_path / "index")
    assert "✗ Réglages : Réglage inconnu : ASSISTANT_PORTT" in run("doctor", portt=1).out
