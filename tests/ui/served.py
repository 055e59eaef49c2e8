"""`assistant serve` as operators run it: a process of its own, whose every line is kept."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from assistant import Settings

ROOT = Path(__file__).parents[2]


@dataclass
class Served:
    """Its address, its process, and the file that it writes to."""

    url: str
    process: subprocess.Popen[bytes]
    output: Path
    client: httpx.Client

    @property
    def written(self) -> str:
        """All that it has said until now, on both its outputs."""
        return self.output.read_text(encoding="utf-8")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The JSON lines of one kind: `request`, `question`."""
        found = (json.loads(line) for line in self.written.splitlines() if line.startswith("{"))
        return [line for line in found if line.get("event") == event]

    def line(self, event: str, **wanted: Any) -> dict[str, Any]:
        """The last line with these values, waited for: it is written once the answer has gone out."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for line in reversed(self.lines(event)):
                if all(line.get(name) == value for name, value in wanted.items()):
                    return line
            time.sleep(0.05)
        raise AssertionError(f"no {event} line with {wanted} in:\n{self.written}")

    def log_in(self, name: str, password: str) -> int:
        """Log in as the form does, and stay so where it is right; gives the status."""
        form = re.search(r'name="jeton" value="([^"]*)"', self.client.get("/connexion").text)
        assert form
        data = {"nom": name, "mot_de_passe": password, "jeton": form[1]}
        return self.client.post("/connexion", data=data, headers={"Origin": self.url}).status_code

    def call(self, question: str) -> str:
        """Ask through the API; gives what its stream says."""
        event = self.client.post("/gradio_api/call/ask", json={"data": [question, [], [], [], "", "", ""]}).json()[
            "event_id"
        ]
        return self.client.get(f"/gradio_api/call/ask/{event}").text


@contextmanager
def serving(settings: Settings, port: int, folder: Path, **given: str) -> Iterator[Served]:
    """The index of the settings, served; `given` are further settings, by their names."""
    kept = {"corpus_dir": settings.corpus_dir, "index_dir": settings.index_dir, "cache_dir": settings.cache_dir}
    named = {**kept, "state_dir": folder / "state", "evals_dir": folder / "evals", "port": port, **given}
    environment = os.environ | {f"ASSISTANT_{name.upper()}": str(value) for name, value in named.items()}
    output = folder / "output"
    url = f"http://127.0.0.1:{port}"
    with (
        output.open("wb") as file,
        httpx.Client(base_url=url, timeout=60) as client,
        subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", "serve"], stdout=file, stderr=file, env=environment, cwd=ROOT
        ) as process,
    ):
        found = Served(url, process, output, client)
        try:
            _wait(found)
            yield found
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(served: Served) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and served.process.poll() is None:
        try:
            if served.client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"not ready:\n{served.written}")
