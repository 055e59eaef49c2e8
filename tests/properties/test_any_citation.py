"""Whatever is asked, and whatever a note holds: what is shown as a quote stands in the note, to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import Assistant
from assistant.answering.citations import cite
from assistant.errors import QuestionError
from assistant.models import Answer, Note
from assistant.ui.markup import escape_line

from .texts import ANY_TEXT, notes


@given(notes(), st.data())
def test_a_citation_is_a_span_of_its_note(note: Note, data: st.DataObject) -> None:
    ends = st.integers(0, len(note.text))
    spans = [(note, *sorted(pair)) for pair in data.draw(st.lists(st.tuples(ends, ends), max_size=4))]
    if any(not note.text[start:end].strip() for _, start, end in spans):
        with pytest.raises(ValueError):
            cite(spans)
        return
    sentences, citations = cite(spans)
    assert len(sentences) == len(spans)
    for sentence in sentences:
        assert sentence.citations and sentence.text.strip()
        assert not set("\r\n") & set(sentence.text)
    for found in citations:
        assert found.quote == note.text[found.start : found.end]


@settings(max_examples=30)
@given(st.one_of(ANY_TEXT, ANY_TEXT.map(lambda text: f"Qui pilote le programme DcANT, {text} ?")))
def test_whatever_is_asked_quotes_are_the_notes(bot: Assistant, question: str) -> None:
    try:
        reply = bot.ask(question)
    except QuestionError:
        assert not question.strip() or len(question) > 2000
        return
    for found in reply.citations if isinstance(reply, Answer) else ():
        assert found.quote == bot.note(found.note_id).text[found.start : found.end]


@given(ANY_TEXT)
def test_what_is_escaped_holds_no_markup(text: str) -> None:
    assert not {"<", ">", '"'} & set(escape_line(text))
