"""What the tests of the index are given: an embedder that tells what it embedded, notes without files."""

from __future__ import annotations

from typing import Any

import numpy as np

from assistant import Note
from assistant.corpus import Corpus
from assistant.embedding import Embedder


class Recorder(Embedder):
    """The real thing, with a list of the texts that it embedded."""

    embedded: list[str]

    def encode_documents(self, texts: list[str], *, tell: Any = None) -> np.ndarray:
        self.embedded += texts
        return super().encode_documents(texts, tell=tell)


def corpus_of(*notes: Note) -> Corpus:
    """Notes without files."""
    return Corpus(notes, {}, ())
