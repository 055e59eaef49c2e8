"""The chunks of a build that HNSW's links leave out of reach: retrieval compares them all, so that none is ever missed.

In a large index a few vectors are no neighbour's neighbour, whatever the width of search: 5 of 10,000 among 100,000
chunks. Put in once more most come within reach; these did not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

FILE = "unreached.json"


def write(folder: Path, ids: Sequence[str]) -> None:
    """Keep them in the build's folder, in place of those that it had; there is no file where there are none."""
    (folder / FILE).unlink(missing_ok=True)
    if ids:
        (folder / FILE).write_text(json.dumps(sorted(ids)), encoding="utf-8")


def read(folder: Path) -> tuple[str, ...]:
    """Their ids. The file is sealed with the others."""
    try:
        return tuple(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
