"""The dates that a text speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.dates import absolute, relative
from assistant.dates.atoms import Atom, find_atoms
from assistant.dates.composition import compose
from assistant.dates.folding import Folded, fold
from assistant.models import PartialDate

_RULES = (*absolute.RULES, *relative.RULES)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date phrase, `text == source[start:end]`, and the inclusive range of days that it means.

    An open range has one None end: "depuis 2014" begins on 2014-01-01, "avant l'été 2018" ends on 2018-06-20. Both are
    None when the reference does not settle the phrase. `relative`: it needs the reference (the note's date, or today in
    a question). `consistent`: False when the weekday in it is not that of the date, which is then kept as written.
    """

    start: int
    end: int
    text: str
    first: date | None
    last: date | None
    relative: bool
    consistent: bool = True

    @property
    def resolved(self) -> bool:
        """Whether the phrase means known days."""
        return self.first is not None or self.last is not None

    def meets(self, first: date | None, last: date | None) -> bool:
        """Whether the mention shares a day with a range, a None end of which is open; never when unresolved."""
        begins = last is None or self.first is None or self.first <= last
        ends = first is None or self.last is None or self.last >= first
        return self.resolved and begins and ends


def find_dates(text: str, reference: PartialDate | None) -> list[DateMention]:
    """The date phrases of a French text, in order and without overlap.

    `reference` is what relative phrases count from; without one they are found but not resolved.
    """
    folded = fold(text)
    return [_mention(atom, folded, reference) for atom in compose(find_atoms(folded, _RULES), folded)]


def _mention(atom: Atom, folded: Folded, reference: PartialDate | None) -> DateMention:
    start, end = folded.span(atom.start, atom.end)
    found = atom.expr.resolve(reference)
    first, last, consistent = (found.first, found.last, found.consistent) if found else (None, None, True)
    return DateMention(start, end, folded.source[start:end], first, last, atom.expr.relative, consistent)
