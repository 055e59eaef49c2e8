"""How fast the embedded model is beside other runtimes of it: `python -m benchmarks.embedding`.

Ours, and sentence-transformers on the same folder, in bfloat16 and float32, in turn on the same texts; and how long a
process takes from nothing loaded to its first vector. `make install` has what it needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from assistant import Settings, runtime
from benchmarks.data import open_notes

if TYPE_CHECKING:
    from assistant.embedding.backends import Backend

_ROUNDS = 5
_QUESTION = "Qui pilote le programme DcANT ?"
_FIRST = {
    "ours": "from assistant import Settings; from assistant.embedding import Embedder; "
    "Embedder.from_settings(Settings.load()).encode_query('Qui ?')",
    "sentence-transformers": "from sentence_transformers import SentenceTransformer; import torch; "
    "SentenceTransformer({folder!r}, device='cpu', model_kwargs={{'dtype': torch.{dtype}}}).encode_query('Qui ?')",
}


def backends(dtype: str) -> dict[str, Backend]:
    """The two runtimes over the same weights."""
    from assistant.embedding import embedded_model
    from assistant.embedding.backends import EmbeddedBackend, SentenceTransformersBackend

    folder = embedded_model.ensure_model(Settings.load().cache_dir, dtype)
    return {
        "ours": EmbeddedBackend.load(folder, {}),
        "sentence-transformers": SentenceTransformersBackend.load(str(folder), dtype, {}),
    }


def rates(dtype: str) -> None:
    """Print texts a second, milliseconds a question, and how far apart the vectors are."""
    found = backends(dtype)
    notes = [note.text for note in open_notes()[:64]]
    texts = [note[:700] for note in notes] + [note[700 : 760 + 10 * n] for n, note in enumerate(notes)]
    texts = [text for text in texts if text.strip()]
    embedding = _in_turn({name: lambda b=b: b.encode(texts, "document") for name, b in found.items()})
    asking = _in_turn({name: lambda b=b: b.encode([_QUESTION], "query") for name, b in found.items()}, 30)
    ours, theirs = (_unit(backend.encode(texts, "document")) for backend in found.values())
    print(f"{dtype}: cosine of the two, least {(ours * theirs).sum(1).min():.6f}")
    for name in found:
        ratio = embedding["sentence-transformers"] / embedding[name]
        print(
            f"  {name:24}{len(texts) / embedding[name]:6.1f} texts/s (× {ratio:.2f})  "
            f"question {1000 * asking[name]:5.1f} ms (× {asking[name] / asking['sentence-transformers']:.2f})"
        )


def _in_turn(runs: Mapping[str, Callable[[], object]], rounds: int = _ROUNDS) -> dict[str, float]:
    """Seconds of each, the best of the rounds, one after the other in each round."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begun)
    return {name: min(some) for name, some in times.items()}


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def first() -> None:
    """Print the seconds from nothing loaded to a first vector."""
    from assistant.embedding import embedded_model

    dtype = embedded_model.runtime_dtype("auto")
    folder = str(embedded_model.ensure_model(Settings.load().cache_dir, dtype))
    codes = {name: code.format(folder=folder, dtype=dtype) for name, code in _FIRST.items()}
    seconds = _in_turn({name: lambda c=c: _run(c) for name, c in codes.items()}, 3)
    for name, value in seconds.items():
        print(f"first vector, {name:24}{value:5.1f} s (× {value / seconds['sentence-transformers']:.2f})")


def _run(code: str) -> None:
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    runtime.prepare()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for each in ("bfloat16", "float32"):
        rates(each)
    first()
