"""The embedded model by another runtime, in a process of its own, for `benchmarks.embedding`:

    python -m benchmarks.embedding_runtimes onnx|onnx-int8|openvino FOLDER

`FOLDER` holds the float32 form. Each line of standard input is a list of texts in JSON; each answer holds the seconds
that they took and their vectors. `PACKAGES` are what it needs beside the project's own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

#: Installed aside and without dependencies: the project has those, but for OpenVINO's telemetry, which we do not want.
PACKAGES = ("onnx==1.23.2", "onnxscript==0.7.2", "onnx-ir==1.1.0", "ml_dtypes==0.6.0", "openvino==2026.4.1")
RUNTIMES = ("onnx", "onnx-int8", "openvino")
_BATCH = 16  # of texts of like length: the fastest of 8, 16, 32 and 64 here
_MOST = 512  # tokens

Run = Callable[[np.ndarray, np.ndarray], np.ndarray]


def load(runtime: str, folder: Path) -> Run:
    """Token ids and mask -> vectors of tokens."""
    model = folder.parent / f"{folder.name}.onnx"
    if runtime == "openvino":
        return _openvino(folder)
    if not model.exists():
        _export(folder, model)
    if runtime == "onnx-int8":
        model = _quantised(model)
    return _onnx(model)


def _torch_model(folder: Path) -> Any:
    import torch
    from transformers import BertModel

    model = BertModel.from_pretrained(folder, dtype=torch.float32, add_pooling_layer=False)

    class Tokens(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return self.model(input_ids=ids, attention_mask=mask).last_hidden_state  # type: ignore[no-any-return]

    return Tokens().eval()


def _example() -> tuple[Any, Any]:
    import torch

    ids = torch.randint(4, 1000, (2, 16))
    return ids, torch.ones_like(ids)


def _export(folder: Path, target: Path) -> None:
    import torch

    batch, length = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("length", min=2, max=_MOST)
    shapes = ({0: batch, 1: length}, {0: batch, 1: length})
    names = {"input_names": ["ids", "mask"], "output_names": ["tokens"], "verbose": False}
    with torch.no_grad():
        torch.onnx.export(
            _torch_model(folder), _example(), target, dynamo=True, dynamic_shapes=shapes, external_data=False, **names
        )


def _quantised(model: Path) -> Path:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = model.with_suffix(".int8.onnx")
    if not target.exists():
        quantize_dynamic(model, target, weight_type=QuantType.QInt8, per_channel=True)
    return target


def _onnx(model: Path) -> Run:
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return lambda ids, mask: np.asarray(session.run(None, {"ids": ids, "mask": mask})[0])


def _openvino(folder: Path) -> Run:
    import openvino

    model = openvino.convert_model(_torch_model(folder), example_input=_example())
    compiled = openvino.compile_model(model, "CPU")  # in bfloat16 where the processor has it, by default
    return lambda ids, mask: np.asarray(compiled([ids, mask])[0])


def encode(run: Run, tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """Mean vectors, shape `(len(texts), dimension)`."""
    found = [one.ids[:_MOST] for one in tokenizer.encode_batch(list(texts))]
    order = sorted(range(len(found)), key=lambda at: len(found[at]))
    vectors: list[np.ndarray] = [np.empty(0)] * len(found)
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        ids = np.zeros((len(some), max(len(found[at]) for at in some)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, at in enumerate(some):
            ids[row, : len(found[at])], mask[row, : len(found[at])] = found[at], 1
        for row, tokens in zip(some, run(ids, mask), strict=True):
            vectors[row] = tokens[: len(found[row])].mean(0)
    return np.stack(vectors)


def main(runtime: str, folder: Path) -> None:
    """Answer line by line."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    run = load(runtime, folder)
    encode(run, tokenizer, ["prêt ?"])
    print(json.dumps({"runtime": runtime}), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        begun = time.perf_counter()
        vectors = encode(run, tokenizer, texts)
        print(json.dumps({"seconds": time.perf_counter() - begun, "vectors": vectors.tolist()}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
