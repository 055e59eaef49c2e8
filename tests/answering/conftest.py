"""The index of the project's own notes, opened for the stages of an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant import Settings
from assistant.embedding import Embedder
from assistant.index import Build


@pytest.fixture(scope="module")
def build(settings: Settings, embedder: Embedder) -> Iterator[Build]:
    """The build that `bot` answers from."""
    opened = Build.open_current(settings.index_dir, embedder, embedder.identity)
    yield opened
    opened.close()
