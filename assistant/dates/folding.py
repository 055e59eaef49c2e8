"""A plain view of a text for the date grammar, with the way back to the exact spans of the original."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_QUOTES = "\u2018\u2019\u02bc\u2032"
_LETTERS = (*range(0x41, 0x250), *range(0x2B0, 0x2B9), *range(0x1D43, 0x1D70), *range(0x1E00, 0x1F00))
_SPACES = (0x09, 0x0B, 0x0C, 0x0D, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
# Combining accents and invisible characters, and Markdown's stars ("**6** décembre") unless they stand between digits.
_DROPPED = re.compile(r"[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]|(?<![\d*])\*+|\*+(?![\d*])")
_COMBINING = re.compile(r"[\u0300-\u036f]*")
_URL = re.compile(r"(?:https?://|www\.)[^\s)>\]]+")


def _plain_letter(code: int) -> str:
    base = unicodedata.normalize("NFKD", chr(code))[0].lower()
    return base if len(base) == 1 else chr(code)


_PLAIN = str.maketrans(
    {chr(code): _plain_letter(code) for code in _LETTERS}
    | {chr(code): " " for code in _SPACES}
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_QUOTES, "'")
)


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is `source` in small unaccented letters, plain spaces and quotes; its offsets lead back by `span`."""

    source: str
    text: str
    offsets: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source for a non-empty span of the folded text; a letter keeps its combining accents."""
        if self.offsets is None:
            return start, end
        last = _COMBINING.match(self.source, self.offsets[end - 1] + 1)
        return self.offsets[start], last.end() if last else self.offsets[end - 1] + 1

    def original(self, start: int, end: int) -> str:
        """The source behind a non-empty span of the folded text, composed (NFC)."""
        first, last = self.span(start, end)
        return unicodedata.normalize("NFC", self.source[first:last])


def fold(source: str) -> Folded:
    """Fold a text. Web addresses are blanked: a date in one is seldom a date that the text speaks of."""
    plain = _URL.sub(lambda found: "\0" * len(found[0]), source.translate(_PLAIN))
    if _DROPPED.search(plain) is None:
        return Folded(source, plain, None)
    dropped = {i for found in _DROPPED.finditer(plain) for i in range(*found.span())}
    offsets = tuple(i for i in range(len(plain)) if i not in dropped)
    return Folded(source, "".join(plain[i] for i in offsets), offsets)
