"""Every error that the project raises on purpose. Their text is one French message for the user.

AssistantError              exit status 1
├── SettingsError           2   a wrong setting or a misspelt ASSISTANT_ variable
├── QuestionError           2   an empty or overlong question, an unreadable history
├── CorpusError             3   faults in notes; `.faults` lists all of them
│   └── DocumentError           a document cannot be made into a note, and why
├── IndexStoreError         4   the index cannot be used
│   ├── IndexMissingError       none was published yet
│   ├── IndexCorruptError       a file is missing or altered
│   ├── IndexMismatchError      made with another embedder or in another format
│   └── IndexBusyError          another process is writing
├── EmbeddingError          5   the embedding model cannot be made or loaded
└── ServeError              6   the chat cannot be served (port in use)
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path

_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EEXIST: "un fichier porte déjà ce nom",
    errno.ENOSPC: "le disque est plein",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "le disque ne répond pas",
}


def french_reason(error: BaseException) -> str:
    """What the system says, in French where it is usual, else as it says it."""
    known = _REASONS.get(error.errno or 0) if isinstance(error, OSError) else None
    return known or (error.strerror if isinstance(error, OSError) and error.strerror else str(error))


class AssistantError(Exception):
    """Root of the tree. `exit_status` is what the command returns."""

    exit_status = 1


class SettingsError(AssistantError):
    """A setting has a value that cannot be used, or a name that does not exist."""

    exit_status = 2


class QuestionError(AssistantError):
    """A question or its history cannot be taken as it is."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file of the corpus; `line` counts from 1, 0 for the whole file."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} : {self.message}" if self.line else f"{self.path} : {self.message}"


class CorpusError(AssistantError):
    """The corpus cannot be read; all faults of all files are there at once."""

    exit_status = 3

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__("\n".join([message, *map(str, faults)]))
        self.faults = faults


class DocumentError(CorpusError):
    """A document cannot be fetched, read or made into a note; the message is the reason."""


class IndexStoreError(AssistantError):
    """The index cannot be used."""

    exit_status = 4


class IndexMissingError(IndexStoreError):
    """No build was published yet."""


class IndexCorruptError(IndexStoreError):
    """A file of the published build is missing or not what its manifest says."""


class IndexMismatchError(IndexStoreError):
    """The published build was made by another embedder or in another format."""


class IndexBusyError(IndexStoreError):
    """Another process holds the writer's lock."""


class EmbeddingError(AssistantError):
    """The embedding model cannot be made or loaded."""

    exit_status = 5


class ServeError(AssistantError):
    """The chat cannot be served."""

    exit_status = 6
