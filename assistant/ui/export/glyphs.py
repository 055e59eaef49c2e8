"""What can be drawn: a character that the font lacks is replaced by one that is seen, never left out."""

from __future__ import annotations

import unicodedata

from reportlab.pdfbase import pdfmetrics

from assistant.ui.export.styles import FONT

REPLACEMENT = "◊"
_ALIKE = {
    "\u202f": "\u00a0",
    "\u2007": "\u00a0",
    "\u2011": "-",
    "\u2010": "-",
    "\u2192": "->",
    "\u2190": "<-",
    "№": "No",
}


class Glyphs:
    """Makes texts drawable, and remembers whether something was lost."""

    def __init__(self) -> None:
        self.replaced = False
        self._known = pdfmetrics.getFont(FONT).face.charToGlyph

    def seen(self, text: str) -> str:
        """The text in characters of the font; spaces and line ends stay."""
        return "".join(map(self._seen, unicodedata.normalize("NFC", text)))

    def _seen(self, char: str) -> str:
        if char in "\n " or (ord(char) in self._known and unicodedata.category(char) != "Cn"):
            return char
        if char in _ALIKE:
            return _ALIKE[char]
        if char.isspace():
            return " "
        if unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f":
            return ""  # joiners, directions and variants: they have no shape of their own
        self.replaced = True
        letters = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        is_drawn = bool(letters) and all(ord(c) in self._known for c in letters)
        return letters if is_drawn else REPLACEMENT
