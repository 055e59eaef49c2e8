"""Notes -> chunks: by heading and paragraph, within a token budget, never in mid-sentence."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

from assistant.french.sentences import sentence_spans, trim
from assistant.models import Chunk, Note, PartialDate

MONTHS = tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())
#: Bumped when the same note would be cut otherwise: builds made with another version are refused.
VERSION = 1

TokenCounter = Callable[[list[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence (or, of a sentence longer than the budget, a part) and the headings above it."""

    start: int
    end: int
    tokens: int
    block: int
    headings: tuple[str, ...]


def chunk_notes(notes: Iterable[Note], max_tokens: int, count_tokens: TokenCounter) -> Iterator[Chunk]:
    """The chunks of every note in order; all text but the headings and white space lies in exactly one chunk.

    Args:
        notes: the notes to cut.
        max_tokens: budget of one chunk in the embedder's tokens, its context left out.
        count_tokens: the embedder's count for each of several texts.
    """
    for note in notes:
        yield from chunk_note(note, max_tokens, count_tokens)


def chunk_note(note: Note, max_tokens: int, count_tokens: TokenCounter) -> list[Chunk]:
    """The chunks of one note. Only a sentence that alone exceeds the budget is cut, at white space."""
    units = _units(note.text, max_tokens, count_tokens)
    seen: Counter[str] = Counter()
    chunks = []
    for ordinal, group in enumerate(_packed(units, max_tokens)):
        start, end, headings = group[0].start, group[-1].end, group[0].headings
        text, context = note.text[start:end], _context(note, headings)
        key = f"{note.id}\0{context}\0{text}"
        seen[key] += 1
        digest = hashlib.sha256(f"{key}\0{seen[key]}".encode()).hexdigest()[:20]
        chunks.append(Chunk(digest, note.id, ordinal, start, end, text, headings, context))
    return chunks


def french_date(date: PartialDate) -> str:
    """`17 octobre 2017`, `octobre 2017` or `2017`."""
    month = f"{MONTHS[date.month - 1]} " if date.month else ""
    day = "1er " if date.day == 1 else f"{date.day} " if date.day else ""
    return f"{day}{month}{date.year}"


def _context(note: Note, headings: tuple[str, ...]) -> str:
    date = f" ({french_date(note.date)})" if note.date else ""
    return " > ".join([f"{note.title}{date}", *(h for h in headings if h != note.title)])


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # No setext headings nor link definitions: in plain-text notes they would swallow text.
    return MarkdownIt("commonmark").enable("table").disable(["lheading", "reference"])


def _blocks(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Top-level blocks as `(start, end, headings above)`, the headings themselves left out."""
    lines = [0, *(match.end() for match in re.finditer(r"\n", text)), len(text)]
    headings: list[tuple[int, str]] = []
    tokens = _markdown().parse(text)
    only_headings = all(token.type.startswith("heading") for token in tokens if token.level == 0)
    for index, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        if token.type == "heading_open" and not only_headings:
            level = int(token.tag[1])
            headings = [*((lv, h) for lv, h in headings if lv < level), (level, tokens[index + 1].content)]
        elif token.nesting >= 0:
            first, last = token.map
            yield lines[first], lines[min(last, len(lines) - 1)], tuple(h for _, h in headings if h)


def _units(text: str, max_tokens: int, count_tokens: TokenCounter) -> list[_Unit]:
    spans = [
        (start + a, start + b, block, headings)
        for block, (start, end, headings) in enumerate(_blocks(text))
        for a, b in sentence_spans(text[start:end])
    ]
    counts = count_tokens([text[start:end] for start, end, *_ in spans]) if spans else []
    units: list[_Unit] = []
    for (start, end, block, headings), tokens in zip(spans, counts, strict=True):
        parts = [(start, end)] if tokens <= max_tokens else _cut(text, start, end, tokens, max_tokens)
        for a, b in parts:
            share = max(1, round(tokens * (b - a) / (end - start)))
            units.append(_Unit(a, b, share, block, headings))
    return units


def _cut(text: str, start: int, end: int, tokens: int, max_tokens: int) -> list[tuple[int, int]]:
    """Cut an overlong sentence (a table, a list without full stops) at line ends or spaces, into equal parts."""
    size = max(1, (end - start) * max_tokens // (tokens + max_tokens))
    parts = []
    while end - start > size:
        window = text[start : start + size]
        at = max(window.rfind("\n", size // 2), window.rfind(" ", size // 2)) + 1 or size
        parts.append((start, start + at))
        start += at
    parts.append((start, end))
    return [span for part in parts if (span := trim(text, *part)) is not None]


def _packed(units: list[_Unit], max_tokens: int) -> Iterator[list[_Unit]]:
    """Fill chunks with whole paragraphs where they fit, with sentences where a paragraph is too long."""
    group: list[_Unit] = []
    for position, unit in enumerate(units):
        if group and not _fits(group, units, position, max_tokens):
            yield group
            group = []
        group.append(unit)
    if group:
        yield group


def _fits(group: list[_Unit], units: list[_Unit], position: int, max_tokens: int) -> bool:
    unit = units[position]
    used = sum(member.tokens for member in group)
    if unit.headings != group[-1].headings:
        return False
    if unit.block == group[-1].block:
        return used + unit.tokens <= max_tokens
    paragraph = 0
    for following in units[position:]:
        if following.block != unit.block:
            break
        paragraph += following.tokens
    return used + min(paragraph, max_tokens) <= max_tokens
