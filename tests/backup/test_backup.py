"""What comes back is what was there: a real index answers as before, members' words and accounts are whole."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from houses import bring_back, contents, house, save
from opinions import given

from assistant import Assistant, Settings
from assistant.access.passwords import Passwords
from assistant.access.users import UserFile
from assistant.archive import Contents, check
from assistant.corpus import read_corpus
from assistant.embedding import Embedder
from assistant.errors import ArchiveError, IndexBusyError
from assistant.feedback import FeedbackStore
from assistant.index import Recipe, compare, published_build_id
from assistant.index.build import BUILDS, read_manifest
from assistant.index.lock import Holder, writer_lock
from assistant.index.progress import untold as untold_progress
from assistant.index.verify import examine
from assistant.models import Role

QUESTION = "Qui pilote le programme DcANT ?"
PASSWORD = "quatre mots sans lien"


@pytest.fixture
def lived_in(settings: Settings, tmp_path: Path) -> Settings:
    """The project's own notes and real index, with an account and feedback."""
    made = settings.model_copy(update={name: tmp_path / "old" / name for name in ("state_dir", "evals_dir")})
    UserFile(made.state_dir, Passwords()).add("claire", PASSWORD, [Role.STAFF])
    FeedbackStore.from_settings(made).save(given())
    (made.evals_dir / "cases").mkdir(parents=True)
    (made.evals_dir / "cases" / "q.jsonl").write_text('{"question": "Qui ?"}\n', encoding="utf-8")
    return made


def test_a_restored_installation_answers_as_the_old_one(
    bot: Assistant, lived_in: Settings, embedder: Embedder, recipe: Recipe, tmp_path: Path
) -> None:
    before = bot.ask(QUESTION)  # and so the build is open while it is kept
    save(lived_in, tmp_path / "s.tar.gz")
    new = house(tmp_path / "new")
    assert bring_back(new, tmp_path / "s.tar.gz") == []
    folder = new.index_dir / BUILDS / published_build_id(new.index_dir)
    assert not (folder / "opened.txt").exists(), "this machine has not opened it yet"
    assert [fault for _, fault in examine(folder, read_manifest(folder), untold_progress)] == [None] * 3
    assert contents(new.corpus_dir) == contents(lived_in.corpus_dir)
    other = Assistant(new, embedder)
    try:
        after = other.ask(QUESTION)
    finally:
        other.close()
    assert (after.text, after.citations, after.build) == (before.text, before.citations, before.build)
    assert UserFile(new.state_dir, Passwords()).verify("claire", PASSWORD)
    old_words = list(FeedbackStore.from_settings(lived_in).select())
    assert list(FeedbackStore.from_settings(new).select()) == old_words != []
    assert contents(new.evals_dir) == contents(lived_in.evals_dir)
    assert compare(new.index_dir, read_corpus(new.corpus_dir), recipe).empty, "nothing is to be made again"


def test_everything_but_sessions_comes_back(old: Settings, kept: Path, new: Settings) -> None:
    bring_back(new, kept)
    for name in ("corpus_dir", "evals_dir"):
        assert contents(getattr(new, name)) == contents(getattr(old, name))
    assert {path.name for path in new.state_dir.iterdir()} == {"users.json", "journal.jsonl", "feedback.sqlite"}
    assert (new.index_dir / "CURRENT").read_text() == (old.index_dir / "CURRENT").read_text()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in new.state_dir.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_evaluations_may_stay_out(old: Settings, tmp_path: Path) -> None:
    assert "evals" not in save(old, tmp_path / "s.tar.gz", evals=False).by_root


