"""`passages.jsonl` and `questions*.jsonl`; and what we write ourselves: `notes.jsonl` and `cases.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import (
    Any,
    NotRequired,  # pydantic takes typing's from Python 3.12 on only
)

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from assistant.errors import CaseError, french_reason
from assistant.evaluation.cases import case_line, read_cases
from assistant.evaluation.datasets.dataset import Collected, Dataset
from assistant.evaluation.datasets.lines import json_lines
from assistant.evaluation.datasets.quoting import sources
from assistant.evaluation.files import write_whole
from assistant.evaluation.models import Expected
from assistant.models import Note, PartialDate

PASSAGES = "passages.jsonl"
NOTES, CASES = "notes.jsonl", "cases.jsonl"


class _Passage(TypedDict):
    id: str
    title: NotRequired[str | None]
    text: str
    date: NotRequired[str | None]


class _Question(TypedDict):
    id: str
    question: str
    answers: NotRequired[list[str]]
    answer_start: NotRequired[list[int]]
    passage_id: NotRequired[str | None]
    standalone: NotRequired[bool]


_PASSAGE: TypeAdapter[_Passage] = TypeAdapter(_Passage)
_QUESTION: TypeAdapter[_Question] = TypeAdapter(_Question)


def read_passages(folder: Path) -> Dataset:
    """A passage is a note; a question without a passage is to be refused. Those that make sense without their passage
    have the tag « autonome », the others « dans-son-texte ».

    Raises:
        CaseError: a file has another form, or cannot be read.
    """
    found = Collected()
    _read_notes(found, folder / PASSAGES)
    for path in sorted(folder.glob("questions*.jsonl")):
        for place, value in json_lines(path):
            if question := found.read(place, _QUESTION, value):
                _take(found, place, question)
    return found.dataset(folder.resolve().name)


def read_written(folder: Path) -> Dataset:
    """What `write` wrote.

    Raises:
        CaseError: a file has another form, or cannot be read.
    """
    found = Collected()
    _read_notes(found, folder / NOTES)
    found.cases = {placed.case.id: placed.case for placed in read_cases([folder / CASES])}
    return found.dataset(folder.resolve().name)


def write(dataset: Dataset, folder: Path) -> None:
    """Write notes and cases into a folder that has neither.

    Raises:
        CaseError: it has, or cannot be written.
    """
    notes = [_note_line(note) for note in dataset.notes or ()]
    for name, lines in ((NOTES, notes), (CASES, [case_line(case) for case in dataset.cases])):
        path = folder / name
        if path.exists():
            raise CaseError(f"{path} existe déjà : donnez un autre dossier, ou supprimez celui-ci.")
        try:
            write_whole(path, "".join(f"{line}\n" for line in lines))
        except OSError as error:
            raise CaseError(f"Le fichier {path} ne peut pas être écrit : {french_reason(error)}.") from None


def _note_line(note: Note) -> str:
    fields = {"id": note.id, "title": note.title, "text": note.text, "date": str(note.date) if note.date else None}
    return json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)


def _read_notes(found: Collected, path: Path) -> None:
    for place, value in json_lines(path):
        if passage := found.read(place, _PASSAGE, value):
            title = (passage.get("title") or "").strip() or passage["id"]
            found.note(place, Note(passage["id"], title, passage["text"], _date(found, place, passage.get("date"))))


def _date(found: Collected, place: str, text: str | None) -> PartialDate | None:
    try:
        return PartialDate.from_iso(text) if text else None
    except ValueError:
        found.faults.append(f"{place} : la date « {text} » n'existe pas ; AAAA, AAAA-MM ou AAAA-MM-JJ est attendu.")
        return None


def _take(found: Collected, place: str, question: _Question) -> None:
    tags = [] if "standalone" not in question else ["autonome" if question["standalone"] else "dans-son-texte"]
    common: dict[str, Any] = {"id": question["id"], "question": question["question"], "tags": tags}
    passage_id = question.get("passage_id")
    if passage_id is None:
        found.case(place, **common, expected=Expected.REFUSE)
        return
    note = found.notes.get(passage_id)
    if note is None:
        found.faults.append(f"{place} : le passage « {passage_id} » n'existe pas.")
        return
    answers = question.get("answers", [])
    starts = [*question.get("answer_start", []), *([None] * len(answers))]
    if quotes := sources(note, dict(zip(answers, starts, strict=False))):
        found.case(place, **common, expected=Expected.ANSWER, facts=[list(dict.fromkeys(answers))], sources=quotes)
    else:
        found.left_out.append(f"{place} : aucune réponse n'est dans le passage « {passage_id} »")
