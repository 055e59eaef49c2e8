"""The corpus folder -> its notes, or every fault of every file at once."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.corpus.front_matter import FrontMatterError, parse_note
from assistant.errors import CorpusError, Fault, french_reason
from assistant.models import Note

ORIGINALS, TRASH = (
    "originals",
    "trash",
)  # folders of the corpus that hold no notes: what they were made from, those removed


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


def load_corpus(folder: Path) -> list[Note]:
    """All notes of the folder, in path order.

    Raises:
        CorpusError: the folder is missing or holds no note, or files have faults: all are listed.
    """
    files = note_files(folder)
    if not files:
        raise CorpusError(f"Aucune note dans {folder} : ajoutez-y au moins un fichier .md (voir corpus/README.md).")
    notes: dict[str, tuple[Note, Path]] = {}
    faults: list[Fault] = []
    for path in files:
        note = _load(path, faults)
        if note is None:
            continue
        if note.id in notes:
            faults.append(Fault(path, 0, f"l'id « {note.id} » est déjà celui de {notes[note.id][1]}"))
        else:
            notes[note.id] = note, path
    if faults:
        count = "une erreur" if len(faults) == 1 else f"{len(faults)} erreurs"
        raise CorpusError(f"Le corpus contient {count} :", tuple(faults))
    return [note for note, _ in notes.values()]


def _load(path: Path, faults: list[Fault]) -> Note | None:
    try:
        return parse_note(path.read_bytes().decode("utf-8"))
    except FrontMatterError as error:
        faults.extend(Fault(path, line, message) for line, message in error.faults)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(Fault(path, line, "le fichier n'est pas en UTF-8 : enregistrez-le dans cet encodage"))
    except OSError as error:
        faults.append(Fault(path, 0, f"le fichier ne peut pas être lu ({french_reason(error)})"))
    return None
