"""What a real chat model writes, what of it is released, and whether that was right, by labels given by hand.

    python -m benchmarks.generation --base-url http://127.0.0.1:8081/v1 --model NAME [--part report]
                                                  ask what has no record yet, verify
    python -m benchmarks.generation --replay      verify what was written again, with the code as it is; no model
    python -m benchmarks.generation --figures     what the labels say of it

The questions are in `evals/generation/questions.jsonl`: on the project's notes and 1,788 open ones, answered by a
sentence of one of them but for the last two of the report. A record holds the passages shown: on the machine at hand
the first 16 of the report were given five, the others three (`--passages 3`).
A draft is every sentence that the model wrote. Its `label`, by hand: `supported`, whether a passage shown states all of
it; `answers`, whether it answers the question; `span`, what it was attributed to when that was judged, and `stated`,
whether that span alone (with its note's title) states all of it; `why`, where one of them is false.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from assistant import Assistant, Note, Settings
from assistant.answering.drafts import Declined, DraftError
from assistant.answering.generative import Generator
from assistant.answering.verification import Doubt, Similarity, verify
from assistant.embedding import Embedder
from assistant.models import Chunk, Passage
from benchmarks.data import ROOT, assistant_over, open_notes, seed_notes
from benchmarks.refusal import wilson

FOLDER = ROOT / "evals" / "generation"
PARTS = ("development", "report")

Record = dict[str, Any]


def read(path: Path) -> list[Record]:
    """The records of a file, none where it is missing."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def write(path: Path, records: Iterable[Record]) -> None:
    """One record a line."""
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")


def ask(bot: Assistant, generator: Generator, case: Record) -> Record:
    """The record of one question, not verified yet. Whether to refuse is not asked here: the model always writes."""
    passages = bot.retrieve(case["question"])
    begun = time.monotonic()
    drafts: list[str] = []
    declined, trouble = False, None
    try:
        for draft in generator.drafts(case["question"], passages, bot.settings.max_sentences):
            if isinstance(draft, Declined):
                declined = True
                break
            drafts.append(draft)
    except DraftError as error:
        trouble = error.trouble.value
    return {
        "id": case["id"],
        "question": case["question"],
        "model": bot.settings.chat_model,
        "seconds": round(time.monotonic() - begun, 1),
        "passages": [_shown(passage) for passage in passages],
        "declined": declined,
        "trouble": trouble,
        "drafts": [{"text": text} for text in dict.fromkeys(drafts)],
    }


def _shown(passage: Passage) -> Record:
    chunk = passage.chunk
    return {"note_id": chunk.note_id, "start": chunk.start, "end": chunk.end, "headings": list(chunk.headings)}


def replay(record: Record, notes: dict[str, Note], similarity: Similarity) -> Record:
    """The record with each draft verified by the code as it is; labels stay."""
    passages = [_passage(notes, shown, rank) for rank, shown in enumerate(record["passages"], start=1)]
    return {**record, "drafts": [_verified(d, record["question"], passages, similarity) for d in record["drafts"]]}


def _passage(notes: dict[str, Note], shown: Record, rank: int) -> Passage:
    note, start, end = notes[shown["note_id"]], shown["start"], shown["end"]
    chunk = Chunk(f"{note.id}-{start}", note.id, 0, start, end, note.text[start:end], tuple(shown["headings"]), "")
    return Passage(chunk, note, rank, 0.0, 0.0, 0.0)


def _verified(draft: Record, question: str, passages: list[Passage], similarity: Similarity) -> Record:
    found = verify(draft["text"], question, passages, similarity)
    label = {"label": draft["label"]} if "label" in draft else {}
    if isinstance(found, Doubt):
        return {"text": draft["text"], "released": False, "doubt": found.value, **label}
    span = [found.passage.note.id, found.start, found.end]
    return {"text": draft["text"], "released": True, "span": span, "quote": found.text, **label}


def report(part: str, records: list[Record]) -> None:
    """Print the figures of one part."""
    drafts = [draft for record in records for draft in record["drafts"]]
    judged = [draft for draft in drafts if "label" in draft]
    released = [draft for draft in judged if draft["released"]]
    moved = [draft["text"] for draft in released if draft["label"].get("span") != draft["span"]]
    right = [draft for draft in judged if draft["label"]["supported"] and draft["label"]["answers"]]
    wrote = sum(bool(record["drafts"]) for record in records)
    print(
        f"{part}: {len(records)} questions, {wrote} written to, {sum(r['declined'] for r in records)} declined, ",
        end="",
    )
    print(f"{len(drafts)} sentences, {len(drafts) - len(judged)} not judged, {len(moved)} judged on another span")
    print(
        "  released sentences supported  ", wilson(sum(bool(d["label"].get("stated")) for d in released), len(released))
    )
    print("  … by a passage shown          ", wilson(sum(d["label"]["supported"] for d in released), len(released)))
    print("  released and answering         ", wilson(sum(d["label"]["answers"] for d in released), len(released)))
    print("  correct sentences kept         ", wilson(sum(d["released"] for d in right), len(right)))
    wrong = [draft for draft in judged if not draft["label"]["supported"]]
    print("  unsupported sentences dropped  ", wilson(sum(not d["released"] for d in wrong), len(wrong)))
    print("  dropped for", dict(Counter(d["doubt"] for d in drafts if not d["released"]).most_common()))
    for text in moved:
        print("  judge again:", text)


def main() -> None:
    """Ask, verify again, or print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", help="of an OpenAI-compatible endpoint")
    parser.add_argument("--model", help="its name there")
    parser.add_argument("--passages", type=int, default=5, help="passages given to it (5)")
    parser.add_argument("--part", choices=PARTS, action="append", help="both unless told")
    parser.add_argument("--replay", action="store_true", help="verify the recorded sentences again")
    parser.add_argument("--figures", action="store_true", help="print what the labels say")
    arguments = parser.parse_args()
    parts = arguments.part or PARTS
    if arguments.base_url and arguments.model:
        chosen = {"chat_base_url": arguments.base_url, "chat_model": arguments.model, "passages": arguments.passages}
        _ask_all(parts, **chosen)
    elif not (arguments.replay or arguments.figures):
        parser.error("--base-url and --model, --replay or --figures")
    if arguments.replay or arguments.base_url:
        _replay_all(parts)
    if arguments.figures:
        for part in parts:
            report(part, read(FOLDER / f"{part}.jsonl"))


def _ask_all(parts: Iterable[str], **settings: Any) -> None:
    """Put the questions that have no record yet, one after the other: a run of an hour may be broken off."""
    bot = assistant_over("open", [*seed_notes(), *open_notes()], chat_timeout=600, **settings)
    generator = Generator.from_settings(bot.settings)
    assert generator is not None
    for part in parts:
        path = FOLDER / f"{part}.jsonl"
        records = read(path)
        known = {record["id"] for record in records}
        for case in read(FOLDER / "questions.jsonl"):
            if case["part"] == part and case["id"] not in known:
                records.append(ask(bot, generator, case))
                write(path, records)
                print(case["id"], records[-1]["seconds"], "s", file=sys.stderr)


def _replay_all(parts: Iterable[str]) -> None:
    notes = {note.id: note for note in chain(seed_notes(), open_notes())}
    embedder = Embedder.from_settings(Settings.load())
    mean, std = embedder.spread

    def similarity(one: str, other: str) -> float:
        first, second = embedder.encode_documents([one, other])
        return (float(first @ second) - mean) / std

    for part in parts:
        path = FOLDER / f"{part}.jsonl"
        write(path, [replay(record, notes, similarity) for record in read(path)])


if __name__ == "__main__":
    main()
