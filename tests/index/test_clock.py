"""A clock that jumps: builds still follow each other, and old texts are still there once it is put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from killing import change, job, make, notes

from assistant.index import current_build_id, kept, list_builds, note_as_cited
from assistant.index.build import BUILDS
from assistant.index.lock import Holder, writer_lock
from assistant.index.sweep import put_in_order

NOW = datetime.now(UTC)


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """An index of the version 0 of some notes."""
    (tmp_path / "index" / BUILDS).mkdir(parents=True)
    change(tmp_path / "index", tmp_path / "state", "publication", None, "", "0")
    return tmp_path / "index"


def publish_at(index_dir: Path, moment: datetime, before: str, after: str, patch: pytest.MonkeyPatch) -> str:
    """Publish while the clock tells this moment."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Clock:
            return cls.fromtimestamp(moment.timestamp(), UTC)

    with patch.context() as patched, writer_lock(index_dir, Holder("essai", "publication")):
        patched.setattr(kept, "datetime", Clock)
        put_in_order(index_dir, None)
        made = job(current_build_id(index_dir), notes(after), notes(before), "publication", index_dir.parent / "state")
        return make(index_dir, replace(made, created=moment))


def test_builds_follow_each_other_though_the_clock_goes_back(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [str(current_build_id(index_dir))]
    for number, days in enumerate((0, -3650, -1, 40), start=1):
        moment = NOW + timedelta(days=days)
        made.append(publish_at(index_dir, moment, str(number - 1), str(number), monkeypatch))
    assert made == sorted(made)
    assert current_build_id(index_dir) == made[-1]
    assert [build.id for build in list_builds(index_dir)] == made[::-1]
    assert note_as_cited(index_dir, made[2], "n3") == notes("2")[3]


def test_old_texts_outlive_a_clock_that_goes_ahead_by_mistake(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = str(current_build_id(index_dir))
    publish_at(index_dir, NOW, "0", "1", monkeypatch)
    publish_at(index_dir, NOW + timedelta(days=3650), "1", "2", monkeypatch)
    for number in range(2, 8):
        publish_at(index_dir, NOW, str(number), str(number + 1), monkeypatch)
    assert first not in [build.id for build in list_builds(index_dir)]
    assert note_as_cited(index_dir, first, "n3") == notes("0")[3]
