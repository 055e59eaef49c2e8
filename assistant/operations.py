"""The verbs of the facade as other programs call them: plain values in, plain values out, every argument checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import QuestionError
from assistant.language import quoted, tr
from assistant.listings import NoteHead, NotesWanted
from assistant.models import Filters, Kind, Note, Passage
from assistant.questions import is_readable, read_day, read_filters, turns
from assistant.serialise import reply_to_json

if TYPE_CHECKING:
    from assistant.assistant import Assistant

MOST_PASSAGES = 50
MOST_TURNS = 40
MOST_LETTERS = 200  # of the words that a list of notes is searched for, as in the page's own field


@dataclass(frozen=True, slots=True)
class Operations:
    """What Gradio's API and the MCP server offer. Every method raises `QuestionError`, in the language of members,
    where an argument cannot be taken.
    """

    bot: Assistant

    def ask(
        self,
        question: str,
        history: Sequence[Any] = (),
        kinds: Sequence[str] = (),
        themes: Sequence[str] = (),
        since: str = "",
        until: str = "",
        today: str = "",
    ) -> dict[str, Any]:
        """The reply, as `assistant ask --json` prints it (docs/json.md).

        Args:
            question: at most as long as the settings allow.
            history: the turns before it, `{"role": "user"|"assistant", "content": "…"}`, oldest first, at most 40.
            kinds: which kinds of notes may answer, by their French names.
            themes: which themes.
            since: first date of the notes, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
            until: last date, likewise.
            today: the day on which it counts as asked, `YYYY-MM-DD`.
        """
        earlier = _turns(history)
        filters = self._filters(kinds, themes, since, until)
        return reply_to_json(self.bot.ask(_text(question, "question"), earlier, filters, read_day(today or None)))

    def retrieve(
        self,
        question: str,
        limit: int = 5,
        kinds: Sequence[str] = (),
        themes: Sequence[str] = (),
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """The best passages for a stand-alone question, best first; `limit` is 1 to 50, other arguments as of `ask`."""
        count = _number(limit, "limit", 1, MOST_PASSAGES)
        filters = self._filters(kinds, themes, since, until)
        found = self.bot.retrieve(_text(question, "question"), filters, count)
        return {"passages": [_passage(passage) for passage in found], "build": self.bot.build}

    def notes(self, words: str = "", theme: str = "", kind: str = "", year: int = 0, page: int = 1) -> dict[str, Any]:
        """A page of twenty notes, the latest first: holding every word, of a theme, a kind, a year (0: any)."""
        wanted = NotesWanted(
            words=_words(words),
            theme=_text(theme, "theme"),
            kind=_kind(kind) if kind else None,
            year=_number(year, "year", 0, 9999) or None,
            page=_number(page, "page", 1, 1_000_000),
        )
        found = self.bot.browse(wanted)
        lines = [{**_head(line.head), "excerpt": line.excerpt} for line in found.lines]
        return {"notes": lines, "total": found.total, "page": found.page, "pages": found.pages}

    def note(self, id: str) -> dict[str, Any]:  # noqa: A002 - as notes call it
        """One note whole, by its id."""
        wanted = _text(id, "id")
        try:
            return _note(self.bot.note(wanted))
        except KeyError:
            raise QuestionError(tr("Aucune note n’a l’identifiant {id}.").format(id=quoted(wanted[:80]))) from None

    def _filters(self, kinds: Sequence[str], themes: Sequence[str], since: str, until: str) -> Filters:
        named = [_kind(kind).value for kind in _texts(kinds, "kinds")]
        dates = [_text(since, "since") or None, _text(until, "until") or None]
        return read_filters(named, _texts(themes, "themes"), *dates)


def _turns(history: Sequence[Any]) -> tuple[Any, ...]:
    if isinstance(history, list | tuple) and len(history) > MOST_TURNS:
        raise QuestionError(
            tr("Argument « {name} » : {count} tours, {most} au plus.").format(
                name="history", count=len(history), most=MOST_TURNS
            )
        )
    try:
        return turns([] if history is None else list(history) if isinstance(history, tuple) else history)
    except ValueError as error:
        raise QuestionError(tr("Argument « {name} » : {fault}.").format(name="history", fault=error)) from None


def _text(value: Any, name: str) -> str:
    if value is None or (isinstance(value, str) and is_readable(value)):
        return value or ""
    raise QuestionError(tr("Argument « {name} » : un texte est attendu.").format(name=name))


def _words(value: Any) -> str:
    words = _text(value, "words")
    if len(words) > MOST_LETTERS:
        said = tr("Argument « {name} » : {count} caractères, {most} au plus.")
        raise QuestionError(said.format(name="words", count=len(words), most=MOST_LETTERS))
    return words


def _texts(values: Any, name: str) -> list[str]:
    given = () if values is None else values
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) and is_readable(text) for text in given):
        raise QuestionError(tr("Argument « {name} » : une liste de textes est attendue.").format(name=name))
    return list(given)


def _number(value: Any, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most or value % 1:
        expected = tr("Argument « {name} » : un nombre entier de {least} à {most} est attendu.")
        raise QuestionError(expected.format(name=name, least=least, most=most))
    return int(value)


def _kind(value: str) -> Kind:
    try:
        return Kind(_text(value, "kind"))
    except ValueError:
        known = ", ".join(kind.value for kind in Kind)
        message = tr("Argument « {name} » : {value} n’est pas une nature de note ({known}).")
        raise QuestionError(message.format(name="kind", value=quoted(value[:40]), known=known)) from None


def _passage(passage: Passage) -> dict[str, Any]:
    note, chunk = passage.note, passage.chunk
    return {
        "rank": passage.rank,
        "score": round(passage.score, 4),
        "note_id": note.id,
        "title": note.title,
        "date": str(note.date) if note.date else None,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
    }


def _head(head: NoteHead) -> dict[str, Any]:
    return {
        "id": head.note_id,
        "title": head.title,
        "date": str(head.date) if head.date else None,
        "date_inferred": head.date_inferred,
        "kind": head.kind.value,
        "themes": list(head.themes),
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "title": note.title,
        "date": str(note.date) if note.date else None,
        "date_inferred": note.date_inferred,
        "kind": note.kind.value,
        "themes": list(note.themes),
        "source": note.source,
        "text": note.text,
    }
