"""What the corpus holds already: ids, originals and sources, also of notes that have faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.corpus.front_matter import FrontMatterError, split
from assistant.corpus.reader import note_files

if TYPE_CHECKING:
    from assistant.corpus.drafts import Draft


@dataclass(slots=True)
class Inventory:
    """Grows with `add` as notes are kept. `originals` goes from a document's sha256 to the id of its note."""

    ids: set[str] = field(default_factory=set)
    originals: dict[str, str] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, corpus_dir: Path) -> Self:
        """Read from the front matter of every note; a file that cannot be read is passed over.

        Raises:
            CorpusError: the folder does not exist or cannot be listed.
        """
        made = cls()
        for path in note_files(corpus_dir):
            try:
                fields, _ = split(path.read_bytes().decode("utf-8"))
            except (OSError, UnicodeDecodeError, FrontMatterError):
                continue
            found = {name: given.value for name, given in fields.items() if isinstance(given.value, str)}
            made._note(found.get("id", ""), found.get("sha256", ""), found.get("source", ""))
        return made

    def add(self, draft: Draft) -> None:
        """Know of a note that was kept."""
        self._note(draft.note.id, draft.sha256, draft.note.source or "")

    def _note(self, identity: str, digest: str, source: str) -> None:
        self.ids |= {identity} - {""}
        self.sources |= {source} - {""}
        if digest:
            self.originals[digest] = identity
