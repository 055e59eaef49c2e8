"""Notes -> chunks: by heading and paragraph, within a token budget, never in mid-sentence."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

from assistant.french.calendar import french_date
from assistant.french.sentences import sentence_spans, trim
from assistant.models import Chunk, Note

#: Bumped when the same note would be cut otherwise: builds made with another version are refused.
VERSION = 1

_FRAME = 8  # tokens of the prompt and of the model's own marks
_LEAST = 16  # tokens of a chunk, whatever its context leaves
_LABEL = 200  # characters of a title or heading that go into the context

TokenCounter = Callable[[list[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence (or, of a sentence longer than the budget, a part), its paragraph, and the headings above it."""

    start: int
    end: int
    tokens: int
    block: int
    section: int
    headings: tuple[str, ...]


def chunk_notes(
    notes: Iterable[Note], max_tokens: int, count_tokens: TokenCounter, window: int = 512
) -> Iterator[Chunk]:
    """The chunks of every note in order; all text but the headings and white space lies in exactly one chunk.

    Args:
        notes: the notes to cut.
        max_tokens: budget of one chunk in the embedder's tokens, its context left out.
        count_tokens: the embedder's count for each of several texts.
        window: how many tokens the embedder reads at once, context and prompt included.
    """
    for note in notes:
        yield from chunk_note(note, max_tokens, count_tokens, window)


def chunk_note(note: Note, max_tokens: int, count_tokens: TokenCounter, window: int = 512) -> list[Chunk]:
    """The chunks of one note. Only a sentence that alone exceeds the budget is cut, at white space."""
    blocks = list(_blocks(note.text))
    contexts = [_context(note, headings) for headings in dict.fromkeys(block[-1] for block in blocks)]
    room = window - _FRAME - max(count_tokens(contexts), default=0)
    max_tokens = min(max_tokens, max(_LEAST, room))
    units = _units(note.text, blocks, max_tokens, count_tokens)
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


def _context(note: Note, headings: tuple[str, ...]) -> str:
    date = f" ({french_date(note.date)})" if note.date else ""
    return " > ".join([f"{note.title[:_LABEL]}{date}", *(h[:_LABEL] for h in headings if h != note.title)])


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # No setext headings nor link definitions: in plain-text notes they would swallow text.
    return MarkdownIt("commonmark").enable("table").disable(["lheading", "reference"])


_Block = tuple[int, int, int, tuple[str, ...]]  # start, end, section, headings


def _blocks(text: str) -> Iterator[_Block]:
    """Top-level blocks as `(start, end, section, headings above)`, the headings themselves left out."""
    lines = [0, *(match.end() for match in re.finditer(r"\n", text)), len(text)]
    headings: list[tuple[int, str]] = []
    section = 0
    tokens = _markdown().parse(text)
    only_headings = all(token.type.startswith("heading") for token in tokens if token.level == 0)
    for index, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        if token.type == "heading_open" and not only_headings:
            level, section = int(token.tag[1]), section + 1
            headings = [*((lv, h) for lv, h in headings if lv < level), (level, tokens[index + 1].content)]
        elif token.nesting >= 0:
            first, last = token.map
            yield lines[first], lines[min(last, len(lines) - 1)], section, tuple(h for _, h in headings if h)


def _units(text: str, blocks: list[_Block], max_tokens: int, count_tokens: TokenCounter) -> list[_Unit]:
    spans = [
        (start + a, start + b, block, section, headings)
        for block, (start, end, section, headings) in enumerate(blocks)
        for a, b in sentence_spans(text[start:end])
    ]
    counts = count_tokens([text[start:end] for start, end, *_ in spans]) if spans else []
    units: list[_Unit] = []
    for (start, end, block, section, headings), tokens in zip(spans, counts, strict=True):
        parts = _cut(text, (start, end, tokens), max_tokens, count_tokens)
        units.extend(_Unit(*part, block, section, headings) for part in parts)
    return units


_Part = tuple[int, int, int]  # start, end, tokens


def _cut(text: str, part: _Part, max_tokens: int, count_tokens: TokenCounter) -> Iterator[_Part]:
    """Halve an overlong sentence (a table, a list without full stops) at line ends or spaces until each part fits."""
    start, end, tokens = part
    if tokens <= max_tokens or end - start < 2:
        yield part
        return
    middle = _middle(text, start, end)
    for half in ((start, middle), (middle, end)):
        if span := trim(text, *half):
            (count,) = count_tokens([text[slice(*span)]])
            yield from _cut(text, (*span, count), max_tokens, count_tokens)


def _middle(text: str, start: int, end: int) -> int:
    middle, quarter = (start + end) // 2, (end - start) // 4
    for mark in "\n ":
        at = text.rfind(mark, middle - quarter, middle + quarter)
        if at >= 0:
            return at + 1
    return middle


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
    if unit.section != group[-1].section:
        return False
    if unit.block == group[-1].block:
        return used + unit.tokens <= max_tokens
    paragraph = 0
    for following in units[position:]:
        if following.block != unit.block:
            break
        paragraph += following.tokens
    return used + min(paragraph, max_tokens) <= max_tokens
