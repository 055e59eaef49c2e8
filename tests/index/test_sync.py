"""A sync publishes the whole of what changed, computes no vector twice, and can be killed at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from assistant import audit
from assistant.corpus import Corpus
from assistant.embedding import Embedder
from assistant.errors import IndexBusyError, IndexStoreError
from assistant.index import Build, Progress, Publisher, Recipe, SyncReport, compare, current_build_id, sync
from assistant.index.build import BUILDS
from assistant.index.manifest import Manifest
from assistant.models import Note
from tests.index.given import corpus_of


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def published(index_dir: Path, embedder: Embedder) -> Build:
    return Build.open_current(index_dir, embedder.identity)


def contents(index_dir: Path, embedder: Embedder) -> tuple[list[Note], dict[str, np.ndarray]]:
    """The published notes, and the vector of each chunk's text."""
    build = published(index_dir, embedder)
    ids = build.catalogue.chunk_ids()
    texts, vectors = build.catalogue.chunks(ids), build.vectors.vectors(ids)
    notes = [build.catalogue.note(key) for key in build.catalogue.note_ids()]
    build.close()
    return notes, {texts[key][0].embedded_text: vectors[key] for key in ids}


def assert_holds(index_dir: Path, embedder: Embedder, notes: Sequence[Note]) -> None:
    """The index is what a sync from nothing would have made."""
    found, vectors = contents(index_dir, embedder)
    assert found == list(notes)
    expected = Embedder.encode_documents(embedder, list(vectors))
    np.testing.assert_allclose(np.stack(list(vectors.values())), expected, atol=1e-5)


def test_the_first_sync_embeds_everything(tmp_path: Path, three: list[Note], small: Recipe, tiny) -> None:
    report = sync(tmp_path / "new" / "index", three, small)
    assert counts(report) == (3, 0, 0, 0)
    assert report.published
    assert report.build == current_build_id(tmp_path / "new" / "index")
    assert report.embedded == len(tiny.embedded)
    assert_holds(tmp_path / "new" / "index", tiny, three)


def test_nothing_changed_builds_nothing(index_dir: Path, three: list[Note], small: Recipe) -> None:
    def load() -> Embedder:
        raise AssertionError("the model is not even loaded")

    before = sorted(path.name for path in (index_dir / BUILDS).iterdir())
    report = sync(index_dir, three, replace(small, load=load))
    assert counts(report) == (0, 0, 0, 3)
    assert (report.published, report.embedded, report.build) == (False, 0, current_build_id(index_dir))
    assert sorted(path.name for path in (index_dir / BUILDS).iterdir()) == before


def test_a_changed_note_embeds_its_changed_chunks_alone(
    index_dir: Path, three: list[Note], small: Recipe, tiny
) -> None:
    first = current_build_id(index_dir)
    changed = [replace(three[0], text=three[0].text.replace("phrase 1", "autre phrase")), *three[1:]]
    plan = compare(index_dir, Corpus(tuple(changed), {}, ()), small)
    assert [len(some) for some in (plan.added, plan.changed, plan.removed, plan.unchanged)] == [0, 1, 0, 2]
    report = sync(index_dir, changed, small)
    assert counts(report) == (0, 1, 0, 2)
    assert report.embedded == len(tiny.embedded) == 1
    assert "autre phrase" in tiny.embedded[0]
    assert report.build != first
    assert (index_dir / BUILDS / str(first)).is_dir(), "kept, so that a citation opens as it was"
    assert_holds(index_dir, tiny, changed)


def test_added_and_removed_notes(index_dir: Path, three: list[Note], small: Recipe, tiny) -> None:
    changed = [three[2], Note("d", "note d", "la note d est de plus."), three[0]]
    report = sync(index_dir, changed, small, force=True)
    assert counts(report) == (1, 0, 1, 2)
    assert [text.split("\n")[0] for text in tiny.embedded] == ["note d"]
    assert_holds(index_dir, tiny, changed)


