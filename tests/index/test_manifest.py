"""The manifest reads back, and tells every alteration of a build's files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.embedding import EmbedderIdentity
from assistant.errors import IndexCorruptError, IndexStoreError
from assistant.index.manifest import FILE, SCHEMA, Manifest, checksums, fingerprint

MANIFEST = Manifest(
    id="20171120T000000000-abcdef",
    schema=SCHEMA,
    created="2017-11-20T00:00:00+00:00",
    by="camille",
    parent=None,
    embedder=EmbedderIdentity("modèle", "1", 32),
    similarity_mean=0.78,
    similarity_std=0.017,
    chunk_tokens=220,
    chunking_version=1,
    rules="abc",
    notes=1,
    chunks=1,
    elements=1,
    checksums={},
)


@pytest.fixture
def build(tmp_path: Path) -> tuple[Path, Manifest]:
    """A folder with two files, and its manifest."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.sqlite").write_bytes(b"catalogue")
    (tmp_path / "sub" / "b.pickle").write_bytes(b"vectors")
    manifest = replace(MANIFEST, checksums=checksums(tmp_path))
    manifest.write(tmp_path)
    return tmp_path, manifest


def test_reads_back_what_was_written(build: tuple[Path, Manifest]) -> None:
    folder, manifest = build
    assert Manifest.read(folder) == manifest
    assert manifest.checksums.keys() == {"a.sqlite", "sub/b.pickle"}
    manifest.verify(folder)


@pytest.mark.parametrize("name", ["a.sqlite", "sub/b.pickle"])
@pytest.mark.parametrize("damage", ["flip", "append", "truncate", "delete", "folder"])
def test_every_alteration_is_told_by_name(build: tuple[Path, Manifest], name: str, damage: str) -> None:
    folder, manifest = build
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    match damage:
        case "flip":
            path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        case "append":
            path.write_bytes(content + b"\0")
        case "truncate":
            path.write_bytes(content[:-1])
        case "folder":
            path.mkdir()
    with pytest.raises(IndexCorruptError) as caught:
        manifest.verify(folder)
    assert f"({name} manque ou a été altéré)" in str(caught.value)
    assert "« assistant index sync »" in str(caught.value)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(IndexCorruptError, match=r"manifest\.json est illisible"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 40, 200, -1, -2])
def test_a_truncated_manifest(build: tuple[Path, Manifest], kept: int) -> None:
    folder, _ = build
    path = folder / FILE
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(IndexCorruptError, match=r"manifest\.json est illisible"):
        Manifest.read(folder)


@pytest.mark.parametrize("text", ["null", "[]", "{}", '{"embedder": 1}', '"texte"', "\xff"])
def test_a_manifest_of_another_form(build: tuple[Path, Manifest], text: str) -> None:
    folder, _ = build
    (folder / FILE).write_bytes(text.encode("latin-1"))
    with pytest.raises(IndexCorruptError, match=r"manifest\.json est illisible"):
        Manifest.read(folder)


@pytest.mark.parametrize("field", ["schema", "checksums", "similarity_std"])
def test_a_field_that_is_missing_or_too_many(build: tuple[Path, Manifest], field: str) -> None:
    folder, _ = build
    fields = json.loads((folder / FILE).read_text(encoding="utf-8"))
    for changed in ({**fields, "autre": 1}, {key: value for key, value in fields.items() if key != field}):
        (folder / FILE).write_text(json.dumps(changed), encoding="utf-8")
        with pytest.raises(IndexCorruptError):
            Manifest.read(folder)


def test_one_altered_byte_of_the_manifest_itself_is_told(build: tuple[Path, Manifest]) -> None:
    folder, manifest = build
    path, content = folder / FILE, (folder / FILE).read_bytes()
    unseen = []
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            read = Manifest.read(folder)
            read.verify(folder)
        except IndexStoreError:
            continue
        if read != manifest:
            unseen.append(content[max(0, at - 20) : at + 5].decode(errors="replace"))
    assert not unseen, f"{len(unseen)} altered bytes go unseen, such as {unseen[::20]}"


def test_no_fingerprint_of_what_cannot_be_read(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "absent") is None
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database at all" * 100)
    assert fingerprint(tmp_path / "chroma.sqlite3") is None
