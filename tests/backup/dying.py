"""What the kill tests kill: a backup or a restore in a process of its own, which ends itself at one of its steps."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from houses import bring_back, house, save

_STEPS = ("rename", "replace", "fsync")


def die_at_step(number: int) -> None:
    """Have this process killed as it is about to make its so-many-th rename or flush."""
    left = [number]

    def counted(real: Any) -> Any:
        def step(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return step

    for name in _STEPS:
        setattr(os, name, counted(getattr(os, name)))


def backup(folder: Path, target: Path, number: int) -> None:
    die_at_step(number)
    save(house(folder), target, force=True)


def restore(folder: Path, corpus_dir: Path, source: Path, number: int) -> None:
    die_at_step(number)
    bring_back(house(folder, corpus_dir=corpus_dir), source, force=True)
