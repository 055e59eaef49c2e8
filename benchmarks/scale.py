"""What grows with the index, and how: `python -m benchmarks.scale [1000 10000 100000 1000000]`.

For each size: time to build, disk, time to open, memory of a process that answers, time of questions without a filter,
with one that lets much through and with one that lets little through, recall of the vector index against an exact
search, and time to publish one changed note. `benchmarks.large` says which chunks and vectors are real. Each size is
asked in a process of its own. The figures are kept in benchmarks/.made/scale, so that sizes can be measured on
different days; `python -m benchmarks.growth` makes the table, the curves and the growth laws of them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Assistant, Filters, Settings
from assistant.corpus import Corpus
from assistant.embedding import Embedder
from assistant.index import Publisher, Recipe, current_build_id
from assistant.index.vectors import VectorStore
from benchmarks.data import MADE, read_jsonl
from benchmarks.large import Large, index, large
from benchmarks.latency import SEED_QUESTIONS

SIZES = (1_000, 10_000, 100_000)
FOLDER = MADE / "scale"
_WARM_UP = ("Qu'est-ce que l'open data ?", "Qui a écrit ce guide ?", "Comment publier un logiciel libre ?")
_FILTERS = {"none": None, "wide": Filters(since=date(2015, 1, 1)), "narrow": Filters(until=date(2017, 12, 31))}
_PUBLISHED = 3
_PIAF = 100
_NEAREST = 20


def settings_of(size: int) -> Settings:
    """Those of the index of so many chunks."""
    return Settings.load(index_dir=FOLDER / str(size), corpus_dir=FOLDER / str(size) / "notes", cached_answers=0)


def questions() -> list[str]:
    """189: on the open notes, on the project's notes, and on neither."""
    piaf = [line["question"] for line in read_jsonl("piaf/questions_dev.jsonl") if line["standalone"]][:_PIAF]
    return [*SEED_QUESTIONS, *(line["question"] for line in read_jsonl("known_items_dev.jsonl")), *piaf]


def measure(size: int, embedder: Embedder) -> dict[str, Any]:
    """Every figure of one size; makes its index where there is none."""
    settings = settings_of(size)
    made = large(size, embedder, settings)
    if not current_build_id(settings.index_dir):
        shutil.rmtree(settings.index_dir, ignore_errors=True)
        begun = time.perf_counter()
        index(made, settings, embedder)
        (settings.index_dir / "seconds.json").write_text(json.dumps(time.perf_counter() - begun), encoding="utf-8")
    asked = json.loads(_child("ask", size))
    return {
        "chunks": len(made.vectors),
        "notes": len(made.notes),
        "build_seconds": json.loads((settings.index_dir / "seconds.json").read_text(encoding="utf-8")),
        "disk_mb": _disk(settings.index_dir / "builds" / str(current_build_id(settings.index_dir))),
        **asked,
        "recall": recall(made, settings, embedder),
        "publish_seconds": publishing(made, settings, embedder),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def ask(size: int) -> dict[str, Any]:
    """In a process of its own: time to open, time of questions, memory."""
    settings = settings_of(size)
    embedder = Embedder.from_settings(settings)
    begun = time.perf_counter()
    bot = Assistant(settings, embedder)
    opened = time.perf_counter() - begun
    for question in _WARM_UP:
        bot.ask(question)
    times = {}
    for name, filters in _FILTERS.items():
        timings = [bot.ask(question, filters=filters).timings for question in questions()]
        times[name] = {
            stage: [float(np.percentile([getattr(t, stage) for t in timings], q)) for q in (50, 95)]
            for stage in ("retrieve", "answer", "total")
        }
    with bot.reader.lease() as build:
        passing = {name: build.catalogue.passing(some) for name, some in _FILTERS.items() if some}
    return {"open_seconds": opened, "memory_mb": _peak_mb(), "ms": times, "passing": passing}


def recall(made: Large, settings: Settings, embedder: Embedder) -> float:
    """Part of the `_NEAREST` nearest chunks of each question that the index finds; those as near count as the same."""
    folder = settings.index_dir / "builds" / str(current_build_id(settings.index_dir))
    store = VectorStore(folder / "chroma")
    found = []
    for question in questions():
        vector = embedder.encode_query(question)
        least = np.partition(made.vectors @ vector, -_NEAREST)[-_NEAREST]
        near = store.search(vector, _NEAREST).values()
        found.append(sum(cosine >= least - 1e-5 for cosine in near) / _NEAREST)
    store.close()
    return float(np.mean(found))


def publishing(made: Large, settings: Settings, embedder: Embedder) -> float:
    """Seconds to publish one changed note, the writer's process warm; the median. Leaves the index as it was."""
    recipe = replace(Recipe.from_settings(settings), load=lambda: embedder)
    corpus = Corpus(made.notes, {}, ())
    taken = []
    with Publisher(settings.index_dir, recipe) as publisher:
        for number in range(_PUBLISHED + 1):
            notes = list(made.notes)
            notes[number * 7] = replace(notes[number * 7], text=f"{notes[number * 7].text}\n\nUne phrase de plus.")
            begun = time.perf_counter()
            publisher.publish(replace(corpus, notes=tuple(notes)), "mesure")
            taken.append(time.perf_counter() - begun)
        publisher.publish(corpus, "mesure")
    return float(np.median(taken[1:]))


def _child(what: str, size: int) -> str:
    command = [sys.executable, "-m", "benchmarks.scale", what, str(size)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _disk(folder: Path) -> dict[str, float]:
    """Megabytes of each part."""
    parts = {"vectors": folder / "chroma", "catalogue": folder / "catalogue.sqlite"}
    sizes = {
        name: sum(file.stat().st_size for file in ([part] if part.is_file() else part.rglob("*")) if file.is_file())
        for name, part in parts.items()
    }
    return {name: size / 1e6 for name, size in sizes.items()}


def main() -> None:
    """Measure the sizes that are given."""
    if sys.argv[1:2] == ["ask"]:
        print(json.dumps(ask(int(sys.argv[2]))))
        return
    embedder = Embedder.from_settings(Settings.load())
    for size in map(int, sys.argv[1:] or SIZES):
        figures = measure(size, embedder)
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{size}.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
        print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
