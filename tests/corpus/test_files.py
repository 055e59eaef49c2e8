"""A note is found by its id whatever its file is called, and its original only where originals are."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.corpus.files import find_note, original_of, replace_file
from assistant.errors import CorpusError


def write(folder: Path, name: str, head: str, body: str = "Texte.") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{head}\n---\n{body}\n", encoding="utf-8")
    return path


def test_a_renamed_file_is_the_same_note(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "id: forum\ntitle: A")
    before = find_note(tmp_path, "forum")
    moved = tmp_path / "2017" / "z.md"
    moved.parent.mkdir()
    path.rename(moved)
    after = find_note(tmp_path, "forum")
    assert (after.note, after.content, after.path) == (before.note, before.content, moved)


@pytest.mark.parametrize("head", ['title: A\nid: "forum" # x', "title: A\nid:    forum", "{id: forum, title: A}"])
def test_ids_in_whatever_yaml(tmp_path: Path, head: str) -> None:
    path = write(tmp_path, "a.md", head)
    assert find_note(tmp_path, "forum").path == path


def test_a_note_with_faults_is_found(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "id: forum\ntitle: [A")
    found = find_note(tmp_path, "forum")
    assert (found.id, found.note) == ("forum", None)


def test_of_two_with_one_id_the_second_is_found_by_its_path(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a.md", "id: a\ntitle: A"), write(tmp_path, "b/c.md", "id: a\ntitle: B")
    assert find_note(tmp_path, "a").path == first
    assert find_note(tmp_path, "b/c.md").path == find_note(tmp_path, str(second)).path == second


@pytest.mark.parametrize("name", ["absent", "README.md", "../a.md", "trash/a.md", ""])
def test_what_is_no_note_is_not_found(tmp_path: Path, name: str) -> None:
    write(tmp_path / "notes", "README.md", "id: readme\ntitle: A")
    write(tmp_path / "notes", "trash/a.md", "id: absent\ntitle: A")
    write(tmp_path, "a.md", "id: a\ntitle: A")
    with pytest.raises(CorpusError, match="« assistant corpus list »"):
        find_note(tmp_path / "notes", name)


@pytest.mark.parametrize("named", ["originals/a.pdf", "./originals/x/../a.pdf", '"originals/a.pdf"'])
def test_an_original(tmp_path: Path, named: str) -> None:
    content = f"---\nid: a\ntitle: A\noriginal: {named}\n---\nTexte."
    assert original_of(tmp_path, content) == tmp_path / "originals" / "a.pdf"


@pytest.mark.parametrize(
    "named", ["a.md", "originals", "originals/../a.md", "/etc/passwd", "../originals/a", "[a]", ""]
)
def test_nothing_outside_the_originals_is_one(tmp_path: Path, named: str) -> None:
    assert original_of(tmp_path, f"---\nid: a\ntitle: A\noriginal: {named}\n---\nTexte.") is None


def test_a_file_that_cannot_be_written_is_told_and_left(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "id: a\ntitle: A")
    with pytest.raises(CorpusError, match=r"ne peut pas être écrit \(il n'existe pas\)"):
        replace_file(tmp_path / "absent" / "a.md", "", "x")
    path.unlink()
    with pytest.raises(CorpusError, match="ne peut pas être écrit"):
        replace_file(path, "", "x")
    assert list(tmp_path.iterdir()) == []
