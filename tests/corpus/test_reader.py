"""A folder -> its notes, or all faults of all files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.corpus import load_corpus, note_files, read_corpus
from assistant.errors import CorpusError

NOBODY = 65534


def write(folder: Path, name: str, note_id: str, body: str = "Texte.") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\nid: {note_id}\ntitle: Note {note_id}\n---\n{body}\n", encoding="utf-8")
    return path


def refused(folder: Path) -> CorpusError:
    with pytest.raises(CorpusError) as caught:
        load_corpus(folder)
    return caught.value


def test_notes_in_path_order_below_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "deux")
    write(tmp_path, "a.md", "un")
    write(tmp_path, "c/d.md", "trois")
    assert [note.id for note in load_corpus(tmp_path)] == ["un", "deux", "trois"]


def test_readmes_hidden_files_and_others_are_no_notes(tmp_path: Path) -> None:
    note = write(tmp_path, "note.md", "une")
    for name in ("README.md", "sous/README.md", ".brouillon.md", ".git/note.md", "note.txt", "note.md~"):
        write(tmp_path, name, "autre")
    (tmp_path / "dossier.md").mkdir()
    assert note_files(tmp_path) == [note]


def test_a_hidden_folder_above_the_corpus_hides_nothing(tmp_path: Path) -> None:
    write(tmp_path / ".caché", "note.md", "une")
    assert [note.id for note in load_corpus(tmp_path / ".caché")] == ["une"]


def test_renaming_a_file_changes_no_note(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "une")
    before = load_corpus(tmp_path)
    path.rename(tmp_path / "z.md")
    assert load_corpus(tmp_path) == before


def test_a_missing_folder(tmp_path: Path) -> None:
    error = refused(tmp_path / "absent")
    assert str(error) == (
        f"Le dossier des notes n'existe pas : {tmp_path / 'absent'}. Indiquez-le avec ASSISTANT_CORPUS_DIR."
    )


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    assert "n'existe pas" in str(refused(write(tmp_path, "a.md", "a")))


def test_a_folder_without_notes(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "a")
    assert str(refused(tmp_path)).startswith(f"Aucune note dans {tmp_path}")


def test_a_duplicate_id_names_both_files(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a.md", "meme"), write(tmp_path, "b.md", "meme")
    (fault,) = refused(tmp_path).faults
    assert (fault.path, fault.line) == (second, 0)
    assert fault.message == f"l'id « meme » est déjà celui de {first}"


def test_bytes_that_are_not_utf8_have_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("---\nid: a\ntitle: A\n---\nÉté.\n".encode() + "Déjà".encode("latin-1"))
    (fault,) = refused(tmp_path).faults
    assert (fault.path, fault.line) == (path, 6)
    assert "UTF-8" in fault.message


def test_every_fault_of_every_file_at_once(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "Majuscule", body="")
    write(tmp_path, "b.md", "bon")
    (tmp_path / "c.md").write_text("sans en-tête", encoding="utf-8")
    write(tmp_path, "d.md", "bon")
    error = refused(tmp_path)
    assert [fault.path.name for fault in error.faults] == ["a.md", "a.md", "c.md", "d.md"]
    lines = str(error).split("\n")
    assert lines[0] == "Le corpus contient 4 erreurs :"
    assert lines[1:] == [str(fault) for fault in error.faults]
    assert lines[3].startswith(f"{tmp_path / 'c.md'}:1 : l'en-tête manque")


def test_what_can_be_read_is_read_beside_the_faults(tmp_path: Path) -> None:
    first = write(tmp_path, "a.md", "bon")
    wrong = write(tmp_path, "b.md", "Majuscule")
    twin = write(tmp_path, "c.md", "bon", body="Autre texte.")
    last = write(tmp_path, "d.md", "dernier")
    corpus = read_corpus(tmp_path)
    assert [(note.id, note.text) for note in corpus.notes] == [("bon", "Texte."), ("dernier", "Texte.")]
    assert corpus.paths == {"bon": first, "dernier": last}
    assert [fault.path for fault in corpus.faults] == [wrong, twin]


def test_an_empty_folder_reads_as_nothing(tmp_path: Path) -> None:
    corpus = read_corpus(tmp_path)
    assert (corpus.notes, corpus.paths, corpus.faults) == ((), {}, ())


@pytest.mark.parametrize("aside", ["originals", "trash"])
def test_originals_and_the_trash_hold_no_notes(tmp_path: Path, aside: str) -> None:
    note = write(tmp_path, "a.md", "a")
    write(tmp_path, f"{aside}/b/c.md", "b")
    kept = write(tmp_path, f"sous/{aside}.md", "c")
    assert note_files(tmp_path) == [note, kept]


def test_one_fault_is_told_in_the_singular(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "a", body="")
    assert str(refused(tmp_path)).startswith("Le corpus contient une erreur :\n")


@pytest.fixture
def unprivileged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder below the current one, in which this process has no more rights than its files give; also where root."""
    folder = tmp_path / "notes"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    if os.geteuid() != 0:
        yield Path("notes")
        return
    tmp_path.chmod(0o755)
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield Path("notes")
    finally:
        os.seteuid(0)


def test_an_unreadable_file(unprivileged: Path) -> None:
    path = write(unprivileged, "a.md", "a")
    path.chmod(0)
    (fault,) = refused(unprivileged).faults
    assert (fault.path, fault.line) == (path, 0)
    assert fault.message.startswith("le fichier ne peut pas être lu")
    assert "Permission denied" not in fault.message, "not in French"


@pytest.mark.parametrize("name", [".", "sous"])
def test_an_unreadable_folder_anywhere_loses_no_note_in_silence(unprivileged: Path, name: str) -> None:
    write(unprivileged, "a.md", "a")
    write(unprivileged, "sous/b.md", "b")
    (unprivileged / name).chmod(0)
    try:
        message = str(refused(unprivileged))
    finally:
        (unprivileged / name).chmod(0o700)
    assert message.startswith("Le dossier des notes ne peut pas être lu")
    assert "Permission denied" not in message, "not in French"


def test_a_link_that_leads_nowhere_is_told_of(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "a")
    (tmp_path / "b.md").symlink_to(tmp_path / "absent.md")
    (fault,) = refused(tmp_path).faults
    assert fault.path == tmp_path / "b.md"
