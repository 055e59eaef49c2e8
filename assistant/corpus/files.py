"""A note's file by its id, and its text replaced whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assistant.corpus.front_matter import FrontMatterError, parse_note, split
from assistant.corpus.reader import ORIGINALS, note_files, read_corpus
from assistant.errors import CorpusError, french_reason
from assistant.models import Note

_HEAD = 4096  # bytes in which a front matter gives its id
_ID_LINE = re.compile(rb"^id:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A file of the corpus and its exact text when it was read: what a change starts from.

    `note` is None where the text has faults; `id` is then what its front matter says, or the file's name.
    """

    id: str
    path: Path
    content: str
    note: Note | None


def find_note(folder: Path, name: str) -> NoteFile:
    """The file of the note with this id, whatever the file is called; or that of this path, for two with one id.

    Raises:
        CorpusError: there is none, or the file cannot be read as text.
    """
    files = note_files(folder)
    path = next((path for path in files if declared_id(path) == name), None)
    path = path or next((path for path in files if Path(name) in (path, path.relative_to(folder))), None)
    path = path or read_corpus(folder).paths.get(name)  # an id written in a way that only YAML reads
    if path is None:
        raise CorpusError(f"Aucune note n'a l'id « {name} » : voyez « assistant corpus list ».")
    return open_note(path)


def open_note(path: Path) -> NoteFile:
    """The note of one file, with faults or without.

    Raises:
        CorpusError: the file cannot be read as text.
    """
    content = read_text(path)
    try:
        note = parse_note(content)
    except FrontMatterError:
        return NoteFile(declared_id(path) or path.stem, path, content, None)
    return NoteFile(note.id, path, content, note)


def declared_id(path: Path) -> str | None:
    """The id that a file gives itself, read without the rest: also where the rest has faults."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    found = _ID_LINE.search(head)
    return found[1].decode("utf-8", errors="replace") if found else None


def read_text(path: Path) -> str:
    """The text of a file as it is, line ends included.

    Raises:
        CorpusError: it cannot be read, or is not in UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise CorpusError(f"Le fichier {path} ne peut pas être lu ({french_reason(error)}).") from None
    except UnicodeDecodeError:
        raise CorpusError(f"Le fichier {path} n'est pas en UTF-8 : enregistrez-le dans cet encodage.") from None


def replace_file(path: Path, before: str, after: str) -> None:
    """Put one text in the place of another; on disk when this returns, and at any moment one of the two is there.

    Raises:
        CorpusError: the file no longer holds `before`, or cannot be written; it is left as it is.
    """
    target = path.resolve()  # a link stays a link
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise _unwritten(path, error) from None
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after.encode("utf-8"))
            os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
            file.flush()
            os.fsync(file.fileno())
        if read_text(target) != before:
            raise CorpusError(
                f"Le fichier {path} a changé pendant votre modification : rien n'a été écrit. "
                "Reprenez à partir de sa nouvelle version."
            )
        aside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        aside.unlink(missing_ok=True)


def _unwritten(path: Path, error: OSError) -> CorpusError:
    return CorpusError(f"Le fichier {path} ne peut pas être écrit ({french_reason(error)}) : il reste comme il était.")


def sync_folder(folder: Path) -> None:
    """Put on disk which files the folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def original_of(folder: Path, content: str) -> Path | None:
    """The document that a note's front matter names with `original:`, below `originals/`; it may not exist.

    A name that leads elsewhere is none of the corpus' originals: None.
    """
    try:
        field = split(content)[0].get("original")
    except FrontMatterError:
        return None
    if field is None or not isinstance(field.value, str) or not field.value:
        return None
    home = folder / ORIGINALS
    path = Path(os.path.normpath(folder / field.value))
    return path if path.is_relative_to(os.path.normpath(home)) and path != home else None
