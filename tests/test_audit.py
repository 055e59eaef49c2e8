"""The journal: appended, never lost, read around what a crash cut; old lines go while others write."""

from __future__ import annotations

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.audit import FILE, Entry, entries, forget, local_user, record
from assistant.errors import AssistantError


def test_what_is_recorded_is_read_back_in_order(tmp_path: Path) -> None:
    first = Entry("claire", "publication", "2 notes ajoutées", None, "b1")
    second = Entry("claire", "retour", "à la version b0", "b1", "b0")
    for entry in (first, second):
        record(tmp_path / "state", entry)
    assert entries(tmp_path / "state") == [first, second]
    assert first.when.endswith("+00:00")


def test_there_may_be_no_journal_yet(tmp_path: Path) -> None:
    assert entries(tmp_path) == []


def test_a_cut_line_hides_no_other(tmp_path: Path) -> None:
    record(tmp_path, Entry("a", "un"))
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"who": "b"}) + "\n" + '{"who": "c", "wh')
    record(tmp_path, Entry("d", "deux"))
    assert [entry.what for entry in entries(tmp_path)] == ["un", "deux"]


def _write(folder: Path, who: str) -> None:
    for number in range(50):
        record(folder, Entry(who, "essai", f"{number} {'x' * 500}"))


def test_lines_of_two_processes_do_not_mix(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, who)) for who in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    found = entries(tmp_path)
    assert [[e.detail.split()[0] for e in found if e.who == who] for who in "ab"] == [[str(n) for n in range(50)]] * 2


def test_what_is_written_while_old_lines_go_is_not_lost(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, who)) for who in "ab"]
    for writer in writers:
        writer.start()
    now, purged = datetime.now(UTC), 0
    while any(writer.is_alive() for writer in writers):
        record(tmp_path, Entry("vieux", "essai", when=(now - timedelta(days=100)).isoformat()))
        purged += forget(tmp_path, 90, now, at_once=True)
    for writer in writers:
        writer.join(60)
    found = entries(tmp_path)
    assert purged > 1
    assert [[e.detail.split()[0] for e in found if e.who == who] for who in "ab"] == [[str(n) for n in range(50)]] * 2


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    with pytest.raises(AssistantError, match=r"journal.*ASSISTANT_STATE_DIR"):
        record(tmp_path / "state", Entry(local_user(), "essai"))


def test_no_value_makes_a_line_of_its_own(tmp_path: Path) -> None:
    forged = '\n{"who": "claire", "what": "publication"}\r\n\u2028\u0085\x00"'
    record(tmp_path, Entry(forged, "connexion refusée", forged))
    record(tmp_path, Entry("claire", "connexion"))
    assert [entry.what for entry in entries(tmp_path)] == ["connexion refusée", "connexion"]
    assert len((tmp_path / FILE).read_bytes().split(b"\n")) == 3
