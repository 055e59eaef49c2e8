"""An HTML tree -> Markdown: headings, paragraphs, lists, tables, quotes, code, links and emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = ("ul", "ol", "menu", "dir")
_BLOCKS = {
    *_HEADINGS,
    *_LISTS,
    *"address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form header "
    "hgroup html legend li main nav p pre section summary table tbody td tfoot th thead tr".split(),
}
_SKIPPED = set(
    "script style noscript template head title meta link iframe object embed svg math canvas audio video picture img "
    "input select option textarea datalist map area".split()
)
_EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_BLANKS = re.compile(r"[ \t\n\r\f\xa0\u202f]+")
_NOTE_MARK = re.compile(
    r"[\[(]?\d{1,3}[\])]?|\W*"
)  # what links to a footnote, and back: « [1] » would read as a citation
_CUT_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^\s()]+)\)\[([^\[\]]*)\]\(\2\)")  # one link in two pieces
_DEEPEST = 200  # nested elements; deeper ones are read flat


def to_markdown(root: html.HtmlElement) -> str:
    """The Markdown of everything below an element, without blank lines at either end."""
    text = re.sub(r"\n{3,}", "\n\n", "\n\n".join(_blocks(root, 0))).strip()
    return _CUT_LINK.sub(r"[\1\3](\2)", text)


@dataclass(slots=True)
class _Run:
    """Inline text being gathered until the next block."""

    parts: list[str]

    def flush(self) -> Iterator[str]:
        text = _tidy("".join(self.parts))
        self.parts.clear()
        if text:
            yield text


def _blocks(element: html.HtmlElement, depth: int) -> Iterator[str]:
    """The blocks of an element, one string each: its own inline text is a paragraph."""
    run = _Run([element.text or ""])
    for child in element:
        if _is_block(child):
            yield from run.flush()
            yield from _block(child, depth + 1)
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED and _holds_block(child):
            yield from run.flush()
            yield from _blocks(child, depth + 1)
        else:
            run.parts.append(_inline(child, depth + 1))
        run.parts.append(child.tail or "")
    yield from run.flush()


def _is_block(element: html.HtmlElement) -> bool:
    return element.tag in _BLOCKS or element.tag == "hr"


def _holds_block(element: html.HtmlElement) -> bool:
    return any(inner.tag in _BLOCKS for inner in element.iterdescendants())


def _block(element: html.HtmlElement, depth: int) -> Iterator[str]:
    tag = element.tag
    if depth > _DEEPEST:
        yield _tidy(element.text_content())
    elif tag in _HEADINGS:
        if text := _line(element, depth):
            yield f"{'#' * _HEADINGS[tag]} {text.replace('**', '')}"
    elif tag in _LISTS:
        if text := _list(element, depth):
            yield text
    elif tag == "table":
        yield from _table(element, depth)
    elif tag == "blockquote":
        if text := "\n\n".join(_blocks(element, depth)):
            yield _indented(text, "> ", "> ")
    elif tag == "pre":
        if text := element.text_content().strip("\n"):
            yield f"```\n{text}\n```"
    elif tag == "dt":
        if text := _line(element, depth):
            yield f"**{text.replace('**', '')}**"
    elif tag == "li":  # outside of a list
        yield _item(element, "- ", depth)
    elif tag != "hr":
        yield from _blocks(element, depth)


def _line(element: html.HtmlElement, depth: int) -> str:
    """All blocks of an element on one line."""
    return _BLANKS.sub(" ", " ".join(_blocks(element, depth))).strip()


def _list(element: html.HtmlElement, depth: int) -> str:
    number = int(start) if (start := element.get("start", "1")).isdecimal() else 1
    items: list[str] = []
    for child in element:
        if child.tag in _LISTS and items:  # a list directly within a list belongs to the item before
            items[-1] += "\n" + _indented(_list(child, depth + 1), "  ", "  ")
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            mark = f"{number}. " if element.tag == "ol" else "- "
            if item := _item(child, mark, depth + 1):
                items.append(item)
                number += 1
    return "\n".join(items)


def _item(element: html.HtmlElement, mark: str, depth: int) -> str:
    blocks = list(_blocks(element, depth))
    text = "\n".join(blocks)  # tight: a blank line would end the list for many readers
    return _indented(text, mark, " " * len(mark)) if text else ""


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *((others + line).rstrip() for line in lines[1:])])


def _table(element: html.HtmlElement, depth: int) -> Iterator[str]:
    """A pipe table; one that only lays the page out (one column, or blocks in its cells) is read cell by cell."""
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in element.iter("tr") if _own(row, element)]
    rows = [row for row in rows if row]
    lays_out = any(cell.find(".//table") is not None for row in rows for cell in row)
    caption = element.find("caption")
    if caption is not None and (text := _line(caption, depth)):
        yield text
    if lays_out or max(map(len, rows), default=0) < 2:
        for row in rows:
            for cell in row:
                yield from _blocks(cell, depth + 1)
        return
    cells = [[cell for td in row for cell in _spread(td, depth)] for row in rows]
    cells = [row for row in cells if any(row)]
    if cells:
        yield _piped(cells)


def _own(row: html.HtmlElement, table: html.HtmlElement) -> bool:
    return next(row.iterancestors("table"), None) is table


def _spread(cell: html.HtmlElement, depth: int) -> list[str]:
    """The text of a cell, and an empty one for each further column that it spans."""
    span = cell.get("colspan", "1")
    return [_line(cell, depth + 1).replace("|", "\\|"), *[""] * (min(int(span) if span.isdecimal() else 1, 50) - 1)]


def _piped(rows: list[list[str]]) -> str:
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in padded]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _inline(element: html.HtmlElement, depth: int) -> str:
    if not isinstance(element.tag, str) or element.tag in _SKIPPED:
        return ""
    if element.tag == "br":
        return "\v"  # a line feed of the author's, kept apart from those of the source
    if depth > _DEEPEST:
        return str(element.text_content())
    text: str = element.text or ""
    for child in element:
        text += _inline(child, depth + 1) + (child.tail or "")
    if element.tag in _EMPHASIS:
        return _wrapped(text, _EMPHASIS[element.tag])
    if element.tag == "a":
        return _link(text, element.get("href") or "")
    return _wrapped(text, "`") if element.tag == "code" and "`" not in text else text


def _wrapped(text: str, mark: str) -> str:
    """Emphasis around the words only: blanks inside the marks would undo it, and marks do not nest."""
    words = text.strip()
    if not words or "\v" in words or mark in words:
        return text
    start = text.index(words)
    return f"{text[:start]}{mark}{words}{mark}{text[start + len(words) :]}"


def _link(text: str, address: str) -> str:
    words = _BLANKS.sub(" ", text).strip()
    if address.startswith("#") and _NOTE_MARK.fullmatch(words):
        return ""
    if not words or "\v" in words or words == address or not re.fullmatch(r"https?://[^\s()<>]+", address):
        return text
    start = text.index(text.strip())
    return f"{text[:start]}[{words}]({address}){text[start + len(text.strip()) :]}"


def _tidy(text: str) -> str:
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\v"))
    return "\n".join(line for line in lines if line)
