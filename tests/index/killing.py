"""What the kill tests kill: one change of the index, made in a process of its own with ready vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from assistant.audit import Entry
from assistant.chunking import chunk_notes
from assistant.embedding import EmbedderIdentity
from assistant.index.builds import rollback
from assistant.index.lock import Holder, writer_lock
from assistant.index.making import Embedded, Job, begin, finish
from assistant.index.progress import untold
from assistant.index.sweep import put_in_order
from assistant.models import Note

IDENTITY = EmbedderIdentity("prêt", "1", 32)
TOKENS = 40


def count(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def vector(text: str) -> np.ndarray:
    """The same for the same text, and far from those of others."""
    made = np.random.default_rng(list(text.encode())).normal(size=IDENTITY.dimension).astype(np.float32)
    return made / np.linalg.norm(made)


def notes(version: str) -> tuple[Note, ...]:
    """Forty notes, of which three differ between two versions."""
    texts = [f"La note {number} parle de la ville {number}." for number in range(40)]
    for number in (3, 17, 31):
        texts[number] += f"\n\nElle est de la version {version}."
    return tuple(Note(f"n{number}", f"note {number}", text) for number, text in enumerate(texts))


def job(parent: str | None, wanted: tuple[Note, ...], before: tuple[Note, ...], what: str, state_dir: Path) -> Job:
    """What brings an index of the notes before to those that are wanted."""
    fresh = tuple(note for note in wanted if note not in before)
    chunks = tuple(chunk_notes(fresh, TOKENS, count))
    return Job(
        parent=parent,
        whole=parent is None,
        rewrite=parent is None or what == "compactage",
        gone=tuple(note.id for note in before if note not in wanted),
        notes=fresh,
        chunks=chunks,
        order=tuple((note.id, "") for note in wanted),
        embedder=IDENTITY,
        chunk_tokens=TOKENS,
        entry=Entry("essai", what),
        state_dir=state_dir,
    )


def make(index_dir: Path, wanted: Job) -> str:
    """Both halves of the build; gives its id."""
    vectors = {chunk.id: vector(chunk.embedded_text) for chunk in wanted.chunks}
    return finish(index_dir, begin(index_dir, wanted), Embedded(vectors, (0.0, 0.1)), untold).id


def change(index_dir: Path, state_dir: Path, what: str, parent: str | None, before: str, after: str) -> str:
    """Make the change that `what` names, under the writer's lock; gives the published build."""
    if what == "retour":
        return rollback(index_dir, "essai", IDENTITY, None, state_dir)[1]
    with writer_lock(index_dir, Holder("essai", what)):
        put_in_order(index_dir, state_dir)
        return make(index_dir, job(parent, notes(after), notes(before) if parent else (), what, state_dir))


def tell_and_change(connection: Any, *arguments: Any) -> None:
    """`change`, once who waits at the other end knows that it begins."""
    connection.send("at it")
    change(*arguments)
