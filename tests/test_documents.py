"""What `benchmarks.documents` measures, held: real files with their probes and traps, damaged copies, bombs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.corpus.formats import Extractor
from benchmarks import hostile
from benchmarks.documents import (
    RAW_DOCS,
    SLOWEST,
    Outcome,
    damaged_copies,
    manifest,
    menus_left,
    missed_probes,
    run,
    trap_is_told,
)

needs_files = pytest.mark.skipif(not RAW_DOCS.is_dir(), reason="the real files are not there")


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor() as made:
        yield made


@pytest.fixture(scope="module")
def outcomes(extractor: Extractor) -> list[tuple[dict, Outcome]]:
    return [(line, run(extractor, (RAW_DOCS / line["file"]).read_bytes(), line["file"])) for line in manifest()]


@needs_files
def test_probes_of_real_files_are_found(outcomes: list[tuple[dict, Outcome]]) -> None:
    missed = [probe for line, outcome in outcomes for probe in missed_probes(outcome, line["probes"])]
    probes = sum(len(line["probes"]) for line, _ in outcomes)
    assert probes > 190
    assert len(missed) <= 0.02 * probes, missed


@needs_files
def test_real_pages_leave_their_menus(outcomes: list[tuple[dict, Outcome]]) -> None:
    pages = [outcome for _, outcome in outcomes if outcome.name.endswith(".html")]
    left = {page.name: menus_left(page, (RAW_DOCS / page.name).read_bytes()) for page in pages}
    assert sum(not menus for menus in left.values()) >= 0.9 * len(pages), left


@needs_files
def test_traps_are_told_with_their_reason(outcomes: list[tuple[dict, Outcome]]) -> None:
    told = {outcome.name: trap_is_told(outcome, line["note"]) for line, outcome in outcomes}
    assert [name for name, is_told in told.items() if is_told is False] == []
    assert sum(is_told is True for is_told in told.values()) == 3
    refused = [outcome.name for _, outcome in outcomes if outcome.found is None]
    assert sorted(refused) == sorted(name for name, is_told in told.items() if is_told)


@needs_files
def test_damaged_copies_are_read_or_refused_in_time(extractor: Extractor) -> None:
    outcomes = [run(extractor, data, name) for name, data in damaged_copies()]
    assert len(outcomes) == 60
    assert [o.name for o in outcomes if o.seconds > SLOWEST] == []
    assert all(o.found is None or o.found.text.strip() for o in outcomes)
    assert [o.name for o in outcomes if "brutalement" in o.refusal] == []


@pytest.mark.slow
def test_ten_thousand_pages_are_read_in_time(extractor: Extractor) -> None:
    outcome = run(extractor, hostile.many_pages(), "10000-pages.pdf")
    assert outcome.seconds < SLOWEST + 1
    assert outcome.found is None or "page 10000, ligne 3" in outcome.found.text
    assert outcome.found or "prend plus de 30 secondes" in outcome.refusal
