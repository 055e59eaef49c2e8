"""txtai as its « RAG Quick Start » has it: sections, an embeddings database with content, and its RAG pipeline.

The prefixes of e5 go into `instructions`, as its documentation says. Answers are asked with `output="reference"`, its
way to say which text an answer is from. The LLM is reached through LiteLLM (`openai/…`, `api_base`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from protocol import DEPTH, Job, Note, Spans, serve, told
from txtai import RAG, Embeddings
from txtai.pipeline import Segmentation

TEMPLATE = """
  Answer the following question using the provided context.

  Question:
  {question}

  Context:
  {context}
"""


class Quickstart:
    """The embeddings database, and the pipeline over it."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._titles = {note.id: note.title for note in job.notes}
        self._spans = Spans(job.notes)
        self._embeddings = Embeddings(
            content=True,
            path=str(job.model),
            instructions={"query": "query: ", "data": "passage: "},
        )
        self._embeddings.transform("prêt ?", "query")  # loads the embedding model, as the others have
        self._rag: Any = None

    def ingest(self, notes: Sequence[Note]) -> None:
        self._embeddings.index(_sections(notes))
        self._embeddings.save(str(self._job.folder / "index"))
        if chat := self._job.chat:
            self._rag = RAG(
                self._embeddings,
                f"openai/{chat.model}",
                system="You are a friendly assistant",
                template=TEMPLATE,
                output="reference",
                api_base=chat.url,
                api_key="none",
            )

    def search(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = self._embeddings.search(case["question"], DEPTH)
        return [
            self._spans.passage(rank, note_id, self._spans.find(note_id, row["text"], self._titles[note_id]))
            for rank, row in enumerate(found, start=1)
            for note_id in [_note_of(row["id"])]
        ]

    def reply(self, case: Mapping[str, Any]) -> dict[str, Any]:
        if self._rag is None:
            return {}
        said = self._rag(case["question"], maxlength=2048, stripthink=True)
        return told(said["answer"], [self._citation(said["reference"])] if said["reference"] else [])

    def _citation(self, key: str) -> dict[str, Any]:
        note_id = _note_of(key)
        text = self._embeddings.search("select text from txtai where id = :id", 1, parameters={"id": key})[0]["text"]
        return self._spans.citation(1, note_id, self._spans.find(note_id, text, self._titles[note_id]))

    def about(self) -> dict[str, Any]:
        return {
            "packages": ["txtai", "faiss-cpu", "litellm", "transformers", "torch"],
            "settings": {
                "segmentation": "sections=True, as the quick start's Textractor",
                "embeddings": "content=True, instructions for e5; dense search, its default",
                "rag": "context 3, the quick start's prompt, output='reference'",
                "document": "the title as a heading, then the text",
                "missed spans": self._spans.missed,
            },
            "not_compared": [
                "Follow-ups: its RAG pipeline takes one question; the earlier turns were left out.",
                "Spans of citations: it names the section that an answer is from, which is most often a whole note.",
                "Confidence: it tells none of an answer.",
                "The day on which a question is asked: its prompt has no place for one.",
                "Its Textractor: notes are given as text, so that no document is converted; the same sections are cut.",
            ],
        }


def _sections(notes: Sequence[Note]) -> Iterator[tuple[str, str, None]]:
    segmentation = Segmentation(sections=True)
    for note in notes:
        for number, section in enumerate(segmentation(note.document), start=1):
            yield f"{note.id}#{number}", section, None


def _note_of(key: str) -> str:
    return key.rsplit("#", 1)[0]


if __name__ == "__main__":
    serve(Quickstart)
