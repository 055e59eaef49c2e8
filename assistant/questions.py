"""Questions, histories and batches as they come from a command line or a file, and replies as they go back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, QuestionError, french_reason
from assistant.language import quoted, tr
from assistant.models import Filters, Kind, PartialDate, Reply, Turn
from assistant.serialise import reply_to_json
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.assistant import Assistant


def check(question: str, settings: Settings) -> None:
    """Refuse what no search can use.

    Raises:
        QuestionError: the question is empty or longer than the settings allow.
    """
    if not question.strip():
        raise QuestionError(tr("La question est vide : écrivez ce que vous cherchez."))
    if not is_readable(question):
        raise QuestionError(tr("La question contient des caractères illisibles : elle n'est pas en UTF-8."))
    longest = settings.max_question_chars
    if len(question) > longest:
        said = tr("La question est trop longue : {count} caractères pour {most} au plus. Résumez-la.")
        raise QuestionError(said.format(count=len(question), most=longest))


def is_readable(text: str) -> bool:
    """Whether it can be written as UTF-8: JSON can hold half of a character, which no index and no file takes."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of a batch: a question to answer, or what is wrong with the line. `id` is as in the file; `today` is
    the day on which it counts as asked, where the line says so.
    """

    id: Any
    question: str
    history: tuple[Turn, ...]
    fault: str | None = None
    today: date | None = None

    def answer(self, bot: Assistant, filters: Filters, today: date | None = None) -> Reply:
        """Ask it, on its own day or else on the one given.

        Raises:
            QuestionError: the line or its question cannot be taken.
        """
        if self.fault is not None:
            raise QuestionError(self.fault)
        return bot.ask(self.question, self.history, filters, self.today or today)


def read_history(path: Path) -> tuple[Turn, ...]:
    """The turns of a JSON file: `[{"role": "user"|"assistant", "content": "…"}]`.

    Raises:
        QuestionError: the file cannot be read or has another form.
    """
    try:
        return turns(_parse(_text(path)))
    except ValueError as error:
        raise QuestionError(f"L'historique {path} ne peut pas être lu : {error}.") from None


def _parse(text: str) -> Any:
    """JSON, or a ValueError in French."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"ce n'est pas du JSON (ligne {error.lineno}, caractère {error.colno})") from None
    except RecursionError:
        raise ValueError("ce JSON a trop de niveaux") from None


def read_batch(path: Path) -> list[BatchLine]:
    """The questions of a JSONL file: `{"id", "question", "history"?, "today"?}` a line; blank lines are passed over.

    Raises:
        QuestionError: the file cannot be read or holds no line.
    """
    lines = [_line(number, text) for number, text in enumerate(_text(path).split("\n"), start=1) if text.strip()]
    if not lines:
        raise QuestionError(f"Le fichier {path} ne contient aucune question.")
    return lines


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise QuestionError(f"Le fichier {path} n'est pas en UTF-8.") from None
    except OSError as error:
        raise QuestionError(f"Le fichier {path} ne peut pas être lu : {french_reason(error)}.") from None


def _line(number: int, text: str) -> BatchLine:
    identity: Any = f"ligne {number}"
    try:
        fields = _parse(text)
        if isinstance(fields, dict) and fields.get("id") is not None:
            identity = fields["id"]
        if not isinstance(fields, dict) or not isinstance(fields.get("question"), str):
            raise ValueError("il faut un objet avec « id » et « question »")
        history = fields.get("history")
        return BatchLine(
            identity,
            fields["question"],
            () if history is None else turns(history),
            today=_day(fields.get("today")),
        )
    except ValueError as error:
        return BatchLine(identity, "", (), f"Ligne {number} : {error}.")


def read_day(text: str | None) -> date | None:
    """A day as `YYYY-MM-DD`; None for None.

    Raises:
        QuestionError: it has another form.
    """
    try:
        return _day(text)
    except ValueError as error:
        message = str(error)
        raise QuestionError(f"{message[0].upper()}{message[1:]}.") from None


def _day(text: Any) -> date | None:
    if text is None:
        return None
    try:
        day = PartialDate.from_iso(text) if isinstance(text, str) else None
    except ValueError:
        day = None
    if day is None or day.day is None:
        said = tr("un jour s'écrit AAAA-MM-JJ et doit exister, reçu {text}")
        raise ValueError(said.format(text=quoted(str(text))))
    return day.first


def read_filters(kinds: Sequence[str], themes: Sequence[str], since: str | None, until: str | None) -> Filters:
    """Filters from words: kinds by their French name, dates as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    Raises:
        QuestionError: a date has another form, or the range is empty.
    """
    first, last = _date(since), _date(until)
    if first and last and first.first > last.last:
        said = tr("La période est vide : elle commence le {first} et finit le {last}.")
        raise QuestionError(said.format(first=first, last=last))
    return Filters(
        frozenset(Kind(kind) for kind in kinds),
        frozenset(themes),
        first.first if first else None,
        last.last if last else None,
    )


def _date(text: str | None) -> PartialDate | None:
    try:
        return PartialDate.from_iso(text) if text else None
    except ValueError:
        said = tr("Une date s'écrit AAAA, AAAA-MM ou AAAA-MM-JJ et doit exister, reçu {text}.")
        raise QuestionError(said.format(text=quoted(str(text)))) from None


def turns(values: Any) -> tuple[Turn, ...]:
    """A conversation from plain values.

    Raises:
        ValueError: what is wrong, in the language of members.
    """
    if not isinstance(values, list):
        raise ValueError(tr("l'historique doit être une liste de tours"))
    for value in values:
        roles = isinstance(value, dict) and value.get("role") in ("user", "assistant")
        if not roles or not isinstance(value.get("content"), str):
            raise ValueError(tr('chaque tour doit être {"role": "user" ou "assistant", "content": "…"}'))
        if not is_readable(value["content"]):
            raise ValueError(tr("un tour contient des caractères illisibles"))
    return tuple(Turn(value["role"], value["content"]) for value in values)


def as_json(reply: Reply | AssistantError, identity: Any) -> str:
    """One line of JSON; of a batch, with the question's id first."""
    head = {"id": identity} if identity is not None else {}
    if isinstance(reply, AssistantError):
        return json.dumps({**head, "kind": "error", "error": str(reply)}, ensure_ascii=False)
    return json.dumps({**head, **reply_to_json(reply)}, ensure_ascii=False)
