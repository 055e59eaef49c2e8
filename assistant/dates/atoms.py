"""The smallest date phrases that the grammar finds, and the table of rules that finds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from assistant.dates.expressions import Expr
from assistant.dates.folding import Folded


class Grain(Enum):
    """The kind of an atom: what it may be joined with.

    A void atom is no date; it takes the place of one, so that "31 février 2018" is not read as the month.
    """

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    OTHER = "other"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Atom:
    """A date phrase at a span of the folded text. A weak one counts only where its surroundings vouch for it."""

    start: int
    end: int
    expr: Expr
    grain: Grain = Grain.OTHER
    weak: bool = False


Builder = Callable[[re.Match[str], Folded], Iterable[Atom]]
Rule = tuple[re.Pattern[str], Builder]

_CONTEXT = 48


def before(folded: Folded, position: int) -> str:
    """The folded text that precedes a position, as far as the grammar looks back."""
    return folded.text[max(0, position - _CONTEXT) : position]


def find_atoms(folded: Folded, rules: Iterable[Rule]) -> list[Atom]:
    """The atoms of all rules, in order; of those that overlap the earliest is kept, then the longest."""
    found = [atom for regex, build in rules for match in regex.finditer(folded.text) for atom in build(match, folded)]
    kept: list[Atom] = []
    for atom in sorted(found, key=lambda a: (a.start, -a.end)):
        if not kept or atom.start >= kept[-1].end:
            kept.append(atom)
    return [atom for atom in kept if atom.grain is not Grain.VOID]
