"""Where the time of an ingestion goes: `python -m benchmarks.ingestion`, files to a published index, cold.

All the real notes of shared/: 1,788 of public bodies and PIAF's 1,371 passages, as the files that staff keep. Reading,
cutting, embedding, writing, verifying and publishing; the embedder's share is what bounds it. Beside it, in the same
run, the same chunks embedded by the embedder alone: the rate that nothing could exceed.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from assistant import Note, Settings
from assistant.corpus import read_corpus
from assistant.embedding import Embedder
from assistant.index import Publisher, Recipe
from benchmarks.data import open_notes, piaf_notes

_SAMPLE = 1_000  # chunks that are embedded alone


class Clocked(Embedder):
    """The embedder, with the seconds that it took and the texts that it was given."""

    seconds: float
    texts: list[str]

    def encode_documents(self, texts: list[str], *, tell: Callable[[int, int], None] | None = None) -> np.ndarray:
        begun = time.perf_counter()
        try:
            return super().encode_documents(texts, tell=tell)
        finally:
            self.seconds += time.perf_counter() - begun
            self.texts += texts


def write(notes: list[Note], folder: Path) -> None:
    """One file a note."""
    for number, note in enumerate(notes):
        fields = {"id": f"note-{number}", "title": note.title, **({"date": str(note.date)} if note.date else {})}
        head = yaml.safe_dump(fields, allow_unicode=True)
        (folder / f"{number:05}.md").write_text(f"---\n{head}---\n{note.text}\n", encoding="utf-8")


def main() -> None:
    """Print the times of each part."""
    with tempfile.TemporaryDirectory() as made:
        corpus_dir = Path(made) / "corpus"
        corpus_dir.mkdir()
        write([*open_notes(), *piaf_notes()], corpus_dir)
        settings = Settings.load(corpus_dir=corpus_dir, index_dir=Path(made) / "index")
        embedder = Clocked.from_settings(settings)
        embedder.seconds, embedder.texts = 0.0, []
        assert embedder.spread
        recipe = replace(Recipe.from_settings(settings), load=lambda: embedder)
        begun, embedder.seconds, embedder.texts = time.perf_counter(), 0.0, []
        corpus = read_corpus(corpus_dir)
        read = time.perf_counter() - begun
        with Publisher(settings.index_dir, recipe) as publisher:
            report = publisher.publish(corpus, "mesure")
        total, within = time.perf_counter() - begun, embedder.seconds
        sample = embedder.texts[:: max(1, len(embedder.texts) // _SAMPLE)]
        begun = time.perf_counter()
        embedder.encode_documents(sample)
        alone = len(sample) / (time.perf_counter() - begun)
    print(f"{report.added} notes, {report.embedded} chunks, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"  all {total:6.1f} s: {report.embedded / total:.1f} chunks/s (embedder alone {alone:.1f})")
    print(f"  embedding {within:6.1f} s, {100 * within / total:.0f} % (at least 85 %)")
    print(f"  reading {read:.1f} s, cutting, writing, verifying and publishing {total - read - within:.1f} s")


if __name__ == "__main__":
    main()
