"""An embedding model behind LangChain's `Embeddings`, with its own query and document prompts.

Texts are embedded in their canonical form: typographic apostrophes and spaces change no vector.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant import runtime
from assistant.addresses import check_reachable_safely
from assistant.embedding import embedded_model
from assistant.embedding.backends import Backend, EmbeddedBackend, Role, SentenceTransformersBackend, Vectors
from assistant.embedding.probes import PROBE_PASSAGES, PROBE_QUESTIONS
from assistant.embedding.tokens import embedded_counter
from assistant.errors import SettingsError
from assistant.french.words import canonical
from assistant.observing import step
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.embedding.endpoint import EndpointBackend


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Vectors of two different identities must never meet."""

    name: str
    revision: str
    dimension: int

    def __str__(self) -> str:
        return f"{self.name} ({self.revision}, {self.dimension} dimensions)"


_QUESTIONS = 1024  # whose vectors are remembered: 1.5 MB


class Embedder(Embeddings):
    """Vectors are float32 of unit length, shape `(n, dimension)`; cosine is their dot product."""

    def __init__(self, backend: Backend, name: str, revision: str) -> None:
        self.backend = backend
        self.identity = EmbedderIdentity(name, revision, backend.dimension)
        self._encode_query = lru_cache(_QUESTIONS)(self._encode_question)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Load the embedded model (made at the first call), or the one that the settings name.

        Raises:
            SettingsError: an endpoint is wanted without a model's name, or in clear over the Internet.
            EmbeddingError: it cannot be made or loaded, or its endpoint fails.
        """
        wanted = settings.embedding_model
        if settings.embedding_base_url is not None:
            served = _served(settings)
            return cls(served, str(wanted), _endpoint_revision(served, settings))
        runtime.prepare(hub=settings.names_hub_model)
        dtype = embedded_model.runtime_dtype(settings.embedding_dtype)
        if wanted is None:
            folder = embedded_model.ensure_model(settings.cache_dir, dtype)
            backend = EmbeddedBackend.load(folder, _prompts(settings))
            return cls(backend, embedded_model.NAME, _embedded_revision(settings))
        other = SentenceTransformersBackend.load(wanted, dtype, _prompts(settings))
        name = wanted if settings.names_hub_model else Path(wanted).resolve().name
        return cls(other, name, _revision(other, wanted))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's contract: one list of floats a text."""
        return [[float(x) for x in row] for row in self.encode_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's contract: the question's vector."""
        return [float(x) for x in self.encode_query(text)]

    def encode_query(self, text: str) -> Vectors:
        """The question's vector, shape `(dimension,)`, read-only: the last ones are remembered."""
        return self._encode_query(text)

    def _encode_question(self, text: str) -> Vectors:
        with step("embed"):
            vector: Vectors = _unit(self.backend.encode([canonical(text)], "query"))[0]
        vector.flags.writeable = False
        return vector

    def encode_documents(self, texts: list[str], *, tell: Callable[[int, int], None] | None = None) -> Vectors:
        """The vectors of texts, shape `(n, dimension)`, in their order; computed by length, so that little is padded.

        Args:
            texts: what to embed; beyond `max_tokens` a text is cut.
            tell: called now and then with how many are done, and of how many.
        """
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        size = self.backend.at_once
        for at in range(0, len(order), size):
            group = order[at : at + size]
            with step("embed"):
                vectors[group] = self.backend.encode([canonical(texts[i]) for i in group], "document")
            if tell:
                tell(at + len(group), len(texts))
            if len(texts) > size:
                time.sleep(0.001)  # a question that waits for a lock gets it: Python's locks have no queue
        return _unit(vectors)

    @property
    def max_tokens(self) -> int:
        """How much of a text is read, in tokens, prompt and special tokens included."""
        return self.backend.max_tokens

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, without prompt and special tokens."""
        return self.backend.count_tokens(texts)

    @cached_property
    def spread(self) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of unrelated French questions and passages.

        Models differ in how far apart they put unrelated texts (e5: .77 on average, others near 0): scores are read
        on this scale instead of by a fixed threshold.
        """
        questions = np.stack([self.encode_query(question) for question in PROBE_QUESTIONS])
        cosines = questions @ self.encode_documents(list(PROBE_PASSAGES)).T
        unrelated = cosines[~np.eye(len(PROBE_QUESTIONS), dtype=bool)]
        return float(unrelated.mean()), float(max(unrelated.std(), 1e-3))


def _served(settings: Settings) -> EndpointBackend:
    """The model at the endpoint of the settings."""
    from assistant.embedding.endpoint import Endpoint, EndpointBackend

    url, model, key = settings.embedding_base_url, settings.embedding_model, settings.embedding_api_key
    if url is None or model is None:
        raise SettingsError("Le réglage ASSISTANT_EMBEDDING_BASE_URL demande aussi ASSISTANT_EMBEDDING_MODEL.")
    check_reachable_safely(url, "ASSISTANT_EMBEDDING_BASE_URL", carries="les notes, les questions et la clé")
    endpoint = Endpoint(
        url=url,
        model=model,
        key=key.get_secret_value() if key else None,
        timeout=settings.embedding_timeout,
        batch=settings.embedding_batch,
        parallel=settings.embedding_parallel,
    )
    return EndpointBackend(endpoint, _prompts(settings), lambda: embedded_counter(settings))


def _endpoint_revision(backend: EndpointBackend, settings: Settings) -> str:
    """A digest of the prompts and of the name under which the endpoint says that it serves the model."""
    digest = hashlib.sha256(repr((sorted(_prompts(settings).items()), backend.served)).encode())
    return f"endpoint-{digest.hexdigest()[:8]}"


def embedded_identity(settings: Settings) -> EmbedderIdentity | None:
    """The identity of the embedder of the settings where it is known without loading it: the embedded model."""
    if settings.embedding_model is not None or settings.embedding_base_url is not None:
        return None
    return EmbedderIdentity(embedded_model.NAME, _embedded_revision(settings), embedded_model.DIMENSION)


def _embedded_revision(settings: Settings) -> str:
    prompts = (settings.embedding_query_prompt, settings.embedding_document_prompt)
    changed = (
        f"+{hashlib.sha256(repr(prompts).encode()).hexdigest()[:6]}" if any(p is not None for p in prompts) else ""
    )
    return embedded_model.REVISION + changed


def _unit(vectors: Vectors) -> Vectors:
    # bfloat16 vectors are off unit length by up to 1.3 in a thousand.
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    units: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return units


def _prompts(settings: Settings) -> dict[Role, str]:
    """Those that the settings give in place of the model's."""
    given: dict[Role, str | None] = {
        "query": settings.embedding_query_prompt,
        "document": settings.embedding_document_prompt,
    }
    return {role: prompt for role, prompt in given.items() if prompt is not None}


def _revision(backend: SentenceTransformersBackend, name: str) -> str:
    """A digest of the prompts and of the hub's commit, or for a folder of its files."""
    model = backend.model
    digest = hashlib.sha256(repr(sorted(model.prompts.items())).encode())
    folder = Path(name)
    if not folder.is_dir():
        digest.update(str(getattr(model[0].auto_model.config, "_commit_hash", None)).encode())
    for path in sorted(path for path in folder.rglob("*") if folder.is_dir() and path.is_file()):
        with path.open("rb") as file:
            digest.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