def test_a_group_that_shares_the_notes_goes_on_sharing_them(old: Settings, new: Settings, tmp_path: Path) -> None:
    (old.corpus_dir / "n.md").chmod(0o664)
    save(old, tmp_path / "s.tar.gz")
    new.corpus_dir.mkdir(parents=True)
    new.corpus_dir.chmod(0o770)
    bring_back(new, tmp_path / "s.tar.gz")
    assert stat.S_IMODE((new.corpus_dir / "n.md").stat().st_mode) == 0o664
    assert stat.S_IMODE(new.corpus_dir.stat().st_mode) == 0o770


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_what_root_restores_belongs_to_who_owned_it(kept: Path, new: Settings) -> None:
    new.corpus_dir.mkdir(parents=True)
    os.chown(new.corpus_dir, 1234, 1234)
    bring_back(new, kept)
    owners = {path.stat().st_uid for path in [new.corpus_dir, *new.corpus_dir.rglob("*")]}
    assert owners == {1234}


def test_a_folder_that_holds_something_is_moved_aside_only_when_told_to(kept: Path, new: Settings) -> None:
    bring_back(new, kept)
    (new.corpus_dir / "n.md").write_text("Plus récent.", encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"corpus n'est pas vide : avec --force"):
        bring_back(new, kept)
    asides = bring_back(new, kept, force=True)
    assert [path.name.partition(".avant-")[0] for path in asides] == ["corpus", "index", "state", "evals"]
    assert (asides[0] / "n.md").read_text(encoding="utf-8") == "Plus récent."
    assert (new.corpus_dir / "n.md").read_text(encoding="utf-8") == "Le maire est là."


def test_hidden_files_count_as_something(kept: Path, new: Settings) -> None:
    new.corpus_dir.mkdir(parents=True)
    (new.corpus_dir / ".brouillon.md").write_text("À moi.", encoding="utf-8")
    with pytest.raises(ArchiveError, match="n'est pas vide"):
        bring_back(new, kept)
    assert bring_back(new, kept, force=True)[0].joinpath(".brouillon.md").exists()


def test_what_a_fresh_copy_holds_is_nothing(kept: Path, new: Settings) -> None:
    new.index_dir.mkdir(parents=True)
    for name in ("README.md", ".lock"):
        (new.index_dir / name).touch()
    assert bring_back(new, kept) == []
    assert [path.name for path in new.index_dir.parent.iterdir() if path.name.startswith("index")] == ["index"]


def test_an_installation_without_index_is_kept_and_none_is_made(old: Settings, new: Settings, tmp_path: Path) -> None:
    away = old.model_copy(update={"index_dir": tmp_path / "none"})
    assert "index" not in save(away, tmp_path / "s.tar.gz").by_root
    assert not away.index_dir.exists()
    bring_back(new, tmp_path / "s.tar.gz")
    assert not new.index_dir.exists()


@pytest.mark.parametrize("notes", ["absent", "empty"])
def test_no_backup_where_the_notes_are_gone(old: Settings, tmp_path: Path, notes: str) -> None:
    wrong = old.model_copy(update={"corpus_dir": tmp_path / notes})
    if notes == "empty":
        wrong.corpus_dir.mkdir()
    with pytest.raises(ArchiveError, match="est vide ou absent : rien n'est sauvegardé"):
        save(wrong, tmp_path / "s.tar.gz")
    assert not list(tmp_path.glob("*s*.gz"))
    assert not list(tmp_path.glob(".*"))


def test_no_backup_while_the_index_is_written(old: Settings, tmp_path: Path) -> None:
    with writer_lock(old.index_dir, Holder("Camille", "publication")), pytest.raises(IndexBusyError, match="Camille"):
        save(old, tmp_path / "s.tar.gz")


def test_no_restore_while_the_index_is_written(old: Settings, kept: Path) -> None:
    with writer_lock(old.index_dir, Holder("Camille", "publication")), pytest.raises(IndexBusyError, match="Camille"):
        bring_back(old, kept, force=True)


def test_no_restore_while_a_chat_is_open(
    bot: Assistant, settings: Settings, lived_in: Settings, tmp_path: Path
) -> None:
    bot.ask(QUESTION)
    save(lived_in, tmp_path / "s.tar.gz")
    here = house(tmp_path / "new", index_dir=settings.index_dir)
    with pytest.raises(ArchiveError, match="arrêtez-le"):
        bring_back(here, tmp_path / "s.tar.gz", force=True)
    assert not here.corpus_dir.exists()


