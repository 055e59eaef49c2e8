"""What staff do with the notes, for the page that shows it: few verbs over the corpus and the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant import audit, chunking
from assistant.assistant import Assistant
from assistant.corpus import Corpus, read_corpus
from assistant.corpus.check import Report, check_corpus
from assistant.corpus.drafts import Draft, keep, propose, propose_page, written_date, written_source
from assistant.corpus.editing import edit_fields, replace_body, save
from assistant.corpus.fetching import fetch
from assistant.corpus.files import NoteFile, find_note, original_of
from assistant.corpus.formats import Extractor
from assistant.corpus.front_matter import FrontMatterError
from assistant.corpus.listing import holds_words
from assistant.corpus.trash import Removed, empty_trash, in_trash, remove_note, restore_note
from assistant.errors import CorpusError, DocumentError
from assistant.index import BuildInfo, Plan, Progress, Publisher, Recipe, compare, list_builds, rollback
from assistant.index.catalogue import note_hash
from assistant.models import Chunk, Kind, Note, PartialDate, Passage
from assistant.preview import Preview
from assistant.questions import check
from assistant.settings import Settings

Fields = dict[str, str | tuple[str, ...] | None]
_FOUND = 8  # passages shown for a question


class State(StrEnum):
    """Where a note stands between the corpus and the published index."""

    PUBLISHED = "publiée"
    NEW = "à publier : nouvelle"
    CHANGED = "à publier : modifiée"
    REMOVED = "à publier : retirée"


class Order(StrEnum):
    """What the notes are sorted by."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"
    KIND = "kind"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Row:
    """One note in the list; `file` is relative to the corpus, empty for a note that only the index still has."""

    note_id: str
    title: str
    date: PartialDate | None
    kind: Kind
    themes: tuple[str, ...]
    state: State
    file: str


_KEYS: dict[Order, Callable[[Row], Any]] = {
    Order.NEWEST: lambda row: (-(row.date.first.toordinal() if row.date else 0), row.title.casefold()),
    Order.OLDEST: lambda row: (row.date.first if row.date else date.max, row.title.casefold()),
    Order.TITLE: lambda row: row.title.casefold(),
    Order.KIND: lambda row: (row.kind.value, row.title.casefold()),
    Order.STATE: lambda row: (row.state is State.PUBLISHED, row.state.value, row.title.casefold()),
}


