"""The notes of a corpus in the order and of the kind that a person asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from assistant.corpus.reader import Corpus
from assistant.french.words import fold, normalise
from assistant.models import Kind, Note

#: What notes can be sorted by -> the key; notes without a date come first.
_KEYS: dict[str, Callable[[Note, Corpus], Any]] = {
    "date": lambda note, _: (note.date.first if note.date else date.min, note.id),
    "title": lambda note, _: (_plain(note.title), note.id),
    "id": lambda note, _: note.id,
    "kind": lambda note, _: (list(Kind).index(note.kind), _plain(note.title)),
    "file": lambda note, corpus: corpus.paths[note.id],
}
SORTS = tuple(_KEYS)


def select_notes(
    corpus: Corpus,
    kinds: Iterable[Kind] = (),
    themes: Iterable[str] = (),
    text: str = "",
    sort: str = "date",
    reverse: bool = False,
) -> list[Note]:
    """The notes of any of the kinds and any of the themes that hold every word of `text`, in the order of `sort`.

    Case and accents do not count; words are looked for in id, title, themes and text, also within longer ones. `sort`
    is one of `SORTS`: the newest date first, all else ascending, unless `reverse`.
    """
    wanted, topics = set(kinds), {_plain(theme) for theme in themes}
    found = [
        note
        for note in corpus.notes
        if (not wanted or note.kind in wanted)
        and (not topics or topics & {_plain(theme) for theme in note.themes})
        and holds_words(note, text)
    ]
    return sorted(found, key=lambda note: _KEYS[sort](note, corpus), reverse=reverse != (sort == "date"))


def holds_words(note: Note, text: str) -> bool:
    """Whether the note's id, title, themes or text hold every word of `text`, whatever the case and accents."""
    parts = _plain(text).split()
    haystack = _plain(" ".join([note.id, note.title, *note.themes, note.text])) if parts else ""
    return all(part in haystack for part in parts)


def _plain(text: str) -> str:
    return fold(normalise(text))
