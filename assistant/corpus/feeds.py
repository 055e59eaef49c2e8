"""RSS and Atom feeds -> drafts of the entries that the corpus does not have yet, dated by the feed."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from assistant.corpus.drafts import Draft, draft_from
from assistant.corpus.fetching import Fetched
from assistant.corpus.formats import Extracted, Extractor
from assistant.errors import DocumentError
from assistant.models import PartialDate

Fetch = Callable[[str], Fetched]


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry: `link` is where a reader finds it, `content` the HTML that the feed itself gives."""

    title: str
    link: str
    date: PartialDate | None
    author: str | None
    content: str


def read_feed(fetched: Fetched, extractor: Extractor) -> list[FeedEntry]:
    """The entries of a feed, in its order.

    Raises:
        DocumentError: it is no RSS or Atom feed.
    """
    return [_entry(entry, fetched.url) for entry in extractor.entries(fetched.data, fetched.name)]


def _entry(entry: dict[str, Any], feed: str) -> FeedEntry:
    date = PartialDate.from_iso(entry["date"]) if entry["date"] else None
    link = urljoin(feed, entry["link"]) if entry["link"] else ""
    return FeedEntry(entry["title"], link, date, entry["author"], entry["content"])


def new_entries(entries: list[FeedEntry], sources: Collection[str]) -> Iterator[FeedEntry]:
    """Those whose link is not the source of a note yet."""
    known = {_same(source) for source in sources}
    return (entry for entry in entries if not entry.link or _same(entry.link) not in known)


def draft_entry(entry: FeedEntry, fetch: Fetch, taken_ids: Collection[str], extractor: Extractor) -> Draft:
    """A draft of the page that an entry links to, or of the entry's own text where that page may not or cannot be read.

    Title, date and author are the feed's.

    Raises:
        DocumentError: neither holds a text.
    """
    found, data, name = _text_of(entry, fetch, extractor)
    found = replace(found, title=entry.title or found.title, author=entry.author or found.author)
    found = replace(found, source=entry.link if entry.link.startswith(("http://", "https://")) else None)
    if entry.date:
        found = replace(found, date=entry.date, date_inferred=False, date_origin="le fil (date de publication)")
    return draft_from(found, data, name, taken_ids)


def _text_of(entry: FeedEntry, fetch: Fetch, extractor: Extractor) -> tuple[Extracted, bytes, str]:
    try:
        page = fetch(entry.link)
        return extractor.extract(page.data, page.name), page.data, page.name
    except DocumentError as refusal:
        if not entry.content.strip():
            raise
        title = html.escape(entry.title)
        data = f"<!doctype html><meta charset=utf-8><title>{title}</title><main>{entry.content}</main>".encode()
        found = extractor.extract(data, "fil.html")
        warning = f"Le texte est celui du fil, peut-être abrégé ; la page n'a pas été lue : {refusal}."
        return replace(found, warnings=(*found.warnings, warning)), data, "fil.html"


def _same(address: str) -> str:
    return address.partition("#")[0].rstrip("/").removeprefix("https://").removeprefix("http://")
