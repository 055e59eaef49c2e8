"""Opening the published build: verified first, refused where it cannot be trusted, mended by the next sync."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.embedding import Embedder
from assistant.errors import IndexCorruptError, IndexMismatchError, IndexMissingError, IndexStoreError
from assistant.index import Build, Recipe, current_build_id, sync
from assistant.index.build import BUILDS, CURRENT, publish
from assistant.index.catalogue import FILE, Catalogue
from assistant.index.manifest import Manifest
from assistant.models import Note

MANY = 1_100  # chunks, enough for Chroma to write its vectors to files of their own


@pytest.fixture(scope="session")
def many() -> list[Note]:
    chance = random.Random(3)
    words = ["le", "maire", "ville", "note", "forum", "lyon"]
    return [
        Note(f"n{number}", f"note {number}", " ".join([*chance.choices(words, k=12), f"{number}."]))
        for number in range(MANY)
    ]


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory, _loaded: Embedder, three: list[Note], many: list[Note]) -> Path:
    folder = tmp_path_factory.mktemp("made")
    recipe = Recipe(_loaded.identity, lambda: _loaded, 40)
    sync(folder / "few", three, recipe)
    sync(folder / "many", many, recipe)
    return folder


def opened(index_dir: Path, embedder: Embedder) -> Build:
    return Build.open_current(index_dir, embedder.identity)


def published(index_dir: Path) -> Path:
    return index_dir / BUILDS / (current_build_id(index_dir) or "")


def test_nothing_published(tmp_path: Path, tiny: Embedder) -> None:
    assert current_build_id(tmp_path) is None
    with pytest.raises(IndexMissingError) as caught:
        opened(tmp_path, tiny)
    assert str(caught.value) == (
        f"Il n'y a pas encore d'index dans {tmp_path} : faites-le avec « assistant index sync »."
    )


def test_opens_what_was_published(index_dir: Path, tiny: Embedder, three: list[Note]) -> None:
    build = opened(index_dir, tiny)
    assert build.id == current_build_id(index_dir)
    assert [build.catalogue.note(note.id) for note in three] == three
    assert build.vectors.vectors(build.catalogue.chunk_ids()).keys() == set(build.catalogue.chunk_ids())
    assert (build.manifest.notes, build.manifest.chunks) == (3, build.catalogue.chunk_count)
    build.close()


def test_publishing_is_one_step(tmp_path: Path) -> None:
    publish(tmp_path, "un")
    publish(tmp_path, "deux")
    assert current_build_id(tmp_path) == "deux"
    assert [path.name for path in tmp_path.iterdir()] == [CURRENT], "nothing is left aside"


@pytest.mark.parametrize("size", ["few", "many"])
def test_opening_again_and_again(_made: Path, size: str, tiny: Embedder) -> None:
    for _ in range(4):
        build = opened(_made / size, tiny)
        assert build.vectors.search(tiny.encode_query("le maire"), 5)
        build.close()


def files_of(folder: Path) -> dict[str, Path]:
    """One file of each kind."""
    return {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}


FEW = ["manifest.json", "catalogue.sqlite", "chroma.sqlite3", "data_level0.bin", "header.bin", "length.bin"]
LATER = ["manifest.json", "catalogue.sqlite", "chroma.sqlite3", "data_level0.bin", "index_metadata.pickle"]
SEALED = [*LATER, "header.bin", "link_lists.bin"]


def assert_told_and_mended(index_dir: Path, notes: list[Note], recipe: Recipe) -> None:
    with pytest.raises(IndexCorruptError) as caught:
        opened(index_dir, recipe.load())
    message = str(caught.value)
    assert message.startswith(f"L'index {published(index_dir)} est abîmé (")
    assert "« assistant index sync »" in message
    assert "\n" not in message
    report = sync(index_dir, notes, recipe)
    assert report.published
    build = opened(index_dir, recipe.load())
    assert build.manifest.notes == len(notes)
    build.close()


@pytest.mark.parametrize("name", FEW)
def test_a_deleted_file_is_told_and_mended(
    _made: Path, tmp_path: Path, name: str, three: list[Note], small: Recipe
) -> None:
    index_dir = shutil.copytree(_made / "few", tmp_path / "index")
    files_of(published(index_dir))[name].unlink()
    assert_told_and_mended(index_dir, three, small)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def flip_within(path: Path) -> None:
    """In a database, every place of one chunk's id: its middle may be a page that is not in use."""
    content = path.read_bytes()
    key = chunk_id(path.parent.parent) if path.name == "chroma.sqlite3" else b""
    places = [match.start() for match in re.finditer(key, content)] if key else [len(content) // 2]
    assert places
    for at in places:
        flip(path, at)


@pytest.mark.parametrize("name", ["manifest.json", "catalogue.sqlite", "chroma.sqlite3"])
@pytest.mark.parametrize("where", ["first", "middle"])
def test_one_flipped_byte_is_told_and_mended(
    _made: Path, tmp_path: Path, name: str, where: str, three: list[Note], small: Recipe
) -> None:
    index_dir = shutil.copytree(_made / "few", tmp_path / "index")
    path = files_of(published(index_dir))[name]
    if where == "first":
        flip(path, 0)
    else:
        flip_within(path)
    assert_told_and_mended(index_dir, three, small)


def chunk_id(folder: Path) -> bytes:
    catalogue = Catalogue(folder / FILE)
    try:
        return catalogue.chunk_ids()[0].encode()
    finally:
        catalogue.close()


@pytest.mark.parametrize("name", SEALED)
@pytest.mark.parametrize("damage", ["flip", "truncate"])
def test_a_big_index_is_watched_to_the_byte(
    _made: Path, tmp_path: Path, name: str, damage: str, tiny: Embedder
) -> None:
    index_dir = shutil.copytree(_made / "many", tmp_path / "index")
    path = files_of(published(index_dir))[name]
    content = path.read_bytes()
    assert content
    if damage == "flip":
        flip_within(path)
    else:
        path.write_bytes(content[: len(content) // 2])
    with pytest.raises(IndexCorruptError, match="est abîmé"):
        opened(index_dir, tiny)


@pytest.mark.parametrize("content", ["absent", "../../etc", "", "\n", "\x00", "é\n" * 3])
def test_a_pointer_to_nothing(index_dir: Path, tiny: Embedder, three: list[Note], small: Recipe, content: str) -> None:
    (index_dir / CURRENT).write_text(content, encoding="utf-8")
    with pytest.raises(IndexStoreError):
        opened(index_dir, tiny)
    sync(index_dir, three, small)
    opened(index_dir, tiny).close()


def test_a_pointer_that_is_no_text(index_dir: Path, tiny: Embedder, three: list[Note], small: Recipe) -> None:
    (index_dir / CURRENT).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IndexStoreError):
        opened(index_dir, tiny)
    sync(index_dir, three, small)
    opened(index_dir, tiny).close()


def test_another_embedder_is_refused_with_what_to_do(index_dir: Path, tiny: Embedder, embedder: Embedder) -> None:
    with pytest.raises(IndexMismatchError) as caught:
        opened(index_dir, embedder)
    assert str(tiny.identity) in str(caught.value)
    assert str(embedder.identity) in str(caught.value)
    assert "refaites-le avec « assistant index sync »" in str(caught.value)


@pytest.mark.parametrize("field", ["schema", "chunking_version"])
def test_another_format_is_refused_and_made_anew(
    index_dir: Path, tiny: Embedder, three: list[Note], small: Recipe, field: str
) -> None:
    manifest: Any = Manifest.read(published(index_dir))
    replace(manifest, **{field: 99}).write(published(index_dir))
    with pytest.raises(IndexMismatchError, match=r"plus récent .* refaites-le avec « assistant index sync »"):
        opened(index_dir, tiny)
    sync(index_dir, three, small)
    opened(index_dir, tiny).close()
