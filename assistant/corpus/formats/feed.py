"""An RSS or Atom feed -> its entries, as plain values that go through JSON."""

from __future__ import annotations

import io
from typing import Any

import feedparser

from assistant.corpus.formats.found_dates import read_date
from assistant.errors import DocumentError


def read_feed(data: bytes) -> list[dict[str, Any]]:
    """`title`, `link`, `date` (ISO or nothing), `author` and `content` (HTML) of each entry, newest first as given.

    Raises:
        DocumentError: it is no feed.
    """
    # A stream, for feedparser would take bytes or text that look like an address to the network.
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=True, resolve_relative_uris=True)
    if not feed.get("version"):
        raise DocumentError("ce n'est pas un fil RSS ou Atom")
    return [_entry(entry) for entry in feed.entries]


def _entry(entry: Any) -> dict[str, Any]:
    # Not `get`, which lends "updated" the value of "published", and warns that it will not always.
    published = next((entry[name] for name in ("published", "updated") if name in entry), "")
    parsed = next((entry[name] for name in ("published_parsed", "updated_parsed") if name in entry), None)
    date = read_date("{:04}-{:02}-{:02}".format(*parsed[:3]) if parsed else published)
    contents = [content.get("value", "") for content in entry.get("content", [])]
    return {
        "title": " ".join(entry.get("title", "").split()),
        "link": entry.get("link", ""),
        "date": str(date) if date else None,
        "author": entry.get("author") or None,
        "content": max([*contents, entry.get("summary", "")], key=len),
    }
