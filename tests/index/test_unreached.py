"""Vectors that HNSW leaves out of reach: put in once more, and compared one by one where that does not help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import Note, Settings
from assistant.embedding import Embedder
from assistant.errors import IndexStoreError
from assistant.index import Build, Recipe, catalogue, store, sync, unreached
from assistant.index.build import BUILDS, current_build_id
from assistant.index.catalogue import Catalogue
from assistant.index.manifest import Manifest, fingerprint
from assistant.index.places import Folder
from assistant.index.progress import untold
from assistant.index.vectors import VectorStore
from assistant.index.verify import examine
from assistant.retrieval import retrieve
from tests.index.given import Recorder

OUT = "id7"


def vectors(count: int) -> dict[str, np.ndarray]:
    made = np.random.default_rng(count).normal(size=(count, 32)).astype(np.float32)
    return {f"id{at}": row for at, row in enumerate(made / np.linalg.norm(made, axis=1, keepdims=True))}


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the store seems not to find, however often it is put in."""
    out: list[str] = []
    looked = store._lost

    def lost(collection: Any, probed: Mapping[str, Any], tell: Any) -> Iterator[str]:
        yield from looked(collection, probed, tell)
        yield from (key for key in out if key in probed)

    monkeypatch.setattr(store, "_lost", lost)
    return out


def test_what_stays_out_of_reach_is_named(tmp_path: Path, stubborn: list[str]) -> None:
    made, place = vectors(2_000), Folder(tmp_path / "chroma")
    stubborn.append(OUT)
    store.create(place, made, untold)
    checked = store.check(place, list(made), made, untold)
    assert checked.unreached == (OUT,)
    assert checked.mended >= 5  # once a round
    store.check_all(place, list(made), untold, {OUT})
    with pytest.raises(IndexStoreError, match=OUT):
        store.check_all(place, list(made), untold, ())


def test_a_change_looks_again_at_those_of_before(tmp_path: Path, stubborn: list[str]) -> None:
    made, place = vectors(2_000), Folder(tmp_path / "chroma")
    store.create(place, made, untold)
    new = {"new": vectors(1)["id0"]}
    store.change(place, ["id1"], new, untold)
    ids = [*made.keys() - {"id1"}, "new"]
    assert store.check(place, ids, new, untold, suspects=[OUT, "id1"]).unreached == ()
    stubborn.append(OUT)
    assert store.check(place, ids, new, untold, suspects=[OUT, "id1"]).unreached == (OUT,)


def test_more_than_one_in_a_thousand_is_a_fault(tmp_path: Path, stubborn: list[str]) -> None:
    made, place = vectors(1_500), Folder(tmp_path / "chroma")
    stubborn += ["id1", "id2"]
    store.create(place, made, untold)
    with pytest.raises(IndexStoreError, match="ne se retrouve pas lui-même"):
        store.check(place, list(made), made, untold)


def test_many_are_taken_out_by_batches(tmp_path: Path) -> None:
    made, place = vectors(3_000), Folder(tmp_path / "chroma")
    store.create(place, made, untold)
    store.change(place, [f"id{at}" for at in range(2_900)], {}, untold)
    assert store.held(place) == {f"id{at}" for at in range(2_900, 3_000)}


def test_the_build_seals_their_names_and_the_next_one_forgets_them(
    tmp_path: Path, small: Recipe, three: list[Note], tiny: Recorder
) -> None:
    sync(tmp_path, three, small)
    folder = tmp_path / BUILDS / str(current_build_id(tmp_path))
    manifest = Manifest.read(folder)
    with closing(Catalogue(folder / catalogue.FILE)) as read:
        name = read.chunk_ids()[0]
    unreached.write(folder, [name])
    seals = {**manifest.checksums, unreached.FILE: str(fingerprint(folder / unreached.FILE))}
    sealed = replace(manifest, checksums=seals)
    sealed.write(folder)
    opened = Build.open_current(tmp_path, tiny.identity)
    assert opened.unreached == (name,)
    assert [wrong for _, wrong in examine(folder, sealed, untold)] == [None, None, None]
    opened.close()
    (folder / unreached.FILE).write_text("[]", encoding="utf-8")
    assert examine(folder, sealed, untold)[0][1] is not None
    unreached.write(folder, [name])
    sync(tmp_path, [*three, Note("d", "note d", "la note d dit ici sa phrase.")], small)
    after = Build.open_current(tmp_path, tiny.identity)
    assert (after.unreached, (folder / unreached.FILE).exists()) == ((), True)
    after.close()


def test_a_question_finds_what_is_out_of_reach(
    settings: Settings, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = Build.open_current(settings.index_dir, embedder.identity)
    question = "musique contemporaine"  # no word of the notes: found by meaning alone
    best = retrieve(build, embedder, question, 3).passages[0].chunk.id
    search = VectorStore.search

    def without(self: VectorStore, vector: Any, count: int) -> dict[str, float]:
        return {key: cosine for key, cosine in search(self, vector, count).items() if key != best}

    monkeypatch.setattr(VectorStore, "search", without)
    assert best not in {passage.chunk.id for passage in retrieve(build, embedder, question, 3).passages}
    build.unreached = (best,)
    assert retrieve(build, embedder, question, 3).passages[0].chunk.id == best
    build.close()
