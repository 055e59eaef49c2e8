"""A document -> a note to confirm -> a file of the corpus, with the original kept beside it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Self

from assistant.corpus.fetching import Fetched
from assistant.corpus.formats import Extracted, Extractor
from assistant.corpus.front_matter import FrontMatterError, Origin, parse_note, parse_origin
from assistant.corpus.inventory import Inventory
from assistant.corpus.reader import ORIGINALS
from assistant.corpus.rendering import render_note
from assistant.corpus.writing import write_new
from assistant.errors import DocumentError
from assistant.models import Kind, Note, PartialDate

_ID_LENGTH = 60
_LONGEST_HEADER = 2**14  # bytes: more is no front matter of ours, and YAML is slow
_KINDS = {  # words of a title that give the kind away, the most telling kind first
    Kind.STUDY: "étude études enquête baromètre rapport rapports panorama observatoire synthèse analyse",
    Kind.EVENT: "forum rencontre rencontres conférence journée journées demi-journée salon colloque webinaire atelier "
    "ateliers séminaire congrès assises édition inscription inscriptions programme-de-la-journée",
    Kind.GOVERNANCE: "conseil commission comité bureau gouvernance assemblée élection élections présidence président "
    "présidente nomination statuts délibération",
    Kind.PROGRAMME: "programme programmes dispositif stratégie feuille-de-route appel plan schéma convention",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A note as proposed, before anyone said yes; `data` and `name` are the document it was made from.

    `date_origin` says in French where the date was read; `warnings` are for the person who confirms.
    """

    note: Note
    name: str
    data: bytes
    author: str | None = None
    date_origin: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Of the document's bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def corrected(self, taken_ids: Collection[str] = (), **changes: Any) -> Self:
        """With fields of the note changed by a person (`author` too): a date that they give is not inferred.

        A new title gives a new id too, unless one is given.
        """
        author = changes.pop("author", self.author)
        title = changes.get("title", self.note.title)
        if title != self.note.title:
            changes["title"] = _one_line(title)
            changes.setdefault("id", propose_id(title, taken_ids))
        origin = self.date_origin
        if "date" in changes and changes["date"] != self.note.date:
            changes.setdefault("date_inferred", False)
            origin = "votre saisie" if changes["date"] else ""
        return replace(self, note=replace(self.note, **changes), author=author, date_origin=origin)


def propose(data: bytes, name: str, taken_ids: Collection[str], extractor: Extractor | None = None) -> Draft:
    """A note made from a document, with an id that no other note has.

    A Markdown file that is a note already keeps its fields. `extractor` serves many documents with one child process.

    Raises:
        DocumentError: no note can be made from it, and why.
    """
    ready = _ready_note(data, name)
    if ready:
        if ready.id in taken_ids:
            raise DocumentError(f"une note a déjà l'id « {ready.id} » : changez celui du fichier, ou retirez l'autre")
        origin = parse_origin(data.decode("utf-8"))
        return Draft(ready, name, data, origin.author, "l'en-tête du fichier" if ready.date else "")
    if extractor:
        return draft_from(extractor.extract(data, name), data, name, taken_ids)
    with Extractor() as own:
        return draft_from(own.extract(data, name), data, name, taken_ids)


def propose_page(page: Fetched, taken_ids: Collection[str], extractor: Extractor | None = None) -> Draft:
    """As `propose`, of what was fetched: its address is the note's source.

    Raises:
        DocumentError: no note can be made from it, and why.
    """
    draft = propose(page.data, page.name, taken_ids, extractor)
    return replace(draft, note=replace(draft.note, source=page.url))


def draft_from(found: Extracted, data: bytes, name: str, taken_ids: Collection[str]) -> Draft:
    """The draft of a document that was read already."""
    title = _one_line(found.title)
    note = Note(
        id=propose_id(title, taken_ids),
        title=title,
        text=found.text.strip("\n \t"),
        date=found.date,
        date_inferred=found.date_inferred and found.date is not None,
        kind=guess_kind(title),
        source=found.source,
    )
    return Draft(note, name, data, found.author, found.date_origin, found.warnings)


