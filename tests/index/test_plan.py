"""A plan names every note that would change, keeps what faulty files were, and stops what looks like an accident."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.corpus import Corpus, read_corpus
from assistant.embedding import Embedder
from assistant.errors import IndexSafeguardError
from assistant.index import Plan, Publisher, Recipe, compare, current_build_id
from assistant.models import Note
from tests.index.given import corpus_of


def write(folder: Path, name: str, note_id: str, text: str = "Le maire est là.") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.md"
    path.write_text(f"---\nid: {note_id}\ntitle: Note {note_id}\n---\n{text}\n", encoding="utf-8")
    return path


@pytest.fixture
def unloaded(small: Recipe, tiny: Embedder) -> Recipe:
    """A recipe whose model must not be loaded: the tokens are counted without it."""

    def load() -> Embedder:
        raise AssertionError("the model is loaded")

    return replace(small, load=load, counter=lambda: (tiny.count_tokens, tiny.max_tokens))


def ids(plan: Plan) -> tuple[list[str], list[str], list[str], list[str]]:
    groups = (plan.added, plan.changed, plan.removed, plan.unchanged)
    added, changed, removed, unchanged = ([change.note_id for change in group] for group in groups)
    return added, changed, removed, unchanged


def test_every_note_is_named_with_its_chunks_and_nothing_is_loaded(
    index_dir: Path, three: list[Note], unloaded: Recipe
) -> None:
    before = sorted(index_dir.rglob("*"))
    changed = replace(three[1], text="la note b ne dit plus que cela.")
    with Publisher(index_dir, unloaded) as publisher:
        plan = publisher.plan(corpus_of(three[0], changed, Note("d", "note d", "la note d.")))
    assert ids(plan) == (["d"], ["b"], ["c"], ["a"])
    counts = {
        c.note_id: (c.before, c.after) for g in (plan.added, plan.changed, plan.removed, plan.unchanged) for c in g
    }
    assert counts == {"d": (None, 1), "b": (2, 1), "c": (1, None), "a": (3, 3)}
    assert [note.id for note in plan.to_cut] == ["b", "d"]
    assert sorted(index_dir.rglob("*")) == before


def test_why_all_is_made_anew(
    index_dir: Path, tmp_path: Path, three: list[Note], small: Recipe, recipe: Recipe
) -> None:
    corpus = corpus_of(*three)
    assert compare(index_dir, corpus, small).anew is None
    assert compare(tmp_path / "absent", corpus, small).anew == "il n'y a pas encore d'index"
    assert "la taille des passages" in str(compare(index_dir, corpus, replace(small, chunk_tokens=50)).anew)
    other = compare(index_dir, corpus, recipe)
    assert str(other.anew).startswith("le modèle a changé, de model (")
    assert (ids(other), other.known) == (([], [], [], ["a", "b", "c"]), frozenset())


def test_other_rules_of_reading_make_all_anew(
    index_dir: Path, three: list[Note], small: Recipe, tiny: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.index.plan.rules", lambda: "others")
    plan = compare(index_dir, corpus_of(*three), small)
    assert plan.anew == "la lecture des textes a changé avec le programme"
    assert len(plan.known) == 6, "the vectors stay"


@pytest.fixture
def published(tmp_path: Path, small: Recipe) -> tuple[Path, Path]:
    """A corpus of six files, and its index."""
    folder, index = tmp_path / "notes", tmp_path / "own"
    for name in "abcdef":
        write(folder, name, name)
    with Publisher(index, small) as publisher:
        publisher.publish(read_corpus(folder), "Camille")
    return folder, index


def test_a_faulty_file_stays_as_it_was(published: tuple[Path, Path], small: Recipe) -> None:
    folder, index = published
    (folder / "b.md").write_text("---\nid: b\n---\n", encoding="utf-8")
    (folder / "c.md").write_bytes(b"\xff\xfe\x00")
    (folder / "d.md").unlink()
    (folder / "z.md").write_text("---\nid: d\ntitle: [\n---\n", encoding="utf-8")
    (folder / "neuf.md").write_text("---\nid: neuf\n---\nTexte.\n", encoding="utf-8")
    write(folder, "a", "a", "Autre texte.")
    plan = compare(index, read_corpus(folder), small)
    assert ids(plan) == ([], ["a"], [], ["b", "c", "d", "e", "f"])
    assert [note.id for note in plan.notes] == list("abcdef"), "in the order of the files as they were"
    told = dict(zip(("b", "c", "neuf", "z"), sorted(plan.warnings), strict=True))
    assert told["b"].startswith(f"{folder / 'b.md'}") and told["b"].endswith("la note « b » reste comme elle était.")
    assert "(et 1 autre faute)" in told["b"]
    assert told["c"].endswith("la note « c » reste comme elle était.")
    assert told["z"].endswith("la note « d » reste comme elle était.")
    assert told["neuf"].endswith("ce fichier n'est pas pris en compte.")


def test_a_copy_of_a_file_does_not_take_its_place(published: tuple[Path, Path], small: Recipe) -> None:
    folder, index = published
    write(folder, "a-copie", "b", "Un autre texte, sous le même id.")
    plan = compare(index, read_corpus(folder), small)
    assert plan.empty
    assert plan.warnings[0].startswith(f"{folder / 'b.md'} : l'id « b » est déjà celui de ")


def test_files_are_renamed_freely(published: tuple[Path, Path], small: Recipe) -> None:
    folder, index = published
    (folder / "b.md").rename(folder / "z.md")
    assert compare(index, read_corpus(folder), small).empty


@pytest.mark.parametrize(("gone", "stopped"), [(1, None), (2, "2 notes sur 6 ont disparu"), (6, "plus aucune note")])
def test_what_looks_like_an_accident_wants_to_be_forced(
    published: tuple[Path, Path], small: Recipe, gone: int, stopped: str | None
) -> None:
    folder, index = published
    before = current_build_id(index)
    for name in "abcdef"[:gone]:
        (folder / f"{name}.md").unlink()
    with Publisher(index, small) as publisher:
        if stopped:
            with pytest.raises(IndexSafeguardError, match=stopped):
                publisher.publish(read_corpus(folder), "Camille")
            assert current_build_id(index) == before
        report = publisher.publish(read_corpus(folder), "Camille", force=True)
    assert (report.published, report.removed, report.unchanged) == (True, gone, 6 - gone)


def test_nothing_to_publish_at_all(tmp_path: Path, small: Recipe) -> None:
    with Publisher(tmp_path / "index", small) as publisher, pytest.raises(IndexSafeguardError, match="aucune note"):
        publisher.publish(Corpus((), {}, ()), "Camille")
