"""Files written whole or not at all."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text in UTF-8; what was there stays where that fails, and who may read it. Folders above are made.

    Raises:
        OSError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # it may hold what members wrote, for its owner alone
            partial.touch(0o600)
            partial.chmod(stat.S_IMODE(path.stat().st_mode))
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
