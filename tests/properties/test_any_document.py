"""Whatever a document holds, its reader gives a text or says in French why not."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.formats import families
from assistant.corpus.formats.extracted import Extracted
from assistant.errors import DocumentError

from .texts import ANY_BYTES, ANY_TEXT

FEED = (
    '<rss version="2.0"><channel><title>t</title><item><title>{0}</title><link>{1}</link><pubDate>{2}</pubDate>'
    "<description>{0}</description></item></channel></rss>"
)


def checked(found: Extracted) -> None:
    """What every reader promises."""
    assert found.text.strip() and found.title == " ".join(found.title.split())
    assert "\0" not in found.text + found.title + (found.author or "")
    for text in (found.text, found.title, found.author or "", *found.warnings):
        text.encode()
        assert isinstance(json.loads(json.dumps(text)), str)
    assert len(found.title) <= 300
    if found.date:
        assert found.date.first <= found.date.last


@pytest.mark.parametrize("suffix", ["md", "txt", "html", "eml", "org", ""])
@given(ANY_BYTES)
def test_any_text_is_read_or_refused(suffix: str, data: bytes) -> None:
    try:
        found = families.read(data, f"a.{suffix}")
    except DocumentError as refusal:
        assert str(refusal)
        return
    checked(found)


@pytest.mark.parametrize("start", [b"%PDF-1.4\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf"])
@given(st.binary(max_size=300))
def test_what_only_begins_like_a_document_is_refused(start: bytes, data: bytes) -> None:
    with pytest.raises(DocumentError):
        families.read(start + data, "a.pdf")


@given(st.one_of(ANY_BYTES, st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT).map(lambda three: FEED.format(*three).encode())))
def test_any_feed_is_read_or_refused(data: bytes) -> None:
    try:
        entries = families.read_feed(data)
    except DocumentError:
        return
    for entry in json.loads(json.dumps(entries)):
        assert set(entry) == {"title", "link", "date", "author", "content"}
        assert all(isinstance(entry[name], str) for name in ("title", "link", "content"))


@given(st.lists(st.sampled_from(["<div>", "<b>", "<table>", "<ul><li>", "<a>", "</div>", "x"]), max_size=3000))
def test_elements_without_end_are_read_or_refused(pieces: list[str]) -> None:
    with suppress(DocumentError, RecursionError):  # the child says the second in French
        checked(families.read(("<html><body>Un texte." + "".join(pieces)).encode(), "a.html"))
