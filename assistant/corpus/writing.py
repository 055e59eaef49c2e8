"""Files written whole or not at all, never over another."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

from assistant.errors import DocumentError, french_reason

_PREFIX = ".ajout-"  # hidden: no note, whatever a crash leaves
_STALE = 3600.0  # seconds


def write_new(path: Path, data: bytes) -> None:
    """Write a file that did not exist, making its folder; on disk under its name when this returns.

    Raises:
        DocumentError: the name is taken, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        aside = _write_aside(path.parent, data)
        try:
            _name(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        raise DocumentError(f"{path} ne peut pas être écrit ({french_reason(error)})") from None


def _write_aside(folder: Path, data: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        Path(name).chmod(0o644)  # mkstemp's are for their owner alone
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _name(aside: Path, path: Path) -> None:
    """A link fails where the name is taken, in one step; file systems without links get the two steps."""
    try:
        os.link(aside, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(17, "File exists", str(path)) from None
        aside.rename(path)


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(folder: Path) -> None:
    """What a crash left an hour ago or more."""
    for left in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another process swept it
            if time.time() - left.stat().st_mtime > _STALE:
                left.unlink()