def test_what_search_does_not_see_is_published_too(index_dir: Path, three: list[Note], small: Recipe, tiny) -> None:
    changed = [replace(three[0], themes=("autre",), source="https://a.example"), *three[1:]]
    report = sync(index_dir, changed, small)
    assert (report.published, report.embedded) == (True, 0)
    assert tiny.embedded == []
    assert_holds(index_dir, tiny, changed)


def test_a_plan_tells_and_does_nothing(tmp_path: Path, three: list[Note], small: Recipe) -> None:
    plan = compare(tmp_path / "index", Corpus(tuple(three), {}, ()), small)
    assert [len(some) for some in (plan.added, plan.changed, plan.removed, plan.unchanged)] == [3, 0, 0, 0]
    assert not (tmp_path / "index").exists()


def test_other_chunking_makes_all_anew(index_dir: Path, three: list[Note], small: Recipe, tiny) -> None:
    report = sync(index_dir, three, replace(small, chunk_tokens=400))
    assert report.published
    build = published(index_dir, tiny)
    assert (build.manifest.chunk_tokens, build.manifest.chunks) == (400, 3)
    build.close()


def test_another_embedder_makes_all_anew_beside(
    index_dir: Path, three: list[Note], recipe: Recipe, embedder: Embedder
) -> None:
    first = current_build_id(index_dir)
    report = sync(index_dir, three, recipe)
    assert (counts(report), report.embedded > 0) == ((0, 0, 0, 3), True)
    assert_holds_dimension(index_dir, embedder, 384)
    assert (index_dir / BUILDS / str(first)).is_dir()


def assert_holds_dimension(index_dir: Path, embedder: Embedder, dimension: int) -> None:
    _, vectors = contents(index_dir, embedder)
    assert {vector.shape for vector in vectors.values()} == {(dimension,)}


def test_the_last_five_builds_are_kept(index_dir: Path, three: list[Note], small: Recipe, tiny) -> None:
    changed = [[*three, Note("d", f"note {number}", "la note d.")] for number in range(6)]
    made = [sync(index_dir, notes, small).build for notes in changed]
    assert sorted(path.name for path in (index_dir / BUILDS).iterdir()) == made[-5:]
    published(index_dir, tiny).close()


def test_another_writer_is_waited_for_by_nobody(index_dir: Path, three: list[Note], small: Recipe) -> None:
    with FileLock(index_dir / ".lock"), pytest.raises(IndexBusyError) as caught:
        sync(index_dir, three[:1], small, force=True)
    assert str(caught.value) == f"L'index {index_dir} est déjà en cours de mise à jour : réessayez dans un instant."
    assert sync(index_dir, three[:1], small, force=True).published


def test_a_folder_that_cannot_be_made(tmp_path: Path, three: list[Note], small: Recipe) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(IndexStoreError) as caught:
        sync(tmp_path / "file" / "index", three, small)
    assert str(caught.value).startswith(f"L'index {tmp_path / 'file' / 'index'} ne peut pas être lu")


def test_an_error_in_mid_build_publishes_nothing(index_dir: Path, three: list[Note], small: Recipe, tiny) -> None:
    class Failing:
        identity, max_tokens, count_tokens = tiny.identity, tiny.max_tokens, tiny.count_tokens

        def encode_documents(self, texts: list[str], *, tell: object = None) -> np.ndarray:
            raise ArithmeticError("a bug")

    with pytest.raises(ArithmeticError, match="a bug"):
        sync(index_dir, [*three[:2], replace(three[2], title="autre")], replace(small, load=Failing))
    assert_holds(index_dir, tiny, three)
    assert sync(index_dir, three[:2], small, force=True).published, "the lock is free again"


