"""Counts the embedded model's tokens without loading the model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from assistant.embedding import embedded_model
from assistant.settings import Settings


def light_counter(settings: Settings) -> tuple[Callable[[list[str]], list[int]], int] | None:
    """What `Embedder.count_tokens` and `Embedder.max_tokens` give; None where the model was not prepared yet, or is not
    the embedded one.
    """
    if settings.embedding_model is not None or settings.embedding_base_url is not None:
        return None
    folder = embedded_model.model_folder(settings.cache_dir, embedded_model.runtime_dtype(settings.embedding_dtype))
    if not embedded_model.is_whole(folder):
        return None
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return _counter(folder), int(config["model_max_length"])


def embedded_counter(settings: Settings) -> Callable[[list[str]], list[int]]:
    """The embedded model's count of tokens, whatever embeds: an endpoint tells no tokens. Makes the model's folder.

    Raises:
        EmbeddingError: the folder cannot be made.
    """
    dtype = embedded_model.runtime_dtype(settings.embedding_dtype)
    return _counter(embedded_model.ensure_model(settings.cache_dir, dtype))


def _counter(folder: Path) -> Callable[[list[str]], list[int]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(texts: list[str]) -> list[int]:
        return [len(found.ids) for found in tokenizer.encode_batch(texts, add_special_tokens=False)]

    return count
