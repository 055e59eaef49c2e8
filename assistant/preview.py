"""What a question would find once the corpus is published: a build of its own, made aside from the published one."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from assistant.corpus import Corpus
from assistant.embedding import Embedder
from assistant.index import Build, Progress, Publisher, Reader, Recipe, current_build_id
from assistant.index.build import BUILDS, CURRENT
from assistant.models import Passage
from assistant.retrieval import retrieve

Tell = Callable[[Progress], None]


class Preview:
    """Keeps one unpublished build, made anew when the corpus or the published build has changed. Safe between threads.

    The published index is only read: its build is copied into a folder of our own and cloned there, vectors included.
    """

    def __init__(self, index_dir: Path, embedder: Embedder, recipe: Recipe) -> None:
        self._index_dir, self._embedder = index_dir, embedder
        self._recipe = replace(recipe, served=False)  # what a killed process leaves on a server nobody would sweep
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._made_of: tuple[str | None, int] | None = None
        self._build: Build | None = None

    def find(self, corpus: Corpus, question: str, count: int) -> tuple[Passage, ...]:
        """The best passages for a stand-alone question, best first.

        Raises:
            IndexStoreError: the aside build cannot be made.
            EmbeddingError: a note has changed and the model cannot be loaded.
        """
        with self._lock:
            made_of = (current_build_id(self._index_dir), hash(corpus.notes))
            if self._build is None or made_of != self._made_of:
                self._build = self._make(corpus)
                self._made_of = made_of
            return retrieve(self._build, self._embedder, question, count).passages

    def close(self) -> None:
        """Delete the aside build."""
        with self._lock:
            self._open.close()
            self._build = None

    def _make(self, corpus: Corpus) -> Build:
        self._open.close()
        with ExitStack() as opening:
            folder = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="assistant-")))
            self._copy_published(folder)
            with Publisher(folder, self._recipe) as publisher:
                publisher.publish(corpus, "aperçu", force=True)
            reader = Reader(folder, self._embedder.identity)
            opening.callback(reader.close)
            self._open = opening.pop_all()
            return reader.current

    def _copy_published(self, folder: Path) -> None:
        """Give the folder the published build to clone from, where there is one."""
        published = current_build_id(self._index_dir)
        (folder / BUILDS).mkdir()
        if published is not None:
            shutil.copytree(self._index_dir / BUILDS / published, folder / BUILDS / published)
            (folder / CURRENT).write_text(f"{published}\n", encoding="utf-8")
