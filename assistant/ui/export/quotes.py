"""A passage of a note -> paragraphs of a PDF, the quote highlighted; tables as tables where they fit the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape as xml
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Table

from assistant.ui.export.content import Source, one_line
from assistant.ui.export.fragments import Block, Fragment, fragments, read
from assistant.ui.export.glyphs import Glyphs
from assistant.ui.export.styles import ACCENT, FONT, LINE, MARK, STYLES
from assistant.ui.markup import blocks, escape_line

_WIDTH = 158 * mm  # of a table
_MOST_COLUMNS = 6  # beyond, a row is a line
_MOST_CHARS = 2_500  # of a passage: beyond, the quote stands alone
_MOST_CELL = 600  # characters of a cell: beyond, a row is a line


def anchor(entry: int, number: int) -> str:
    """The name of a source within the document."""
    return f"source-{entry}-{number}"


def link(address: str, words: str) -> str:
    """A link around words that are already escaped."""
    return f'<a href="{xml(address)}" color="{ACCENT}">{words}</a>'


def styled(html: str, glyphs: Glyphs) -> str:
    """HTML of `markup.inline` as ReportLab's own: bold, links and highlights; all else is text."""
    return "".join(_fragment(fragment, glyphs) for fragment in fragments(html))


def length(source: Source) -> int:
    """Characters of the passage that the quote is shown in; 0 where it is to stand alone."""
    chunk = source.passage.chunk if source.passage else None
    return chunk.end - chunk.start if chunk and chunk.end - chunk.start <= _MOST_CHARS else 0


def quoted(source: Source, glyphs: Glyphs, *, alone: bool) -> Iterator[Any]:
    """What a source says, as flowables, at least one: the quote in its passage, or alone."""
    citation, passage = source.citation, source.passage
    found: list[Any] = []
    if passage and not alone:
        span = (passage.chunk.start, passage.chunk.end)
        body = read(blocks(passage.note.text, span, (citation.start, citation.end)))
        found = [flowable for block in body for flowable in _block(block, glyphs)]
    words = f"<p><mark>{escape_line(citation.quote)}</mark></p>"
    yield from found or [_paragraph(block.fragments, "quote", glyphs) for block in read(words)]


class _Quoted(Paragraph):  # type: ignore[misc]
    """A paragraph with a bar at its left, as quotations have, also where it goes on on the next page."""

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.setStrokeColor(LINE)
        self.canv.setLineWidth(1.2)
        self.canv.line(4, -1, 4, self.height)
        self.canv.restoreState()
        super().draw()


def _block(block: Block, glyphs: Glyphs) -> list[Any]:
    if block.tag == "pre":
        return _table(block.fragments, glyphs)
    if block.tag == "li":
        return [_paragraph(block.fragments, "quote item", glyphs, "•")]
    return [_paragraph(block.fragments, "quote" if block.tag == "p" else "quote heading", glyphs)]


def _paragraph(parts: Sequence[Fragment], style: str, glyphs: Glyphs, bullet: str | None = None) -> Paragraph:
    text = "".join(_fragment(fragment, glyphs) for fragment in parts)
    return _Quoted(text, STYLES[style], bulletText=bullet)


def _fragment(fragment: Fragment, glyphs: Glyphs) -> str:
    text = xml(glyphs.seen(fragment.text))
    text = f"<b>{text}</b>" if fragment.bold else text
    text = f'<font backColor="{MARK}">{text}</font>' if fragment.marked else text
    return link(fragment.link, text) if fragment.link else text


_Row = list[list[Fragment]]


def _table(parts: Sequence[Fragment], glyphs: Glyphs) -> list[Any]:
    """Lines of `| a | b |`; the one of dashes under the head is left out."""
    rows = [cells for line in _split(parts, "\n") if (cells := _cells(line)) and not _is_rule(cells)]
    columns = max(map(len, rows), default=0)
    longest = max((len(_plain(cell)) for row in rows for cell in row), default=0)
    if not rows or columns > _MOST_COLUMNS or longest > _MOST_CELL:
        return [_paragraph(_joined(row), "quote", glyphs) for row in rows]
    drawn = [
        [Paragraph("".join(_fragment(f, glyphs) for f in cell), STYLES["cell"]) for cell in row]
        + [""] * (columns - len(row))
        for row in rows
    ]
    everywhere = ((0, 0), (-1, -1))
    style = [("GRID", *everywhere, 0.4, LINE), ("VALIGN", *everywhere, "TOP"), ("FONTNAME", *everywhere, FONT)]
    return [Table(drawn, colWidths=[_WIDTH / columns] * columns, style=style, spaceAfter=4, hAlign="RIGHT")]


def _cells(line: _Row | list[Fragment]) -> _Row:
    cells = _split(line, "|")
    edges = [not _plain(cell) for cell in cells]
    return cells[1 if edges[0] else 0 : -1 if len(cells) > 1 and edges[-1] else None]


def _split(parts: Any, mark: str) -> _Row:
    found: _Row = [[]]
    for fragment in parts:
        first, *others = fragment.text.split(mark)
        found[-1].append(replace(fragment, text=first))
        found += [[replace(fragment, text=other)] for other in others]
    return found


def _joined(row: _Row) -> list[Fragment]:
    return [fragment for cell in row for fragment in (*cell, Fragment(" | "))][:-1]


def _plain(cell: Sequence[Fragment]) -> str:
    return one_line("".join(fragment.text for fragment in cell))


def _is_rule(cells: _Row) -> bool:
    return all(set(_plain(cell)) <= set("-: ") for cell in cells)