def _ready_note(data: bytes, name: str) -> Note | None:
    """The note that a Markdown file holds already, if it does."""
    if not name.lower().endswith((".md", ".markdown")) or data.find(b"\n---", 3, _LONGEST_HEADER) < 0:
        return None
    try:
        return parse_note(data.decode("utf-8"))
    except (FrontMatterError, UnicodeDecodeError, RecursionError):
        return None  # to be read like any other document, where reading is bounded


def propose_id(title: str, taken_ids: Collection[str]) -> str:
    """`forum-interconnectes-2` for a second « Forum Interconnectés » : ASCII, whole words, never taken."""
    folded = unicodedata.normalize("NFKD", title.lower().replace("œ", "oe").replace("æ", "ae"))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in folded if not unicodedata.combining(char)))
    made = "-".join(words)
    if len(made) > _ID_LENGTH:
        made = made[: _ID_LENGTH + 1].rsplit("-", 1)[0][:_ID_LENGTH]
    made = made or "note"
    number, wanted = 2, made
    while wanted in taken_ids:
        number, wanted = number + 1, f"{made}-{number}"
    return wanted


def guess_kind(title: str) -> Kind:
    """The kind that words of the title give away, else `autre`."""
    words = set(re.findall(r"\w+(?:-\w+)*", title.lower()))
    return next((kind for kind, telling in _KINDS.items() if words & set(telling.split())), Kind.OTHER)


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def keep(corpus_dir: Path, draft: Draft, known: Inventory | None = None) -> Path:
    """Write the note as `<id>.md` and its document under `originals/`; both are on disk when this returns.

    A crash leaves the whole note or none (at most an original without one). `known` is what the corpus holds, where
    the caller has it already.

    Raises:
        DocumentError: the document is a note already, a file has its name, or the folder cannot be written.
    """
    known = Inventory.of(corpus_dir) if known is None else known
    if draft.sha256 in known.originals:
        raise DocumentError(f"ce document est déjà la note « {known.originals[draft.sha256]} »")
    if draft.note.id in known.ids:
        raise DocumentError(f"une note a déjà l'id « {draft.note.id} » : donnez un autre titre ou un autre id")
    path = corpus_dir / f"{draft.note.id}.md"
    if path.exists():
        raise DocumentError(f"un fichier porte déjà le nom {path.name} : donnez un autre titre ou un autre id")
    original = _keep_original(corpus_dir / ORIGINALS, draft)
    origin = Origin(draft.author, f"{ORIGINALS}/{original.name}", draft.sha256)
    write_new(path, render_note(draft.note, origin).encode())
    return path


def _keep_original(folder: Path, draft: Draft) -> Path:
    """One left alone by a crash is taken again where it is the same, else left as it is."""
    suffix = re.sub(r"[^a-z0-9.]", "", PurePosixPath(draft.name).suffix.lower())[:10]
    number, path = 2, folder / f"{draft.note.id}{suffix}"
    while path.exists():
        if path.read_bytes() == draft.data:
            return path
        number, path = number + 1, folder / f"{draft.note.id}-{number}{suffix}"
    write_new(path, draft.data)
    return path


def written_date(text: str) -> PartialDate | None:
    """The date that a person typed: AAAA, AAAA-MM or AAAA-MM-JJ; nothing for an empty text.

    Raises:
        DocumentError: it is no such date.
    """
    try:
        return PartialDate.from_iso(text.strip()) if text.strip() else None
    except ValueError:
        raise DocumentError(f"« {text} » n'est pas une date : AAAA, AAAA-MM ou AAAA-MM-JJ") from None


def written_source(text: str) -> str | None:
    """The address that a person typed; nothing for an empty text.

    Raises:
        DocumentError: it is no http or https address.
    """
    if text.strip() and not re.fullmatch(r"https?://\S+", text.strip()):
        raise DocumentError(f"« {text} » n'est pas une adresse http:// ou https://")
    return text.strip() or None