def test_a_disk_that_is_full_for_the_texts_stops_the_embedding(small_disk: Path, small: Recipe, tiny) -> None:
    long = Note("n", "longue", "La ville a un tramway. " * 2_000)
    (small_disk / "filler").write_bytes(b"x" * 2_700_000)

    class Slow:
        identity, max_tokens, count_tokens = tiny.identity, tiny.max_tokens, tiny.count_tokens

        def encode_documents(self, texts: list[str], *, tell: Callable[[int, int], None]) -> np.ndarray:
            for done in range(600):
                tell(done, 600)
                time.sleep(0.1)
            raise AssertionError("a minute of embedding for what cannot be written")

    with pytest.raises(IndexStoreError, match="le disque est plein"):
        sync(small_disk / "index", [long], replace(small, load=Slow))
    assert current_build_id(small_disk / "index") is None
    (small_disk / "filler").unlink()
    assert sync(small_disk / "index", [Note("n", "courte", "La note courte.")], small).published


def test_how_far_it_is_is_told_by_stage(index_dir: Path, three: list[Note], small: Recipe) -> None:
    told: list[Progress] = []
    sync(index_dir, [*three, Note("d", "note d", "la note d.")], small, tell=told.append)
    waited = Progress("Préparation de la nouvelle version")  # told where the texts take longer than the vectors
    assert list(dict.fromkeys(progress.stage for progress in told if progress != waited)) == [
        "Comparaison avec l'index publié",
        "Découpage des notes",
        "Chargement du modèle",
        "Calcul des vecteurs",
        "Écriture des vecteurs",
        "Vérification des vecteurs",
        "Scellement",
        "Publication",
    ]
    assert Progress("Calcul des vecteurs", 1, 1) in told


def test_one_of_two_at_once_is_told_who_works(index_dir: Path, three: list[Note], small: Recipe) -> None:
    refusals: list[str] = []
    changed = corpus_of(*three, Note("d", "note d", "la note d."))

    def again(_: Progress) -> None:
        for other in (publisher, Publisher(index_dir, small)):
            with pytest.raises(IndexBusyError) as caught:
                other.publish(changed, "Sasha")
            refusals.append(str(caught.value))
            if other is not publisher:
                other.close()

    with Publisher(index_dir, small) as publisher:
        done = publisher.publish(changed, "Camille", tell=lambda at: again(at) if at.stage == "Scellement" else None)
        assert done.published
        assert publisher.publish(changed, "Camille").published is False
    assert len(refusals) == 2
    assert all("(publication par Camille depuis " in refusal for refusal in refusals)


def store_of(index_dir: Path) -> tuple[int, int]:
    """Elements, and vectors that count."""
    manifest = Manifest.read(index_dir / BUILDS / str(current_build_id(index_dir)))
    return manifest.elements, manifest.chunks


def test_a_store_that_has_grown_by_a_quarter_is_written_anew(
    index_dir: Path, three: list[Note], small: Recipe, tiny
) -> None:
    elements = []
    with Publisher(index_dir, small) as publisher:
        for number in range(4):
            publisher.publish(corpus_of(*three, Note("d", "note d", f"version {number}.")), "Camille")
            elements.append(store_of(index_dir)[0])
        assert elements == [7, 8, 7, 8], "of 7 chunks"
        assert_holds(index_dir, tiny, [*three, Note("d", "note d", "version 3.")])
        tiny.embedded.clear()
        report = publisher.compact("Camille")
        assert (report.published, store_of(index_dir)) == (True, (7, 7))
        again = publisher.rebuild(corpus_of(*three, Note("d", "note d", "version 3.")), "Camille")
        assert (again.published, again.embedded, again.unchanged, tiny.embedded) == (True, 0, 4, [])
        assert_holds(index_dir, tiny, [*three, Note("d", "note d", "version 3.")])


