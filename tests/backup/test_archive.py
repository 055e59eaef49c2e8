"""An archive that was cut, altered or made to harm is refused before anything is changed."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from houses import bring_back, contents, save, untold

from assistant import Settings
from assistant.archive import MANIFEST, check
from assistant.errors import ArchiveError

Members = list[tuple[tarfile.TarInfo, bytes]]


def members(source: Path) -> Members:
    with tarfile.open(source, "r:gz") as tar:
        return [(entry, file.read()) for entry in tar if (file := tar.extractfile(entry)) is not None]


def write(target: Path, made: Members) -> None:
    with tarfile.open(target, "w:gz", compresslevel=1) as tar:
        for entry, data in made:
            tar.addfile(entry, io.BytesIO(data))


def entry(name: str, size: int = 0, **fields: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size = size
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def with_manifest(source: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what the archive says of itself."""
    (head, data), *rest = members(source)
    told = json.loads(data)
    change(told)
    data = json.dumps(told).encode()
    head.size = len(data)
    write(source, [(head, data), *rest])


def renamed(source: Path, name: str) -> None:
    """Have a file called otherwise, by the manifest and by the archive."""
    with_manifest(source, lambda told: told["files"][0].update(name=name))
    made = members(source)
    made[1][0].name = name
    write(source, made)


def assert_refused(source: Path, new: Settings, why: str | None = None) -> None:
    """By a check as by a restore; and nothing is made where nothing was."""
    with pytest.raises(ArchiveError, match=why) as caught:
        check(source, untold)
    assert "Rien n'a été changé" in str(caught.value)
    with pytest.raises(ArchiveError, match=why):
        bring_back(new, source)
    left = list(new.corpus_dir.parent.rglob("*")) if new.corpus_dir.parent.exists() else []
    assert left == []


