"""Runs extraction in a child process with a time and a memory limit: what kills a parser is a refusal, in French."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any, Self

from assistant.corpus.formats.extracted import Extracted
from assistant.errors import DocumentError
from assistant.models import PartialDate

TIME_LIMIT = 30.0  # seconds for one document
MEMORY_LIMIT = 1536  # MiB of address space of the child, where the system can bound it
MAX_BYTES = 50 * 2**20


def extract(data: bytes, name: str) -> Extracted:
    """What `name` holds, read in a child process of its own.

    Raises:
        DocumentError: no text can be taken from it, and why.
    """
    with Extractor() as extractor:
        return extractor.extract(data, name)


class Extractor:
    """One child for many documents, replaced when it dies. Threads may share it: they take turns."""

    def __init__(self, time_limit: float = TIME_LIMIT, memory_limit: int = MEMORY_LIMIT) -> None:
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next document starts another one."""
        with self._turn:
            self._end()

    def extract(self, data: bytes, name: str) -> Extracted:
        """The main text of a document and what it says of itself; `name` counts where the content does not tell.

        Raises:
            DocumentError: no text can be taken from it, and why.
        """
        return _extracted(self._ask("document", data, name))

    def entries(self, data: bytes, name: str) -> list[dict[str, Any]]:
        """The entries of an RSS or Atom feed, as the child gives them; see `assistant.corpus.feeds`.

        Raises:
            DocumentError: it is no feed.
        """
        entries: list[dict[str, Any]] = self._ask("feed", data, name)["entries"]
        return entries

    def _ask(self, task: str, data: bytes, name: str) -> dict[str, Any]:
        if not data:
            raise DocumentError("le fichier est vide")
        if len(data) > MAX_BYTES:
            raise DocumentError(f"le fichier est trop gros : {len(data) >> 20} Mo, {MAX_BYTES >> 20} au plus")
        with self._turn:
            answer = self._exchange({"task": task, "name": name, "size": len(data)}, data)
        if "refused" in answer:
            raise DocumentError(answer["refused"])
        return answer

    def _exchange(self, head: dict[str, Any], data: bytes) -> dict[str, Any]:
        was_idle = self._child is not None
        child = self._running()
        late = threading.Event()
        timer = threading.Timer(self._time_limit, _stop, (child, late))
        timer.start()
        answer = b""
        try:
            assert child.stdin and child.stdout
            child.stdin.write(json.dumps(head).encode() + b"\n" + data)
            child.stdin.flush()
            answer = child.stdout.readline()
        except OSError:
            pass  # the child died while it was being written to: said below
        finally:
            timer.cancel()
        if answer.endswith(b"\n"):
            read: dict[str, Any] = json.loads(answer)
            return read
        self._end()
        if was_idle and not late.is_set():  # it may have died before this document, which gets a child of its own
            return self._exchange(head, data)
        return {"refused": self._death(late.is_set())}

    def _death(self, late: bool) -> str:
        if late:
            return f"la lecture prend plus de {self._time_limit:g} secondes : découpez le document ou allégez-le"
        return "la lecture s'est arrêtée brutalement : le fichier est sans doute abîmé, ou demande trop de mémoire"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            command = [sys.executable, "-P", "-m", "assistant.corpus.formats.child"]
            self._child = subprocess.Popen(  # -P: the folder that the user is in holds no modules of ours
                [*command, str(self._memory_limit), str(int(self._time_limit) + 1)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # parsers' own complaints, in English
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:  # what was still to be written to a dead child
                pass


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _extracted(answer: dict[str, Any]) -> Extracted:
    date = answer["date"]
    return Extracted(
        **{**answer, "date": PartialDate.from_iso(date) if date else None, "warnings": tuple(answer["warnings"])}
    )
