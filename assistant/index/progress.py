"""How far a long piece of work is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` steps of a stage, which is named in French; 0 of 0 where steps cannot be counted."""

    stage: str
    done: int = 0
    total: int = 0


Tell = Callable[[Progress], None]


def untold(_: Progress) -> None:
    """For who does not ask."""
