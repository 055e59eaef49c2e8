"""The writer's process: takes the lock, makes builds, frees it. Loads neither torch nor the models.

`python -m assistant.index.worker` reads pickled requests on its standard input and answers on its standard output:
`Lock` -> None, `Job` -> None, `Embedded` -> `Progress`… then `Manifest`, `Unlock` -> None, or an `AssistantError`. The
pipe is its life line: where the caller dies, it ends what it is at and goes, and the system frees the lock.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from assistant import runtime
from assistant.errors import AssistantError
from assistant.index.build import BUILDS
from assistant.index.lock import writer_lock
from assistant.index.making import Begun, Embedded, Job, begin, finish
from assistant.index.requests import Lock, unwritable
from assistant.index.sweep import put_in_order


class _Worker:
    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._held = ExitStack()
        self._index_dir = Path()
        self._begun: Begun | None = None

    def answer(self, value: object) -> None:
        pickle.dump(value, self._answers)
        self._answers.flush()

    def serve(self, request: Any) -> None:
        """Answer one request; an error is an answer."""
        try:
            self.answer(self._do(request))
        except AssistantError as error:
            self.answer(error)
        except BaseException as error:  # Chroma panics with one of these
            if isinstance(error, BrokenPipeError):
                raise
            self.answer(unwritable(self._index_dir, error))

    def _do(self, request: Any) -> object:
        begun, self._begun = self._begun, None
        if isinstance(request, Job):
            self._begun = begin(self._index_dir, request)
            return None
        if isinstance(request, Embedded):
            assert begun
            return finish(self._index_dir, begun, request, self.answer)
        self._held.close()
        if isinstance(request, Lock):
            self._lock(request)
        return None

    def _lock(self, request: Lock) -> None:
        self._index_dir = request.index_dir
        (request.index_dir / BUILDS).mkdir(parents=True, exist_ok=True)
        with ExitStack() as taken:
            taken.enter_context(writer_lock(request.index_dir, request.holder))
            put_in_order(request.index_dir, request.state_dir, request.server)
            self._held = taken.pop_all()


def main() -> None:
    """Serve requests until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the caller's to answer
    runtime.prepare()
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever prints must not end up among the answers
        worker = _Worker(answers)
        try:
            while True:
                worker.serve(pickle.load(sys.stdin.buffer))
                import chromadb  # noqa: F401  while the caller embeds
        except (EOFError, BrokenPipeError):
            return


if __name__ == "__main__":
    main()
