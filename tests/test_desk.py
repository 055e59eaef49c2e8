"""What staff do with the notes, without a page: every write is whole, named, and found again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.desk import Desk, Fields, Order, State
from assistant.embedding import Embedder
from assistant.errors import CorpusError, DocumentError, IndexSafeguardError, QuestionError

ROOT = Path(__file__).parents[1]
TEXT = "Les Assises du vélo se tiennent à Rennes le 4 juin 2019. Elles sont animées par la ville de Rennes.\n"
FIELDS: Fields = {
    "title": "Assises du vélo",
    "date": "2019-05",
    "date_inferred": None,
    "kind": "événement",
    "themes": ("mobilité",),
    "source": "https://exemple.fr/velo",
}


@pytest.fixture
def desk(tmp_path: Path, settings: Settings, embedder: Embedder) -> Iterator[Desk]:
    """A desk over a copy of the notes and of their index."""
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    shutil.copytree(settings.index_dir, tmp_path / "index")
    made = Settings.load(corpus_dir=tmp_path / "corpus", index_dir=tmp_path / "index", state_dir=tmp_path / "state")
    bot = Assistant(made, embedder)
    desk = Desk(bot, made)
    yield desk
    desk.close()
    bot.close()


def add(desk: Desk, **changes: str | tuple[str, ...] | None) -> str:
    draft = desk.propose("assises.txt", TEXT.encode())
    return desk.keep(draft, {**FIELDS, **changes}, "claire")


def test_a_kept_draft_is_found_before_it_is_published(desk: Desk, tmp_path: Path) -> None:
    note_id = add(desk)
    assert (tmp_path / "corpus" / "originals" / f"{note_id}.txt").read_text(encoding="utf-8") == TEXT
    assert [(row.note_id, row.state) for row in desk.rows("assises rennes")] == [(note_id, State.NEW)]
    assert desk.rows(order=Order.STATE)[0].note_id == note_id
    assert [change.note_id for change in desk.plan().added] == [note_id]
    assert desk.find("Qui anime les Assises du vélo ?")[0].note.id == note_id
    assert note_id not in {row.note_id for row in desk.rows() if row.state is State.PUBLISHED}
    assert desk.publish("claire", False, lambda _: None).startswith("Publié : 1 note ajoutée.")
    assert {row.state for row in desk.rows()} == {State.PUBLISHED}
    assert [(entry.who, entry.what) for entry in desk.journal()] == [
        ("claire", "note ajoutée"),
        ("claire", "publication"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("title", " ", "titre"), ("date", "hier", "n'est pas une date"), ("source", "exemple.fr", "adresse")],
)
def test_a_draft_with_a_wrong_field_is_not_written(
    desk: Desk, tmp_path: Path, field: str, value: str, said: str
) -> None:
    before = sorted((tmp_path / "corpus").rglob("*"))
    with pytest.raises(DocumentError, match=said):
        add(desk, **{field: value.strip()})
    assert sorted((tmp_path / "corpus").rglob("*")) == before
    assert desk.journal() == []


def test_the_same_document_twice_is_refused_with_the_name_of_its_note(desk: Desk) -> None:
    note_id = add(desk)
    with pytest.raises(DocumentError, match=note_id):
        add(desk)


def test_drafts_that_wait_have_ids_of_their_own(desk: Desk) -> None:
    first = desk.propose("a.txt", TEXT.encode())
    second = desk.propose("b.txt", TEXT.encode(), (first,))
    assert first.note.id != second.note.id


def test_an_edit_changes_what_was_changed_and_no_more(desk: Desk) -> None:
    seen = desk.opened("forum-interconnectes")
    assert seen.note is not None
    fields: Fields = {"title": seen.note.title, "date": "2017-11", "date_inferred": "true"}
    saved = desk.save(seen, fields, seen.note.text + "\n\nUne ligne.", "claire")
    assert (str(saved.date), saved.text.endswith("Une ligne.")) == ("2017-11", True)
    after = seen.path.read_text(encoding="utf-8")
    assert "# Titre tiré du texte." in after  # comments stay
    with pytest.raises(CorpusError, match="a changé pendant"):
        desk.save(seen, fields, "Autre texte.", "claire")
    with pytest.raises(CorpusError, match="Rien n'est enregistré"):
        desk.save(desk.opened("forum-interconnectes"), {"date": "hier"}, "Autre texte.", "claire")
    assert seen.path.read_text(encoding="utf-8") == after


def test_what_is_removed_is_told_until_it_is_published_and_comes_back(desk: Desk) -> None:
    for note_id in ("programme-dcant", "gouvernance-du-conseil"):
        desk.remove(desk.opened(note_id), "claire")
    assert [row.note_id for row in desk.rows("dcant")] == ["programme-dcant"]
    assert desk.rows("dcant")[0].state is State.REMOVED
    with pytest.raises(IndexSafeguardError):
        desk.publish("claire", False, lambda _: None)
    desk.publish("claire", True, lambda _: None)
    assert desk.rows("dcant") == []
    assert desk.restore(desk.trash()[0].entry, "claire") == "gouvernance-du-conseil.md"
    assert desk.empty_trash("claire") == 1
    assert desk.trash() == []


def test_going_back_puts_the_old_answers_in_service(desk: Desk) -> None:
    add(desk)
    desk.publish("claire", False, lambda _: None)
    new, old = desk.builds()
    assert (new.published, new.by, old.published) == (True, "claire", False)
    desk.roll_back(old.id, "claire")
    assert [build.published for build in desk.builds()] == [False, True]
    assert {row.note_id: row.state for row in desk.rows()}["assises-du-velo"] is State.NEW


def test_questions_of_staff_have_the_bounds_of_others(desk: Desk) -> None:
    with pytest.raises(QuestionError):
        desk.find("")


def test_nothing_to_publish_is_said(desk: Desk) -> None:
    assert "rien à publier" in desk.publish("claire", False, lambda _: None)
    assert not desk.fetches
