"""Candidates shown one after the other in the terminal, and what the person decides of each."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.shared import count, one_line
from assistant.errors import EvaluationError

if TYPE_CHECKING:
    from assistant.evaluation.models import EvalCase, Source
    from assistant.evaluation.reviewing import Review
    from assistant.models import Note

_KEYS = "[a]ccepter  [m]odifier  [r]ejeter  [p]asser  [q]uitter"
_AROUND = 260  # characters of a note shown on either side of a quote
_WIDEST = 100
_MARGIN = 12  # columns of the names of fields
_SPACED = re.compile(r"(?<=«) | (?=[»:;?!])")
_OPEN, _CLOSE = "\ue000", "\ue001"  # around the quote, while lines are broken
_EXPECTED = {
    "answer": "répondre",
    "refuse": "refuser : les notes ne répondent pas",
    "correct": "corriger : la question suppose une chose fausse",
}


def decide(review: Review, notes: Sequence[Note], path: Path) -> None:
    """Show every waiting case and save what is decided. Ctrl-C keeps what was.

    Raises:
        EvaluationError: there is no keyboard to decide with.
        CaseError: a decision cannot be saved.
    """
    if not review.waiting:
        click.echo(f"Aucun cas à relire dans {path}.")
        return
    session = _Session(review, notes)
    try:
        for number, case in enumerate(review.waiting, start=1):
            if not session.settle(case, f"{number}/{len(review.waiting)}"):
                break
    except click.Abort:
        click.echo()
        if not session.done and not sys.stdin.isatty():
            raise EvaluationError(
                "« assistant eval review » attend des touches : lancez-la dans un terminal. Rien n'est changé."
            ) from None
        session.tell()
        raise
    session.tell()


class _Session:
    """One sitting: what was decided so far."""

    def __init__(self, review: Review, notes: Sequence[Note]) -> None:
        self._review = review
        self._notes = list(notes)
        self._by_id = {note.id: note for note in notes}
        self.done: Counter[str] = Counter()

    def settle(self, case: EvalCase, progress: str) -> bool:
        """Whether to go on to the next."""
        self._show(case, progress)
        while True:
            match _key():
                case "a":
                    if self._accepted(case):
                        return True
                case "m":
                    changed = self._changed(case)
                    if changed is not None:
                        case = changed
                        self._show(case, progress)
                case "r":
                    self._review.reject(case)
                    self.done["rejeté"] += 1
                    return True
                case "p":
                    self.done["passé"] += 1
                    return True
                case "q":
                    return False
                case _:
                    click.echo("Tapez a, m, r, p ou q, puis Entrée.")

    def tell(self) -> None:
        """What was decided, and what is left."""
        left = len(self._review.waiting) - self.done["accepté"] - self.done["rejeté"]
        parts = [count(self.done[what], what) for what in ("accepté", "rejeté", "passé")]
        click.echo(f"{', '.join(parts)} ; {left} à relire encore.")

    def _accepted(self, case: EvalCase) -> bool:
        try:
            self._review.accept(case)
        except ValueError as error:
            click.echo(f"Ce cas ne peut pas être accepté ainsi : {error}. Complétez-le par m (modifier).")
            return False
        self.done["accepté"] += 1
        return True

    def _changed(self, case: EvalCase) -> EvalCase | None:
        """The case as the person edited it; None where it is left as it was."""
        from assistant.evaluation.reviewing import editable

        text = editable(case)
        while True:
            saved = _edited(text)
            if saved is None:
                click.echo("Rien n'est changé.")
                return None
            try:
                return self._review.change(case, saved)
            except ValueError as error:
                click.echo(f"Ce cas n'est pas valable : {error}.")
            text = saved
            if _asked("[c]orriger  [a]bandonner la modification") != "c":
                return None

    def _show(self, case: EvalCase, progress: str) -> None:
        from assistant.evaluation.cases import Placed
        from assistant.evaluation.checking import check_cases

        click.echo(f"\n{click.style(f'— {progress} —', bold=True)}  {one_line(case.id)}")
        for name, value in _fields(case):
            _paragraph(name, one_line(value))
        for source in case.sources:
            _paragraph("Source", _surrounded(source, self._by_id))
        for finding in check_cases([Placed(case, Path(), 0)], self._notes):
            _paragraph("Attention", one_line(f"{finding.what} {finding.advice}"))


def _fields(case: EvalCase) -> Iterator[tuple[str, str]]:
    for turn in case.history:
        yield ("Avant" if turn.role == "user" else "Réponse"), turn.content
    yield "Question", case.question
    if case.today is not None:
        yield "Posée le", case.today.isoformat()
    yield "Attendu", _EXPECTED[case.expected.value]
    for wordings in case.facts:
        yield "Fait", " | ".join(wordings)
    for ban in case.must_not:
        yield "Interdit", ban
    if case.reasons:
        yield "Raisons", ", ".join(sorted(case.reasons))
    yield "Étiquettes", ", ".join(case.tags) or "—"
    if case.comment:
        yield "Remarque", case.comment


def _surrounded(source: Source, notes: Mapping[str, Note]) -> str:
    """The quote between brackets, within the words around it."""
    note = notes.get(source.note)
    start = note.text.find(source.quote) if note is not None and source.quote else -1
    if note is None or start < 0:
        return one_line(f"{source.note} : {source.quote or 'toute la note'}")
    end = start + len(source.quote)
    before, after = one_line(note.text[max(0, start - _AROUND) : start]), one_line(note.text[end : end + _AROUND])
    if start > _AROUND:
        before = f"… {before.partition(' ')[2]}"
    if end + _AROUND < len(note.text):
        after = f"{after.rpartition(' ')[0]} …"
    gap = " " if note.text[start - 1 : start].isspace() else ""
    next_gap = " " if note.text[end : end + 1].isspace() else ""
    quote = f"{_OPEN}{one_line(source.quote)}{_CLOSE}"
    return f"{one_line(note.title)} ({source.note}) : {before}{gap}{quote}{next_gap}{after}"


def _paragraph(name: str, text: str) -> None:
    """A named field, wrapped under itself; what is quoted in bold between brackets."""
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    bound = _SPACED.sub("\u00a0", text)  # a line does not end between « and a word
    room = max(30, width - _MARGIN)
    lines = textwrap.wrap(bound, room, break_long_words=False, break_on_hyphens=False) or [""]
    within = False
    for number, line in enumerate(lines):
        label = click.style(f"{name:<{_MARGIN}}", dim=True) if number == 0 else " " * _MARGIN
        shown, within = _bold(line, within)
        click.echo(f"{label}{shown}")


def _bold(line: str, within: bool) -> tuple[str, bool]:
    """A line with its quoted part in bold, and whether the quote goes on in the next."""
    parts: list[str] = []
    piece = ""
    for char in line:
        if char in (_OPEN, _CLOSE):
            if char == _CLOSE:
                piece += "]"
            parts.append(click.style(piece, bold=True) if within else piece)
            within, piece = char == _OPEN, "[" if char == _OPEN else ""
        else:
            piece += char
    parts.append(click.style(piece, bold=True) if within else piece)
    return "".join(parts), within


def _key() -> str:
    return _asked(_KEYS)


def _asked(choices: str) -> str:
    answer: str = click.prompt(choices, default="", show_default=False, prompt_suffix=" > ")
    return answer.strip().lower()[:1]


def _edited(text: str) -> str | None:
    """What the person made of it in their editor; None where they saved nothing."""
    try:
        return click.edit(text, extension=".json")
    except click.ClickException:
        raise EvaluationError(
            "L'éditeur ne s'est pas ouvert : indiquez-en un qui existe dans la variable EDITOR (par exemple "
            "EDITOR=nano). Ce qui est décidé est gardé."
        ) from None
