"""cairn-assistant: lexical retrieval, verbatim passages, a threshold; no embedding model, no chat model.

As its README says: documents with front matter, `cairn index`, `cairn ask --lang fr`; the threshold recalibrated on
probe questions (`cairn calibrate`) where they can be told apart by one. Follow-ups go through its sessions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cairn.calibrate import calibrate
from cairn.config import Config
from cairn.index import build_and_write, read_index
from cairn.retrieve import retrieve
from cairn.session import Session
from protocol import DEPTH, Job, Note, Spans, serve

LANGUAGE = "fr"


class Cairn:
    """Its engine, over an index of the notes."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._spans = Spans(job.notes)
        corpus, index = job.folder / "corpus", job.folder / "index.json"
        self._config = Config(corpus_path=str(corpus), index_path=str(index), default_lang=LANGUAGE)
        self._corpus, self._calibrated = corpus, "the default: there were no probes"

    def ingest(self, notes: Sequence[Note]) -> None:
        self._corpus.mkdir(parents=True)
        for note in notes:
            head = f"---\nid: {note.id}\ntitle: {' '.join(note.title.split())}\nlang: {LANGUAGE}\n---\n"
            (self._corpus / f"{note.id}.md").write_text(head + note.text, encoding="utf-8")
        build_and_write(self._corpus, self._config.index_path)
        self._index = read_index(self._config.index_path, self._corpus)
        if self._job.probes:
            self._calibrate()

    def _calibrate(self) -> None:
        probes = self._job.folder / "probes.toml"
        probes.write_text("\n".join(_probe(line) for line in self._job.probes), encoding="utf-8")
        report = calibrate(self._index, self._config, probes)
        if report.suggested_threshold is None:
            self._calibrated = f"the default: no threshold tells its {len(report.results)} probes apart"
            return
        self._config = replace(self._config, threshold=report.suggested_threshold)
        self._calibrated = f"calibrated on {len(report.results)} probes"

    def search(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = retrieve(
            case["question"], self._index, threshold=self._config.threshold, candidates=DEPTH, lang=LANGUAGE
        ).candidates
        return [self._passage(rank, c.passage) for rank, c in enumerate(found, start=1)]

    def _passage(self, rank: int, passage: Any) -> dict[str, Any]:
        return self._spans.passage(rank, passage.doc_id, self._spans.find(passage.doc_id, passage.text))

    def reply(self, case: Mapping[str, Any]) -> dict[str, Any]:
        session = Session()
        for turn in case["history"]:
            if turn["role"] == "user":
                session.ask(turn["content"], self._index, self._config, lang=LANGUAGE)
        answer = session.ask(case["question"], self._index, self._config, lang=LANGUAGE).answer
        candidates = answer.trace.candidates
        reply = {"text": answer.text, "confidence": round(candidates[0].score, 3) if candidates else 0.0}
        if case["history"]:  # its session may have searched otherwise than `search` did
            reply["passages"] = [self._passage(rank, c.passage) for rank, c in enumerate(candidates, start=1)]
        if answer.kind != "grounded":
            return reply | {"kind": "refusal"}
        sources = list(enumerate(answer.sources, start=1))
        return reply | {
            "kind": "answer",
            "sentences": [{"text": source.text, "citations": [number]} for number, source in sources],
            "citations": [self._citation(number, source) for number, source in sources],
        }

    def _citation(self, number: int, source: Any) -> dict[str, Any]:
        note_id = source.source_id.rsplit("#", 1)[0]
        return self._spans.citation(number, note_id, self._spans.find(note_id, source.text))

    def about(self) -> dict[str, Any]:
        settings = self._config
        return {
            "packages": ["cairn-assistant"],
            "settings": {
                "retrieval.threshold": f"{settings.threshold:.3f}, {self._calibrated}",
                "retrieval.max_passages": settings.max_passages,
                "retrieval.dense_weight": settings.dense_weight,
                "language": "lang: fr in each document, asked with --lang fr",
            },
            "not_compared": [
                "The embedding model: it takes none.",
                "A chat model: it takes none; it answers with a passage word for word, which is one sentence here.",
                "The day on which a question is asked: it takes none.",
            ],
        }


def _probe(line: Mapping[str, Any]) -> str:
    question = line["question"].replace("\\", "\\\\").replace('"', '\\"')
    behaviour = "answer" if line["answerable"] else "refuse"
    return f'[[probe]]\nquestion = "{question}"\nbehavior = "{behaviour}"\nlang = "{LANGUAGE}"\n'


if __name__ == "__main__":
    serve(Cairn)
