"""Killed, out of room, out of rights, on a disk of its own: what was there is whole, the next run mends the rest."""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import dying
import pytest
from houses import FOLDERS, bring_back, contents, house, save, untold

from assistant import Settings
from assistant.archive import check
from assistant.errors import ArchiveError
from assistant.restoring import mount_points

NOBODY = 65534


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    """Processes that start in a moment: forked from one that has everything imported and nothing open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["assistant.saving", "assistant.restoring", "assistant.feedback"])
    yield context
    from multiprocessing import forkserver, resource_tracker

    forkserver._forkserver._stop()
    resource_tracker._resource_tracker._stop()


def ended(processes: Any, what: Any, *arguments: Any) -> bool:
    """Whether it came to its end; else it was killed on the way."""
    process = processes.Process(target=what, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode in (0, -9)
    done = process.exitcode == 0
    process.close()
    return bool(done)


def all_of(settings: Settings) -> dict[str, bytes]:
    """Every file of an installation that a backup keeps; databases by what is in them."""
    found = {}
    for name in FOLDERS:
        for path, data in contents(getattr(settings, name)).items():
            if not path.endswith(("opened.txt", "sessions.sqlite", ".lock-holder.json")):
                is_database = data.startswith(b"SQLite")
                found[f"{name}/{path}"] = dump(getattr(settings, name) / path) if is_database else data
    return found


def dump(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as database:
        return "\n".join(database.iterdump()).encode()


def hidden(folder: Path) -> list[str]:
    """What lies about that nobody asked for."""
    return [path.name for path in folder.rglob(".*") if path.is_dir() and not path.name.startswith(".avant-")]


def test_a_backup_killed_at_any_step_spoils_neither_the_last_one_nor_what_it_keeps(
    processes: Any, old: Settings, kept: Path, tmp_path: Path
) -> None:
    before, last, step = all_of(old), kept.read_bytes(), 0
    while not ended(processes, dying.backup, old.corpus_dir.parent, kept, step):
        assert all_of(old) == before
        check(kept, untold)
        assert kept.read_bytes() == last or step >= 2, "replaced by the last rename alone"
        step += 1
    assert step >= 3
    assert hidden(tmp_path) == [], "the next run sweeps what the killed one left"


@pytest.mark.parametrize("place", ["folder", "disk"])
def test_a_restore_killed_at_any_step_loses_nothing_and_can_be_run_again(
    processes: Any, old: Settings, kept: Path, new: Settings, request: pytest.FixtureRequest, place: str
) -> None:
    there, step, home = b"Plus r\xc3\xa9cent.", 0, new.corpus_dir.parent
    new = new if place == "folder" else house(home, corpus_dir=request.getfixturevalue("small_disk"))
    new.corpus_dir.mkdir(parents=True, exist_ok=True)
    (new.corpus_dir / "n.md").write_bytes(there)
    while not ended(processes, dying.restore, home, new.corpus_dir, kept, step):
        around = new.corpus_dir.parent if place == "folder" else new.corpus_dir
        notes = [path.read_bytes() for path in around.rglob("n.md") if ".restauration-" not in str(path)]
        assert there in notes, f"lost at step {step}"
        step += 1
    assert step > len(check(kept, untold).files), "a flush a file and more"
    found = {path: data for path, data in all_of(new).items() if "/.avant-" not in path}
    assert found == all_of(old)
    assert hidden(home) == hidden(new.corpus_dir) == [], "the next run sweeps what the killed one left"


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("most", [0, 500, 3_000])
def test_a_backup_that_may_not_write_leaves_nothing(old: Settings, tmp_path: Path, most: int) -> None:
    before = all_of(old)
    with small_files(most), pytest.raises(ArchiveError, match="n'a pas été faite"):
        save(old, tmp_path / "s.tar.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old"]
    assert all_of(old) == before


def test_a_restore_that_may_not_write_leaves_nothing(kept: Path, new: Settings) -> None:
    with small_files(50_000), pytest.raises(ArchiveError, match=r"serait trop grand.*Rien n'a été changé"):
        bring_back(new, kept)
    assert list(new.corpus_dir.parent.rglob("*")) == []


def test_a_backup_on_a_full_disk_keeps_the_last_one(old: Settings, kept: Path, small_disk: Path) -> None:
    shutil.copy(kept, small_disk / "s.tar.gz")
    filler = small_disk / "filler"
    for free in (120_000, 20_000, 0):
        room = os.statvfs(small_disk)
        filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_bsize - free))
        with pytest.raises(ArchiveError, match="le disque est plein"):
            save(old, small_disk / "s.tar.gz", force=True)
        filler.unlink()
        assert (small_disk / "s.tar.gz").read_bytes() == kept.read_bytes()
        assert sorted(path.name for path in small_disk.iterdir()) == ["s.tar.gz"]
    save(old, small_disk / "s.tar.gz", force=True)


def test_a_restore_on_a_full_disk_says_how_much_room_it_needs(kept: Path, small_disk: Path) -> None:
    new = house(small_disk / "new")
    new.corpus_dir.mkdir(parents=True)
    (new.corpus_dir / "n.md").write_text("À moi.", encoding="utf-8")
    room = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(b"x" * (room.f_bavail * room.f_bsize - 50_000))
    with pytest.raises(ArchiveError, match=r"Il faut \d Mo libres .*Rien n'a été changé"):
        bring_back(new, kept, force=True)
    assert (new.corpus_dir / "n.md").read_text(encoding="utf-8") == "À moi."
    assert hidden(small_disk) == []


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """This process has no more rights than its files give; also where it is root."""
    if os.geteuid() != 0:
        yield
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    parent = folder
    while not parent.stat().st_mode & 0o005 or parent == folder:
        parent.chmod(parent.stat().st_mode | 0o055)
        parent = parent.parent
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_note_that_may_not_be_read_stops_the_backup_and_is_named(old: Settings, tmp_path: Path) -> None:
    with nobody(tmp_path):
        (old.corpus_dir / "n.md").chmod(0)
        with pytest.raises(ArchiveError, match=r"accès refusé \(.*n\.md\)"):
            save(old, tmp_path / "s.tar.gz")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["old"]


@pytest.mark.parametrize("name", ["corpus_dir", "state_dir", "index_dir"])
def test_a_folder_that_may_not_be_listed_stops_the_backup(old: Settings, tmp_path: Path, name: str) -> None:
    folder: Path = getattr(old, name)
    with nobody(tmp_path):
        folder.chmod(0)
        try:
            with pytest.raises(ArchiveError, match="accès refusé"):
                save(old, tmp_path / "s.tar.gz")
        finally:
            folder.chmod(0o700)


def test_a_place_where_nothing_may_be_written(old: Settings, kept: Path, new: Settings, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    with nobody(tmp_path):
        locked.chmod(0o555)
        with pytest.raises(ArchiveError, match="accès refusé"):
            save(old, locked / "s.tar.gz")
        with pytest.raises(ArchiveError, match=r"accès refusé .*Rien n'a été changé"):
            bring_back(house(locked / "new"), kept)


def test_folders_whose_parent_is_not_ours_are_filled_from_within(old: Settings, kept: Path, tmp_path: Path) -> None:
    new = house(tmp_path / "new")
    for name in FOLDERS:
        getattr(new, name).mkdir(parents=True)
    (new.corpus_dir / "n.md").write_text("À moi.", encoding="utf-8")
    with nobody(tmp_path):
        (tmp_path / "new").chmod(0o555)
        (aside,) = bring_back(new, kept, force=True)
        assert (aside / "n.md").read_text(encoding="utf-8") == "À moi."
        assert aside.parent == new.corpus_dir
        assert (new.corpus_dir / "n.md").read_bytes() == (old.corpus_dir / "n.md").read_bytes()
        assert hidden(new.corpus_dir.parent) == []
        (tmp_path / "new").chmod(0o755)
        save(new, tmp_path / "t.tar.gz")
        names = {file.name for file in check(tmp_path / "t.tar.gz", untold).files}
        assert not [name for name in names if ".avant-" in name], "what was put aside is not kept again"


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[Path]:
    """A folder that is another one, mounted on it: no `rename` moves it, and its disk is that of its parent."""
    behind, folder = tmp_path / "behind", tmp_path / "new" / "corpus é"
    behind.mkdir()
    folder.mkdir(parents=True)
    if subprocess.run(["mount", "--bind", str(behind), str(folder)], capture_output=True).returncode:
        pytest.skip("no right to mount a folder")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_folder_that_is_a_mounted_disk_is_filled_from_within(
    old: Settings, kept: Path, tmp_path: Path, small_disk: Path, bound: Path
) -> None:
    new = house(tmp_path / "new", index_dir=small_disk, corpus_dir=bound)
    (small_disk / "lost+found").mkdir()
    assert {small_disk, bound} <= mount_points()
    assert bring_back(new, kept) == []
    assert contents(bound) == contents(old.corpus_dir)
    assert (small_disk / "CURRENT").exists()
    (bound / "n.md").write_text("À moi.", encoding="utf-8")
    asides = bring_back(new, kept, force=True)
    assert asides[0].parent == bound
    assert (asides[0] / "n.md").read_text(encoding="utf-8") == "À moi."
    assert (small_disk / "lost+found").is_dir()
    assert contents(old.corpus_dir).items() <= contents(bound).items()


def test_a_disk_mounted_below_a_folder_is_refused_before_anything_is_changed(
    kept: Path, tmp_path: Path, bound: Path
) -> None:
    new = house(tmp_path / "new", corpus_dir=bound.parent, state_dir=tmp_path / "s", index_dir=tmp_path / "i")
    new = new.model_copy(update={"evals_dir": tmp_path / "e"})
    with pytest.raises(ArchiveError, match=r"Un disque est monté sous .*démontez-le"):
        bring_back(new, kept, force=True)
    assert [path.name for path in bound.parent.iterdir()] == [bound.name]
    assert not new.state_dir.exists()


@pytest.mark.parametrize("at", range(8))
def test_a_fault_in_the_middle_of_the_swap_undoes_it(
    kept: Path, new: Settings, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The eight renames of four folders, each failing once as on a disk that fails."""
    bring_back(new, kept)
    (new.corpus_dir / "n.md").write_text("Plus récent.", encoding="utf-8")
    before, real, calls = all_of(new), os.rename, iter(range(100))

    def failing(*arguments: Any) -> None:
        if next(calls) == at:
            raise OSError(5, "Input/output error", str(arguments[0]))
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", failing)
        with pytest.raises(ArchiveError, match=r"le disque ne répond pas.*Rien n'a été changé"):
            bring_back(new, kept, force=True)
    assert all_of(new) == before
    assert [path.name for path in new.corpus_dir.parent.iterdir() if "." in path.name] == []


