"""Who changed what, and when: one JSON object a line, appended and never rewritten."""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import AssistantError, french_reason

FILE = "journal.jsonl"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `what` is a verb in French as a person reads it (« publication », « note retirée »), `detail` what it
    was done to; `before` and `after` are builds, where the published one changed. `when` is UTC, ISO 8601.
    """

    who: str
    what: str
    detail: str = ""
    before: str | None = None
    after: str | None = None
    when: str = field(default_factory=_now)


def local_user() -> str:
    """Who runs this process, as the system names them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in a container
        return f"uid {os.getuid()}"


def record(state_dir: Path, entry: Entry) -> None:
    """Append one entry; on disk when this returns.

    Raises:
        AssistantError: the journal cannot be written.
    """
    line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        # One write to a file opened for appending: lines of two processes do not mix (POSIX write(2), O_APPEND).
        descriptor = os.open(state_dir / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # by a crash: the next line stays its own
            os.write(descriptor, (b"\n" if cut else b"") + line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise AssistantError(
            f"Le journal {state_dir / FILE} ne peut pas être écrit ({french_reason(error)}) : "
            "corrigez ASSISTANT_STATE_DIR ou les droits de ce dossier."
        ) from None


def entries(state_dir: Path) -> list[Entry]:
    """All entries, oldest first; a line cut by a crash is passed over."""
    try:
        lines = (state_dir / FILE).read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    return [entry for line in lines if (entry := _read(line)) is not None]


def _read(line: str) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None
