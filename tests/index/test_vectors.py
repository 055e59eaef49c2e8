"""The vector store, compared with what plain arithmetic gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.index.manifest import checksums
from assistant.index.places import Folder
from assistant.index.progress import untold
from assistant.index.store import create
from assistant.index.vectors import VectorStore


def random_vectors(count: int) -> np.ndarray:
    made = np.random.default_rng(count).normal(size=(count, 32)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture(scope="module", params=[1, 11, 3_000])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """Few enough to stay in SQLite, and enough for files of their own."""
    folder, vectors = tmp_path_factory.mktemp("store") / "chroma", random_vectors(request.param)
    create(Folder(folder), {f"id{number}": vector for number, vector in enumerate(vectors)}, untold)
    return folder, vectors


def test_search_finds_the_nearest_with_their_cosines(stored: tuple[Path, np.ndarray]) -> None:
    folder, vectors = stored
    count = min(10, len(vectors))
    store = VectorStore(folder)
    try:
        for query in random_vectors(7)[:5]:
            cosines = vectors @ query
            expected = {f"id{at}": cosines[at] for at in np.argsort(-cosines)[:count]}
            found = store.search(query, count)
            assert list(found.values()) == sorted(found.values(), reverse=True)
            assert len(found.keys() & expected.keys()) >= 0.9 * count
            assert all(found[key] == pytest.approx(float(vectors[int(key[2:])] @ query), abs=1e-5) for key in found)
    finally:
        store.close()


def test_every_vector_comes_back(stored: tuple[Path, np.ndarray]) -> None:
    folder, vectors = stored
    store = VectorStore(folder)
    found = store.vectors([f"id{number}" for number in range(len(vectors))] + ["absent"])
    store.close()
    assert found.keys() == {f"id{number}" for number in range(len(vectors))}
    np.testing.assert_allclose(np.stack([found[f"id{n}"] for n in range(len(vectors))]), vectors, atol=1e-6)


def test_no_ids_no_vectors(stored: tuple[Path, np.ndarray]) -> None:
    store = VectorStore(stored[0])
    assert store.vectors([]) == {}
    assert store.vectors(["absent"]) == {}
    store.close()


def test_opening_and_reading_change_no_checksum(stored: tuple[Path, np.ndarray]) -> None:
    folder, vectors = stored
    before = checksums(folder)
    for _ in range(4):
        store = VectorStore(folder)
        store.search(vectors[0], min(5, len(vectors)))
        store.vectors(["id0"])
        store.close()
        assert checksums(folder) == before


def test_equal_vectors_are_all_kept_and_no_more_asked_for_than_there_are(tmp_path: Path) -> None:
    vectors = np.repeat(random_vectors(1), 4, axis=0)
    create(Folder(tmp_path / "chroma"), dict(zip("abcd", vectors, strict=True)), untold)
    store = VectorStore(tmp_path / "chroma")
    assert store.search(vectors[0], 50) == pytest.approx(dict.fromkeys("abcd", 1.0), abs=1e-5)
    store.close()
