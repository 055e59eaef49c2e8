"""SQuAD's JSON, 1.1 and 2.0 (Rajpurkar et al., 2016 and 2018): FQuAD, PIAF and many others are written so."""

from __future__ import annotations

from pathlib import Path
from typing import (
    Any,
    NotRequired,  # pydantic takes typing's from Python 3.12 on only
)

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from assistant.evaluation.datasets.dataset import Collected, Dataset
from assistant.evaluation.datasets.lines import json_of
from assistant.evaluation.datasets.quoting import sources
from assistant.evaluation.models import Expected
from assistant.models import Note


class _Answer(TypedDict):
    text: str
    answer_start: NotRequired[int | None]


class _Question(TypedDict):
    id: str | int
    question: str
    answers: NotRequired[list[_Answer]]
    is_impossible: NotRequired[bool]


class _Paragraph(TypedDict):
    context: str
    qas: list[_Question]


class _Article(TypedDict):
    title: NotRequired[str]
    paragraphs: list[_Paragraph]


class _Squad(TypedDict):
    data: list[_Article]


_FORMAT: TypeAdapter[_Squad] = TypeAdapter(_Squad)


def read_squad(path: Path) -> Dataset:
    """A paragraph is a note; the sentence that holds an answer is the source; an impossible question is to be refused.

    Raises:
        CaseError: the file has another form, or cannot be read.
    """
    found = Collected()
    read = found.read(str(path), _FORMAT, json_of(path))
    for at, article in enumerate(read["data"] if read else [], start=1):
        for number, paragraph in enumerate(article["paragraphs"], start=1):
            title = article.get("title", "").replace("_", " ").strip() or f"Article {at}"
            note = Note(f"{path.stem}-{at}-{number}", title, paragraph["context"])
            place = f"{path} (article {at}, paragraphe {number})"
            found.note(place, note)
            for question in paragraph["qas"]:
                _take(found, place, note, question)
    return found.dataset(path.stem)


def _take(found: Collected, place: str, note: Note, question: _Question) -> None:
    common: dict[str, Any] = {"id": str(question["id"]), "question": question["question"], "tags": ["squad"]}
    where = f"{place}, question {question['id']}"
    answers = {answer["text"]: answer.get("answer_start") for answer in question.get("answers", [])}
    if question.get("is_impossible"):
        found.case(where, **common, expected=Expected.REFUSE)
    elif quotes := sources(note, answers):
        found.case(where, **common, expected=Expected.ANSWER, facts=[list(answers)], sources=quotes)
    else:
        found.left_out.append(f"{where} : aucune réponse n'est dans le paragraphe")
