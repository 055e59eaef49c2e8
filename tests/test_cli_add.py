"""`assistant corpus add`: what is shown, asked, kept, refused and recorded."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assistant import audit
from assistant.corpus import load_corpus
from assistant.models import Kind, PartialDate
from benchmarks.hostile import pdf
from tests.command import ROOT, Run, real, runner
from tests.documents import PAGE, docx, word_paragraph


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    command = runner(monkeypatch, capsys)
    (tmp_path / "corpus").mkdir()
    return lambda *words, **more: command(
        "corpus", "add", *words, corpus_dir=tmp_path / "corpus", state_dir=tmp_path / "state", **more
    )


def test_a_folder_is_added_and_what_is_wrong_stops_nothing(run: Run, tmp_path: Path) -> None:
    papers = tmp_path / "papiers"
    (papers / "sous").mkdir(parents=True)
    (papers / "page.html").write_text(PAGE, encoding="utf-8")
    (papers / "sous" / "scan.pdf").write_bytes(pdf([[]]))
    (papers / "sous" / "lettre.docx").write_bytes(docx(word_paragraph("Une lettre du maire.")))
    (papers / ".cache").write_text("non", encoding="utf-8")
    (papers / "double.html").write_text(PAGE, encoding="utf-8")
    done = run(str(papers), "--yes", "--theme", "vélo")
    assert done.status == 3
    assert "[1/4] ✓" in done.out and "(2019-05-03)" in done.out
    assert "2 notes ajoutées, 2 documents refusés.\nPour les publier : assistant index sync" in done.out
    assert "double.html → le-plan-velo-est-adopte.md : Le plan vélo est adopté" in done.out
    assert "page.html : ce document est déjà la note « le-plan-velo-est-adopte »" in done.err
    assert "scan.pdf : le PDF n'a pas de texte" in done.err
    notes = {note.id: note for note in load_corpus(tmp_path / "corpus")}
    assert set(notes) == {"le-plan-velo-est-adopte", "une-lettre-du-maire"}
    assert all(note.themes == ("vélo",) for note in notes.values())
    entries = audit.entries(tmp_path / "state")
    assert {(entry.who, entry.what) for entry in entries} == {(audit.local_user(), "note ajoutée")}
    assert {entry.detail for entry in entries} == set(notes)


def test_options_go_before_what_is_proposed(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    given = ["--title", "Vélo : le plan", "--date", "2018-02", "--kind", "programme", "--source", "https://a.fr/b"]
    done = run(str(page), "--yes", *given)
    assert done.status == 0, done.err
    assert "1 note ajoutée." in done.out
    (note,) = load_corpus(tmp_path / "corpus")
    assert (note.id, note.title, note.date) == ("velo-le-plan", "Vélo : le plan", PartialDate(2018, 2))
    assert (note.kind, note.source) == (Kind.PROGRAMME, "https://a.fr/b")


def test_an_address_whose_host_is_not_allowed(run: Run) -> None:
    done = run("https://exemple.fr/page", "--yes")
    assert done.status == 3
    assert "l'hôte exemple.fr n'est pas permis : ajoutez-le au réglage ASSISTANT_ALLOWED_HOSTS" in done.err


def test_an_address_of_this_machine_is_refused_even_where_allowed(run: Run) -> None:
    done = run("--feed", "http://localhost:9/fil.xml", "--yes", allowed_hosts="localhost, exemple.fr")
    assert done.status == 3
    assert "l'hôte localhost mène à une adresse privée ou locale : il est refusé" in done.err


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert "rien.pdf : le fichier ne peut pas être lu (il n'existe pas)" in run(str(tmp_path / "rien.pdf"), "--yes").err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--yes"], "Donnez un fichier, un dossier ou une adresse"),
        (["{tmp}", "--yes", "--date", "hier"], "« hier » n'est pas une date"),
        (["{tmp}", "--yes", "--source", "a.fr"], "n'est pas une adresse http:// ou https://"),
        (["{tmp}", "--yes", "--title", "T"], "--title et --source ne vont qu'avec un seul document"),
        (["{tmp}/corpus/rien", "--yes", "--kind", "roman"], "roman"),
    ],
)
def test_wrong_options(run: Run, tmp_path: Path, words: list[str], told: str) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Un texte.", encoding="utf-8")
    done = run(*(word.format(tmp=tmp_path) for word in words))
    assert done.status in (2, 3)
    assert told in done.err
    assert not list((tmp_path / "corpus").glob("*.md"))


def test_without_a_terminal_nothing_can_be_confirmed(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "a.txt").write_text("Un texte.", encoding="utf-8")
    done = real("corpus", "add", str(tmp_path / "a.txt"), corpus_dir=tmp_path / "corpus", state_dir=tmp_path / "s")
    assert done.status == 2
    assert "Sans terminal, rien ne peut être confirmé : ajoutez --yes" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_person_corrects_and_confirms(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "autre.txt").write_text("Une autre note.", encoding="utf-8")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "corpus", "add", "page.html", "autre.txt"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ASSISTANT_STATE_DIR": "state"},
    ) as process:
        os.close(theirs)
        screen = ""
        # Modify: keep the title, a wrong date, a right one, the kind, two themes, no source, no author; yes; then no.
        watchdog = threading.Timer(60, process.kill)  # one that waits for an answer never ends
        watchdog.start()
        for waited, typed in [
            ("oui à tout)", "m"),
            ("Titre", ""),
            ("Date", "demain"),
            ("Date", "2019-05"),
            ("Nature", "programme"),
            ("Thèmes", "vélo, ville"),
            ("Source", "-"),
            ("Auteur", "-"),
            ("oui à tout)", "o"),
            ("oui à tout)", "n"),
        ]:
            screen += answer(ours, waited, typed)
        screen += rest(ours)
        watchdog.cancel()
    assert process.returncode == 0, screen
    (note,) = load_corpus(tmp_path / "corpus")
    assert (note.id, note.date, note.date_inferred) == ("le-plan-velo-est-adopte", PartialDate(2019, 5), False)
    assert (note.kind, note.themes, note.source) == (Kind.PROGRAMME, ("vélo", "ville"), None)
    assert "« demain » n'est pas une date" in screen
    assert "2019-05-03, d'après les métadonnées de la page" in screen
    assert "1 note ajoutée, 1 document laissé." in screen


def answer(terminal: int, waited: str, typed: str) -> str:
    """Wait for a prompt with these words, then type."""
    seen = ""
    while ": " not in seen.rpartition(waited)[2] or waited not in seen:
        piece = read(terminal)
        assert piece, f"waited for {waited}, saw:\n{seen}"
        seen += piece
    os.write(terminal, f"{typed}\n".encode())
    return seen


def rest(terminal: int) -> str:
    pieces = []
    while piece := read(terminal):
        pieces.append(piece)
    return "".join(pieces)


def read(terminal: int) -> str:
    """What comes within half a minute; nothing once the other end is closed."""
    ready, _, _ = select.select([terminal], [], [], 30)
    try:
        return os.read(terminal, 65536).decode(errors="replace") if ready else ""
    except OSError:
        return ""
