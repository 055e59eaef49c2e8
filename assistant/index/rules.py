"""What a text is read by: where its code has changed, what a build holds of unchanged notes is out of date."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_READERS = ("french", "dates", "chunking.py")


@lru_cache(maxsize=1)
def rules() -> str:
    """A digest of the code that turns a note into chunks, terms, dates, words and acronyms."""
    digest = hashlib.sha256()
    for name in _READERS:
        for file in _sources(files("assistant").joinpath(name)):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _sources(place: Traversable) -> list[Traversable]:
    if place.is_file():
        return [place]
    found = [file for part in place.iterdir() if not part.name.startswith("__pycache") for file in _sources(part)]
    return sorted((file for file in found if file.name.endswith(".py")), key=lambda file: file.name)
