"""The headings of a note's text that no text follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADING = re.compile(r"[ \t]{0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"[ \t]{0,3}(```|~~~)")
_WORD = re.compile(r"[^\W_]")


def empty_headings(text: str) -> Iterator[tuple[int, str]]:
    """`(line, title)` of each heading below which no word stands before the next of its level or above; lines from 1.

    A heading that only has smaller headings below it is empty where they all are. The title may be empty itself.
    """
    pending: list[tuple[int, int, str]] = []
    for number, level, title in _lines(text):
        if not level:
            pending.clear()
            continue
        yield from (heading[1:] for heading in pending if heading[0] >= level)
        pending = [heading for heading in pending if heading[0] < level]
        pending.append((level, number, title))
    yield from (heading[1:] for heading in pending)


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """`(line, level, title)` of each heading, and `(line, 0, "")` for each other line that holds a word."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading:
            yield number, len(heading[1]), heading[2] or ""
        elif _WORD.search(line):
            yield number, 0, ""
