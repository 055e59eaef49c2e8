"""The caller's end of the writer's process (`assistant.index.worker`)."""

from __future__ import annotations

import pickle
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import IndexBusyError, IndexStoreError
from assistant.index.lock import Holder, busy
from assistant.index.making import Job
from assistant.index.manifest import Manifest
from assistant.index.processes import command, environment
from assistant.index.progress import Progress, Tell, untold
from assistant.index.requests import Lock, Unlock

_GOODBYE = 10  # seconds that the process gets to end


class Writer:
    """Starts the process at the first use and keeps it, warm, until it is closed. One writes at a time."""

    def __init__(self, index_dir: Path, state_dir: Path | None = None) -> None:
        self._index_dir = index_dir
        self._state_dir = state_dir
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

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
            self._ask(Lock(self._index_dir, holder, self._state_dir))
            yield
            self._ask(Unlock())
        except BaseException:
            self.close()  # whatever it is at: a half-made build is swept by the next writer
            raise
        finally:
            self._turn.release()

    def make(self, job: Job, tell: Tell = untold) -> Manifest:
        """Make and publish a build, the lock held.

        Raises:
            IndexStoreError: it cannot be written; the published build is as it was.
        """
        made = self._ask(job, tell)
        assert isinstance(made, Manifest)
        return made

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin and process.stdout
        process.kill()
        process.wait(_GOODBYE)
        process.stdin.close()
        process.stdout.close()

    def _ask(self, request: object, tell: Tell = untold) -> Any:
        try:
            process = self._started()
            assert process.stdin and process.stdout
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            while isinstance(answer := pickle.load(process.stdout), Progress):
                tell(answer)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise IndexStoreError(
                f"Le processus qui écrit l'index {self._index_dir} s'est arrêté en chemin. L'index publié n'est pas "
                "touché : relancez « assistant index sync »."
            ) from error
        if isinstance(answer, IndexStoreError):
            raise answer
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                command("assistant.index.worker"),
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process