def test_what_was_done_is_in_the_journal(index_dir: Path, three: list[Note], small: Recipe, tmp_path: Path) -> None:
    first = str(current_build_id(index_dir))
    with Publisher(index_dir, small, tmp_path / "state") as publisher:
        made = [
            publisher.publish(corpus_of(*three[:2], Note("d", "note d", "la note d.")), "Camille", force=True).build,
            publisher.compact("Sasha").build,
            publisher.rebuild(corpus_of(*three[:2], Note("d", "note d", "la note d.")), "Sasha").build,
        ]
    assert [(e.who, e.what, e.detail, e.before, e.after) for e in audit.entries(tmp_path / "state")] == [
        ("Camille", "publication", "1 ajoutée, 1 retirée", first, made[0]),
        ("Sasha", "compactage", "", made[0], made[1]),
        ("Sasha", "reconstruction", "", made[1], made[2]),
    ]
    manifest = Manifest.read(index_dir / BUILDS / made[0])
    assert (manifest.by, manifest.parent) == ("Camille", first)


def test_a_journal_that_cannot_be_written_is_told_and_written_later(
    index_dir: Path, three: list[Note], small: Recipe, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.write_text("no folder", encoding="utf-8")
    with Publisher(index_dir, small, state) as publisher:
        report = publisher.publish(corpus_of(*three, Note("d", "note d", "la note d.")), "Camille")
        assert (report.published, report.warnings) == (
            True,
            ("Le journal n'a pas pu être écrit : vérifiez ASSISTANT_STATE_DIR.",),
        )
        state.unlink()
        last = publisher.compact("Sasha")
    assert [entry.after for entry in audit.entries(state)] == [report.build, last.build]


def test_the_same_corpus_published_meanwhile_is_not_published_again(
    index_dir: Path, three: list[Note], small: Recipe
) -> None:
    changed = corpus_of(*three, Note("d", "note d", "la note d."))
    first = True

    def meanwhile(at: Progress) -> None:
        nonlocal first
        if first and at.stage.startswith("Comparaison"):
            first = False
            sync(index_dir, changed, small)

    with Publisher(index_dir, small) as publisher:
        report = publisher.publish(changed, "Camille", tell=meanwhile)
    assert (report.published, report.unchanged, first) == (False, 4, False)


def test_closing_waits_for_a_publication_in_progress(
    index_dir: Path, three: list[Note], small: Recipe, tiny, caplog: pytest.LogCaptureFixture
) -> None:
    begun, let_go = threading.Event(), threading.Event()

    class Held:
        identity, max_tokens, count_tokens = tiny.identity, tiny.max_tokens, tiny.count_tokens

        def encode_documents(self, texts: list[str], *, tell: object = None) -> np.ndarray:
            begun.set()
            assert let_go.wait(20)
            return tiny.encode_documents(texts)

    changed = corpus_of(*three, Note("d", "note d", "la note d."))
    publisher = Publisher(index_dir, replace(small, load=Held))
    with ThreadPoolExecutor(2) as others:
        publishing = others.submit(publisher.publish, changed, "Camille")
        assert begun.wait(20)
        closing = others.submit(publisher.close)
        until = time.monotonic() + 10
        while "l'arrêt attend" not in caplog.text and time.monotonic() < until:
            time.sleep(0.02)
        was_closed = closing.done()
        let_go.set()
        assert not was_closed and "l'arrêt attend qu'elle finisse" in caplog.text
        assert publishing.result().published
        closing.result()
    assert_holds(index_dir, tiny, changed.notes)


def test_the_writers_process_that_dies_is_told(index_dir: Path, three: list[Note], small: Recipe, tiny) -> None:
    def kill(at: Progress) -> None:
        if at.stage == "Calcul des vecteurs":
            assert publisher._writer._process
            publisher._writer._process.kill()

    changed = corpus_of(*three, Note("d", "note d", "la note d."))
    with Publisher(index_dir, small) as publisher:
        with pytest.raises(IndexStoreError, match="s'est arrêté en chemin"):
            publisher.publish(changed, "Camille", tell=kill)
        assert_holds(index_dir, tiny, three)
        assert publisher.publish(changed, "Camille").published
    assert_holds(index_dir, tiny, changed.notes)
