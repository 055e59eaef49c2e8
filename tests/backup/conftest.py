"""A small installation with something of everything in it, and its backup."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from houses import furnish, house, save

from assistant import Settings


@pytest.fixture(scope="session")
def _furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("house")
    furnish(house(made))
    return made


@pytest.fixture
def old(_furnished: Path, tmp_path: Path) -> Settings:
    """An installation of one's own."""
    return house(shutil.copytree(_furnished, tmp_path / "old"))


@pytest.fixture
def new(tmp_path: Path) -> Settings:
    """An installation where nothing is yet."""
    return house(tmp_path / "new")


@pytest.fixture
def kept(old: Settings, tmp_path: Path) -> Path:
    """The backup of the old one."""
    target = tmp_path / "s.tar.gz"
    save(old, target)
    return target
