"""The words of a corpus as it spells them: which are known, and how a word is written within a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
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

    def __iter__(self) -> Iterator[Spelling]:
        """Each word as mostly written within sentences: the capital of a sentence's first word tells nothing."""
        forms: dict[str, Counter[str]] = {}
        for written, count in self._written.items():
            first = self._first[written] if written.istitle() else 0
            forms.setdefault(written.lower(), Counter())[written] = count - first
        for word, counts in forms.items():
            written, most = counts.most_common(1)[0]
            total = sum(self._written[form] for form in counts)
            yield Spelling(word, fold(word), written if most else word, total)
