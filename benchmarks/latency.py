"""Time of one question and of a cold start: `python -m benchmarks.latency`.

The index holds the project's notes and 1,788 open notes. Each question is asked once, after three others that warm the
libraries up; a sentence embedded for one question is not kept for the next.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import numpy as np

from benchmarks.data import MADE, assistant_over, open_notes, read_jsonl, seed_notes

SEED_QUESTIONS = (
    "Quand et où se tient le Forum des Interconnectés ?",
    "Qui pilote le programme DcANT ?",
    "Que veut dire INP ?",
    "Qui a représenté France urbaine ?",
    "Combien de communes compte le consortium de Dijon ?",
    "qui est venu presenter la politique industrielle",
    "When is the Smart City forum?",
    "Quel est le budget de France urbaine ?",
    "Quelle est la capitale de l'Australie ?",
)
_WARM_UP = ("Qu'est-ce que l'open data ?", "Qui a écrit ce guide ?", "Comment publier un logiciel libre ?")
_STAGES = ("rewrite", "retrieve", "answer", "total")


def warm(questions: list[str]) -> None:
    """Print the quantiles of each stage over the questions."""
    bot = assistant_over("open", [*seed_notes(), *open_notes()])
    for question in _WARM_UP:
        bot.ask(question)
    timings = [bot.ask(question).timings for question in questions]
    build = bot.reader.current.manifest
    print(f"{len(questions)} questions, {build.notes} notes, {build.chunks} chunks, {os.cpu_count()} cores")
    for stage in _STAGES:
        values = np.array([getattr(t, stage) for t in timings])
        print(f"{stage:9}" + "  ".join(f"p{q} {np.percentile(values, q):6.1f} ms" for q in (50, 95, 99)))


def cold() -> None:
    """Print the processor time of `assistant ask` from nothing loaded, and of its largest parts."""
    steps = {
        "import torch": "import torch",
        "import sentence_transformers": "import sentence_transformers",
        "import chromadb": "import chromadb",
    }
    for name, code in steps.items():
        print(f"{name:34}{_cpu([sys.executable, '-c', code]):5.1f} s")
    ask = [sys.executable, "-m", "assistant.cli", "ask", SEED_QUESTIONS[0], "--json"]
    print(f"{'assistant ask':34}{min(_cpu(ask) for _ in range(3)):5.1f} s of processor, best of 3")


def _cpu(command: list[str]) -> float:
    """Processor seconds, user and system, of a command and its children."""
    environment = {**os.environ, "ASSISTANT_INDEX_DIR": str(MADE / "open"), "OMP_WAIT_POLICY": "PASSIVE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Warm questions, then cold starts."""
    warm([*SEED_QUESTIONS, *(line["question"] for line in read_jsonl("known_items_dev.jsonl"))])
    cold()


if __name__ == "__main__":
    main()
