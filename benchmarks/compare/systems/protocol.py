"""What an adapter and the comparison say to each other. The standard library only: every system's environment has it.

An adapter is started with the path of a job (JSON). It opens its system, takes the notes in, and writes one JSON object
a line to what was its standard output: first `{"stats": …}`, then one reply a case that it reads from its standard
input, and at the end of that `{"stats": …}` once more, with the memory that all took. A reply has the names of
`assistant ask --json`: `kind`, `text`, `sentences`, `citations`, `passages`, `confidence`. `kind` is None where a
system answers with a chat model and is given none.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TextIO

#: As deep as every system is asked to look.
DEPTH = 10


@dataclass(frozen=True)
class Note:
    """A note as every system gets it."""

    id: str
    title: str
    text: str
    date: str | None = None

    @property
    def document(self) -> str:
        """The note as a Markdown document, for systems that know no titles: theirs are headings."""
        return f"# {self.title}\n\n{self.text}"


@dataclass(frozen=True)
class Chat:
    """An OpenAI-compatible endpoint."""

    url: str
    model: str


@dataclass(frozen=True)
class Job:
    """What an adapter is asked to do. `model` is the folder of the embedding model, `probes` are questions to set a
    threshold by, each with whether the notes answer it.
    """

    notes: Sequence[Note]
    folder: Path
    model: Path
    chat: Chat | None = None
    probes: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def read(cls, path: Path) -> Job:
        """The job of a file, with the notes and the probes that it names."""
        given = json.loads(path.read_text(encoding="utf-8"))
        notes = [Note(**line) for line in json_lines(Path(given["corpus"]))]
        probes = list(json_lines(Path(given["probes"]))) if given.get("probes") else []
        chat = Chat(**given["chat"]) if given.get("chat") else None
        return cls(notes, Path(given["folder"]), Path(given["model"]), chat, probes)


class System(Protocol):
    """What an adapter makes of its system."""

    def ingest(self, notes: Sequence[Note]) -> None:
        """Take the notes in, so that a question can be asked at once."""

    def search(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The ten best passages, best first."""

    def reply(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """What the system says; `{}` where it has no chat model and needs one."""

    def about(self) -> dict[str, Any]:
        """`packages` (whose versions are told), `settings` and `not_compared`."""


@dataclass
class Clock:
    """Wall and processor time since it was made, threads and ended children included."""

    wall: float = field(default_factory=time.perf_counter)
    processor: float = field(default_factory=lambda: _processor())

    def read(self, name: str, scale: float = 1.0) -> dict[str, float]:
        """`name` and `cpu_name`, in seconds times `scale`."""
        wall, processor = time.perf_counter() - self.wall, _processor() - self.processor
        return {name: round(wall * scale, 2), f"cpu_{name}": round(processor * scale, 2)}


def _processor() -> float:
    """Seconds of processor: ours to the nanosecond, of ended children in ticks."""
    return time.process_time() + sum(os.times()[2:4])


def serve(open_system: Callable[[Job], System]) -> None:
    """Run an adapter until its standard input ends."""
    channel = _take_standard_output()
    job = Job.read(Path(sys.argv[1]))
    system = open_system(job)
    spawned = float(os.environ.get("COMPARE_SPAWNED", time.time()))
    stats: dict[str, Any] = {
        "start_seconds": round(time.time() - spawned, 2),
        "cpu_start_seconds": round(time.process_time(), 2),
    }
    clock = Clock()
    system.ingest(job.notes)
    stats |= clock.read("ingestion_seconds") | {"index_mb": round(_size(job.folder) / 1e6, 1)} | _about(system)
    _tell(channel, {"stats": stats | memory()})
    for line in sys.stdin:
        _tell(channel, _put(system, json.loads(line)))
    _tell(channel, {"stats": stats | _about(system) | memory()})


def _put(system: System, case: Mapping[str, Any]) -> dict[str, Any]:
    """One case. What goes wrong with it is its reply: the next case is asked all the same."""
    done: dict[str, Any] = {"id": case["id"]}
    try:
        clock = Clock()
        done["passages"] = system.search(case)
        done |= clock.read("search_milliseconds", 1000)
        clock = Clock()
        done = {"kind": None, "text": "", "sentences": [], "citations": [], **done, **system.reply(case)}
        return done | clock.read("milliseconds", 1000)
    except Exception as error:
        return done | {"kind": "error", "error": f"{type(error).__name__}: {error}"[:500]}


def _about(system: System) -> dict[str, Any]:
    told = system.about()
    packages = told.pop("packages")
    python = ".".join(map(str, sys.version_info[:3]))
    return {"versions": {name: version(name) for name in packages} | {"python": python}, **told}


def memory() -> dict[str, float]:
    """The most memory that this process has held, in MB. Not `ru_maxrss`: that takes over what the parent held."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return {}
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return {"peak_rss_mb": round(int(found[1]) / 1024)} if found else {}


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _take_standard_output() -> TextIO:
    """Keep it for our lines: what libraries print goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _tell(channel: TextIO, line: Mapping[str, Any]) -> None:
    channel.write(json.dumps(line, ensure_ascii=False) + "\n")
    channel.flush()


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file, one a line."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


class Spans:
    """Where a piece of text stands in a note, although a system changed its spaces and its marks."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self._texts = {note.id: note.text for note in notes}
        self._plain: dict[str, tuple[str, list[int]]] = {}
        #: Pieces that were not found: their span is the whole note.
        self.missed = 0

    def find(self, note_id: str, piece: str, title: str = "") -> tuple[int, int]:
        """Start and end in the note's text; of a piece that begins with the title, those of the rest."""
        text = self._texts[note_id]
        start = text.find(piece)
        if start >= 0 and piece:
            return start, start + len(piece)
        letters, places = self._letters(note_id)
        wanted, heading = _letters(piece)[0], _letters(title)[0]
        for candidate in (wanted, wanted.removeprefix(heading)):
            at = letters.find(candidate) if candidate else -1
            if at >= 0:
                return places[at], places[at + len(candidate) - 1] + 1
        if heading and heading.startswith(wanted):
            return 0, 0  # a piece of the title alone holds nothing of the text
        self.missed += 1
        return 0, len(text)

    def clip(self, note_id: str, start: int, length: int, before: int) -> tuple[int, int]:
        """Of a piece at `start` of a document whose text begins at `before`: its span in the text."""
        end = min(len(self._texts[note_id]), max(0, start + length - before))
        return min(max(0, start - before), end), end

    def text(self, note_id: str, start: int, end: int) -> str:
        """The words of a span."""
        return self._texts[note_id][start:end]

    def passage(self, rank: int, note_id: str, span: tuple[int, int]) -> dict[str, Any]:
        """A passage, as a reply has it."""
        return {"rank": rank, "note_id": note_id, "start": span[0], "end": span[1]}

    def citation(self, number: int, note_id: str, span: tuple[int, int]) -> dict[str, Any]:
        """A citation, as a reply has it."""
        return {
            "number": number,
            "note_id": note_id,
            "start": span[0],
            "end": span[1],
            "quote": self.text(note_id, *span),
        }

    def _letters(self, note_id: str) -> tuple[str, list[int]]:
        if note_id not in self._plain:
            self._plain[note_id] = _letters(self._texts[note_id])
        return self._plain[note_id]


def _letters(text: str) -> tuple[str, list[int]]:
    """Letters and digits alone, and where each stands."""
    places = [at for at, character in enumerate(text) if character.isalnum()]
    return "".join(text[at] for at in places), places


_SENTENCE = re.compile(r"(?<=[.!?…])[\s\u00a0]+(?=[A-ZÀ-Ý0-9«\"*\[(-])|\n+")


def sentences(text: str) -> list[str]:
    """A free text cut into sentences: at a full stop before a capital, and at line ends."""
    return [piece.strip() for piece in _SENTENCE.split(text) if piece.strip()]


def told(text: str, citations: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A free text as a reply: a refusal where it says that it does not know. Each citation goes for every sentence."""
    refusal = declines(text)
    numbers = [citation["number"] for citation in citations]
    return {
        "kind": "refusal" if refusal else "answer",
        "text": text,
        "sentences": [] if refusal else [{"text": said, "citations": numbers} for said in sentences(text)],
        "citations": [] if refusal else list(citations),
        "confidence": None,
    }


_DECLINES = (
    r"\bje ne (?:sais|connais|peux|trouve|dispose)\b|\bje n'ai (?:pas|aucune?)\b|\bpas d[e'] ?information|"
    r"\bne (?:contien(?:t|nent)|mentionn(?:e|ent)|précis(?:e|ent)|fourni(?:t|ssent)|indiqu(?:e|ent)) (?:pas|aucun)|"
    r"\bn(?:'est|e sont) pas (?:mentionné|précisé|indiqué|disponible|fourni)|\baucune information|"
    r"\b(?:i|we) (?:do not|don't|cannot|can't|could not|couldn't) (?:know|have|find|answer|provide)|\bi'm sorry\b|"
    r"\b(?:does|do|did) not (?:contain|provide|mention|include|specify)|\bdoesn't (?:contain|provide|mention)|"
    r"\bno (?:relevant )?(?:information|results)\b|\bis not (?:mentioned|provided|available|specified)|\bdésolé"
)


def declines(text: str) -> bool:
    """Whether a free text says that it does not know, or holds nothing: in its first 300 characters, in French or
    English, since the prompts of the other systems ask for no form that could be read for certain.
    """
    return not text.strip() or re.search(_DECLINES, text[:300].replace("’", "'"), re.IGNORECASE) is not None
