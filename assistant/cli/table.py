"""Rows of text -> lines of aligned columns that fit the terminal."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Sequence

_LEAST = 12  # characters that a column keeps, however narrow the terminal


def table(header: Sequence[str], rows: Sequence[Sequence[str]], elastic: Sequence[int]) -> list[str]:
    """The header and the rows, a line each; columns of `elastic` give way in that order in a narrow terminal.

    Where the output is no terminal, nothing is shortened.
    """
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(header))]
    if sys.stdout.isatty():
        _narrow(widths, elastic, shutil.get_terminal_size().columns)
    return ["  ".join(map(_fit, row, widths)).rstrip() for row in cells]


def _narrow(widths: list[int], elastic: Sequence[int], room: int) -> None:
    for column in elastic:
        excess = sum(widths) + 2 * (len(widths) - 1) - room
        if excess > 0:
            widths[column] = min(widths[column], max(_LEAST, widths[column] - excess))


def _fit(text: str, width: int) -> str:
    if _width(text) > width:
        while _width(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Cells of the terminal: none for what joins the character before, two for wide ones."""
    joined = ("Mn", "Me", "Cf")
    return sum(
        0 if unicodedata.category(char) in joined else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
