"""Every error that the project raises on purpose. Their text is one French message for the user.

AssistantError              exit status 1
├── SettingsError           2   a wrong setting or a misspelt ASSISTANT_ variable
├── QuestionError           2   an empty or overlong question, an unreadable history
│   └── TooManyQuestionsError   one person's, in a minute; `.wait` is in seconds
├── CorpusError             3   faults in notes; `.faults` lists all of them
│   └── DocumentError           a document cannot be made into a note, and why
├── IndexStoreError         4   the index cannot be used
│   ├── IndexMissingError       none was published yet
│   ├── IndexCorruptError       a file is missing or altered
│   ├── IndexMismatchError      made with another embedder or in another format
│   ├── IndexBusyError          another process is writing
│   ├── IndexServerError        the Chroma server fails; the next question may find it well
│   │   └── VectorsMissingError     it does not have the vectors of the build
│   └── IndexSafeguardError     much of the corpus is gone: nothing is published unless forced
├── EmbeddingError          5   the embedding model cannot be made or loaded
│   └── EmbeddingServiceError   the endpoint that embeds fails; the next question may find it well
├── ServeError              6   the chat cannot be served (port in use)
├── AccessError             7   an account cannot be used or changed
│   └── LoginError              a login was refused
│       └── ThrottledError      too many wrong passwords; `.wait` is in seconds
├── ArchiveError            10  a backup cannot be made, or is damaged or hostile
├── FeedbackError           8   what members think of replies cannot be kept, read or erased
└── EvaluationError         9   an evaluation cannot be run, read or compared
    └── CaseError               faults in files of cases, each with its place
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EEXIST: "un fichier porte déjà ce nom",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota de disque est atteint",
    errno.EFBIG: "le fichier serait trop grand",
    errno.EBUSY: "le système l'emploie",
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


class TooManyQuestionsError(QuestionError):
    """One person asks too many questions in a minute; the next is taken in `wait` seconds."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class FaultCode(StrEnum):
    """What is wrong with a file of the corpus, to group faults by."""

    FRONT_MATTER = "front_matter"
    EMPTY = "empty"
    DUPLICATE_ID = "duplicate_id"
    ENCODING = "encoding"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file of the corpus; `line` counts from 1, 0 for the whole file."""

    path: Path
    line: int
    message: str
    code: FaultCode = FaultCode.FRONT_MATTER

    def __str__(self) -> str:
        return f"{self.path}:{self.line} : {self.message}" if self.line else f"{self.path} : {self.message}"


class CorpusError(AssistantError):
    """The corpus cannot be read; all faults of all files are there at once."""

    exit_status = 3

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__("\n".join([message, *map(str, faults)]))
        self.faults = faults

    @classmethod
    def from_faults(cls, faults: tuple[Fault, ...]) -> Self:
        """What is said of a corpus with faults."""
        count = "une erreur" if len(faults) == 1 else f"{len(faults)} erreurs"
        return cls(f"Le corpus contient {count} :", faults)


class DocumentError(CorpusError):
    """A document cannot be fetched, read or made into a note; the message is the reason."""


class IndexStoreError(AssistantError):
    """The index cannot be used."""

    exit_status = 4


class ArchiveError(AssistantError):
    """A backup cannot be made or brought back; what was there is unchanged."""

    exit_status = 10


class IndexMissingError(IndexStoreError):
    """No build was published yet."""


class IndexCorruptError(IndexStoreError):
    """A file of the published build is missing or not what its manifest says."""


class IndexMismatchError(IndexStoreError):
    """The published build was made by another embedder or in another format."""


class IndexBusyError(IndexStoreError):
    """Another process holds the writer's lock."""


class IndexServerError(IndexStoreError):
    """The Chroma server that holds the vectors does not answer, or refuses.

    `passing` where it may be well later, `slow` where it was waited for in vain.
    """

    def __init__(self, message: str, passing: bool = False, slow: bool = False) -> None:
        super().__init__(message)
        self.passing = passing
        self.slow = slow


class VectorsMissingError(IndexServerError):
    """The Chroma server does not have the vectors of a build."""


class IndexSafeguardError(IndexStoreError):
    """So much of the corpus is gone that it looks like an accident: nothing was published."""


class EmbeddingError(AssistantError):
    """The embedding model cannot be made or loaded."""

    exit_status = 5


class EmbeddingServiceError(EmbeddingError):
    """The endpoint that embeds does not answer, refuses, or answers what no vectors are."""


class ServeError(AssistantError):
    """The chat cannot be served."""

    exit_status = 6


class AccessError(AssistantError):
    """An account cannot be used or changed."""

    exit_status = 7


class LoginError(AccessError):
    """A name and a password, or another proof, do not make a known person. Never says which was wrong."""


class ThrottledError(LoginError):
    """Too many wrong passwords; the next is looked at in `wait` seconds."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class FeedbackError(AssistantError):
    """What members think of replies cannot be kept, read or erased. Names the database, never its password."""

    exit_status = 8


class EvaluationError(AssistantError):
    """An evaluation cannot be run, read or compared."""

    exit_status = 9


class CaseError(EvaluationError):
    """Files of cases cannot be taken as they are: every fault with its file and line."""
