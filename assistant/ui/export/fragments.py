"""The HTML that `markup` makes of a note, as pieces of text with their looks, for formats that are not HTML.

What is shown of a note is so decided in one place: `markup` knows what it keeps of Markdown, and this what it wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_BLOCKS = ("p", "h2", "h3", "h4", "h5", "h6", "li", "pre")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of text with one look; `link` is a web address."""

    text: str
    bold: bool = False
    marked: bool = False
    link: str | None = None


@dataclass(slots=True)
class Block:
    """A paragraph, heading, list item or table of a note; `tag` as in HTML."""

    tag: str
    fragments: list[Fragment] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.bold = self.marked = False
        self.link: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.blocks.append(Block(tag))
        self.bold |= tag == "strong"
        self.marked |= tag == "mark"
        if tag == "a":
            self.link = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        self.bold &= tag != "strong"
        self.marked &= tag != "mark"
        if tag == "a":
            self.link = None

    def handle_data(self, data: str) -> None:
        if not self.blocks:
            self.blocks.append(Block("p"))
        self.blocks[-1].fragments.append(Fragment(data, self.bold, self.marked, self.link))


def read(html: str) -> list[Block]:
    """The blocks of HTML that `markup.blocks` or `markup.inline` wrote."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


def fragments(html: str) -> list[Fragment]:
    """The pieces of one run of text."""
    return [fragment for block in read(html) for fragment in block.fragments]


def plain(html: str) -> str:
    """The text alone."""
    return "".join(fragment.text for fragment in fragments(html))
