"""Lines of a page and where they stand -> paragraphs, headings and lists."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_BULLET = re.compile(r"^[•◦▪▫■□●○◆‣∙·➢➤➔✓✔❖\uf000-\uf0ff*–—-]\s+")
_NUMBERED = re.compile(r"^(?:\d{1,2}|[a-z])[.)]\s+\w")
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*\d*$|(?:\.\s?){2,}\s*\d{1,3}$")  # a line of a table of contents
_FOLIO = re.compile(r"\W*(?:page\s*)?\d{1,4}(?:\s*(?:/|sur|of)\s*\d{1,4})?\W*", re.I)
_LOOSE_ITEMS = re.compile(r"^(- .*(?:\n.+)*)\n(?=\n- )\n", re.MULTILINE)
_EDGE = 2  # lines at the top and at the bottom of a page where running heads stand
_LARGER = 1.15  # than the text: a heading
_LONGEST_HEADING = 160
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line as written. Places are in points from the page's lower left corner, sizes 0 where they are unknown."""

    text: str
    size: float = 0.0
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    bold: bool = False


@dataclass(slots=True)
class _Block:
    text: str
    size: float
    bold: bool
    page: int


def to_markdown(pages: list[list[Line]]) -> tuple[str, str | None]:
    """The text of all pages, and the heading that looks most like the title."""
    running = _running(pages)
    blocks: list[_Block] = []
    for number, lines in enumerate(pages):
        _join_pages(blocks, _blocks(_without_contents(_without_edges(lines, running)), number))
    body = _body_size(pages)
    levels = _levels(blocks, body)
    largest = max((b for b in blocks if b.page < 2 and _level(b, levels, body)), key=_prominence, default=None)
    text = "\n\n".join(_written(block, _level(block, levels, body)) for block in blocks)
    return _LOOSE_ITEMS.sub(r"\1\n", text), _flat(largest.text) if largest else None


def _prominence(block: _Block) -> float:
    """How much a heading looks like the title: its size, less where it is but a word or two."""
    return block.size * (1.0 if len(block.text) >= 15 else 0.6)


def _running(pages: list[list[Line]]) -> set[tuple[str, float]]:
    """What comes back at the edge of half of the pages, whatever its numbers."""
    if len(pages) < 3:
        return set()
    full = [page for page in pages if len(page) > 2 * _EDGE]
    seen = Counter(key for page in full for key in {_key(line) for line in page[:_EDGE] + page[-_EDGE:]})
    return {key for key, count in seen.items() if count >= max(3, len(pages) / 2)}


def _key(line: Line) -> tuple[str, float]:
    return re.sub(r"\d+", "0", line.text), round(line.size)


def _without_edges(lines: list[Line], running: set[tuple[str, float]]) -> list[Line]:
    last = len(lines) - 1
    edges = {at for at in range(len(lines)) if at < _EDGE or at > last - _EDGE}
    return [
        line for at, line in enumerate(lines) if not (at in edges and _stands_aside(line, running, at in (0, last)))
    ]


def _stands_aside(line: Line, running: set[tuple[str, float]], outermost: bool) -> bool:
    return _key(line) in running or (outermost and _FOLIO.fullmatch(line.text) is not None)


def _without_contents(lines: list[Line]) -> list[Line]:
    """Without the lines of a table of contents, and those between two of them: entries on two lines."""
    led = {at for at, line in enumerate(lines) if _LEADERS.search(line.text)}
    return [line for at, line in enumerate(lines) if at not in led and not (at - 1 in led and at + 1 in led)]


def _blocks(lines: list[Line], page: int) -> list[_Block]:
    if not lines:
        return []
    margin = max(line.right for line in lines)
    usual = median([_gap(a, b) for a, b in pairwise(lines) if a.size == b.size and abs(_gap(a, b)) < a.size] or [0.0])
    blocks = [_start(lines[0], page)]
    for before, line in pairwise(lines):
        if _begins(before, line, usual, margin):
            blocks.append(_start(line, page))
        else:
            full = not before.size or before.right > 0.75 * margin
            glued = re.match(r"[.,;)]", line.text)  # what follows the mark of a footnote
            blocks[-1].text += ("" if glued else " " if full else "\n") + line.text
            blocks[-1].bold &= line.bold
    return blocks


def _start(line: Line, page: int) -> _Block:
    return _Block(line.text, line.size, line.bold, page)


def _gap(above: Line, below: Line) -> float:
    return above.bottom - below.top


def _begins(before: Line, line: Line, usual: float, margin: float) -> bool:
    """Whether a line begins a paragraph, by its mark, its size, the space above it, or the one left before it."""
    if _BULLET.match(line.text) or _NUMBERED.match(line.text):
        return True
    if not line.size or not before.size:
        return False
    if abs(line.size - before.size) > 0.08 * before.size or line.bold != before.bold:
        return True
    if _gap(before, line) > usual + 0.35 * line.size:
        return True
    ended = re.search(r"[.!?…:;]['’»\")]*$", before.text) is not None
    above = line.top > before.top + line.size  # the next column
    return ended and (above or before.right < 0.8 * margin)


def _join_pages(blocks: list[_Block], more: list[_Block]) -> None:
    """A sentence that goes over the page goes on."""
    if blocks and more and not re.search(r"[.!?…:;»)]$", blocks[-1].text) and more[0].text[:1].islower():
        blocks[-1].text += " " + more.pop(0).text
    blocks += more


def _body_size(pages: list[list[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _levels(blocks: list[_Block], body: float) -> dict[float, int]:
    sizes = sorted({block.size for block in blocks if _is_heading(block, body) and block.size > body}, reverse=True)
    levels: dict[float, int] = {}
    for size in sizes:  # sizes that are nearly the same are of one level
        near = next((known for known in levels if known - size < 0.5), None)
        levels[size] = levels[near] if near else min(len(set(levels.values())) + 1, _DEEPEST)
    return levels


def _is_heading(block: _Block, body: float) -> bool:
    text = block.text
    if not body or len(text) > _LONGEST_HEADING or not re.search(r"[^\W\d_]{2}", text) or _BULLET.match(text):
        return False
    if block.size >= _LARGER * body:
        return True
    return block.bold and block.size >= 0.98 * body and len(text) < 100 and not re.search(r"[.,;:]$", text)


def _level(block: _Block, levels: dict[float, int], body: float) -> int:
    if not _is_heading(block, body):
        return 0
    return levels.get(block.size, min(max(levels.values(), default=0) + 1, _DEEPEST))


def _written(block: _Block, level: int) -> str:
    if level:
        return f"{'#' * level} {_flat(block.text)}"
    return _BULLET.sub("- ", block.text)


def _flat(text: str) -> str:
    return " ".join(text.split())
