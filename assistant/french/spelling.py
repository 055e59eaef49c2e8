"""The words of a corpus as it spells them: which are known, and how a word is written within a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.french.words import canonical, fold

_WORD = re.compile(r"[^\W\d_]{2,}")
_FIRST = re.compile(r"(?:^|[.!?:…»\n•*#-])[\s«“\"'(]*([^\W\d_]{2,})")  # of a sentence


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word in small letters, without accents, as the corpus mostly writes it, and how often."""

    word: str
    folded: str
    written: str
    count: int


@dataclass(frozen=True, slots=True)
class Form:
    """A word as written with its capitals: how often, and how often as the first word of a sentence."""

    written: str
    count: int
    first: int

    @property
    def word(self) -> str:
        """In small letters."""
        return self.written.lower()


class Spellings:
    """Counts the words of texts."""

    def __init__(self) -> None:
        self._written: Counter[str] = Counter()
        self._first: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """Count a text's words."""
        text = canonical(text)
        self._written.update(_WORD.findall(text))
        self._first.update(_FIRST.findall(text))

    @property
    def forms(self) -> Iterator[Form]:
        """Every form that was counted; those of two corpora add up."""
        return (Form(written, count, self._first[written]) for written, count in self._written.items())

    def __iter__(self) -> Iterator[Spelling]:
        """The spelling of every word."""
        groups: dict[str, list[Form]] = {}
        for form in self.forms:
            groups.setdefault(form.word, []).append(form)
        return map(spelling, groups.values())


def spelling(forms: Sequence[Form]) -> Spelling:
    """A word as mostly written within sentences, from its forms: the capital of a sentence's first word tells nothing.

    Of forms as frequent, the last in code order: small letters come after capitals.
    """
    within = {form.written: form.count - (form.first if form.written.istitle() else 0) for form in forms}
    word, (most, written) = forms[0].word, max((count, written) for written, count in within.items())
    return Spelling(word, fold(word), written if most else word, sum(form.count for form in forms))
