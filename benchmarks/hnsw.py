"""Chroma's HNSW settings, by what they find and cost: `python -m benchmarks.hnsw [100000]`.

One store for each number of neighbours and width of construction, searched with several widths of search. Recall is
against an exact search, for the 20 and the 100 nearest of 189 questions. Lost are those of 10,000 chunks that do not
find themselves: HNSW's links leave some out of reach. `benchmarks.large` says which vectors are real.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Settings
from assistant.embedding import Embedder
from assistant.index.vectors import BATCH, client
from benchmarks.data import MADE
from benchmarks.large import Vectors, large
from benchmarks.scale import questions

_BUILDS = ((16, 100), (16, 200), (32, 100), (32, 200))  # neighbours, width of construction
_SEARCHES = (100, 200, 400, 800)
_NEAREST = (20, 100)
_LOST = 10_000  # chunks that are looked for by their own vector
_SAME = 1e-3  # cosine distance of a vector from itself, at most


def build(folder: Path, vectors: Vectors, neighbours: int, construction: int) -> float:
    """Make a store; gives the seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = {"space": "cosine", "max_neighbors": neighbours, "ef_construction": construction}
    begun = time.perf_counter()
    store = client(folder)
    collection = store.create_collection("chunks", configuration={"hnsw": settings}, embedding_function=None)
    for at in range(0, len(vectors), BATCH):
        some = vectors[at : at + BATCH]
        collection.add(ids=[str(at + number) for number in range(len(some))], embeddings=some)
    store.close()
    return time.perf_counter() - begun


def searched(folder: Path, search: int, asked: Vectors, vectors: Vectors) -> list[float]:
    """Recall for each of `_NEAREST`, how many are lost, then the median milliseconds of a search of the most."""
    store = client(folder)
    store.get_collection("chunks", embedding_function=None).modify(configuration={"hnsw": {"ef_search": search}})
    store.close()
    store = client(folder)
    collection = store.get_collection("chunks", embedding_function=None)
    found: list[list[float]] = []
    for vector in asked:
        cosines = np.sort(vectors @ vector)[::-1]
        begun = time.perf_counter()
        got: Any = collection.query(query_embeddings=[vector], n_results=max(_NEAREST), include=["distances"])
        taken = 1000 * (time.perf_counter() - begun)
        near = 1.0 - np.asarray(got["distances"][0])
        found.append([*((near[:n] >= cosines[n - 1] - 1e-5).mean() for n in _NEAREST), taken])
    lost = 0
    some = vectors[:: max(1, len(vectors) // _LOST)]
    for at in range(0, len(some), 500):
        got = collection.query(query_embeddings=some[at : at + 500], n_results=1, include=["distances"])
        lost += sum(not one or one[0] > _SAME for one in got["distances"])
    store.close()
    rows = np.asarray(found)
    return [*rows[:, :-1].mean(axis=0), lost, float(np.median(rows[:, -1]))]


def main() -> None:
    """A line a combination."""
    size = int(sys.argv[1]) if sys.argv[1:] else 100_000
    settings = Settings.load()
    embedder = Embedder.from_settings(settings)
    vectors = large(size, embedder, settings).vectors
    asked = np.stack([embedder.encode_query(question) for question in questions()])
    print(f"{len(vectors)} vectors, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for neighbours, construction in _BUILDS:
        folder = MADE / "hnsw"
        seconds = build(folder, vectors, neighbours, construction)
        size_mb = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
        print(f"neighbours {neighbours}, construction {construction}: built in {seconds:.0f} s, {size_mb:.0f} MB")
        for search in _SEARCHES:
            *recalls, lost, taken = searched(folder, search, asked, vectors)
            told = ", ".join(f"recall@{n} {value:.4f}" for n, value in zip(_NEAREST, recalls, strict=True))
            print(f"  search {search:4}: {told}, {lost:.0f} lost, {taken:.1f} ms", flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
