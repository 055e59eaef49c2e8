"""What computes vectors: the embedded model by our own encoder, any other by sentence-transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from assistant.embedding import embedded_model
from assistant.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from assistant.embedding.encoder import Encoder

Vectors = NDArray[np.float32]
Role = Literal["query", "document"]
_GROUP = 64  # texts that are embedded before others get their turn


class Backend(Protocol):
    """Threads may call it side by side."""

    @property
    def dimension(self) -> int:
        """Of a vector."""

    @property
    def max_tokens(self) -> int:
        """How much of a text is read, in tokens, prompt and special tokens included."""

    @property
    def at_once(self) -> int:
        """How many texts to give at a time, so that others get their turn and how far it is can be told."""

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        """Shape `(len(texts), dimension)`, in their order; lengths of vectors are of no meaning."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without prompt and special tokens."""


@dataclass(frozen=True, slots=True)
class EmbeddedBackend:
    """The embedded model: mean of the tokens' vectors."""

    encoder: Encoder
    tokenizer: Tokenizer
    prompts: dict[Role, str]

    @classmethod
    def load(cls, folder: Path, prompts: dict[Role, str]) -> Self:
        """Of the folder that `embedded_model.ensure_model` made, with its own prompts but for those given.

        Raises:
            EmbeddingError: a file of it cannot be read.
        """
        from tokenizers import Tokenizer

        from assistant.embedding.encoder import Encoder

        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises no other kind
            raise EmbeddingError(
                f"Le découpage en jetons de {folder} n'est pas lisible : effacez ce dossier, il sera refait."
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        own: dict[Role, str] = {"query": embedded_model.QUERY_PROMPT, "document": embedded_model.DOCUMENT_PROMPT}
        return cls(Encoder.load(folder), tokenizer, own | prompts)

    @property
    def dimension(self) -> int:
        return self.encoder.dimension

    @property
    def max_tokens(self) -> int:
        return self.encoder.max_tokens

    @property
    def at_once(self) -> int:
        return _GROUP

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        prompt = self.prompts[role]
        found = self.tokenizer.encode_batch([f"{prompt}{text}" for text in texts])
        limit = self.max_tokens
        # What is too long loses its end, but not the token that says so.
        ids = [one.ids if len(one.ids) <= limit else [*one.ids[: limit - 1], one.ids[-1]] for one in found]
        return np.stack([tokens.float().mean(0).numpy() for tokens in self.encoder.hidden(ids)])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(one.ids) for one in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]


class SentenceTransformersBackend:
    """A folder or a model of the hub, as the library reads it."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        # A fast tokenizer keeps its padding between calls: two threads would change it under each other.
        self._lock = threading.RLock()

    @classmethod
    def load(cls, name: str, dtype: str, prompts: dict[Role, str]) -> Self:
        """The model of that name or folder, its prompts replaced by those given.

        Raises:
            EmbeddingError: it cannot be loaded.
        """
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            model = SentenceTransformer(name, device="cpu", model_kwargs={"dtype": getattr(torch, dtype)})
        except Exception as error:  # the libraries raise of every kind, some of their own
            raise EmbeddingError(
                f"Le modèle « {name} » ne peut pas être chargé ({type(error).__name__}) : il est introuvable ou abîmé, "
                "ou le hub ne répond pas. ASSISTANT_EMBEDDING_MODEL attend un dossier ou le nom d'un modèle."
            ) from error
        model.prompts.update(prompts)
        return cls(model)

    @property
    def dimension(self) -> int:
        return int(self.model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        return int(self.model.max_seq_length or 512)

    @property
    def at_once(self) -> int:
        return _GROUP

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        encode = self.model.encode_query if role == "query" else self.model.encode_document
        with self._lock:
            return np.asarray(encode(list(texts), show_progress_bar=False), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        with self._lock:
            encoded = self.model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]
