"""`make fuzz` for a few seconds, always the same ones."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import fuzz


@pytest.mark.slow
def test_no_document_and_no_request_breaks_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "FOUND", tmp_path)
    report = fuzz.Report()
    fuzz.documents(3, random.Random(1), report)
    fuzz.requests(3, random.Random(1), report)
    assert report.findings == {}
    assert sum(report.seen.values()) > 20


def test_what_is_found_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "FOUND", tmp_path)
    report = fuzz.Report()
    report.found("a status of 500", b"GET /")
    report.found("a status of 500", b"GET /again")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"GET /"]
    assert report.seen["FOUND a status of 500"] == 2
