"""Whatever a note holds: its file reads back as it was, and its chunks are its own words, in order, all of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.chunking import chunk_note
from assistant.corpus.front_matter import FrontMatterError, parse_note, parse_origin, split
from assistant.corpus.rendering import render_note
from assistant.corpus.sections import empty_headings
from assistant.models import Note

from .texts import ANY_TEXT, TEXTS, notes


def words(texts: list[str]) -> list[int]:
    """A budget that a reader can check by hand."""
    return [len(text.split()) for text in texts]


@given(notes())
def test_a_note_is_written_and_read_back_as_it_was(note: Note) -> None:
    assert parse_note(render_note(note)) == note


@given(st.one_of(ANY_TEXT, ANY_TEXT.map(lambda text: f"---\n{text}\n---\nUn texte.")))
def test_any_file_is_a_note_or_has_faults_with_lines(text: str) -> None:
    lines = text.count("\n") + 1
    try:
        note = parse_note(text)
    except FrontMatterError as error:
        assert error.faults
        assert all(0 <= line <= lines and message for line, message in error.faults)
        return
    assert note.text.strip() and note.title.strip()
    assert parse_note(render_note(note)) == note
    parse_origin(text)
    assert isinstance(split(text)[0], Mapping)


@given(notes(), st.integers(3, 60))
def test_chunks_are_the_notes_own_words_in_order(note: Note, budget: int) -> None:
    chunks = chunk_note(note, budget, words)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.text == note.text[chunk.start : chunk.end] and chunk.text.strip() for chunk in chunks)
    assert all(first.end <= second.start for first, second in pairwise(chunks))
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@given(notes(TEXTS.filter(lambda text: "#" not in text)), st.integers(3, 60))
def test_without_headings_every_word_is_in_a_chunk(note: Note, budget: int) -> None:
    chunks = chunk_note(note, budget, words)
    between = [note.text[a.end : b.start] for a, b in pairwise(chunks)]
    ends = [note.text[: chunks[0].start], note.text[chunks[-1].end :]] if chunks else [note.text]
    assert not "".join([*between, *ends]).strip("\ufeff \n\t").strip()


@given(ANY_TEXT)
def test_headings_of_any_text_are_lines_of_it(text: str) -> None:
    lines = text.count("\n") + 1
    assert all(1 <= line <= lines for line, _ in empty_headings(text))