class Desk:
    """Reads and changes the corpus, publishes it and goes back; every write names who did it, in the journal.

    Safe to share between threads. Nothing here asks who may: the page is behind a gate.
    """

    def __init__(self, bot: Assistant, settings: Settings) -> None:
        self._bot, self._settings = bot, settings
        self._corpus_dir, self._state_dir = settings.corpus_dir, settings.state_dir
        self._recipe = Recipe.of(bot.embedder, settings)
        self._publisher = Publisher(settings.index_dir, self._recipe, settings.state_dir)
        self._preview = Preview(settings.index_dir, bot.embedder, self._recipe)
        self._extractor = Extractor()

    def close(self) -> None:
        """Let go of the processes that read and write, and of the aside build."""
        self._extractor.close()
        self._publisher.close()
        self._preview.close()

    @property
    def fetches(self) -> bool:
        """Whether the operator allows pages of any host to be fetched."""
        return bool(self._settings.allowed_hosts)

    def relative(self, path: Path) -> str:
        """A file of the corpus as staff know it."""
        return str(path.relative_to(self._corpus_dir)) if path.is_relative_to(self._corpus_dir) else str(path)

    def rows(self, search: str = "", order: Order = Order.NEWEST) -> list[Row]:
        """The notes that hold every word of `search`, those included that a publication would take out."""
        corpus = self._corpus()
        removed = compare(self._settings.index_dir, corpus, self._recipe).removed
        with self._bot.reader.lease() as build:
            hashes = build.catalogue.hashes()
            gone = build.catalogue.notes([change.note_id for change in removed])
        rows = [_row(note, _state(note, hashes), self.relative(corpus.paths[note.id])) for note in corpus.notes]
        rows += [_row(note, State.REMOVED, "") for note in gone.values()]
        held = {note.id for note in (*corpus.notes, *gone.values()) if holds_words(note, search)}
        return sorted((row for row in rows if row.note_id in held), key=_KEYS[order])

    def opened(self, note_id: str) -> NoteFile:
        """The file of a note and its exact text: what a change starts from.

        Raises:
            CorpusError: no note has this id, or its file cannot be read.
        """
        return find_note(self._corpus_dir, note_id)

    def original(self, file: NoteFile) -> str:
        """The document that the note was made from, relative to the corpus; empty where there is none."""
        path = original_of(self._corpus_dir, file.content)
        return self.relative(path) if path else ""

    def chunks(self, note: Note) -> list[Chunk]:
        """The pieces in which the note will be searched."""
        embedder = self._bot.embedder
        return chunking.chunk_note(note, self._settings.chunk_tokens, embedder.count_tokens, embedder.max_tokens)

    def save(self, seen: NoteFile, fields: Fields, body: str, who: str) -> Note:
        """Change fields and text of a note whose file still reads as it was `seen`.

        Raises:
            CorpusError: a field or the text cannot be so, or the file has changed since.
        """
        try:
            after = edit_fields(seen.content, fields)
        except FrontMatterError as error:
            raise CorpusError(_faulty(error)) from None
        if seen.note is None or body.strip() != seen.note.text.strip():
            after = replace_body(after, body)
        return save(seen, after, who, self._state_dir)

    def mend(self, seen: NoteFile, content: str, who: str) -> Note:
        """Replace the whole text of a file, one with faults for instance, that still reads as it was `seen`.

        Raises:
            CorpusError: it still has faults (all are named), or the file has changed since.
        """
        return save(seen, content, who, self._state_dir)

    def remove(self, seen: NoteFile, who: str) -> None:
        """Put a note into the trash.

        Raises:
            CorpusError: its file is gone or cannot be moved.
        """
        remove_note(self._corpus_dir, seen, who, self._state_dir)

    def trash(self) -> list[Removed]:
        """What the trash holds, last removed first."""
        return in_trash(self._corpus_dir)

    def restore(self, entry: str, who: str) -> str:
        """Bring a note back from the trash; its file.

        Raises:
            CorpusError: it is not there, or its id is another note's by now.
        """
        return self.relative(restore_note(self._corpus_dir, entry, who, self._state_dir))

    def empty_trash(self, who: str) -> int:
        """Delete for good what the trash holds; how many notes that was."""
        held = self.trash()
        empty_trash(self._corpus_dir, held, who, self._state_dir)
        return len(held)

    def propose(self, name: str, data: bytes, waiting: Sequence[Draft] = ()) -> Draft:
        """The note that a document would become; its id is none of a note nor of a draft that waits.

        Raises:
            DocumentError: no note can be made from it, and why.
        """
        return propose(data, name, self._taken(waiting), self._extractor)

    def propose_page(self, url: str, waiting: Sequence[Draft] = ()) -> Draft:
        """The note that a web page would become, from a host that the operator allows.

        Raises:
            DocumentError: it may not or cannot be fetched, or no note can be made from it.
        """
        page = fetch(url, self._settings.allowed_hosts)
        return propose_page(page, self._taken(waiting), self._extractor)

    def keep(self, draft: Draft, fields: Fields, who: str) -> str:
        """Write a draft, with the fields that a person corrected, into the corpus; its id.

        Raises:
            DocumentError: a field cannot be so, or the document is a note already.
        """
        taken = set(self._corpus().paths)
        title = str(fields["title"] or "")
        if not title:
            raise DocumentError("le titre manque")
        day = written_date(str(fields["date"] or ""))
        themes = fields["themes"]
        corrected = draft.corrected(
            taken,
            title=title,
            date=day,
            date_inferred=fields["date_inferred"] == "true",
            kind=Kind(str(fields["kind"])),
            themes=themes if isinstance(themes, tuple) else (),
            source=written_source(str(fields["source"] or "")),
        )
        keep(self._corpus_dir, corrected)
        audit.record(self._state_dir, audit.Entry(who, "note ajoutée", f"{corrected.note.id} : {corrected.note.title}"))
        return corrected.note.id

    def _taken(self, waiting: Sequence[Draft]) -> set[str]:
        return {*self._corpus().paths, *(draft.note.id for draft in waiting)}

    def report(self) -> Report:
        """Every fault of every file, and what a person should look at all the same."""
        return check_corpus(self._corpus_dir, date.today())

    def plan(self) -> Plan:
        """What a publication would change."""
        return self._publisher.plan(self._corpus())

    def find(self, question: str) -> tuple[Passage, ...]:
        """What a question would find once the corpus is published, best first.

        Raises:
            QuestionError: the question is empty or too long.
            CorpusError: there is no note that could be published.
        """
        check(question, self._settings)
        corpus = self._corpus()
        if not corpus.notes:
            raise CorpusError("Il n'y a pas encore de note : ajoutez-en une.")
        return self._preview.find(corpus, question, _FOUND)

    def publish(self, who: str, force: bool, tell: Callable[[Progress], None]) -> str:
        """Publish the corpus; what was done, in French.

        Raises:
            IndexSafeguardError: much of the corpus is gone, and it is not forced.
            IndexBusyError: another one publishes; says who.
        """
        report = self._publisher.publish(self._corpus(), who, force=force, tell=tell)
        if not report.published:
            return "Il n'y avait rien à publier : les membres ont déjà ces notes."
        counts = {"ajoutée": report.added, "modifiée": report.changed, "retirée": report.removed}
        told = ", ".join(f"{count} note{_s(count)} {word}{_s(count)}" for word, count in counts.items() if count)
        return f"Publié : {told or 'l’index a été refait'}. Les membres ont ces notes dès la prochaine question."

    def builds(self) -> list[BuildInfo]:
        """The versions that are kept, newest first."""
        return list_builds(self._settings.index_dir)

    def roll_back(self, build_id: str, who: str) -> None:
        """Put a kept version in service again.

        Raises:
            IndexStoreError: it does not exist, is damaged, or another one publishes.
        """
        rollback(self._settings.index_dir, who, self._recipe.identity, build_id, self._state_dir, self._recipe.server)

    def journal(self) -> list[audit.Entry]:
        """Who did what, oldest first."""
        return audit.entries(self._state_dir)

    def _corpus(self) -> Corpus:
        return read_corpus(self._corpus_dir)


def _row(note: Note, state: State, file: str) -> Row:
    return Row(note.id, note.title, note.date, note.kind, note.themes, state, file)


def _state(note: Note, published: dict[str, str]) -> State:
    if note.id not in published:
        return State.NEW
    return State.PUBLISHED if published[note.id] == note_hash(note) else State.CHANGED


def _faulty(error: FrontMatterError) -> str:
    return "Rien n'est enregistré : " + " ; ".join(message for _, message in error.faults) + "."


def _s(count: int) -> str:
    return "s" if count > 1 else ""
