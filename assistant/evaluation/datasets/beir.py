"""BEIR's folders (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv`."""

from __future__ import annotations

from pathlib import Path
from typing import NotRequired  # pydantic takes typing's from Python 3.12 on only

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from assistant.errors import CaseError
from assistant.evaluation.datasets.dataset import Collected, Dataset
from assistant.evaluation.datasets.lines import json_lines, table_rows
from assistant.evaluation.models import Expected
from assistant.models import Note

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"
_PREFERRED = ("test.tsv", "dev.tsv")


class _Document(TypedDict):
    _id: str
    title: NotRequired[str | None]
    text: str


class _Query(TypedDict):
    _id: str
    text: str


_DOCUMENT: TypeAdapter[_Document] = TypeAdapter(_Document)
_QUERY: TypeAdapter[_Query] = TypeAdapter(_Query)


def read_beir(folder: Path) -> Dataset:
    """A document is a note; each that is judged relevant is a source as a whole: any of its passages counts. Of the
    judgments `test.tsv` is taken, else `dev.tsv`, else the only file; a query without one is left out.

    Raises:
        CaseError: a file has another form, or cannot be read.
    """
    found = Collected()
    for place, value in json_lines(folder / CORPUS):
        if document := found.read(place, _DOCUMENT, value):
            title = (document.get("title") or "").strip() or document["_id"]
            found.note(place, Note(document["_id"], title, document["text"]))
    relevant = _relevant(found, _judgments(folder / QRELS))
    unjudged = 0
    for place, value in json_lines(folder / QUERIES):
        query = found.read(place, _QUERY, value)
        if query is None:
            continue
        notes = relevant.get(query["_id"], [])
        unjudged += not notes
        if notes:
            quotes = [{"note": note} for note in notes]
            found.case(place, id=query["_id"], question=query["text"], expected=Expected.ANSWER, sources=quotes)
    if unjudged:
        found.left_out.append(f"{folder / QUERIES} : {unjudged} questions sans document pertinent")
    return found.dataset(folder.resolve().name)


def _judgments(folder: Path) -> Path:
    files = sorted(folder.glob("*.tsv"))
    preferred = [path for name in _PREFERRED for path in files if path.name == name]
    if not files or (not preferred and len(files) > 1):
        raise CaseError(f"{folder} : test.tsv, dev.tsv ou un seul fichier .tsv est attendu, il y en a {len(files)}.")
    return (preferred or files)[0]


def _relevant(found: Collected, path: Path) -> dict[str, list[str]]:
    """Query id -> the ids of its relevant documents. A first line that names the columns is passed over."""
    relevant: dict[str, list[str]] = {}
    for number, (place, row) in enumerate(table_rows(path)):
        cells = [row[0], row[-2], row[-1]] if len(row) in (3, 4) else []  # TREC's second column says nothing
        if not cells or not cells[2].lstrip("-").isdigit():
            if number:
                found.faults.append(
                    f"{place} : question, document et note (un entier) sont attendus entre tabulations."
                )
            continue
        query, document, score = cells
        if int(score) <= 0:
            continue
        if document in found.notes:
            relevant.setdefault(query, []).append(document)
        else:
            found.left_out.append(f"{place} : le document « {document} » n'existe pas ou est vide")
    return relevant
