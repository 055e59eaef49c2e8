"""This project's assistant as it comes: settings by default, the extractive answerer, no chat model.

The one adapter that imports ours: it runs in the project's own environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from protocol import DEPTH, Job, Note, serve

from assistant import runtime
from assistant.settings import Settings


class Ours:
    """The facade, over an index of its own."""

    def __init__(self, job: Job) -> None:
        runtime.prepare()
        self._settings = Settings(index_dir=job.folder / "index")
        from assistant.embedding import Embedder

        self._embedder = Embedder.from_settings(self._settings)
        self._embedder.encode_query("prêt ?")  # the others have loaded theirs by now as well

    def ingest(self, notes: Sequence[Note]) -> None:
        from assistant import Assistant
        from assistant.index import Recipe, sync
        from assistant.models import Note as OurNote
        from assistant.models import PartialDate

        ours = [OurNote(n.id, n.title, n.text, PartialDate.from_iso(n.date) if n.date else None) for n in notes]
        recipe = Recipe(self._embedder.identity, lambda: self._embedder, self._settings.chunk_tokens)
        sync(self._settings.index_dir, ours, recipe, force=True)
        self._bot = Assistant(self._settings, self._embedder)

    def search(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [_passage(p) for p in self._bot.retrieve(case["question"], count=DEPTH)]

    def reply(self, case: Mapping[str, Any]) -> dict[str, Any]:
        from assistant.questions import turns
        from assistant.serialise import reply_to_json

        today = date.fromisoformat(case["today"]) if case["today"] else None
        said = reply_to_json(self._bot.ask(case["question"], turns(case["history"]), today=today))
        if not case["history"]:
            del said["passages"]  # as deep as the others: what `search` found
        return said

    def about(self) -> dict[str, Any]:
        return {
            "packages": ["chromadb", "langchain-core", "sentence-transformers", "torch"],
            "settings": {
                "embedder": str(self._embedder.identity),
                "chunk_tokens": self._settings.chunk_tokens,
                "passages": self._settings.passages,
                "max_sentences": self._settings.max_sentences,
                "sentence_ranker": self._settings.sentence_ranker,
                "answerer": "extractive: sentences word for word",
            },
            "not_compared": [
                "A chat model: it answers without one, and was given none; with one it would be slower, and its "
                "sentences would be generated, then checked.",
            ],
        }


def _passage(passage: Any) -> dict[str, Any]:
    chunk = passage.chunk
    return {"rank": passage.rank, "note_id": passage.note.id, "start": chunk.start, "end": chunk.end}


if __name__ == "__main__":
    serve(Ours)
