"""The corpus folder -> its notes and every fault of every file at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from assistant.corpus.front_matter import FrontMatterError, parse_note
from assistant.errors import CorpusError, Fault, FaultCode, french_reason
from assistant.models import Note

# Folders of the corpus that hold no notes: what they were made from, those removed.
ORIGINALS, TRASH = "originals", "trash"


def note_files(folder: Path) -> list[Path]:
    """The `.md` files below the folder in path order; READMEs, originals, the trash and what is hidden are no notes.

    Raises:
        CorpusError: the folder does not exist or cannot be listed.
    """
    if not folder.is_dir():
        raise CorpusError(f"Le dossier des notes n'existe pas : {folder}. Indiquez-le avec ASSISTANT_CORPUS_DIR.")
    try:
        # Not rglob, which passes over folders that cannot be read: their notes would seem to be removed.
        walk = os.walk(folder, onerror=_raise)
        found = sorted(Path(base, name) for base, _, names in walk for name in names if name.endswith(".md"))
    except OSError as error:
        raise CorpusError(f"Le dossier des notes ne peut pas être lu : {folder} ({french_reason(error)}).") from None
    return [path for path in found if path.name != "README.md" and not _aside(path.relative_to(folder))]


def _raise(error: OSError) -> None:
    raise error


def _aside(path: Path) -> bool:
    return path.parts[0] in (ORIGINALS, TRASH) or any(part.startswith(".") for part in path.parts)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds: its notes in path order, the file of each by its id, and what is wrong in the files.

    A file with a fault gives no note; of two with one id, the first does.
    """

    notes: tuple[Note, ...]
    paths: Mapping[str, Path]
    faults: tuple[Fault, ...]


def read_corpus(folder: Path, progress: bool = False) -> Corpus:
    """Everything that can be read below the folder, and every fault of every file.

    Args:
        folder: the corpus.
        progress: shows a bar on standard error where it takes long.

    Raises:
        CorpusError: the folder does not exist or cannot be listed.
    """
    notes: list[Note] = []
    paths: dict[str, Path] = {}
    faults: list[Fault] = []
    for path in tqdm(note_files(folder), desc="Notes", unit="note", delay=1, disable=not progress, leave=False):
        note = _load(path, faults)
        if note is None:
            continue
        if note.id in paths:
            taken = f"l'id « {note.id} » est déjà celui de {paths[note.id]}"
            faults.append(Fault(path, 0, taken, FaultCode.DUPLICATE_ID))
            continue
        notes.append(note)
        paths[note.id] = path
    return Corpus(tuple(notes), paths, tuple(faults))


def load_corpus(folder: Path) -> list[Note]:
    """All notes of the folder, in path order.

    Raises:
        CorpusError: the folder is missing or holds no note, or files have faults: all are listed.
    """
    corpus = read_corpus(folder)
    if corpus.faults:
        raise CorpusError.from_faults(corpus.faults)
    if not corpus.notes:
        raise CorpusError(no_notes(folder))
    return list(corpus.notes)


def no_notes(folder: Path) -> str:
    """What is said of a folder without notes."""
    return f"Aucune note dans {folder} : ajoutez-y au moins un fichier .md (voir corpus/README.md)."


def _load(path: Path, faults: list[Fault]) -> Note | None:
    try:
        return parse_note(path.read_bytes().decode("utf-8"))
    except FrontMatterError as error:
        faults.extend(Fault(path, line, message, _code(line)) for line, message in error.faults)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = "le fichier n'est pas en UTF-8 : enregistrez-le dans cet encodage"
        faults.append(Fault(path, line, message, FaultCode.ENCODING))
    except OSError as error:
        message = f"le fichier ne peut pas être lu ({french_reason(error)})"
        faults.append(Fault(path, 0, message, FaultCode.UNREADABLE))
    return None


def _code(line: int) -> FaultCode:
    return FaultCode.FRONT_MATTER if line else FaultCode.EMPTY  # only a missing text has no line
