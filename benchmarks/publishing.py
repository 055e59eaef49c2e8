"""Time of publishing one changed note, of a sync without change, and of embedding: `python -m benchmarks.publishing`.

The indexes hold 10,000 and 100,000 chunks, made once and kept in benchmarks/.made; `benchmarks.large` says of what.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from assistant import Note, Settings
from assistant.corpus import read_corpus
from assistant.embedding import Embedder
from assistant.index import Publisher, Reader, Recipe, current_build_id
from benchmarks.data import MADE, open_notes
from benchmarks.large import Large, index, large

SIZES = {10_000: 3.0, 100_000: 15.0}  # chunks: seconds that one changed note may take
_PUBLISHED = 5


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
    wanted = large(size, embedder, settings)
    for note in wanted.notes:
        _write(note, settings.corpus_dir)
    corpus = read_corpus(settings.corpus_dir)
    cut = {note.id: (chunks, rows) for note, chunks, rows in zip(wanted.notes, wanted.chunks, wanted.rows, strict=True)}
    chunks, rows = zip(*(cut[note.id] for note in corpus.notes), strict=True)
    paths = [str(corpus.paths[note.id]) for note in corpus.notes]
    index(Large(corpus.notes, chunks, np.concatenate(rows)), settings, embedder, paths)
    return settings, recipe


def publishing(size: int, limit: float, embedder: Embedder) -> None:
    """Print the times of publishing one changed note, and of syncing without a change."""
    settings, recipe = made(size, embedder)
    reader = Reader(settings.index_dir, embedder.identity)
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
