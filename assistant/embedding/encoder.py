"""BERT's encoder on torch alone, for the embedded model and its sentence ranker.

transformers' `BertModel` computes the same, but importing it takes longer than answering (docs/decisions/0028): so this
module is imported only where a vector is wanted. Texts are laid end to end, not padded.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

from assistant.errors import EmbeddingError

_LAYER = "encoder.layer."
_EMBEDDINGS = "embeddings."
_LARGE = 256  # tokens of a batch
_LEAST, _MOST = 128, 2048  # tokens of a group, about: worth a core of its own; still in its caches

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: torch.Tensor  # in oneDNN's own layout where it is packed
    bias: torch.Tensor
    is_packed: bool

    @classmethod
    def of(cls, weight: torch.Tensor, bias: torch.Tensor) -> Self:
        """Packed once where torch can: it does so at each product otherwise, a third of a short question's time."""
        if not packs(weight.dtype):
            return cls(weight, bias, is_packed=False)
        return cls(torch.ops.mkldnn._reorder_linear_weight(weight, None), bias, is_packed=True)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self._product(x, "none", "") if self.is_packed else linear(x, self.weight, self.bias)

    def gelu(self, x: torch.Tensor) -> torch.Tensor:
        """Followed by the activation, in the same pass where it is packed."""
        return self._product(x, "gelu", "none") if self.is_packed else gelu(linear(x, self.weight, self.bias))

    def _product(self, x: torch.Tensor, after: str, algorithm: str) -> torch.Tensor:
        # What torch's own compiler calls; it has no public name, but the release of torch is pinned.
        return torch.as_tensor(torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, after, [], algorithm))


