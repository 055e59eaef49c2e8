"""haiku.rag through its Python client: documents as Markdown, hybrid search, and `ask` with its citations.

Settings are its defaults, but for the models: the embedding model through its sentence-transformers provider, the
chunking tokenizer of the same folder (its own is on the hub), the chat model through its `openai` provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from haiku.rag.client import DocumentImport, HaikuRAG
from haiku.rag.config import AppConfig, set_config
from protocol import DEPTH, Job, Note, Spans, serve, told

_BATCH = 64


class Haiku:
    """Its client, on one event loop."""

    def __init__(self, job: Job) -> None:
        self._titles = {note.id: note.title for note in job.notes}
        self._spans = Spans(job.notes)
        self._chat = job.chat
        config = AppConfig.model_validate(_config(job))
        set_config(config)
        self._loop, self._path, self._config = asyncio.new_event_loop(), job.folder / "notes.lancedb", config
        self._open()

    def _open(self) -> None:
        self._client = HaikuRAG(self._path, config=self._config, create=True)
        self._run(self._client.__aenter__())
        self._run(self._client.search("prêt ?"))  # loads the embedding model, as the others have

    def _run(self, awaitable: Any) -> Any:
        return self._loop.run_until_complete(awaitable)

    def ingest(self, notes: Sequence[Note]) -> None:
        for start in range(0, len(notes), _BATCH):
            self._run(self._add(notes[start : start + _BATCH]))
        self._run(self._client.__aexit__(None, None, None))  # its last vacuum: as after `haiku-rag add-src`
        self._open()

    async def _add(self, notes: Sequence[Note]) -> None:
        imports = []
        for note in notes:
            document = await self._client.convert(note.document)
            chunks = await self._client.chunk(document)
            imports.append(DocumentImport(document, chunks, uri=f"note://{note.id}", title=note.title))
        await self._client.import_documents(imports)

    def search(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = self._run(self._client.search(case["question"], limit=DEPTH))
        return [
            self._spans.passage(rank, note_id, self._spans.find(note_id, result.content, self._titles[note_id]))
            for rank, result in enumerate(found, start=1)
            for note_id in [result.document_uri.removeprefix("note://")]
        ]

    def reply(self, case: Mapping[str, Any]) -> dict[str, Any]:
        if self._chat is None:
            return {}
        text, citations = self._run(self._client.ask(case["question"]))
        return told(text, [self._citation(number, cited) for number, cited in enumerate(citations, start=1)])

    def _citation(self, number: int, cited: Any) -> dict[str, Any]:
        note_id = cited.document_uri.removeprefix("note://")
        return self._spans.citation(number, note_id, self._spans.find(note_id, cited.content, self._titles[note_id]))

    def about(self) -> dict[str, Any]:
        return {
            "packages": ["haiku.rag", "lancedb", "docling", "pydantic-ai-slim", "sentence-transformers", "torch"],
            "settings": {
                "chunks": "hybrid chunker, 256 tokens, merge_peers; counted by the embedding model's tokenizer",
                "ingestion": f"convert, chunk, then import_documents of {_BATCH} at once: its form for many documents",
                "search": "hybrid (vectors and full text), limit 10 for the ranking, 5 for an answer; no reranker",
                "document": "Markdown: the title as a heading, then the text",
                "qa": "temperature 0.3, at most 5 searches",
                "missed spans": self._spans.missed,
            },
            "not_compared": [
                "Follow-ups: `client.ask` takes one question; the earlier turns were left out.",
                "Citations of a sentence: it cites chunks for an answer as a whole; they go for each of its sentences.",
                "Confidence: it tells none.",
                "The day on which a question is asked: `client.ask` has no place for one.",
                "Memory of the CPU build of torch: for Python 3.12 the registry has the CUDA build, which holds more.",
                "Its default models (Ollama): no such server here, and the same embedding model is wanted for all.",
            ],
        }


def _config(job: Job) -> dict[str, Any]:
    model = {"provider": "sentence-transformers", "name": str(job.model), "vector_dim": 384}
    config: dict[str, Any] = {
        "embeddings": {"model": model},
        "processing": {"chunking_tokenizer": str(job.model)},
    }
    if chat := job.chat:
        config["qa"] = {"model": {"provider": "openai", "name": chat.model, "base_url": chat.url, "api_key": "none"}}
    return config


if __name__ == "__main__":
    serve(Haiku)