def test_a_backup_that_is_there_is_replaced_only_when_told_to(old: Settings, kept: Path) -> None:
    with pytest.raises(ArchiveError, match="existe déjà"):
        save(old, kept)
    (old.corpus_dir / "n.md").write_text("Plus récent.", encoding="utf-8")
    save(old, kept, force=True)
    assert "corpus/n.md" in {file.name for file in check(kept, lambda *_: None).files}


@pytest.mark.parametrize("place", ["corpus", "none", "nested"])
def test_a_place_that_makes_no_sense_is_refused(old: Settings, tmp_path: Path, place: str) -> None:
    target = {"corpus": old.corpus_dir / "s.gz", "none": tmp_path / "none" / "s.gz", "nested": tmp_path / "s.gz"}[place]
    said = {"corpus": "mettez-la ailleurs", "none": "n'existe pas", "nested": "séparez-les"}[place]
    settings = old.model_copy(update={"state_dir": old.corpus_dir / "state"}) if place == "nested" else old
    with pytest.raises(ArchiveError, match=said):
        save(settings, target)
    assert not target.exists()


def test_names_that_are_not_utf_8_come_back(old: Settings, new: Settings, tmp_path: Path) -> None:
    name = os.fsdecode(b"d\xe9bat " + b"long " * 40 + b".doc")
    (old.corpus_dir / "originals" / name).write_bytes(b"ancien")
    save(old, tmp_path / "s.tar.gz")
    bring_back(new, tmp_path / "s.tar.gz")
    assert contents(new.corpus_dir) == contents(old.corpus_dir)


def test_a_linked_folder_is_told_of(old: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (old.corpus_dir / "ailleurs").symlink_to(tmp_path)
    save(old, tmp_path / "s.tar.gz")
    assert "ailleurs est un lien vers un dossier : il n'est pas sauvegardé" in caplog.text


def test_feedback_given_during_a_backup_is_whole_in_it(old: Settings, new: Settings, tmp_path: Path) -> None:
    store, stop = FeedbackStore.from_settings(old), threading.Event()

    def give() -> None:
        while not stop.is_set():
            store.save(given(comment="x" * 1000))

    writer = threading.Thread(target=give)
    writer.start()
    try:
        for number in range(5):
            save(old, tmp_path / f"{number}.tar.gz")
    finally:
        stop.set()
        writer.join()
    bring_back(new, tmp_path / "4.tar.gz")
    with closing(sqlite3.connect(new.state_dir / "feedback.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert 1 < len(list(FeedbackStore.from_settings(new).select())) <= len(store.ids())


def test_a_damaged_database_does_not_keep_the_rest_from_being_kept(
    old: Settings, new: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = old.state_dir / "feedback.sqlite"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)
    save(old, tmp_path / "s.tar.gz")
    assert f"{path} est abîmé : il est sauvegardé tel quel" in caplog.text
    bring_back(new, tmp_path / "s.tar.gz")
    assert (new.state_dir / "feedback.sqlite").read_bytes() == path.read_bytes()
    assert contents(new.corpus_dir) == contents(old.corpus_dir)


def test_the_work_grows_with_the_number_of_files_and_not_faster(
    old: Settings, new: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding up all sizes anew at each file took minutes for 20,000 notes."""
    for number in range(300):
        (old.corpus_dir / f"{number}.md").write_text("x", encoding="utf-8")
    sums, real = [], Contents.size.fget
    assert real is not None
    monkeypatch.setattr(Contents, "size", property(lambda self: sums.append(1) or real(self)))
    save(old, tmp_path / "s.tar.gz")
    bring_back(new, tmp_path / "s.tar.gz")
    assert 0 < len(sums) < 10
    assert contents(new.corpus_dir) == contents(old.corpus_dir)
