"""The project's own notes say what their source says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.models import Note

SEED = Path(__file__).parents[3] / "shared" / "data" / "seed"


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    """The source's paragraphs (a line each) but the first line, which is the title of the commission's note."""
    files = sorted(SEED.glob("*.txt"))
    if not files:
        pytest.skip(f"the source is not on this machine: {SEED}")
    lines = [squeezed(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line][1:]


def test_every_paragraph_of_the_source_is_in_exactly_one_note(paragraphs: list[str], notes: list[Note]) -> None:
    homes = {text: [note.id for note in notes if text in squeezed(note.text)] for text in paragraphs}
    assert {text: ids for text, ids in homes.items() if len(ids) != 1} == {}


def test_the_notes_hold_nothing_else(paragraphs: list[str], notes: list[Note]) -> None:
    for note in notes:
        rest = squeezed(note.text)
        for text in sorted(paragraphs, key=len, reverse=True):
            rest = rest.replace(text, "", 1)
        assert rest.strip() == "", f"{note.id} adds {rest!r}"


def test_the_commission_is_titled_as_its_source(notes: list[Note]) -> None:
    files = sorted(SEED.glob("*.txt"))
    if not files:
        pytest.skip(f"the source is not on this machine: {SEED}")
    (note,) = [note for note in notes if note.id.startswith("commission")]
    assert note.title == files[0].read_text(encoding="utf-8").splitlines()[0].strip()


def test_no_note_claims_a_printed_date(notes: list[Note]) -> None:
    assert [note.id for note in notes if note.date and not note.date_inferred] == []


def test_files_are_named_after_their_notes(notes: list[Note]) -> None:
    names = {path.stem for path in (Path(__file__).parents[2] / "corpus").rglob("*.md")} - {"README"}
    assert {note.id for note in notes} == names
