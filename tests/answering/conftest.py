"""The index of the project's own notes, opened for the stages of an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant import Assistant, Settings
from assistant.embedding import Embedder
from assistant.index import Build, Recipe, sync
from tests.answering.chat_server import Script, served, with_model
from tests.answering.city_notes import NOTES


@pytest.fixture(scope="module")
def build(settings: Settings, embedder: Embedder) -> Iterator[Build]:
    """The build that `bot` answers from."""
    opened = Build.open_current(settings.index_dir, embedder.identity)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def cities(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, embedder: Embedder) -> Iterator[Assistant]:
    """The assistant over the invented notes."""
    made = Settings.load(index_dir=tmp_path_factory.mktemp("cities"))
    sync(made.index_dir, NOTES, recipe)
    opened = Assistant(made, embedder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chat() -> Iterator[Script]:
    """A scripted endpoint of chat models."""
    with served(Script()) as script:
        yield script


@pytest.fixture(scope="module")
def writer(chat: Script, settings: Settings, embedder: Embedder) -> Iterator[Assistant]:
    """The assistant that has its answers written by it."""
    made = Assistant(with_model(settings, chat.url), embedder)
    yield made
    made.close()
