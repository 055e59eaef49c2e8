"""Python processes of our own that load neither torch nor the models."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def command(module: str, *arguments: str) -> list[str]:
    """What starts a module of the package in a process of its own."""
    return [sys.executable, "-m", module, *arguments]


def environment() -> dict[str, str]:
    """Its environment: it imports the package from where this process did."""
    ours = str(Path(__file__).parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([ours, *filter(None, [os.environ.get("PYTHONPATH")])])}