def test_a_swap_that_cannot_be_undone_says_where_everything_is(
    kept: Path, new: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_back(new, kept)
    (new.corpus_dir / "n.md").write_text("Plus récent.", encoding="utf-8")
    real, calls = os.rename, iter(range(100))

    def failing(*arguments: Any) -> None:
        if next(calls) >= 5:
            raise OSError(5, "Input/output error", str(arguments[0]))
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", failing)
        with pytest.raises(ArchiveError, match="Rien n'est perdu, ce qui était là est dans : ") as caught:
            bring_back(new, kept, force=True)
    asides = [Path(found) for found in re.findall(r"(/\S+\.avant-\d+T\d+) \(venu de", str(caught.value))]
    assert (asides[0] / "n.md").read_text(encoding="utf-8") == "Plus récent."
    assert len(asides) == 3
    bring_back(new, kept, force=True)
    assert (new.corpus_dir / "n.md").read_text(encoding="utf-8") == "Le maire est là."
    assert (asides[0] / "n.md").exists()


def test_a_folder_that_is_a_file_is_named(kept: Path, new: Settings) -> None:
    new.corpus_dir.parent.mkdir(parents=True)
    new.corpus_dir.write_text("un fichier", encoding="utf-8")
    with pytest.raises(
        ArchiveError, match=r"corpus n'est pas un dossier : retirez-le, ou corrigez ASSISTANT_CORPUS_DIR"
    ):
        bring_back(new, kept)


def test_a_linked_folder_stays_a_link(old: Settings, kept: Path, new: Settings, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    new.corpus_dir.parent.mkdir()
    new.corpus_dir.symlink_to(tmp_path / "elsewhere")
    bring_back(new, kept)
    assert new.corpus_dir.is_symlink()
    assert contents(tmp_path / "elsewhere") == contents(old.corpus_dir)
