"""The data that the measurements read, and an index made of it once."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import Assistant, Note, Settings
from assistant.cli.progress import bars
from assistant.corpus import load_corpus
from assistant.embedding import Embedder
from assistant.index import Recipe, sync
from assistant.models import PartialDate

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
MADE = ROOT / "benchmarks" / ".made"


@dataclass(frozen=True)
class Question:
    """One PIAF question. `answers` is empty and `passage_id` None for one that no passage answers."""

    id: str
    text: str
    answers: tuple[str, ...]
    passage_id: str | None
    standalone: bool

    @property
    def in_fitting_half(self) -> bool:
        """What is fitted reads this half, what is reported the other."""
        return int(self.id[1:]) // 16 % 2 == 0


def read_jsonl(name: str) -> list[dict[str, Any]]:
    """The lines of a file of shared/data; ends the command where it is missing."""
    path = SHARED / name
    if not path.is_file():
        sys.exit(f"{path} is missing: the measurements need the folder shared/ beside the project")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def piaf_notes() -> list[Note]:
    """PIAF v1.1's passages, one note each."""
    return [Note(p["id"], p["title"], p["text"]) for p in read_jsonl("piaf/passages.jsonl")]


def piaf_questions() -> list[Question]:
    """PIAF dev's answerable questions, then the unanswerable ones."""
    answerable = [
        Question(q["id"], q["question"], tuple(q["answers"]), q["passage_id"], q["standalone"])
        for q in read_jsonl("piaf/questions_dev.jsonl")
    ]
    unanswerable = [
        Question(q["id"], q["question"], (), None, q["standalone"])
        for q in read_jsonl("piaf/questions_unanswerable_dev.jsonl")
    ]
    return answerable + unanswerable


def open_notes() -> list[Note]:
    """1,788 notes of French public bodies under open licences."""
    return [Note(n["id"], n["title"] or n["id"], n["text"], _date(n["date"])) for n in read_jsonl("notes_open.jsonl")]


def _date(text: str | None) -> PartialDate | None:
    """Four of the open notes print dates that no calendar has (2020-14-05)."""
    try:
        return PartialDate.from_iso((text or "")[:10])
    except ValueError:
        return None


def seed_notes() -> list[Note]:
    """The project's own corpus."""
    return load_corpus(ROOT / "corpus")


def assistant_over(name: str, notes: Sequence[Note], **settings: Any) -> Assistant:
    """An assistant over an index of the notes, made where it is missing or out of date."""
    made = Settings.load(index_dir=MADE / name, **{"cached_answers": 0} | settings)
    embedder = Embedder.from_settings(made)
    recipe = Recipe(embedder.identity, lambda: embedder, made.chunk_tokens)
    with bars() as tell:
        sync(made.index_dir, notes, recipe, force=True, tell=tell)
    return Assistant(made, embedder)
