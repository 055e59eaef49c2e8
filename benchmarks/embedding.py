"""How fast the embedded model is beside other runtimes of it: `python -m benchmarks.embedding`.

Ours; sentence-transformers on the same folder; and, with `--all`, ONNX Runtime (float32 and int8) and OpenVINO, in turn
on the same texts. Then how long a process takes from nothing loaded to its first vector. `make install` has what it
needs; `--all` fetches 100 MB of packages once, into benchmarks/.made.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant import Settings, runtime
from benchmarks.data import MADE, open_notes
from benchmarks.embedding_runtimes import PACKAGES, RUNTIMES

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
_BESIDE = "sentence-transformers"


def backends(dtype: str) -> dict[str, Backend]:
    """Ours, and the library that it takes the place of, over the same weights."""
    from assistant.embedding import embedded_model
    from assistant.embedding.backends import EmbeddedBackend, SentenceTransformersBackend

    folder = embedded_model.ensure_model(Settings.load().cache_dir, dtype)
    return {
        "ours": EmbeddedBackend.load(folder, {}),
        _BESIDE: SentenceTransformersBackend.load(str(folder), dtype, {}),
    }


class Other:
    """One of `RUNTIMES`, in a process of its own; its seconds are its own, without the way there and back."""

    def __init__(self, name: str, folder: Path) -> None:
        packages = MADE / "runtimes"
        if not packages.is_dir():
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", packages, *PACKAGES]
            subprocess.run(pip, check=True)
        environment = {**os.environ, "PYTHONPATH": str(packages), "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-m", "benchmarks.embedding_runtimes", name, str(folder)]
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._answer()

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, float]:
        """Vectors, and the seconds that they took."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(list(texts)) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        return np.array(answer["vectors"], dtype=np.float32), float(answer["seconds"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(map(str, self._process.args))} ended")  # type: ignore[arg-type]
        return dict(json.loads(line))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def others(stack: ExitStack) -> dict[str, Other]:
    """The other runtimes, each over a copy of the float32 weights, beside which it puts its own form of them."""
    from assistant.embedding import embedded_model

    folder = MADE / "models" / "float32"
    if not folder.is_dir():
        shutil.copytree(embedded_model.ensure_model(Settings.load().cache_dir, "float32"), folder)
    found = {name: Other(name, folder) for name in RUNTIMES}
    for other in found.values():
        stack.callback(other.close)
    return found


def rates(dtype: str, beside: Mapping[str, Other]) -> None:
    """Print texts a second, milliseconds a question, and how far apart the vectors are."""
    import torch

    from assistant.embedding.embedded_model import DOCUMENT_PROMPT, QUERY_PROMPT

    own, texts = backends(dtype), _texts()

    def timed(encode: Callable[[], object]) -> float:
        begun = time.perf_counter()
        encode()
        return time.perf_counter() - begun

    embedding = {name: lambda b=b: timed(lambda: b.encode(texts, "document")) for name, b in own.items()}
    asking = {name: lambda b=b: timed(lambda: b.encode([_QUESTION], "query")) for name, b in own.items()}
    embedding |= {n: lambda o=o: o.encode([DOCUMENT_PROMPT + text for text in texts])[1] for n, o in beside.items()}
    asking |= {n: lambda o=o: o.encode([QUERY_PROMPT + _QUESTION])[1] for n, o in beside.items()}
    vectors = {name: backend.encode(texts, "document") for name, backend in own.items()}
    vectors |= {name: other.encode([DOCUMENT_PROMPT + text for text in texts])[0] for name, other in beside.items()}
    assert torch.get_num_threads() == os.cpu_count(), "the library computes on every core"
    took, asked = _in_turn(embedding), _in_turn(asking, 30)
    print(f"{dtype}: texts a second and milliseconds a question (ratios to {_BESIDE}); cosine with ours, least")
    for name in vectors:
        print(
            f"  {name:24}{len(texts) / took[name]:6.1f} texts/s (× {took[_BESIDE] / took[name]:.2f})  "
            f"question {1000 * asked[name]:5.1f} ms (× {asked[name] / asked[_BESIDE]:.2f})  "
            f"cosine {(_unit(vectors['ours']) * _unit(vectors[name])).sum(1).min():.5f}"
        )


def _texts() -> list[str]:
    notes = [note.text for note in open_notes()[:64]]
    texts = [note[:700] for note in notes] + [note[700 : 760 + 10 * n] for n, note in enumerate(notes)]
    return [text for text in texts if text.strip()]


def _in_turn(runs: Mapping[str, Callable[[], float]], rounds: int = _ROUNDS) -> dict[str, float]:
    """Seconds of each, the best of the rounds, one after the other in each round."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(run())
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


def _run(code: str) -> float:
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print all of it."""
    runtime.prepare()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with ExitStack() as stack:
        beside = others(stack) if "--all" in sys.argv[1:] else {}
        for dtype in ("bfloat16", "float32"):
            rates(dtype, beside)
    first()


if __name__ == "__main__":
    main()
