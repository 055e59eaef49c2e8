"""The caller's end of the writer's process (`assistant.index.worker`)."""

from __future__ import annotations

import atexit
import logging
import pickle
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.errors import IndexBusyError, IndexStoreError
from assistant.index.lock import Holder, busy
from assistant.index.making import Embedded, Job
from assistant.index.manifest import Manifest
from assistant.index.processes import command, environment
from assistant.index.progress import Progress, Tell, untold
from assistant.index.requests import Lock, Unlock
from assistant.index.server import Server

log = logging.getLogger(__name__)
_idle: list[subprocess.Popen[bytes]] = []  # at most one: it starts in a second or two, and serves any index
_idle_lock = threading.Lock()


class Writer:
    """Starts the process at the first use and keeps it, warm, for the next one. One thread writes at a time."""

    def __init__(self, index_dir: Path, state_dir: Path | None = None, server: Server | None = None) -> None:
        self._index_dir = index_dir.absolute()
        self._state_dir = state_dir.absolute() if state_dir else None
        self._server = server
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = Future[object]()

    @contextmanager
    def locked(self, holder: Holder) -> Iterator[None]:
        """Hold the writer's lock in the name of `holder` until the block ends.

        Raises:
            IndexBusyError: another one holds it; says who.
            IndexStoreError: the folder cannot be written.
        """
        if not self._turn.acquire(blocking=False):
            raise IndexBusyError(busy(self._index_dir))
        try:
            self._process = self._process or _take()
            self._ask(Lock(self._index_dir, holder, self._state_dir, self._server))
            try:
                yield
            except BaseException:
                self._end()  # whatever it is at: a half-made build is swept by the next writer
                raise
            self._ask(Unlock())
        finally:
            self._turn.release()

    def begin(self, job: Job) -> None:
        """Have the process write the texts of a build, the lock held; returns at once."""
        thread = ThreadPoolExecutor(1, "writer")
        self._begun = thread.submit(self._ask, job)
        thread.shutdown(wait=False)

    def look(self) -> None:
        """See whether what was begun goes well so far.

        Raises:
            IndexStoreError: it cannot be written; the published build is as it was.
        """
        if self._begun.done():
            self._begun.result()

    def finish(self, embedded: Embedded, tell: Tell = untold) -> Manifest:
        """Wait for the texts, have the vectors written, and publish.

        Raises:
            IndexStoreError: it cannot be written; the published build is as it was.
        """
        if not self._begun.done():
            tell(Progress("Préparation de la nouvelle version"))
        self._begun.result()
        made = self._ask(embedded, tell)
        assert isinstance(made, Manifest)
        return made

    def close(self) -> None:
        """Give the process back, once nobody writes with it any more."""
        if not self._turn.acquire(blocking=False):
            log.warning("Une mise à jour de l'index est en cours : l'arrêt attend qu'elle finisse.")
            self._turn.acquire()
        process, self._process = self._process, None
        self._turn.release()
        if process is not None:
            _give_back(process)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _ask(self, request: object, tell: Tell = untold) -> Any:
        process = self._process
        assert process and process.stdin and process.stdout
        try:
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            while isinstance(answer := pickle.load(process.stdout), Progress):
                tell(answer)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self._end()
            raise IndexStoreError(
                f"Le processus qui écrit l'index {self._index_dir} s'est arrêté en chemin. L'index publié n'est pas "
                "touché : relancez « assistant index sync »."
            ) from error
        if isinstance(answer, IndexStoreError):
            raise answer
        return answer


def _take() -> subprocess.Popen[bytes]:
    with _idle_lock:
        while _idle:
            process = _idle.pop()
            if process.poll() is None:
                return process
            _end(process)
    return subprocess.Popen(
        command("assistant.index.worker"),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _give_back(process: subprocess.Popen[bytes]) -> None:
    with _idle_lock:
        if not _idle:
            _idle.append(process)
            return
    _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin and process.stdout
    process.kill()
    process.wait()
    with suppress(OSError):  # what was not written yet
        process.stdin.close()
    process.stdout.close()


@atexit.register
def _end_idle() -> None:
    while _idle:
        _end(_idle.pop())