def test_an_archive_cut_anywhere_is_refused(kept: Path, new: Settings) -> None:
    whole = kept.read_bytes()
    for length in [0, 1, 9, 10, 11, 20, *range(100, len(whole) - 40, max(1, len(whole) // 25))]:
        kept.write_bytes(whole[:length])
        assert_refused(kept, new, "abîmée")


def test_a_byte_changed_anywhere_is_told(kept: Path) -> None:
    whole, chance, refused = kept.read_bytes(), random.Random(7), 0
    content = gzip.decompress(whole)
    for at in [*range(20), *(chance.randrange(20, len(whole)) for _ in range(60))]:
        changed = whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
        kept.write_bytes(changed)
        try:
            check(kept, untold)
        except ArchiveError:
            refused += 1
        else:
            assert gzip.decompress(changed) == content, "gzip has bits that mean nothing, such as its day"
    assert refused > 50


def test_a_byte_changed_in_a_file_is_told_by_name(kept: Path, new: Settings) -> None:
    data = gzip.decompress(kept.read_bytes())
    kept.write_bytes(gzip.compress(data.replace("Le maire est là.".encode(), b"Le maire est lu.!")))
    assert_refused(kept, new, r"'corpus/n\.md' n'a pas la somme de contrôle annoncée")


def test_a_member_that_is_missing_or_too_many_is_told(kept: Path, new: Settings) -> None:
    made = members(kept)
    for wrong, why in (
        (made[:3] + made[4:], "n'y est pas tel qu'annoncé"),
        (made[:-1], "n'y est pas tel qu'annoncé"),
        ([made[0], made[2], made[1], *made[3:]], "n'y est pas tel qu'annoncé"),
        ([*made, (entry("corpus/z.md", 1), b"z")], "un fichier qui n'est pas annoncé"),
        (made[1:], "n'a pas été faite par « assistant backup »"),
        ([], "n'a pas été faite par « assistant backup »"),
    ):
        write(kept, wrong)
        assert_refused(kept, new, why)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "corpus/../../x",
        "../x",
        "corpus//x",
        "corpus/./x",
        "corpus/",
        "corpus",
        "autre/x",
        "",
        "corpus\\x",
        "state/../corpus/x",
        "corpus/a\0b",
        "./corpus/x",
    ],
)
def test_a_name_that_leads_out_is_refused(kept: Path, new: Settings, name: str) -> None:
    renamed(kept, name)
    assert_refused(kept, new, "mène hors de ses dossiers")


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_a_link_or_a_device_is_refused(kept: Path, new: Settings, kind: bytes) -> None:
    made = members(kept)
    made[1] = (entry(made[1][0].name, 0, type=kind, linkname="/etc/passwd"), b"")
    write(kept, made)
    assert_refused(kept, new)


def test_two_files_of_one_name_or_of_a_folders_name_are_refused(kept: Path, old: Settings, new: Settings) -> None:
    with_manifest(kept, lambda told: told["files"].append(told["files"][0]))
    assert_refused(kept, new, "son sommaire est faux")


def test_a_file_in_the_place_of_a_folder_is_refused(kept: Path, new: Settings) -> None:
    renamed(kept, "corpus/originals")
    with pytest.raises(ArchiveError, match="Rien n'a été changé"):
        bring_back(new, kept)
    assert not new.corpus_dir.exists()


@pytest.mark.parametrize(("found", "mend"), [(2, "mettez le programme à jour"), (0, "la version qui l'a faite")])
def test_an_archive_of_another_format_is_told_with_what_to_do(kept: Path, new: Settings, found: int, mend: str) -> None:
    with_manifest(kept, lambda told: told.update(format=found, files="autrement"))
    assert_refused(kept, new, f"a le format {found}, ce programme lit le format 1 : .*{mend}")


@pytest.mark.parametrize(
    "change",
    [
        {"format": None},
        {"files": 3},
        {"files": [3]},
        {"created": "hier"},
        {"files": [{"name": "corpus/a"}]},
        {"files": [{"name": "corpus/a", "size": -1, "sha256": ""}]},
    ],
)
def test_a_manifest_of_another_form_is_refused(kept: Path, new: Settings, change: dict[str, Any]) -> None:
    with_manifest(kept, lambda told: told.update(change))
    assert_refused(kept, new)


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"\xff", b"[" * 100_000])
def test_a_manifest_that_is_none_is_refused(kept: Path, new: Settings, text: bytes) -> None:
    write(kept, [(entry(MANIFEST, len(text)), text), *members(kept)[1:]])
    assert_refused(kept, new, "son sommaire est illisible")


def test_a_bomb_is_refused_by_what_it_announces(kept: Path, new: Settings) -> None:
    with_manifest(kept, lambda told: told["files"][0].update(size=10**12))
    assert_refused(kept, new, r"dépliée, elle ferait 1000\.0 Go")


def test_a_header_without_end_is_not_taken_into_memory(kept: Path, new: Settings) -> None:
    """A tar header may be of any length: 200 MB of zeros take 200 KB here."""
    made = entry("corpus/x", 200 << 20, type=tarfile.XHDTYPE)
    with gzip.open(kept, "wb", compresslevel=9) as file:
        file.write(made.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(200):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        assert_refused(kept, new, "en-tête démesuré")
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_headers_upon_headers_are_refused(kept: Path, new: Settings) -> None:
    long = entry("././@LongLink", 512, type=tarfile.GNUTYPE_LONGNAME).tobuf(tarfile.GNU_FORMAT) + b"x" * 512
    kept.write_bytes(gzip.compress(long * 5000))
    assert_refused(kept, new)


def test_a_large_file_is_never_whole_in_memory(old: Settings, new: Settings, tmp_path: Path) -> None:
    block = random.Random(1).randbytes(1 << 20)
    with (old.corpus_dir / "originals" / "film.bin").open("wb") as file:
        for number in range(48):
            file.write(bytes([number]) + block[1:])
    tracemalloc.start()
    try:
        save(old, tmp_path / "s.tar.gz")
        bring_back(new, tmp_path / "s.tar.gz")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20
    assert contents(new.corpus_dir) == contents(old.corpus_dir)