def packs(dtype: torch.dtype) -> bool:
    """Whether torch can lay out weights of this number format for oneDNN, on this processor."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    return dtype is torch.float32 or (dtype is torch.bfloat16 and torch.ops.mkldnn._is_mkldnn_bf16_supported())


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: torch.Tensor
    bias: torch.Tensor
    eps: float

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


@dataclass(frozen=True, slots=True)
class _Layer:
    attention: _Linear  # queries, keys and values in one
    attended: _Linear
    attended_norm: _Norm
    inner: _Linear
    outer: _Linear
    outer_norm: _Norm

    def __call__(self, x: torch.Tensor, sizes: Sequence[int], heads: int) -> torch.Tensor:
        x = self.attended_norm(x + self.attended(_attend(self.attention(x), sizes, heads)))
        return self.outer_norm(x + self.outer(self.inner.gelu(x)))


def _attend(mixed: torch.Tensor, sizes: Sequence[int], heads: int) -> torch.Tensor:
    """Each text attends to itself. `mixed` is `(tokens, 3 × hidden)`, the result `(tokens, hidden)`."""
    hidden = mixed.shape[1] // 3
    found = []
    for text in torch.split(mixed, list(sizes)):
        queries, keys, values = text.view(len(text), 3, heads, hidden // heads).permute(1, 2, 0, 3).unsqueeze(1)
        attended = scaled_dot_product_attention(queries, keys, values)
        found.append(attended[0].transpose(0, 1).reshape(len(text), hidden))
    return found[0] if len(found) == 1 else torch.cat(found)


class Streams:
    """Threads that compute side by side, each on one core: docs/decisions/0034."""

    def __init__(self) -> None:
        self.count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self.count, "encoder", initializer=torch.set_num_threads, initargs=(1,))

    def map(self, compute: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """What `compute` gives of each, in their order."""
        return list(self._threads.map(compute, items))


@dataclass(frozen=True, slots=True)
class Encoder:
    """Token ids -> vectors of tokens, in the number format of the weights."""

    words: torch.Tensor
    positions: torch.Tensor
    types: torch.Tensor  # of the one type that is used
    norm: _Norm
    layers: tuple[_Layer, ...]
    heads: int
    streams: Streams

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The encoder of a transformers folder that holds a `BertModel`.

        Raises:
            EmbeddingError: a file is missing, or it is not such a folder.
        """
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            tensors = load_file(folder / "model.safetensors")
            return cls._of(tensors, config)
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise EmbeddingError(
                f"Le modèle de {folder} n'est pas lisible ({type(error).__name__}) : effacez ce dossier, il est refait."
            ) from error

    @classmethod
    def _of(cls, tensors: Mapping[str, torch.Tensor], config: Mapping[str, int | float]) -> Self:
        eps, count = float(config["layer_norm_eps"]), int(config["num_hidden_layers"])
        return cls(
            words=tensors[f"{_EMBEDDINGS}word_embeddings.weight"],
            positions=tensors[f"{_EMBEDDINGS}position_embeddings.weight"],
            types=tensors[f"{_EMBEDDINGS}token_type_embeddings.weight"][0],
            norm=_Norm(*_parts(tensors, f"{_EMBEDDINGS}LayerNorm"), eps),
            layers=tuple(_layer(tensors, f"{_LAYER}{number}.", eps) for number in range(count)),
            heads=int(config["num_attention_heads"]),
            streams=Streams(),
        )

    def with_upper(self, tensors: Mapping[str, torch.Tensor]) -> Encoder:
        """The same with the layers that `tensors` hold, by their number, in place of its own."""
        numbers = {int(name.removeprefix(_LAYER).split(".")[0]) for name in tensors if name.startswith(_LAYER)}
        layers = tuple(
            _layer(tensors, f"{_LAYER}{number}.", self.norm.eps) if number in numbers else own
            for number, own in enumerate(self.layers)
        )
        return replace(self, layers=layers)

    @property
    def dimension(self) -> int:
        """Of a token's vector."""
        return int(self.words.shape[1])

    @property
    def max_tokens(self) -> int:
        """The longest text that it reads, special tokens included."""
        return int(self.positions.shape[0])

    @property
    def dtype(self) -> torch.dtype:
        """The number format of weights and vectors."""
        return self.words.dtype

    def hidden(self, texts: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """For each text, ids of 1 to `max_tokens` tokens, the vectors of its tokens, shape `(tokens, dimension)`."""
        count = min(len(texts), _groups(sum(map(len, texts)), self.streams.count))
        # Every so many-th text: where they are sorted by length, groups are of one size.
        found = self.streams.map(self._compute, [texts[number::count] for number in range(count)])
        return [found[number % count][number // count] for number in range(len(texts))]

    def _compute(self, texts: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        padded = [*texts, *_filling(sum(len(ids) for ids in texts))]
        sizes = [len(ids) for ids in padded]
        with torch.inference_mode():
            ids = torch.tensor([token for ids in padded for token in ids])
            at = torch.cat([torch.arange(size) for size in sizes])
            x = self.norm(self.words[ids] + self.types + self.positions[at])
            for layer in self.layers:
                x = layer(x, sizes, self.heads)
        return list(torch.split(x, sizes))[: len(texts)]


def _groups(tokens: int, streams: int) -> int:
    """In how many groups texts of so many tokens in all are computed: few in one, many in as many for each stream."""
    return max(1, min(tokens // _LEAST, streams * math.ceil(tokens / (streams * _MOST))))


def _filling(tokens: int) -> list[list[int]]:
    """A text of no meaning that brings a batch to a multiple of 16 tokens, of 64 if it is large, or none.

    oneDNN compiles its products anew for each size and keeps 1,024 of them: 250 MB, for sizes that hardly come again.
    """
    missing = -tokens % (16 if tokens < _LARGE else 64)
    return [[0] * missing] if missing else []


def _layer(tensors: Mapping[str, torch.Tensor], prefix: str, eps: float) -> _Layer:
    mixed = [_parts(tensors, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
    return _Layer(
        attention=_Linear.of(*(torch.cat(parts) for parts in zip(*mixed, strict=True))),
        attended=_Linear.of(*_parts(tensors, f"{prefix}attention.output.dense")),
        attended_norm=_Norm(*_parts(tensors, f"{prefix}attention.output.LayerNorm"), eps),
        inner=_Linear.of(*_parts(tensors, f"{prefix}intermediate.dense")),
        outer=_Linear.of(*_parts(tensors, f"{prefix}output.dense")),
        outer_norm=_Norm(*_parts(tensors, f"{prefix}output.LayerNorm"), eps),
    )


def _parts(tensors: Mapping[str, torch.Tensor], name: str) -> tuple[torch.Tensor, torch.Tensor]:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"]
