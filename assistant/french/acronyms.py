"""Acronyms as texts introduce them: « instance nationale partenariale (INP) », « INP (instance nationale …) »."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.french.words import canonical, content_words, fold, index_terms, variants, words

_SHORT = re.compile(r"[^\W\d_](?:[.&-]?[^\W_]){1,9}\.?")
_BEFORE = re.compile(r"(?<![^\W_])[^\W\d_](?:[.&-]?[^\W_]){1,9}\.?\s?$")
_PARENTHESIS = re.compile(r"\(([^()]{2,150})\)")
_END = re.compile(r"[.;:!?()\n«»\"]")  # a spelt out form never goes beyond
_TOKEN = re.compile(r"[^\W_]+")
_READ = 200  # characters before a parenthesis
_FORMS = 3  # of one acronym
_SMALL_WORDS = frozenset("a au aux d dans de des du en et l la le les ou par pour sur un une of and for the".split())


@dataclass(frozen=True, slots=True)
class Acronym:
    """One acronym and a form that it stands for, both as written."""

    short: str
    long: str


def is_acronym(word: str) -> bool:
    """Whether a word is written as one: INP, DcANT, S.N.C.F."""
    return sum(char.isupper() for char in word) > 1


def find_acronyms(text: str) -> Iterator[Acronym]:
    """Those that a text introduces itself, each checked on its initials."""
    text = canonical(text)
    for match in _PARENTHESIS.finditer(text):
        inside, before = match[1].strip(), text[max(0, match.start() - _READ) : match.start()]
        short = _BEFORE.search(before[-12:])
        if _SHORT.fullmatch(inside):
            long = _spelt_out(inside, _END.split(before)[-1])
            if is_acronym(inside) and long:
                yield Acronym(inside, long)
        elif short and is_acronym(short[0]):
            long = _END.split(inside)[0].strip()
            if _spelt_out(short[0], long) == long:
                yield Acronym(short[0].strip(), long)


def _spelt_out(short: str, text: str) -> str | None:
    """The shortest end of the text whose initials are the acronym's letters."""
    letters = [char for char in fold(short.lower()) if char.isalnum()]
    tokens = list(_TOKEN.finditer(text))
    folded = [fold(token[0].lower()) for token in tokens]
    for at in range(len(tokens) - 2, -1, -1):
        if folded[at] not in _SMALL_WORDS and _initials(letters, folded[at:]):
            return text[tokens[at].start() :].strip()
    return None


def _initials(letters: Sequence[str], tokens: Sequence[str]) -> bool:
    """Whether the letters are the words' initials in turn; only small words may be passed over."""
    if not tokens:
        return not letters
    if letters and tokens[0].startswith(letters[0]) and _initials(letters[1:], tokens[1:]):
        return True
    return tokens[0] in _SMALL_WORDS and _initials(letters, tokens[1:])


@dataclass(frozen=True, slots=True)
class _Form:
    """A pair made ready: the terms of each word of the long form, and all of them in a row."""

    short: str
    long: str
    words: tuple[frozenset[str], ...]
    row: str

    @classmethod
    def of(cls, pair: Acronym) -> _Form:
        spelt = tuple(frozenset(variants(word)) for word in content_words(pair.long))
        return cls(pair.short, pair.long, spelt, f" {index_terms(pair.long)} ")


class Acronyms:
    """The acronyms of a corpus: what holds one form holds the other.

    Args:
        pairs: from the most to the least frequent.
        ordinary: words that the corpus writes in small letters: typed so, they are no acronyms.
    """

    def __init__(self, pairs: Iterable[Acronym] = (), ordinary: frozenset[str] = frozenset()) -> None:
        self._ordinary = ordinary
        self._by_short: dict[str, list[_Form]] = {}
        self._by_term: dict[str, list[tuple[str, _Form]]] = {}
        for pair in pairs:
            key, form = _key(pair.short), _Form.of(pair)
            forms = self._by_short.setdefault(key, [])
            if len(form.words) > 1 and len(forms) < _FORMS and form.row not in {f.row for f in forms}:
                forms.append(form)
                for term in form.words[0]:
                    self._by_term.setdefault(term, []).append((key, form))

    def terms(self, text: str) -> set[str]:
        """The index terms of a text, with those of the other form of each acronym in it."""
        row = index_terms(text)
        held = set(row.split())
        added: set[str] = set()
        for term in held:
            for form in self._by_short.get(term, ()):
                added.update(form.row.split())
            for key, form in self._by_term.get(term, ()):
                if form.row in f" {row} ":
                    added.update(variants(key))
        return held | added

    def phrasings(self, question: str) -> tuple[str, ...]:
        """The other ways to write a question: with its acronyms spelt out, each way, or with them for their words."""
        asked, spelt = self._asked(question), self._spelt(question)
        most = max((len(forms) for *_, forms in asked), default=0)
        others = [_replaced(question, [(s, e, f[min(n, len(f) - 1)].long) for s, e, f in asked]) for n in range(most)]
        if spelt:
            others.append(_replaced(question, [(start, end, form.short) for start, end, form in spelt]))
        return tuple(dict.fromkeys(others))

    def both(self, question: str) -> str:
        """The question with the other form of each acronym behind it in parentheses."""
        asked, spelt = self._asked(question), self._spelt(question)
        other = [(end, end, f" ({forms[0].long})") for _, end, forms in asked]
        other += [(end, end, f" ({form.short})") for _, end, form in spelt if form.short not in question]
        return _replaced(question, sorted(other)) if not (asked and spelt) else question

    def _asked(self, question: str) -> list[tuple[int, int, list[_Form]]]:
        """Where acronyms stand in a question, and what they stand for."""
        found = []
        for start, end in _spans(question):
            word = question[start:end]
            key = _key(word)
            if (forms := self._by_short.get(key)) and (is_acronym(word) or key not in self._ordinary):
                found.append((start, end, forms))
        return found

    def _spelt(self, question: str) -> list[tuple[int, int, _Form]]:
        """Where spelt out forms stand in a question; none within another."""
        tokens = [
            (start, end, frozenset(variants(word[0])))
            for start, end in _spans(question)
            if (word := content_words(question[start:end]))
        ]
        found: list[tuple[int, int, _Form]] = []
        for at, (start, _, terms) in enumerate(tokens):
            for form in [form for term in sorted(terms) for _, form in self._by_term.get(term, ())]:
                here = tokens[at : at + len(form.words)]
                fits = len(here) == len(form.words) and all(a & b for (*_, a), b in zip(here, form.words, strict=True))
                if fits and not (found and start < found[-1][1]):
                    found.append((start, here[-1][1], form))
        return found


def _key(short: str) -> str:
    return "".join(words(short))


def _spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"(?:[^\W\d_]\.){2,}|[^\W_]+", text)]


def _replaced(text: str, parts: Sequence[tuple[int, int, str]]) -> str:
    for start, end, other in reversed(parts):
        text = text[:start] + other + text[end:]
    return text
