"""Whether a text says something: wordings are compared as whole words, in any writing."""

from __future__ import annotations

import unicodedata

_PLAIN = str.maketrans("\u2018\u2019\u02bc\u2032\u2010\u2011", "''''--")


def even(text: str) -> str:
    """Small letters without accents, plain apostrophes and hyphens, single plain spaces: what wordings compare by."""
    letters = unicodedata.normalize("NFKD", text.translate(_PLAIN)).casefold()
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


def holds(text: str, wording: str) -> bool:
    """Whether a text has the wording as whole words: "4ème édition" is not in "14ème édition"."""
    return holds_even(even(text), wording)


def holds_even(said: str, wording: str) -> bool:
    """The same, of a text that is `even` already."""
    sought = even(wording)
    start = said.find(sought)
    while sought and start >= 0:
        before, after = said[:start][-1:], said[start + len(sought) :][:1]
        if not (before.isalnum() and sought[0].isalnum()) and not (after.isalnum() and sought[-1].isalnum()):
            return True
        start = said.find(sought, start + 1)
    return False


def quoted(text: str, most: int = 90) -> str:
    """A text within a sentence, shortened."""
    flat = " ".join(text.split())
    return f"« {flat if len(flat) <= most else flat[: most - 1] + '…'} »"
