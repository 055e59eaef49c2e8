"""A removed note waits in the trash, whole, and comes back whole; what is emptied is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.audit import entries
from assistant.corpus import load_corpus, read_corpus
from assistant.corpus.files import find_note
from assistant.corpus.trash import empty_trash, in_trash, remove_note, restore_note
from assistant.errors import CorpusError


def write(folder: Path, name: str, note_id: str, original: str | None = None) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    extra = f"\noriginal: originals/{original}" if original else ""
    path.write_text(f"---\nid: {note_id}\ntitle: Note {note_id}{extra}\n---\nTexte {note_id}.\n", encoding="utf-8")
    if original:
        (folder / "originals").mkdir(exist_ok=True)
        (folder / "originals" / original).write_bytes(f"document {original}".encode())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "notes"
    write(made, "a.md", "a")
    write(made, "sous/b.md", "b", original="b.pdf")
    return made


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_note_goes_with_its_original_and_comes_back(folder: Path, state: Path) -> None:
    before = files(folder)
    removed = remove_note(folder, find_note(folder, "b"), "claire", state)
    assert [note.id for note in load_corpus(folder)] == ["a"]
    assert not (folder / "originals" / "b.pdf").exists()
    assert in_trash(folder) == [removed]
    assert (removed.id, removed.title, removed.path, removed.original) == (
        "b",
        "Note b",
        "sous/b.md",
        "originals/b.pdf",
    )
    assert restore_note(folder, "b", "paul", state) == folder / "sous" / "b.md"
    assert files(folder) == before
    assert in_trash(folder) == []
    assert [(e.who, e.what, e.detail) for e in entries(state)] == [
        ("claire", "note retirée", "b : Note b"),
        ("paul", "note remise", "b : Note b"),
    ]


def test_an_original_of_two_notes_stays_for_the_other(folder: Path, state: Path) -> None:
    write(folder, "c.md", "c", original="b.pdf")
    remove_note(folder, find_note(folder, "b"), "claire", state)
    assert (folder / "originals" / "b.pdf").is_file()
    remove_note(folder, find_note(folder, "c"), "claire", state)
    assert not (folder / "originals" / "b.pdf").exists()
    restore_note(folder, "b", "claire", state)
    restore_note(folder, "c", "claire", state)
    assert (folder / "originals" / "b.pdf").is_file()


def test_the_last_of_several_comes_back_unless_an_entry_is_named(folder: Path, state: Path) -> None:
    first = remove_note(folder, find_note(folder, "a"), "claire", state)
    write(folder, "a.md", "a").write_text("---\nid: a\ntitle: Neuve\n---\nTexte.", encoding="utf-8")
    second = remove_note(folder, find_note(folder, "a"), "claire", state)
    assert [found.entry for found in in_trash(folder)] == [second.entry, first.entry]
    restore_note(folder, "a", "claire", state)
    assert find_note(folder, "a").note.title == "Neuve"
    remove_note(folder, find_note(folder, "a"), "claire", state)
    restore_note(folder, first.entry, "claire", state)
    assert find_note(folder, "a").note.title == "Note a"


def test_a_taken_name_is_not_overwritten(folder: Path, state: Path) -> None:
    remove_note(folder, find_note(folder, "a"), "claire", state)
    other = write(folder, "a.md", "autre")
    assert restore_note(folder, "a", "claire", state) == folder / "a-2.md"
    assert find_note(folder, "autre").path == other


def test_a_taken_id_or_original_refuses_and_keeps_the_trash(folder: Path, state: Path) -> None:
    remove_note(folder, find_note(folder, "b"), "claire", state)
    other = write(folder, "z.md", "b")
    with pytest.raises(CorpusError, match=r"maintenant celui de .*z\.md"):
        restore_note(folder, "b", "claire", state)
    other.unlink()
    (folder / "originals" / "b.pdf").write_bytes(b"autre")
    with pytest.raises(CorpusError, match="un autre document"):
        restore_note(folder, "b", "claire", state)
    assert len(in_trash(folder)) == 1
    (folder / "originals" / "b.pdf").unlink()
    restore_note(folder, "b", "claire", state)
    assert (folder / "originals" / "b.pdf").read_bytes() == b"document b.pdf"


def test_what_the_trash_does_not_hold(folder: Path, state: Path) -> None:
    for name in ("a", "../a", ""):
        with pytest.raises(CorpusError, match="La corbeille ne contient pas"):
            restore_note(folder, name, "claire", state)


def test_a_note_with_faults_can_be_removed(folder: Path, state: Path) -> None:
    (folder / "c.md").write_text("---\nid: c\n---\n", encoding="utf-8")
    assert read_corpus(folder).faults
    assert remove_note(folder, find_note(folder, "c"), "claire", state).title == "c.md"
    assert not read_corpus(folder).faults


def test_emptying_deletes_what_was_agreed_on_and_nothing_that_came_since(folder: Path, state: Path) -> None:
    remove_note(folder, find_note(folder, "a"), "claire", state)
    held = in_trash(folder)
    later = remove_note(folder, find_note(folder, "b"), "claire", state)
    empty_trash(folder, held, "claire", state)
    assert in_trash(folder) == [later]
    assert not [name for name in files(folder) if name.endswith("a.md")]
    assert [(e.what, e.detail) for e in entries(state)][-1] == ("corbeille vidée", "a")


def test_a_removal_cut_anywhere_loses_nothing(folder: Path, state: Path) -> None:
    """Each state that a crash may leave: the note is in the corpus or in the trash, and both go on working."""
    removed = remove_note(folder, find_note(folder, "b"), "claire", state)
    place = folder / "trash" / removed.entry
    (place / "originals" / "b.pdf").rename(folder / "originals" / "b.pdf")  # cut between note and original
    assert [found.id for found in in_trash(folder)] == ["b"]
    restore_note(folder, "b", "claire", state)
    assert (folder / "originals" / "b.pdf").is_file()
    place.mkdir()
    (place / "removed.json").write_text("{", encoding="utf-8")  # cut before the note moved
    assert in_trash(folder) == []
    assert [note.id for note in load_corpus(folder)] == ["a", "b"]
    (folder / "trash" / ".deleted-x").mkdir()  # cut while emptying
    empty_trash(folder, [], "claire", state)
    assert not (folder / "trash" / ".deleted-x").exists()


def test_a_file_that_is_gone_is_told(folder: Path, state: Path) -> None:
    file = find_note(folder, "a")
    file.path.unlink()
    with pytest.raises(CorpusError, match=r"corbeille \(il n'existe pas\)"):
        remove_note(folder, file, "claire", state)
    assert in_trash(folder) == []
    assert entries(state) == []
