"""Looks for what breaks us, for a bounded time: `python -m benchmarks.fuzz --minutes 2` (or `make fuzz`).

Half of the time damaged documents go through all readers, in the child that bounds their memory and time; the other
half damaged requests go to a real server. A finding is a reader that dies, hangs or gives what it must not, a status
of 500, an answer that does not come, or a server that is gone. What led to it is written to `benchmarks/.made/fuzz`,
and `--seed` makes the same again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.corpus.formats import Extracted, Extractor
from assistant.errors import DocumentError
from benchmarks import hostile
from benchmarks.data import MADE, ROOT, SHARED
from benchmarks.fuzz_requests import Api, served

RAW_DOCS = SHARED / "raw_docs"
FOUND = MADE / "fuzz"
#: Seconds and MiB of one document: a third of what staff's documents are given.
_TIME, _MEMORY = 10.0, 1024
_PIECES = [
    *(
        b"\0",
        b"\xff\xfe",
        b"<",
        b"<!--",
        b"]]>",
        b"&#xD800;",
        b"<![CDATA[",
        b"%PDF-",
        b"PK\x03\x04",
        b"endobj",
        b"/Kids",
    ),
    *(b"---\n", b"\r", b"\xe2\x80\xa8", b"=?utf-8?Q?", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
    *(
        b"2147483647",
        b"-1",
        b"1e999",
        b"<" * 4096,
        b"[" * 4096,
        b"*" * 4096,
        b"\n> " * 1024,
        b"| " * 2048,
        b"<div>" * 1024,
    ),
]


@dataclass
class Report:
    """How often each thing happened, and what must not have."""

    seen: Counter[str] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)

    def found(self, what: str, data: bytes) -> None:
        """Keep the first that led to it."""
        self.seen[f"FOUND {what}"] += 1
        if what not in self.findings:
            FOUND.mkdir(parents=True, exist_ok=True)
            path = FOUND / f"{hashlib.sha256(data).hexdigest()[:16]}.bin"
            path.write_bytes(data)
            self.findings[what] = path.name
            print(f"FOUND {what}: {path}", flush=True)


def seeds() -> list[tuple[str, bytes]]:
    """Documents to begin with: the real files where they are, the project's own notes, and some made here."""
    made = [
        ("a.pdf", hostile.pdf([[(20, "Un titre"), (11, "Un texte de la ville.")]] * 3)),
        (
            "a.eml",
            b"From: a@exemple.fr\nTo: b@exemple.fr\nDate: Mon, 20 Nov 2017 10:00:00 +0100\nSubject: N\n\nUn texte.\n",
        ),
        (
            "a.html",
            b"<!doctype html><html><head><title>t</title></head><body><main><h1>T</h1><p>Un texte.</p></main></body>",
        ),
        ("a.org", b"#+TITLE: t\n* Un\nUn texte.\n| a | b |\n"),
        (
            "feed.xml",
            b'<rss version="2.0"><channel><title>t</title><item><title>n</title><link>https://exemple.fr/a</link>'
            b"<pubDate>Mon, 20 Nov 2017 10:00:00 +0100</pubDate><description>T</description></item></channel></rss>",
        ),
    ]
    files = [path for path in RAW_DOCS.rglob("*") if path.is_file() and path.stat().st_size < 400_000]
    files += (ROOT / "corpus").glob("*.md")
    return made + [(path.name, path.read_bytes()) for path in sorted(files)]


def damaged(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """One to eight changes: bits, pieces put in, taken out, doubled, moved, or of another document."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(made) + 1)
        size = chance.choice([1, 4, 64, 1024, 16384])
        match chance.randrange(6):
            case 0 if made:
                made[at % len(made)] ^= 1 << chance.randrange(8)
            case 1:
                made[at:at] = chance.choice(_PIECES)
            case 2:
                del made[at : at + size]
            case 3:
                made[at:at] = made[at : at + size] * chance.choice([1, 2, 20])
            case 4:
                start = chance.randrange(len(other) + 1)
                made[at : at + size] = other[start : start + size]
            case _:
                made[at : at + size] = chance.randbytes(min(size, 64))
    return bytes(made[: 2 * 2**20])


def look_at(extractor: Extractor, name: str, data: bytes, report: Report) -> None:
    """One document through its reader, as its name or its content says."""
    started = time.monotonic()
    try:
        if name == "feed.xml":
            entries = extractor.entries(data, name)
            report.seen["feed read"] += 1
            if not all(isinstance(entry["content"], str) for entry in entries):
                report.found("feed: an entry without text", data)
            return
        found = extractor.extract(data, name)
        report.seen["document read"] += 1
        for what in _wrong(found):
            report.found(f"document: {what}", data)
    except DocumentError as refusal:
        _refused(str(refusal), data, report)
    except Exception as error:
        report.found(f"document: {type(error).__name__}", data)
    if time.monotonic() - started > _TIME + 5:
        report.found("document: the limit of time did not hold", data)


def _refused(told: str, data: bytes, report: Report) -> None:
    if "arrêtée brutalement" in told or "prend plus de" in told:
        report.found(f"document: {told[:60]}", data)
        return
    kind = re.search(r"\((\w+)\)$", told)
    report.seen[f"document refused ({kind[1]})" if kind else "document refused"] += 1


def _wrong(found: Extracted) -> Iterator[str]:
    if not found.text.strip() or not found.title.strip():
        yield "no text or no title"
    if "\0" in found.text + found.title or "\n" in found.title:
        yield "a character that no note may hold"
    if found.date and found.date.first > found.date.last:
        yield "a date that ends before it begins"


def documents(seconds: float, chance: random.Random, report: Report) -> None:
    """Damaged documents until the time is over."""
    known, end = seeds(), time.monotonic() + seconds
    with Extractor(_TIME, _MEMORY) as extractor:
        for name, data in known:
            look_at(extractor, name, data, report)
        while time.monotonic() < end:
            name, data = chance.choice(known)
            look_at(extractor, name, damaged(data, chance.choice(known)[1], chance), report)


def requests(seconds: float, chance: random.Random, report: Report) -> None:
    """Damaged requests until the time is over."""
    with served() as url:
        api, end = Api(url, chance), time.monotonic() + seconds
        while time.monotonic() < end:
            request = api.request()
            for what in api.send(request, report.seen):
                report.found(f"request: {what}", request.raw)
        if not api.is_alive():
            report.found("request: the server is gone", b"")


def main(arguments: list[str] | None = None) -> Report:
    """Run, print, and say by the exit status whether anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    report, chance = Report(), random.Random(seed)
    documents(given.minutes * 30, chance, report)
    requests(given.minutes * 30, chance, report)
    print(json.dumps(dict(report.seen.most_common()), indent=1, ensure_ascii=False))
    print(f"{sum(report.seen.values())} tries, {len(report.findings)} findings")
    return report


if __name__ == "__main__":
    sys.exit(1 if main().findings else 0)
