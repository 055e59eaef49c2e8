"""French text -> sentence spans. sentencex (Wikimedia) cuts; what it misses in French is mended here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

# A full stop after one of these ends no sentence: titles, references, initials, "n° 3.", "14 h. 30".
_ABBREVIATION = re.compile(
    r"(?:(?<![\w.])(?:M|MM|Mme|Mmes|Mlle|Mlles|Dr|Pr|Me|St|Ste|Sts|art|al|[Cc]f|ex|no|p|pp|vol|éd|fig|tél|env|av|bd"
    r"|[A-ZÀ-Ý]|[A-ZÀ-Ý]\.-[A-ZÀ-Ý])\.|\d[ \u00a0\u202f]?h\."
    r"|\d[ \u00a0\u202f](?:janv|févr?|avr|juill?|sept|oct|nov|déc)\.)\s*$"
)
# sentencex cuts after "...", never after "…".
_AFTER_ELLIPSIS = re.compile(r"(?<=…)(?=\s+[A-ZÀ-Ý])")
_OPENS_IN_LOWER_CASE = re.compile(r"\s*[a-zà-ÿ,;]")
_ENUMERATED = re.compile(r"^\s*\d{1,3}[.)]\s*$")
# A paragraph ends at a blank line, or where a line opens a list item.
_PARAGRAPH = re.compile(r"(?:(?!\n[ \t\u00a0]*(?:\n|[-*+•–][ \t]|\d{1,3}[.)][ \t])).)+", re.DOTALL)
# After "plan B." these words open a sentence; after an initial a name follows.
_OPENERS = re.compile(r"\s*(?:Ils?|Elles?|Les?|La|L['’]|Une?|Des|Du|Ce|Cette|Ces|Nous|On|En|Dans|Mais|Pour)\b")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """`(start, end)` of each sentence, in order, without white space at either end; nothing but white space is lost."""
    spans: list[tuple[int, int]] = []
    for paragraph in _PARAGRAPH.finditer(text):
        pieces = _pieces(paragraph[0])
        spans.extend((paragraph.start() + start, paragraph.start() + end) for start, end in pieces)
    return [trimmed for span in spans if (trimmed := trim(text, *span)) is not None]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at either end; None when nothing is left."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return (start, end) if start < end else None


def _pieces(paragraph: str) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    position = 0
    for segment in _segments(paragraph):
        end = position + len(segment)
        if pieces and _continues(paragraph[slice(*pieces[-1])], segment):
            pieces[-1] = pieces[-1][0], end
        else:
            pieces.append((position, end))
        position = end
    return pieces


def _segments(paragraph: str) -> Iterator[str]:
    for segment in sentencex.segment("fr", paragraph):
        yield from _AFTER_ELLIPSIS.split(segment)


def _continues(before: str, segment: str) -> bool:
    """Whether the cut between the two is wrong: an abbreviation, a wrapped line, a list number alone."""
    if _ENUMERATED.match(before) or (_ABBREVIATION.search(before) and not _OPENERS.match(segment)):
        return True
    wrapped = before.rstrip(" \t").endswith("\n") and before.rstrip()[-1:] not in ".!?…:;»"
    return (wrapped or before.rstrip().endswith("…")) and bool(_OPENS_IN_LOWER_CASE.match(segment))
