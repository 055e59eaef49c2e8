"""The served chat for hours: `python -m benchmarks.soak --hours 1 --rate 3`, a note changed and published each minute.

The server is a process of its own, over a copy of the project's notes; it publishes as the staff's page does. Questions
come at their own moments, whether or not the earlier ones are answered, each from a session of its own. Told at the
end: answers and errors, how long they took, the server's memory, open files and
threads at the start, after the warm-up and at the end. `--clients 200` asks that many at the same moment, in the end.
The exit status is 1 where an answer is missing, memory grew by more than 5 %, or a file or a thread is left over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.chat import Member, Times, started
from benchmarks.data import ROOT

GROWTH = 0.05  # of memory, from the end of the warm-up
WARM_UP = 0.2  # of the whole time, ten minutes at most: caches and pools fill
_SAMPLE = 5.0  # seconds
_LEFT_OVER = 3  # files or threads beyond those after the warm-up: pools breathe


@dataclass(frozen=True)
class Usage:
    """What the server's process holds: memory in MiB, open files, threads."""

    rss: float
    files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Usage:
        """As the system tells it (Linux)."""
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        rss = int(fields["VmRSS"].split()[0]) / 1024
        return cls(rss, len(list(Path(f"/proc/{pid}/fd").iterdir())), int(fields["Threads"]))

    @classmethod
    def usual(cls, samples: list[Usage]) -> Usage:
        """The medians: a question or a publication in progress holds more for a moment."""
        rows = np.median([(one.rss, one.files, one.threads) for one in samples], axis=0)
        return cls(float(rows[0]), int(rows[1]), int(rows[2]))

    def line(self, name: str) -> str:
        """One row of the report."""
        return f"{name:24}{self.rss:8.0f} MiB {self.files:6} files {self.threads:5} threads"


@dataclass
class Soak:
    """What is measured."""

    times: Times = field(default_factory=Times)
    burst: Times = field(default_factory=Times)
    usage: list[tuple[float, Usage]] = field(default_factory=list)
    published: int = 0
    asked: int = 0

    def faults(self, warm: float) -> list[str]:
        """What must not be, said each in a line; `warm` is the second at which the warm-up ended."""
        found = [f"error: {error}" for error in dict.fromkeys([*self.times.errors, *self.burst.errors])]
        if self.times.turned_away:
            found.append(f"{self.times.turned_away} questions were asked to come back")
        early, late = self._ends(warm)
        if late.rss > early.rss * (1 + GROWTH):
            found.append(f"memory grew by {100 * (late.rss / early.rss - 1):.1f} %")
        if late.files > early.files + _LEFT_OVER:
            found.append(f"{late.files - early.files} files are left open")
        if late.threads > early.threads + _LEFT_OVER:
            found.append(f"{late.threads - early.threads} threads are left over")
        return found

    def _ends(self, warm: float) -> tuple[Usage, Usage]:
        """What is usual in the first fifth and in the last fifth of what follows the warm-up."""
        after = [usage for second, usage in self.usage if second >= warm] or [self.usage[-1][1]]
        fifth = max(1, len(after) // 5)
        return Usage.usual(after[:fifth]), Usage.usual(after[-fifth:])

    def report(self, warm: float) -> str:
        """All of it."""
        early, late = self._ends(warm)
        lines = [self.times.line("questions"), f"{self.asked} asked, {self.published} publications"]
        lines += [self.burst.line("at the same moment")] if self.burst.answer else []
        lines += [self.usage[0][1].line("start"), early.line("after the warm-up"), late.line("end")]
        return "\n".join([*lines, *(self.faults(warm) or ["nothing to complain of"])])


async def _asking(soak: Soak, url: str, config: dict[str, Any], rate: float, end: float) -> None:
    """Questions at this rate until the end, and then for the answers that are due."""
    known = [line["question"] for line in _cases()]
    running: set[asyncio.Task[None]] = set()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    async with httpx.AsyncClient(timeout=60, limits=limits, headers={"content-type": "application/json"}) as client:
        begin = time.monotonic()
        while time.monotonic() < end:
            # A number makes each question one of its own: it is answered, and not remembered.
            question = f"{known[soak.asked % len(known)]} (demande {soak.asked})"
            task = asyncio.create_task(Member(client, url, config, soak.times).ask(question))
            running.add(task)
            task.add_done_callback(running.discard)
            soak.asked += 1
            await asyncio.sleep(max(0.0, begin + soak.asked / rate - time.monotonic()))
        await asyncio.gather(*running)


def _cases() -> list[dict[str, Any]]:
    text = (ROOT / "evals" / "cases" / "corpus_development.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


async def _watching(soak: Soak, pid: int, begin: float, end: float) -> None:
    while time.monotonic() < end:
        soak.usage.append((time.monotonic() - begin, Usage.of(pid)))
        await asyncio.sleep(min(_SAMPLE, max(0.2, (end - begin) / 40)))


async def _publishing(soak: Soak, folder: Path, every: float, end: float) -> None:
    """Change a note, and ask the server to publish: it does so at a file's appearance, and takes the file away."""
    note = sorted((folder / "corpus").glob("*.md"))[0]
    before = note.read_text(encoding="utf-8")
    while time.monotonic() + every < end:
        await asyncio.sleep(every)
        note.write_text(f"{before}\nPublication numéro {soak.published} de la veille.\n", encoding="utf-8")
        asked = folder / "publish"
        asked.touch()
        until = time.monotonic() + 300
        while asked.exists():
            await asyncio.sleep(0.1)
            if time.monotonic() > until:
                soak.times.errors.append("a publication took more than five minutes")
                return
        soak.published += 1


async def _burst(soak: Soak, url: str, config: dict[str, Any], clients: int) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=180, limits=limits, headers={"content-type": "application/json"}) as client:
        members = [Member(client, url, config, soak.burst) for _ in range(clients)]
        await asyncio.gather(*(member.ask(f"Qui pilote le programme {n} ?") for n, member in enumerate(members)))


async def soaked(hours: float, rate: float, publish: float, clients: int) -> tuple[Soak, float]:
    """Run it; gives the measures, and the second at which the warm-up ended."""
    seconds = hours * 3600
    warm = min(seconds * WARM_UP, 600.0)
    soak = Soak()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(ROOT / "corpus", folder / "corpus")
        with started("benchmarks.soak_server", str(folder)) as (url, server):
            config = httpx.get(f"{url}/config", timeout=30).json()
            begin = time.monotonic()
            end = begin + seconds
            await asyncio.gather(
                _asking(soak, url, config, rate, end),
                _watching(soak, server.pid, begin, end),
                _publishing(soak, folder, publish, end),
            )
            if clients:
                await _burst(soak, url, config, clients)
            soak.usage.append((seconds, Usage.of(server.pid)))
            if not httpx.get(f"{url}/notes", timeout=60).is_success:
                soak.times.errors.append("the server does not answer any more")
    return soak, warm


def main(arguments: list[str] | None = None) -> int:
    """Run, print, and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=3.0, help="questions a second")
    parser.add_argument("--publish", type=float, default=60.0, help="seconds between publications")
    parser.add_argument("--clients", type=int, default=0, help="how many ask at the same moment, in the end")
    given = parser.parse_args(arguments)
    soak, warm = asyncio.run(soaked(given.hours, given.rate, given.publish, given.clients))
    print(soak.report(warm))
    return 1 if soak.faults(warm) else 0


if __name__ == "__main__":
    sys.exit(main())
