"""A system's adapter as a process: started with a job, then asked one case at a time over its pipes."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.compare.environments import OFFLINE, Entry, last_line
from benchmarks.data import ROOT

#: What an ingestion may take, and one answer of an agent with a chat model on two cores.
INGESTION, ANSWER = 3600, 1200


class SystemFailed(Exception):  # noqa: N818 - it says what happened
    """An adapter ended, or did not answer in time; the message says why, in one line."""


class Dialogue:
    """One adapter, its notes taken in. Close it: at the end it tells how much memory it took."""

    def __init__(self, entry: Entry, python: Path, job: Mapping[str, Any], folder: Path) -> None:
        self._log = folder / f"{entry.name}.log"
        shutil.rmtree(job["folder"], ignore_errors=True)
        Path(job["folder"]).mkdir(parents=True)
        path = folder / f"{entry.name}.job.json"
        path.write_text(json.dumps(job, indent=1), encoding="utf-8")
        ours = {"PYTHONPATH": str(ROOT)} if entry.python is None else {}
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        environment |= {**OFFLINE, **ours, "COMPARE_SPAWNED": str(time.time())}
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [python, entry.adapter, path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                env=environment,
            )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.stats: dict[str, Any] = {}
        try:
            self.stats = self._read(INGESTION)["stats"]
        except SystemFailed:
            self.close()
            raise

    def ask(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a case, as the adapter gives it.

        Raises:
            SystemFailed: there is none.
        """
        self._write(json.dumps(case, ensure_ascii=False))
        return self._read(ANSWER)

    def close(self) -> None:
        """Have it tell what it took, and end it."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        with contextlib.suppress(OSError):  # a broken pipe: it has ended
            stdin.close()
        with contextlib.suppress(SystemFailed):
            self.stats = self._read(60)["stats"]
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        stdout.close()

    def _write(self, line: str) -> None:
        try:
            assert self._process.stdin
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:
            raise SystemFailed(self._why()) from None

    def _read(self, seconds: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            self._process.kill()
            self._listener.join()
            raise SystemFailed(f"no answer within {seconds:.0f} s") from None
        if line is None:
            self._lines.put(None)  # for who reads next
            raise SystemFailed(self._why())
        read: dict[str, Any] = json.loads(line)
        return read

    def _why(self) -> str:
        self._process.wait()
        return f"ended with status {self._process.returncode}: {last_line(self._log)}"

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)
