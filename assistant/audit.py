"""Who changed what, and when: one JSON object a line, appended; what is older than is to be kept is taken out."""

from __future__ import annotations

import getpass
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.errors import AssistantError, french_reason

try:
    import fcntl
except ImportError:  # not POSIX
    fcntl = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

FILE = "journal.jsonl"
_JUMP = timedelta(days=365)


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
    with _told(state_dir):
        state_dir.mkdir(parents=True, exist_ok=True)
        with _locked(state_dir / FILE) as descriptor:
            _append(descriptor, line)


@contextmanager
def _told(state_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AssistantError(
            f"Le journal {state_dir / FILE} ne peut pas être écrit ({french_reason(error)}) : "
            "corrigez ASSISTANT_STATE_DIR ou les droits de ce dossier."
        ) from None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, open and for this process alone; made where it is missing."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                yield descriptor
                return
        finally:
            os.close(descriptor)  # another file has this name since: what is written here would be lost


def _append(descriptor: int, line: str) -> None:
    size = os.fstat(descriptor).st_size
    cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # by a crash: the next line stays its own
    append_whole(descriptor, (b"\n" if cut else b"") + line.encode())


def append_whole(descriptor: int, data: bytes) -> None:
    """Append to a file that nobody else writes meanwhile: on disk when this returns, or not there at all.

    Raises:
        OSError: it cannot be written; half of it on a full disk would spoil what comes after.
    """
    size = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def forget(state_dir: Path, days: int, now: datetime, at_once: bool = False) -> int:
    """Take out of the journal what is older than `days`; gives how many lines went.

    A line that cannot be read is as old as the one before it. A clock that has jumped by more than a year takes
    nothing away before it has told so for a day: unless `at_once`, the first call then only notes the day.

    Raises:
        AssistantError: the journal cannot be rewritten; it is left as it is.
    """
    path = state_dir / FILE
    if not path.exists():
        return 0
    with _told(state_dir), _locked(path) as descriptor:
        lines = _dated(path.read_bytes().splitlines(keepends=True))
        if not at_once and _has_jumped([when for when, _ in lines], now):
            logger.warning("L'horloge a avancé de plus d'un an : le journal ne sera purgé que demain.")
            entry = Entry("l'assistant", "purge remise", "l'horloge a avancé", when=now.isoformat(timespec="seconds"))
            _append(descriptor, json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            return 0
        kept = [line for when, line in lines if when is None or when >= now - timedelta(days=days)]
        if len(kept) < len(lines):
            _rewrite(path, b"".join(kept))
        return len(lines) - len(kept)


def _dated(lines: list[bytes]) -> list[tuple[datetime | None, bytes]]:
    found: list[tuple[datetime | None, bytes]] = []
    for line in lines:
        entry = _read(line.decode(errors="replace"))
        found.append((_moment(entry) or (found[-1][0] if found else None), line))
    return found


def _moment(entry: Entry | None) -> datetime | None:
    try:
        return datetime.fromisoformat(entry.when).astimezone(UTC) if entry else None
    except (ValueError, TypeError):
        return None


def _has_jumped(moments: list[datetime | None], now: datetime) -> bool:
    """Whether nothing of the year before yesterday is there, though there is something older."""
    before = [moment for moment in moments if moment is not None and moment <= now - timedelta(days=1)]
    return bool(before) and now - max(before) > _JUMP


def _rewrite(path: Path, content: bytes) -> None:
    """At any moment the old file or the new one is there, whole, with the same owner and rights."""
    was, aside = path.stat(), path.with_name(f".{path.name}.new")
    with aside.open("wb") as file:
        os.fchmod(file.fileno(), was.st_mode & 0o777)
        if os.geteuid() == 0:
            os.fchown(file.fileno(), was.st_uid, was.st_gid)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


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
