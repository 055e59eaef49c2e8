"""Corpora of any size for the measurements, and indexes of them.

The first chunks are real: the 1,788 open notes, embedded for good once (kept in benchmarks/.made). Embedding more would
take hours: beyond, the same notes come again with a fifth of their words replaced by words of as many letters, drawn as
often as the notes use them. Each chunk's vector is that of an earlier copy of it moved in a random direction, as far as
a real chunk is from the nearest chunk of another note. Not always that of the first copy: a hundred neighbours all at
one distance from it, and farther from each other, are a star, of which HNSW links only as many as a point has links.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from assistant import Note, Settings
from assistant.audit import Entry
from assistant.chunking import chunk_note
from assistant.cli.progress import bars
from assistant.embedding import Embedder
from assistant.index import Recipe, current_build_id
from assistant.index.lock import Holder
from assistant.index.making import Embedded, Job
from assistant.index.writer import Writer
from assistant.models import Chunk
from benchmarks.data import MADE, open_notes

Vectors = NDArray[np.float32]
_WORD = re.compile(r"[^\W\d_]{4,}")
_REPLACED = 0.2  # of the words of four letters and more
_SAMPLE = 2_000  # chunks of which the nearest one is looked for


@dataclass(frozen=True, slots=True)
class Large:
    """Notes in order, the chunks of each, and the vectors of all, shape `(chunks, dimension)`."""

    notes: tuple[Note, ...]
    chunks: tuple[tuple[Chunk, ...], ...]
    vectors: Vectors

    @property
    def rows(self) -> tuple[Vectors, ...]:
        """The vectors of each note's chunks."""
        return tuple(np.split(self.vectors, np.cumsum([len(some) for some in self.chunks])[:-1]))

    @property
    def flat(self) -> tuple[Chunk, ...]:
        """All chunks, in order."""
        return tuple(chunk for some in self.chunks for chunk in some)


def large(size: int, embedder: Embedder, settings: Settings) -> Large:
    """Notes of at least `size` chunks, in whole notes."""
    cut = _cut(embedder, settings)
    real = _real_vectors([chunk for _, chunks in cut for chunk in chunks], embedder)
    noise, chance = _distance(real, cut), np.random.default_rng(0)
    notes, chunks, rows = [], [], []
    copies = [real]
    made = copy = 0
    while made < size:
        at = 0
        if copy:
            copies.append(_moved(copies[(copy - 1) // 2], noise, chance))  # two follow each
        for note, cuts in cut:
            other = note if not copy else _reworded(note, copy)
            notes.append(other)
            chunks.append(tuple(cuts if not copy else _recut(cuts, other, copy)))
            rows.append(copies[copy][at : at + len(cuts)])
            at, made = at + len(cuts), made + len(cuts)
            if made >= size:
                break
        copy += 1
    return Large(tuple(notes), tuple(chunks), np.concatenate(rows))


def index(made: Large, settings: Settings, embedder: Embedder, paths: Sequence[str] = ()) -> None:
    """Publish an index of them in `settings.index_dir`, unless there is one. `paths` are the notes' files."""
    if current_build_id(settings.index_dir):
        return
    chunks = made.flat
    order = tuple((note.id, path) for note, path in zip(made.notes, paths or [""] * len(made.notes), strict=True))
    job = Job(
        parent=None,
        whole=True,
        rewrite=True,
        gone=(),
        notes=made.notes,
        chunks=chunks,
        order=order,
        embedder=embedder.identity,
        chunk_tokens=settings.chunk_tokens,
        entry=Entry("mesure", "publication"),
    )
    vectors = {chunk.id: vector for chunk, vector in zip(chunks, made.vectors, strict=True)}
    writer = Writer(settings.index_dir)
    with bars() as tell, writer.locked(Holder("mesure", "publication")):
        writer.begin(job)
        writer.finish(Embedded(vectors, embedder.spread), tell)
    writer.close()


def _cut(embedder: Embedder, settings: Settings) -> list[tuple[Note, list[Chunk]]]:
    recipe = Recipe.from_settings(settings)
    count, window = recipe.tokens()
    notes = open_notes()
    random.Random(0).shuffle(notes)  # of all dates and sources from the first on
    return [(note, chunk_note(note, settings.chunk_tokens, count, window)) for note in notes]


def _real_vectors(chunks: list[Chunk], embedder: Embedder) -> Vectors:
    kept = MADE / f"real-vectors-{embedder.identity.revision}-{len(chunks)}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with bars():
            np.save(kept, embedder.encode_documents([chunk.embedded_text for chunk in chunks]))
    return np.asarray(np.load(kept), dtype=np.float32)


def _distance(real: Vectors, cut: list[tuple[Note, list[Chunk]]]) -> float:
    """Length of a random direction that moves a vector as far as the nearest chunk of another note, at the median."""
    owner = np.repeat(np.arange(len(cut)), [len(chunks) for _, chunks in cut])
    rows = np.random.default_rng(1).choice(len(real), min(_SAMPLE, len(real)), replace=False)
    near = real[rows] @ real.T
    near[owner[rows][:, None] == owner[None, :]] = -1.0
    cosine = float(np.median(near.max(axis=1)))
    return float(np.sqrt(1 / cosine**2 - 1))


def _moved(vectors: Vectors, length: float, chance: np.random.Generator) -> Vectors:
    noise = chance.normal(size=vectors.shape).astype(np.float32)
    moved = vectors + noise * (length / np.linalg.norm(noise, axis=1, keepdims=True))
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


@cache
def _vocabulary() -> dict[tuple[int, bool], list[str]]:
    """The notes' words by length and whether they begin with a capital, each as often as it is used."""
    found: dict[tuple[int, bool], list[str]] = defaultdict(list)
    for note in open_notes():
        for word in _WORD.findall(note.text):
            found[len(word), word[0].isupper()].append(word)
    return found


def _reworded(note: Note, copy: int) -> Note:
    chance, known = random.Random(f"{note.id} {copy}"), _vocabulary()

    def other(match: re.Match[str]) -> str:
        word = match[0]
        return chance.choice(known[len(word), word[0].isupper()]) if chance.random() < _REPLACED else word

    text, title = _WORD.sub(other, note.text), f"{note.title} ({copy})"
    return replace(note, id=f"{note.id}-{copy}", title=title, text=text)


def _recut(chunks: Sequence[Chunk], note: Note, copy: int) -> Iterator[Chunk]:
    """The chunks at the same places: the words have as many letters."""
    for chunk in chunks:
        yield replace(chunk, id=f"{chunk.id[:14]}{copy:06}", note_id=note.id, text=note.text[chunk.start : chunk.end])
