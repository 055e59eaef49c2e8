"""Backup and restore: what comes back is what was there; what is damaged or hostile changes nothing."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.archive import back_up
from assistant.errors import ArchiveError, IndexBusyError
from assistant.index.lock import Holder, writer_lock
from assistant.restoring import restore
from assistant.settings import Settings


def untold(done: int, total: int) -> None:
    """For who does not look."""


def house(folder: Path) -> Settings:
    names = ("corpus_dir", "index_dir", "state_dir", "evals_dir")
    return Settings.load(**{name: folder / name for name in names})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    made = house(tmp_path / "a")
    (made.corpus_dir / "trash").mkdir(parents=True)
    (made.corpus_dir / "n.md").write_text("Le maire est là.")
    (made.corpus_dir / "trash" / "t.md").write_text("Retirée.")
    made.state_dir.mkdir()
    (made.state_dir / "sessions.sqlite").write_text("secret")
    with closing(sqlite3.connect(made.state_dir / "feedback.sqlite")) as database:
        database.executescript("create table t (x); insert into t values (1);")
    target = tmp_path / "s.tar.gz"
    back_up(made, target, "moi", evals=False, force=False, told=untold)
    return target


def test_what_comes_back_is_what_was_kept(kept: Path, tmp_path: Path) -> None:
    new = house(tmp_path / "b")
    restore(new, kept, "moi", force=False, told=untold)
    assert (new.corpus_dir / "trash" / "t.md").read_text() == "Retirée."
    assert not (new.state_dir / "sessions.sqlite").exists()
    with closing(sqlite3.connect(new.state_dir / "feedback.sqlite")) as database:
        assert database.execute("select x from t").fetchall() == [(1,)]
    with pytest.raises(ArchiveError, match="pas vide"):
        restore(new, kept, "moi", force=False, told=untold)
    assert len(restore(new, kept, "moi", force=True, told=untold)[1]) == 2


@pytest.mark.parametrize("fault", ["cut", "flipped", "traversal"])
def test_a_damaged_or_hostile_archive_changes_nothing(kept: Path, tmp_path: Path, fault: str) -> None:
    data = gzip.decompress(kept.read_bytes())
    if fault == "cut":
        kept.write_bytes(kept.read_bytes()[:-200])
    elif fault == "flipped":
        kept.write_bytes(gzip.compress(data.replace("Le maire est là.".encode(), b"Le maire est lu.!")))
    else:
        kept.write_bytes(gzip.compress(data.replace(b"corpus/n.md", b"corpus/../n")))
    with pytest.raises(ArchiveError, match="refusée"):
        restore(house(tmp_path / "b"), kept, "moi", force=False, told=untold)
    assert not [path for path in (tmp_path / "b").rglob("*") if path.is_file()]


def test_no_backup_while_the_index_is_written_nor_over_another(kept: Path, tmp_path: Path) -> None:
    made = house(tmp_path / "a")
    with writer_lock(made.index_dir, Holder("moi", "publication")), pytest.raises(IndexBusyError):
        back_up(made, tmp_path / "t.tar.gz", "moi", evals=False, force=False, told=untold)
    with pytest.raises(ArchiveError, match="existe déjà"):
        back_up(made, kept, "moi", evals=False, force=False, told=untold)
