"""Which builds are being read: a build in use outlives its turn to be swept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not POSIX: the system itself refuses to delete a file that is open
    fcntl = None  # type: ignore[assignment]

_MARK = "in-use.lock"


@contextmanager
def in_use(folder: Path) -> Iterator[ExitStack]:
    """Mark a build as being read until the stack closes: when the block ends, unless it took the mark over."""
    with ExitStack() as stack:
        with suppress(OSError, ValueError):  # no folder, or one that cannot be written: what follows will tell
            descriptor = os.open(folder / _MARK, os.O_RDWR | os.O_CREAT, 0o644)
            stack.callback(os.close, descriptor)
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield stack


def is_read(folder: Path) -> bool:
    """Whether some process reads the build now."""
    if fcntl is None or not (folder / _MARK).exists():
        return False
    try:
        descriptor = os.open(folder / _MARK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
