"""A small real embedder (32 dimensions, random weights) that tells what it was asked to embed, and a few notes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tiny_e5 import write_e5

from assistant import Note, Settings
from assistant.embedding import embedded_model
from assistant.embedding.e5_wheel import read_e5
from assistant.index import Recipe, sync
from assistant.models import Kind, PartialDate
from tests.index.given import Recorder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    write_e5(made / "tiny.bin")
    embedded_model.convert(read_e5(made / "tiny.bin"), made / "model", "float32")
    return made / "model"


@pytest.fixture(scope="session")
def _loaded(model_folder: Path) -> Recorder:
    made = Recorder.from_settings(Settings.load(embedding_model=str(model_folder), embedding_dtype="float32"))
    made.embedded = []
    assert made.spread
    return made


@pytest.fixture
def tiny(_loaded: Recorder) -> Recorder:
    """The small embedder, nothing embedded yet."""
    _loaded.embedded.clear()
    return _loaded


@pytest.fixture
def small(tiny: Recorder) -> Recipe:
    """Of builds with the small embedder, chunks of one short paragraph."""
    return Recipe(tiny.identity, lambda: tiny, 40)


def paragraphs(name: str, count: int) -> str:
    return "\n\n".join(f"la note {name} dit ici sa phrase {rank}." for rank in range(count))


@pytest.fixture(scope="session")
def three() -> list[Note]:
    return [
        Note("a", "note a", paragraphs("a", 3), PartialDate(2017, 11), True, Kind.EVENT, ("ville", "numérique")),
        Note("b", "note b", paragraphs("b", 2), PartialDate(2018), False, Kind.STUDY, ("ville",), "https://b.example"),
        Note("c", "note c", paragraphs("c", 1)),
    ]


@pytest.fixture(scope="session")
def _first(tmp_path_factory: pytest.TempPathFactory, _loaded: Recorder, three: list[Note]) -> Path:
    made = tmp_path_factory.mktemp("first") / "index"
    sync(made, three, Recipe(_loaded.identity, lambda: _loaded, 40))
    return made


@pytest.fixture
def index_dir(_first: Path, tmp_path: Path, tiny: Recorder) -> Path:
    """An index of the three notes."""
    return shutil.copytree(_first, tmp_path / "index")


@pytest.fixture(scope="session")
def day() -> Callable[[str], date]:
    return date.fromisoformat
