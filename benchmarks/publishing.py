"""Time of publishing one changed note, of a sync without change, and of embedding: `python -m benchmarks.publishing`.

The indexes hold 10,000 and 100,000 chunks: of the 1,788 open notes, copied under other titles until there are enough.
500 chunks are embedded for good, once; the others take the vector of one of these, moved a little in a random direction
(cosine about .97), for embedding 100,000 would take hours. They are made once and kept in benchmarks/.made.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from assistant import Note, Settings
from assistant.audit import Entry
from assistant.chunking import chunk_note
from assistant.cli.progress import bars
from assistant.corpus import read_corpus
from assistant.embedding import Embedder
from assistant.index import Publisher, Reader, Recipe, current_build_id
from assistant.index.lock import Holder
from assistant.index.making import Job
from assistant.index.writer import Writer
from assistant.models import Chunk
from benchmarks.data import MADE, open_notes

SIZES = {10_000: 3.0, 100_000: 15.0}  # chunks: seconds that one changed note may take
_REAL = 500
_PUBLISHED = 5
_NOISE = 0.25  # length of the random direction that is added to a real vector


def _copies(settings: Settings, size: int, recipe: Recipe) -> Iterator[tuple[Note, list[Chunk]]]:
    """Notes and chunks until there are `size` chunks; the open notes are cut once, for a title moves no span."""
    count, window = recipe.tokens()
    cut = [(note, chunk_note(note, settings.chunk_tokens, count, window)) for note in open_notes()]
    made = 0
    for copy in range(size):
        for note, chunks in cut:
            other = replace(note, id=f"{note.id}-{copy}", title=f"{note.title} ({copy})")
            yield other, [replace(c, id=f"{c.id[:14]}{copy:06}", note_id=other.id) for c in chunks]
            made += len(chunks)
            if made >= size:
                return


def _real(chunks: list[Chunk], embedder: Embedder) -> np.ndarray:
    kept = MADE / "publishing-vectors.npy"
    if not kept.exists():
        some = chunks[:: len(chunks) // _REAL]
        np.save(kept, embedder.encode_documents([chunk.embedded_text for chunk in some]))
    return np.load(kept)


def _vectors(chunks: list[Chunk], embedder: Embedder) -> dict[str, np.ndarray]:
    chance, real = np.random.default_rng(0), _real(chunks, embedder)
    noise = chance.normal(size=(len(chunks), real.shape[1])).astype(np.float32)
    noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    made = real[chance.integers(len(real), size=len(chunks))] + noise
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return {chunk.id: vector for chunk, vector in zip(chunks, made, strict=True)}


def _write(note: Note, folder: Path) -> Path:
    fields = {"id": note.id, "title": note.title, **({"date": str(note.date)} if note.date else {})}
    path = folder / f"{note.id}.md"
    path.write_text(f"---\n{yaml.safe_dump(fields, allow_unicode=True)}---\n{note.text}\n", encoding="utf-8")
    return path


def made(size: int, embedder: Embedder) -> tuple[Settings, Recipe]:
    """A corpus folder and an index of it, made where they are missing."""
    settings = Settings.load(corpus_dir=MADE / f"notes-{size}", index_dir=MADE / f"publishing-{size}")
    recipe = replace(Recipe.from_settings(settings), load=lambda: embedder)
    if current_build_id(settings.index_dir):
        return settings, recipe
    settings.corpus_dir.mkdir(parents=True, exist_ok=True)
    pairs = list(_copies(settings, size, recipe))
    for note, _ in pairs:
        _write(note, settings.corpus_dir)
    corpus = read_corpus(settings.corpus_dir)
    chunks = {note.id: some for note, some in pairs}
    ordered = [chunk for note in corpus.notes for chunk in chunks[note.id]]
    job = Job(
        parent=None,
        whole=True,
        rewrite=True,
        gone=(),
        notes=corpus.notes,
        chunks=tuple(ordered),
        vectors=_vectors(ordered, embedder),
        order=tuple((note.id, str(corpus.paths[note.id])) for note in corpus.notes),
        embedder=embedder.identity,
        spread=embedder.spread,
        chunk_tokens=settings.chunk_tokens,
        entry=Entry("mesure", "publication"),
    )
    writer = Writer(settings.index_dir)
    with bars() as tell, writer.locked(Holder("mesure", "publication")):
        writer.make(job, tell)
    writer.close()
    return settings, recipe


def publishing(size: int, limit: float, embedder: Embedder) -> None:
    """Print the times of publishing one changed note, and of syncing without a change."""
    settings, recipe = made(size, embedder)
    reader = Reader(settings.index_dir, embedder, embedder.identity)
    first = read_corpus(settings.corpus_dir)
    with Publisher(settings.index_dir, recipe) as publisher:
        publisher.publish(first, "mesure", force=True)  # what an earlier measurement left
        taken, used, picked = [], [], []
        for number in range(_PUBLISHED + 1):
            note = first.notes[number * 7]
            _write(replace(note, text=f"{note.text}\n\nUne phrase de plus, au {time.time_ns()}."), settings.corpus_dir)
            begun, spent = time.perf_counter(), _processor(publisher)
            report = publisher.publish(read_corpus(settings.corpus_dir), "mesure")
            taken.append(time.perf_counter() - begun)
            used.append(_processor(publisher) - spent)
            assert report.changed == 1
            with reader.lease() as build:
                assert build.id == report.build
            picked.append(time.perf_counter() - begun - taken[-1])
        begun, spent = time.perf_counter(), time.process_time()
        assert not publisher.publish(read_corpus(settings.corpus_dir), "mesure").published
        unchanged, spent = time.perf_counter() - begun, time.process_time() - spent
        chunks = build.manifest.chunks
    reader.close()
    print(f"{chunks} chunks in {len(first.notes)} notes")
    warm = taken[1:]  # the first starts the writer's process, unless it runs
    print(f"  one changed note, warm   median {np.median(warm):5.2f} s, most {max(warm):5.2f} s (at most {limit} s)")
    print(f"    of which processor     median {np.median(used[1:]):5.2f} s")
    print(f"  then opened by a reader  median {np.median(picked):5.2f} s")
    print(f"  no change                {unchanged:5.2f} s" + (" (at most 1 s)" if size == 10_000 else ""))
    print(f"    of which processor     {spent:5.2f} s")
    print(f"  no change, as a command  {_command(settings):5.2f} s")


def _processor(publisher: Publisher) -> float:
    """Seconds of processor that this process and the writer's have used: what other work on the machine does not move.

    The writer's are counted from its start, the first publication's with them.
    """
    writer = publisher._writer._process
    if writer is None:
        return time.process_time()
    fields = Path(f"/proc/{writer.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _command(settings: Settings) -> float:
    variables = {"ASSISTANT_CORPUS_DIR": settings.corpus_dir, "ASSISTANT_INDEX_DIR": settings.index_dir}
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    command = [sys.executable, "-X", "importtime", "-m", "assistant.cli", "index", "sync"]
    begun = time.perf_counter()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert "est à jour" in done.stdout
    assert " torch\n" not in done.stderr, "the embedder was loaded"
    return time.perf_counter() - begun


def embedding(embedder: Embedder) -> None:
    """Print how many texts a second are embedded, and how many the model alone embeds."""
    texts = [note.text[:700] for note in open_notes()[:256]]
    rates: dict[str, list[float]] = {"ours": [], "bare model": []}
    for _ in range(3):
        for name, encode in (
            ("ours", embedder.encode_documents),
            ("bare model", lambda some: embedder.backend.encode(some, "document")),
        ):
            begun = time.perf_counter()
            encode(texts)
            rates[name].append(len(texts) / (time.perf_counter() - begun))
    ours, bare = (max(rates[name]) for name in rates)
    print(f"embedding: {ours:.1f} texts/s, bare model {bare:.1f}: {100 * ours / bare:.0f} % (at least 80 %)")


def main() -> None:
    """All of it, or the sizes that are given."""
    embedder = Embedder.from_settings(Settings.load())
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for size in map(int, sys.argv[1:] or SIZES):
        publishing(size, SIZES.get(size, 0.0), embedder)
    embedding(embedder)


if __name__ == "__main__":
    main()
