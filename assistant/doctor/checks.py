"""A look at one thing, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from assistant.errors import AssistantError
from assistant.settings import Settings


class Found(StrEnum):
    """How a thing was found. What is `odd` does not keep the assistant from working."""

    WELL = "ok"
    ODD = "warning"
    FAULTY = "failure"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `message` says what was found and, where it is not well, what to do."""

    name: str
    found: Found
    message: str

    @property
    def passed(self) -> bool:
        """Whether the assistant can do without a change."""
        return self.found is not Found.FAULTY


@dataclass(frozen=True, slots=True)
class Odd:
    """What a look gives, in place of its text, where somebody should know and nothing is broken."""

    message: str


def counted(number: int, noun: str) -> str:
    """`2 notes`."""
    return f"{number} {noun}{'s' if number > 1 else ''}"


Look = Callable[[Settings], str | Odd]


def look(name: str, looking: Look, settings: Settings) -> Check:
    """Look at one thing. What a look raises is a failure: an `AssistantError` says itself what to do."""
    try:
        seen = looking(settings)
    except AssistantError as error:
        return Check(name, Found.FAULTY, str(error))
    except Exception as error:  # whatever is wrong, the other checks must still be made
        return Check(name, Found.FAULTY, f"{type(error).__name__} : {error}. Transmettez cette ligne aux développeurs.")
    return Check(name, Found.ODD, seen.message) if isinstance(seen, Odd) else Check(name, Found.WELL, seen)
