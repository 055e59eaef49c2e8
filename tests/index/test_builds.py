"""Builds are listed, gone back to, and set aside where they are damaged."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import audit
from assistant.embedding import Embedder
from assistant.errors import IndexCorruptError, IndexMismatchError, IndexMissingError
from assistant.index import Build, Publisher, Reader, Recipe, current_build_id, list_builds, note_as_cited, rollback
from assistant.index.build import BUILDS
from assistant.index.catalogue import FILE
from assistant.index.manifest import Manifest
from assistant.index.progress import Progress, untold
from assistant.index.usage import in_use
from assistant.index.verify import examine, is_damaged, verify
from assistant.models import Note
from tests.index.given import corpus_of


def version(number: int) -> Note:
    return Note("d", "note d", f"la note d, version {number}.")


@pytest.fixture
def made(index_dir: Path, three: list[Note], small: Recipe, tmp_path: Path) -> list[str]:
    """Three more builds, by Camille."""
    with Publisher(index_dir, small, tmp_path / "state") as publisher:
        return [publisher.publish(corpus_of(*three, version(number)), "Camille").build for number in range(3)]


def opened(index_dir: Path, embedder: Embedder) -> Build:
    return Build.open_current(index_dir, embedder.identity)


def damage(index_dir: Path, build_id: str) -> None:
    path = index_dir / BUILDS / build_id / FILE
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def test_the_list_is_newest_first(index_dir: Path, made: list[str]) -> None:
    found = list_builds(index_dir)
    assert [build.id for build in found][:3] == made[::-1]
    assert [build.published for build in found] == [True, False, False, False]
    assert (found[0].by, found[0].notes, found[0].parent, found[0].fault) == ("Camille", 4, made[1], None)
    assert found[0].size > 10_000
    (index_dir / BUILDS / made[1] / "manifest.json").unlink()
    assert "est abîmé" in str(list_builds(index_dir)[1].fault)
    assert list_builds(index_dir / "absent") == []


def test_back_and_forth(index_dir: Path, made: list[str], tiny: Embedder, tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert rollback(index_dir, "Sasha", tiny.identity, state_dir=state) == (made[2], made[1])
    assert rollback(index_dir, "Sasha", tiny.identity, state_dir=state) == (made[1], made[0])
    build = opened(index_dir, tiny)
    assert build.catalogue.note("d") == version(0)
    build.close()
    assert rollback(index_dir, "Sasha", tiny.identity, made[2], state) == (made[0], made[2])
    with pytest.raises(IndexMissingError, match="« absente » n'existe pas"):
        rollback(index_dir, "Sasha", tiny.identity, "absente", state)
    told = [(entry.who, entry.what, entry.before, entry.after) for entry in audit.entries(state)]
    assert told[3:] == [
        ("Sasha", "retour à une version", made[2], made[1]),
        ("Sasha", "retour à une version", made[1], made[0]),
        ("Sasha", "retour à une version", made[0], made[2]),
    ]
    assert told[1] == ("Camille", "publication", made[0], made[1])


def test_no_way_back_from_the_first(index_dir: Path, tiny: Embedder) -> None:
    with pytest.raises(IndexMissingError, match="pas de version plus ancienne"):
        rollback(index_dir, "Sasha", tiny.identity)


def test_no_way_back_to_what_cannot_be_used(
    index_dir: Path, made: list[str], tiny: Embedder, embedder: Embedder
) -> None:
    with pytest.raises(IndexMismatchError):
        rollback(index_dir, "Sasha", embedder.identity)
    damage(index_dir, made[1])
    with pytest.raises(IndexCorruptError):
        rollback(index_dir, "Sasha", tiny.identity)
    assert current_build_id(index_dir) == made[2]


def test_a_publication_after_a_rollback_follows_the_notes_again(
    index_dir: Path, made: list[str], three: list[Note], small: Recipe, tiny: Embedder
) -> None:
    rollback(index_dir, "Sasha", tiny.identity, made[0])
    with Publisher(index_dir, small) as publisher:
        report = publisher.publish(corpus_of(*three, version(2)), "Camille")
    assert (report.changed, report.before) == (1, made[0])
    assert report.build > made[2]
    assert note_as_cited(index_dir, made[1], "d") == version(1)


def test_a_damaged_build_makes_room_for_the_one_before(
    index_dir: Path, made: list[str], tiny: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    damage(index_dir, made[2])
    with caplog.at_level(logging.WARNING, "assistant"):
        reader = Reader(index_dir, tiny.identity)
    with reader.lease() as build:
        assert build.id == current_build_id(index_dir) == made[1]
    reader.close()
    assert f"La version {made[2]} est abîmée : la version {made[1]} est remise en service." in caplog.text
    assert "mise à l'écart" in str(list_builds(index_dir)[0].fault)


def test_a_build_that_is_damaged_when_it_comes_leaves_the_one_before_in_service(
    index_dir: Path, three: list[Note], small: Recipe, tiny: Embedder
) -> None:
    reader = Reader(index_dir, tiny.identity)
    before = current_build_id(index_dir)
    with Publisher(index_dir, small) as publisher:
        damaged = publisher.publish(corpus_of(*three, version(0)), "Camille").build
        damage(index_dir, damaged)
        for _ in range(2):
            with reader.lease() as build:
                assert build.id == current_build_id(index_dir) == before
        report = publisher.publish(corpus_of(*three, version(0)), "Camille")
        assert (report.before, report.added) == (before, 1)
        with reader.lease() as build:
            assert build.id == report.build
    reader.close()
    assert damaged not in [build.id for build in list_builds(index_dir)], "swept"


def test_what_a_newer_program_publishes_leaves_an_older_one_answering(
    index_dir: Path, three: list[Note], small: Recipe, tiny: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    reader = Reader(index_dir, tiny.identity)
    before = current_build_id(index_dir)
    with Publisher(index_dir, small) as publisher:
        newer = publisher.publish(corpus_of(*three, version(0)), "Camille").build
    path = index_dir / BUILDS / newer / "manifest.json"
    path.write_text('{"schema": 99, "tout": "autre"}', encoding="utf-8")
    for _ in range(2):
        with reader.lease() as build:
            assert build.id == before
    reader.close()
    assert current_build_id(index_dir) == newer, "it is not gone back from"
    assert not is_damaged(path.parent)
    assert caplog.text.count("mettez le programme à jour") == 1
    assert rollback(index_dir, "Sasha", tiny.identity) == (newer, before), "the older program's way back"


def test_a_sync_starts_from_the_last_build_that_is_whole(
    index_dir: Path, made: list[str], three: list[Note], small: Recipe
) -> None:
    damage(index_dir, made[2])
    with Publisher(index_dir, small) as publisher:
        report = publisher.publish(corpus_of(*three, version(2)), "Camille")
    assert (report.before, report.changed, report.unchanged) == (made[1], 1, 3)


def test_the_first_opening_is_in_a_process_of_its_own(
    index_dir: Path, tiny: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = index_dir / BUILDS / str(current_build_id(index_dir))
    (folder / "opened.txt").unlink()
    verify(folder, Manifest.read(folder))
    assert (folder / "opened.txt").exists()
    monkeypatch.setattr("assistant.index.verify.command", lambda *_: pytest.fail("it was opened before"))
    opened(index_dir, tiny).close()


@pytest.mark.parametrize("signal", [0, 11])
def test_what_kills_or_fails_there_is_told(
    index_dir: Path, tiny: Embedder, monkeypatch: pytest.MonkeyPatch, signal: int
) -> None:
    folder = index_dir / BUILDS / str(current_build_id(index_dir))
    (folder / "opened.txt").unlink()
    code = f"import os; os.kill(os.getpid(), {signal}) if {signal} else exit('faute')"
    monkeypatch.setattr("assistant.index.verify.command", lambda *_: ["python3", "-c", code])
    with pytest.raises(IndexCorruptError, match="signal 11" if signal else "il ne s'ouvre pas : faute"):
        opened(index_dir, tiny)


def test_a_damaged_store_with_right_checksums_is_found_by_the_first_opening(
    index_dir: Path, tiny: Embedder, three: list[Note]
) -> None:
    folder = index_dir / BUILDS / str(current_build_id(index_dir))
    other = Manifest.read(folder)
    shutil.rmtree(folder / "chroma")
    (folder / "chroma").mkdir()
    replace(other, checksums={}).write(folder)
    with pytest.raises(IndexCorruptError, match="il ne s'ouvre pas"):
        opened(index_dir, tiny)


def test_everything_is_looked_at(index_dir: Path) -> None:
    folder = index_dir / BUILDS / str(current_build_id(index_dir))
    told: list[Progress] = []
    found = examine(folder, Manifest.read(folder), told.append)
    assert [fault for _, fault in found] == [None] * 3
    assert told[-1] == Progress("Vérification des vecteurs", 6, 6)
    damage(index_dir, folder.name)
    assert "est abîmé" in str(examine(folder, Manifest.read(folder), untold)[0][1])
    assert not is_damaged(folder), "looking changes nothing"


def test_what_is_read_is_not_swept(index_dir: Path, three: list[Note], small: Recipe) -> None:
    first = index_dir / BUILDS / str(current_build_id(index_dir))
    with Publisher(index_dir, small) as publisher:
        with in_use(first):
            for number in range(6):
                publisher.publish(corpus_of(*three, version(number)), "Camille")
            assert first.is_dir()
            assert len(list_builds(index_dir)) == 6
        publisher.publish(corpus_of(*three, version(6)), "Camille")
    assert not first.exists()


def test_a_citation_opens_as_it_was_read(index_dir: Path, three: list[Note], small: Recipe) -> None:
    first = str(current_build_id(index_dir))
    with Publisher(index_dir, small) as publisher:
        changed = corpus_of(three[0], Note("b", "note b", "tout autre texte."))
        made = [publisher.publish(changed, "Camille", force=True).build]
        made += [publisher.publish(corpus_of(*changed.notes, version(number)), "Camille").build for number in range(6)]
    assert first not in [build.id for build in list_builds(index_dir)]
    assert [note_as_cited(index_dir, first, key) for key in "abc"] == three
    assert note_as_cited(index_dir, made[0], "b") == changed.notes[1]
    assert note_as_cited(index_dir, made[1], "d") == version(0)
    assert note_as_cited(index_dir, made[6], "d") == version(5)
    assert note_as_cited(index_dir, made[6], "c") is None
    for unknown in ("", "../..", "99990101T000000000-abcdef"):
        assert note_as_cited(index_dir, unknown, "a") is None
    assert note_as_cited(index_dir / "absent", first, "a") is None


def test_a_damaged_file_of_old_texts_stops_nothing(index_dir: Path, three: list[Note], small: Recipe) -> None:
    (index_dir / "kept.sqlite").write_bytes(b"no database" * 1000)
    first = str(current_build_id(index_dir))
    assert note_as_cited(index_dir, first, "a") == three[0]
    assert note_as_cited(index_dir, "20000101T000000000-abcdef", "a") == three[0]
    with Publisher(index_dir, small) as publisher:
        for number in range(7):
            publisher.publish(corpus_of(*three[1:], version(number)), "Camille", force=True)
    assert note_as_cited(index_dir, first, "a") == three[0]
