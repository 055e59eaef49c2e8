"""A disk that fills up: whoever writes is told in French, and what was there is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from opinions import given

from assistant.audit import FILE, Entry, entries, record
from assistant.corpus.files import find_note, replace_file
from assistant.corpus.writing import write_new
from assistant.errors import AssistantError, CorpusError, DocumentError, EvaluationError, FeedbackError
from assistant.evaluation.labels import add_label, labels
from assistant.evaluation.models import Verdict
from assistant.feedback import FeedbackStore


@contextmanager
def full(disk: Path, free: int = 0) -> Iterator[None]:
    """Nothing but so many bytes, in whole pages, is left."""
    room, page = os.statvfs(disk), os.sysconf("SC_PAGESIZE")
    size = (room.f_bavail * room.f_bsize - free) // page * page
    (disk / "filler").write_bytes(b"x" * size)
    try:
        yield
    finally:
        (disk / "filler").unlink()


def test_the_journal_on_a_full_disk_keeps_its_lines_and_no_half_one(small_disk: Path) -> None:
    record(small_disk, Entry("a", "un"))
    before = (small_disk / FILE).read_bytes()
    with full(small_disk), pytest.raises(AssistantError, match="le disque est plein"):
        record(small_disk, Entry("b", "deux", "x" * 10_000))
    assert (small_disk / FILE).read_bytes() == before
    record(small_disk, Entry("c", "trois"))
    assert [entry.what for entry in entries(small_disk)] == ["un", "trois"]


def test_feedback_on_a_full_disk_is_refused_and_the_rest_is_there(small_disk: Path) -> None:
    store = FeedbackStore(f"sqlite:///{small_disk / 'feedback.sqlite'}", 3650)
    first = given()
    store.save(first)
    for free in (0, 40_000):
        with full(small_disk, free), pytest.raises(FeedbackError, match="plein"):
            for _ in range(30):
                store.save(given(comment="x" * 2000))
        assert first in store.select()
    store.save(given())


def test_a_note_edited_on_a_full_disk_stays_as_it_was(small_disk: Path) -> None:
    path = small_disk / "a.md"
    path.write_text("---\nid: a\ntitle: A\n---\nAvant.\n", encoding="utf-8")
    before = find_note(small_disk, "a").content
    with full(small_disk), pytest.raises(CorpusError, match=r"le disque est plein\) : il reste comme il était"):
        replace_file(path, before, before + "x" * 10_000)
    assert path.read_text(encoding="utf-8") == before
    assert [found.name for found in small_disk.iterdir()] == ["a.md"]


def test_a_document_added_on_a_full_disk_leaves_no_half_file(small_disk: Path) -> None:
    write_new(small_disk / "originals" / "un.pdf", b"un")
    with full(small_disk), pytest.raises(DocumentError, match="le disque est plein"):
        write_new(small_disk / "originals" / "deux.pdf", b"x" * 100_000)
    assert [found.name for found in (small_disk / "originals").iterdir()] == ["un.pdf"]


def test_a_verdict_on_a_full_disk_leaves_those_before_readable(small_disk: Path) -> None:
    add_label(small_disk, "cas-1", "Camille", Verdict.RIGHT)
    with full(small_disk), pytest.raises(EvaluationError, match="le disque est plein"):
        add_label(small_disk, "cas-2", "Camille", Verdict.RIGHT, "é" * 2000)
    add_label(small_disk, "cas-3", "Camille", Verdict.RIGHT)
    assert [label.case for label in labels(small_disk)] == ["cas-1", "cas-3"]
