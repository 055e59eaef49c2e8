"""A corpus folder -> its faults, which stop the index, and what a person should look at all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from assistant.corpus.duplicates import Likeness, Pair, find_pairs
from assistant.corpus.files import original_of, read_text
from assistant.corpus.links import find_links, link_fault, url_fault
from assistant.corpus.reader import Corpus, read_corpus
from assistant.corpus.sections import empty_headings
from assistant.errors import CorpusError, Fault
from assistant.models import Note, PartialDate

SHORT = 10  # words below which a note says next to nothing


class WarningCode(StrEnum):
    """What to look at, to group warnings by."""

    SAME_TEXT = "same_text"
    NEAR_DUPLICATE = "near_duplicate"
    CONTAINED = "contained"
    SAME_TITLE = "same_title"
    BROKEN_LINK = "broken_link"
    NO_ORIGINAL = "no_original"
    NO_DATE = "no_date"
    FUTURE_DATE = "future_date"
    OLD = "old"
    SHORT = "short"
    EMPTY_SECTION = "empty_section"

    @property
    def label(self) -> str:
        """The name of the group, in French."""
        return _LABELS[self]


_LABELS = {
    WarningCode.SAME_TEXT: "Textes identiques",
    WarningCode.NEAR_DUPLICATE: "Textes presque identiques",
    WarningCode.CONTAINED: "Textes contenus dans un autre",
    WarningCode.SAME_TITLE: "Titres répétés",
    WarningCode.BROKEN_LINK: "Liens qui ne mènent nulle part",
    WarningCode.NO_ORIGINAL: "Originaux introuvables",
    WarningCode.NO_DATE: "Notes sans date",
    WarningCode.FUTURE_DATE: "Dates dans l'avenir",
    WarningCode.OLD: "Notes anciennes",
    WarningCode.SHORT: "Textes très courts",
    WarningCode.EMPTY_SECTION: "Titres sans texte",
}


@dataclass(frozen=True, slots=True)
class NoteWarning:
    """One thing to look at in one note; `line` counts from 1, 0 for the whole file. `other_id`: the note it repeats."""

    path: Path
    line: int
    code: WarningCode
    message: str
    note_id: str
    other_id: str | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line} : {self.message}" if self.line else f"{self.path} : {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found; warnings in the order of the files, then of the lines."""

    notes: tuple[Note, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[NoteWarning, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A note, its file, the text of that, and the part of it before `note.text`, with plain line ends."""

    note: Note
    path: Path
    content: str
    head: str

    def line_of(self, name: str) -> int:
        """Of a field; 0 where it is not given."""
        found = re.search(rf"^{name}[ \t]*:", self.head, re.MULTILINE)
        return self.head[: found.start()].count("\n") + 1 if found else 0

    def body_line(self, number: int) -> int:
        """In the file, of a line of the note's text."""
        return self.head.count("\n") + number


def check_corpus(folder: Path, today: date, older_than: date | None = None, progress: bool = False) -> Report:
    """Every fault of every file, and the warnings on the notes that can be read. Nothing is asked of the network.

    Args:
        folder: the corpus.
        today: the day after which a date is in the future.
        older_than: notes that are certainly of before this day are warned of; of none by default.
        progress: shows a bar on standard error where it takes long.

    Raises:
        CorpusError: the folder does not exist or cannot be listed.
    """
    corpus = read_corpus(folder, progress)
    texts = [text for note in corpus.notes if (text := _open(note, corpus.paths[note.id])) is not None]
    found = [warning for text in texts for warning in _of_one(text, folder, today, older_than)]
    found += [*_titles(texts), *(_pair(corpus, pair) for pair in find_pairs(corpus.notes))]
    return Report(corpus.notes, corpus.faults, tuple(sorted(found, key=lambda w: (w.path, w.line, w.code, w.message))))


def _open(note: Note, path: Path) -> _Text | None:
    """None where the file has changed since the note was read: the next check sees what it has become."""
    try:
        content = read_text(path)
    except CorpusError:
        return None
    plain = re.sub(r"\r\n?", "\n", content.removeprefix("\ufeff"))
    start = plain.rfind(note.text)
    return _Text(note, path, content, plain[:start]) if start > 0 else None


def _of_one(text: _Text, folder: Path, today: date, older_than: date | None) -> Iterator[NoteWarning]:
    yield from _date(text, today, older_than)
    yield from _links(text, folder)
    yield from _length(text)
    for number, title in empty_headings(text.note.text):
        message = f"il n'y a pas de texte sous le titre « {title} »" if title else "il y a un titre vide"
        yield _warning(text, text.body_line(number), WarningCode.EMPTY_SECTION, message)


def _date(text: _Text, today: date, older_than: date | None) -> Iterator[NoteWarning]:
    note = text.note
    if note.date is None:
        yield _warning(text, 0, WarningCode.NO_DATE, "pas de date : un filtre de dates l'écarte toujours")
    elif note.date.first > today:
        message = f"la date « {note.date} » est dans l'avenir : c'est celle de la publication qu'il faut écrire"
        yield _warning(text, text.line_of("date"), WarningCode.FUTURE_DATE, message)
    elif older_than and note.date.last < older_than:
        message = f"la note est ancienne ({_age(note.date, today)}) : vérifiez qu'elle dit encore vrai, ou retirez-la"
        yield _warning(text, text.line_of("date"), WarningCode.OLD, message)


def _age(written: PartialDate, today: date) -> str:
    months = (today - written.last) // timedelta(days=1) * 12 // 365
    if months < 24:
        return f"{written}, {months} mois"
    return f"{written}, {months // 12} ans"


def _links(text: _Text, folder: Path) -> Iterator[NoteWarning]:
    for link in find_links(text.note.text):
        if fault := link_fault(link, text.path, folder):
            message = f"le lien « {link.target} » ne mène nulle part : {fault}"
            yield _warning(text, text.body_line(link.line), WarningCode.BROKEN_LINK, message)
    if text.note.source and (fault := url_fault(text.note.source)):
        message = f"« source » ne mène nulle part : {fault}"
        yield _warning(text, text.line_of("source"), WarningCode.BROKEN_LINK, message)
    if line := text.line_of("original"):
        original = original_of(folder, text.content)
        if original is None or not original.is_file():
            message = "« original » ne nomme aucun fichier du dossier originals/"
            yield _warning(text, line, WarningCode.NO_ORIGINAL, message)


def _length(text: _Text) -> Iterator[NoteWarning]:
    count = len(re.findall(r"[^\W_]+", text.note.text))
    if count < SHORT:
        message = f"la note est très courte ({count} mot{'s' if count > 1 else ''}) : l'assistant n'y trouvera rien"
        yield _warning(text, text.body_line(1), WarningCode.SHORT, message)


def _titles(texts: Iterable[_Text]) -> Iterator[NoteWarning]:
    seen: dict[str, Note] = {}
    for text in texts:
        first = seen.setdefault(" ".join(text.note.title.casefold().split()), text.note)
        if first is not text.note:
            message = f"le titre est aussi celui de « {first.id} » : les lecteurs ne les distingueront pas"
            yield _warning(text, text.line_of("title"), WarningCode.SAME_TITLE, message, first.id)


def _pair(corpus: Corpus, pair: Pair) -> NoteWarning:
    if pair.likeness is Likeness.WITHIN:
        note, other = pair.first, pair.second
        message = f"la note est contenue dans « {other} » (à {pair.shared:.0%})"
    else:
        note, other = pair.second, pair.first
        alike = "le même texte que" if pair.likeness is Likeness.SAME else "presque le même texte que"
        message = f"la note a {alike} « {other} »"
    code = _CODES[pair.likeness]
    return NoteWarning(corpus.paths[note], 0, code, message, note, other)


_CODES = {
    Likeness.SAME: WarningCode.SAME_TEXT,
    Likeness.NEAR: WarningCode.NEAR_DUPLICATE,
    Likeness.WITHIN: WarningCode.CONTAINED,
}


def _warning(text: _Text, line: int, code: WarningCode, message: str, other: str | None = None) -> NoteWarning:
    return NoteWarning(text.path, line, code, message, text.note.id, other)
