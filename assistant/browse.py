"""The notes of a build as a list: searched by words, narrowed down by theme, kind and year, page by page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from assistant.french.words import content_words, fold, normalise, variants
from assistant.index.catalogue import Catalogue
from assistant.listings import Count, NoteHead, NoteLine, NotesFound, NotesWanted, Order
from assistant.models import Kind

PAGE = 20
_EXCERPT = 230  # characters: about two lines
_BEFORE = 80  # of them, at most, before the first word sought
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}|[-*+]|>|\|[-| :]*\|$)[ \t]*|[*_`]{2,}|^---$", re.MULTILINE)


def browse(catalogue: Catalogue, wanted: NotesWanted) -> NotesFound:
    """One page of the notes wanted."""
    holding = _holding(catalogue, wanted.words)
    heads = [head for head in catalogue.heads if holding is None or head.note_id in holding]
    found = _ordered((head for head in heads if _fits(head, wanted)), wanted.order)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, wanted.page), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    notes = catalogue.notes([head.note_id for head in shown])
    sought = [frozenset(variants(word)) for word in content_words(wanted.words)]
    kinds = _counts(heads, replace(wanted, kind=None), lambda head: [head.kind.value])
    return NotesFound(
        lines=tuple(_line(head, notes[head.note_id].text, sought) for head in shown),
        total=len(found),
        page=page,
        pages=pages,
        themes=_sorted(_counts(heads, replace(wanted, theme=""), lambda head: head.themes)),
        kinds=tuple(Count(kind.value, kinds[kind.value]) for kind in Kind if kinds[kind.value]),
        years=_latest_first(_counts(heads, replace(wanted, year=None), lambda head: [str(_year(head))])),
    )


def _holding(catalogue: Catalogue, text: str) -> set[str] | None:
    """The ids of the notes that hold every word, or part of a word of their title; None where no word is sought."""
    if not text.strip():
        return None
    sets = []
    for word in content_words(text):
        scores = catalogue.lexical_scores(variants(word), catalogue.chunk_count)
        titled = {head.note_id for head in catalogue.heads if fold(word) in fold(normalise(head.title))}
        sets.append(catalogue.notes_of(scores) | titled)
    return set.intersection(*sets) if sets else set()


def _fits(head: NoteHead, wanted: NotesWanted) -> bool:
    themed = not wanted.theme or wanted.theme in head.themes
    of_kind = wanted.kind is None or head.kind is wanted.kind
    return themed and of_kind and (wanted.year is None or wanted.year == _year(head))


def _year(head: NoteHead) -> int:
    return head.date.year if head.date else 0


def _ordered(heads: Iterable[NoteHead], order: Order) -> list[NoteHead]:
    titled = sorted(heads, key=lambda head: (fold(normalise(head.title)), head.note_id))
    if order is Order.TITLE:
        return titled
    return sorted(titled, key=lambda head: head.date.last if head.date else date.min, reverse=True)


def _counts(
    heads: Iterable[NoteHead], others: NotesWanted, values: Callable[[NoteHead], Sequence[str]]
) -> Counter[str]:
    return Counter(value for head in heads if _fits(head, others) for value in set(values(head)))


def _sorted(counts: Counter[str]) -> tuple[Count, ...]:
    return tuple(Count(value, counts[value]) for value in sorted(counts, key=lambda value: fold(normalise(value))))


def _latest_first(counts: Counter[str]) -> tuple[Count, ...]:
    return tuple(Count(year, counts[year]) for year in sorted(counts, key=int, reverse=True))


def _line(head: NoteHead, text: str, sought: Sequence[frozenset[str]]) -> NoteLine:
    plain = " ".join(_MARKUP.sub("", _LINK.sub(r"\1", text)).split())
    found = [(*m.span(), word) for m in _WORD.finditer(plain) if (word := _which(m[0], sought)) is not None]
    start = _start(plain, found)
    end = _end(plain, start)
    opening = "…\u00a0" if start else ""
    shift = len(opening) - start
    marks = tuple((first + shift, last + shift) for first, last, _ in found if start <= first and last <= end)
    return NoteLine(head, f"{opening}{plain[start:end]}{'…' if end < len(plain) else ''}", marks)


def _which(word: str, sought: Sequence[frozenset[str]]) -> int | None:
    """Which of the words sought a word of a text is."""
    terms = variants(normalise(word))
    return next((number for number, forms in enumerate(sought) if not forms.isdisjoint(terms)), None)


def _start(text: str, found: Sequence[tuple[int, int, int]]) -> int:
    """Where the excerpt begins that shows the most of the words: at the text's own beginning, else between words."""
    if not found:
        return 0
    shown = _EXCERPT - _BEFORE

    def worth(first: int) -> int:
        return len({word for start, end, word in found if first <= start and end <= first + shown})

    best = max((first for first, _, _ in found), key=worth)  # the first of equals
    return 0 if best < shown and worth(0) >= worth(best) else text.rfind(" ", 0, max(best - _BEFORE, 0)) + 1


def _end(text: str, start: int) -> int:
    if len(text) - start <= _EXCERPT:
        return len(text)
    space = text.rfind(" ", start, start + _EXCERPT)
    return space if space > start else start + _EXCERPT
