"""From nothing loaded to an answer, and to a page: `python -m benchmarks.starting`.

`assistant ask` and `app.py` over the project's notes, and in turn what the libraries alone take: sentence-transformers
over the same model with Chroma for the question, the same with an empty Gradio page for the app. Wall time, the best of
the rounds: what else the machine does only adds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from assistant import Settings
from assistant.embedding import Embedder, embedded_model
from assistant.index import Recipe, sync
from benchmarks.data import ROOT, seed_notes

_ROUNDS = 3
_QUESTION = "Qui pilote le programme DcANT ?"
_ALONE = """
import torch, chromadb
from sentence_transformers import SentenceTransformer
model = SentenceTransformer({folder!r}, device="cpu", model_kwargs={{"dtype": torch.{dtype}}})
"""
_ANSWER = "model.encode_query('Qui ?')"
_PAGE = """
import gradio
with gradio.Blocks() as page:
    gradio.Chatbot()
page.launch(server_port={port}, ssr_mode=False, quiet=True, prevent_thread_lock=False)
"""


@contextlib.contextmanager
def served(command: list[str], port: int, environment: dict[str, str]) -> Iterator[float]:
    """Gives the seconds until the page is answered."""
    begun = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as app:
        while app.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).read()
                break
            time.sleep(0.02)
        yield time.perf_counter() - begun
        app.send_signal(signal.SIGKILL)


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def page(command: list[str], environment: dict[str, str]) -> float:
    """Seconds to a page; `command` may hold `{port}`."""
    port = _free()
    given = {**environment, "ASSISTANT_PORT": str(port)}
    with served([part.replace("{port}", str(port)) for part in command], port, given) as seconds:
        return seconds


def answer(command: list[str], environment: dict[str, str]) -> float:
    """Seconds of a command."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print the four times."""
    with tempfile.TemporaryDirectory() as made:
        settings = Settings.load(index_dir=Path(made) / "index")
        embedder = Embedder.from_settings(settings)
        sync(settings.index_dir, seed_notes(), Recipe(embedder.identity, lambda: embedder, settings.chunk_tokens))
        dtype = embedded_model.runtime_dtype("auto")
        alone = _ALONE.format(folder=str(embedded_model.ensure_model(settings.cache_dir, dtype)), dtype=dtype)
        environment = {
            **os.environ,
            "ASSISTANT_INDEX_DIR": str(settings.index_dir),
            "ASSISTANT_STATE_DIR": str(Path(made) / "state"),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "HF_HUB_OFFLINE": "1",
        }
        python, ours = sys.executable, [sys.executable, "-m", "assistant.cli", "ask", _QUESTION]
        times: dict[str, list[float]] = {}
        for _ in range(_ROUNDS):
            for name, seconds in (
                ("assistant ask", answer(ours, environment)),
                ("its libraries alone", answer([python, "-c", alone + _ANSWER], environment)),
                ("app.py, ready", page([python, "app.py"], environment)),
                ("its libraries, empty page", page([python, "-c", alone + _PAGE], environment)),
            ):
                times.setdefault(name, []).append(seconds)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, best of {_ROUNDS}")
    for name, limit in (("assistant ask", 5), ("app.py, ready", 7)):
        other = list(times)[list(times).index(name) + 1]
        best, theirs = min(times[name]), min(times[other])
        print(f"{name:16}{best:5.1f} s (at most {limit} s); {other} {theirs:.1f} s: × {best / theirs:.2f}")


if __name__ == "__main__":
    main()
