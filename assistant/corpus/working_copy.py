"""The text of a note in an editor: its working copy stays on disk until the change is kept."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from assistant.corpus.files import NoteFile
from assistant.errors import CorpusError, french_reason

FOLDER = "editing"  # below the state folder
_USUAL = ("nano", "vi", "notepad")


def copy_aside(file: NoteFile, state_dir: Path) -> Path:
    """A copy of the note's file to edit.

    Raises:
        CorpusError: it cannot be written.
    """
    path = state_dir / FOLDER / f"{datetime.now():%Y%m%dT%H%M%S}-{file.id}.md"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content.encode("utf-8"))
    except OSError as error:
        raise CorpusError(
            f"La copie à modifier ne peut pas être écrite : {path} ({french_reason(error)}). "
            "Corrigez ASSISTANT_STATE_DIR ou les droits de ce dossier."
        ) from None
    return path


def run_editor(path: Path) -> None:
    """Open the file in the person's editor (VISUAL, EDITOR, else a usual one) and wait until they leave it.

    Raises:
        CorpusError: there is no editor, or it ends with an error.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, _USUAL), "")
    if not named:
        raise CorpusError("Aucun éditeur de texte : donnez le vôtre dans la variable EDITOR, par exemple EDITOR=nano.")
    try:
        status = subprocess.run([*shlex.split(named), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        raise CorpusError(f"L'éditeur « {named} » ne s'ouvre pas ({french_reason(error)}) : voyez EDITOR.") from None
    if status:
        raise CorpusError(f"L'éditeur « {named} » s'est terminé par une erreur (statut {status}).")
