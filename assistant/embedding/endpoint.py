"""Vectors from an OpenAI-compatible endpoint (TEI, vLLM, Infinity …): `POST {base_url}/embeddings`.

Batches go out side by side, a bounded number at a time; what comes back is checked before it is believed.
"""

from __future__ import annotations

import random
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import numpy as np

from assistant.addresses import host_of
from assistant.embedding.backends import Role, Vectors
from assistant.errors import EmbeddingServiceError
from assistant.outbound import client

#: Seconds between tries. A question does not wait as long as a build, which a restart of the service may interrupt.
WAITS: dict[Role, tuple[float, ...]] = {"query": (0.2, 0.6), "document": (0.5, 1, 2, 4, 8)}
_LONGEST_WAIT = 30.0  # seconds, whatever the service asks for
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_WINDOW = 512  # tokens that the model is taken to read: chunks keep below it
_SHORTENED = 1_000  # characters of a question that the model finds too long
_TOO_LONG = (400, 413, 422)
#: Batches given at once for each that may be under way: the slowest of a group is waited for.
_ROUNDS = 4

Counter = Callable[[list[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is served. `batch` texts at most go into a request, `parallel` requests are under way at once;
    `timeout` is in seconds, of one request.
    """

    url: str
    model: str
    key: str | None
    timeout: float
    batch: int
    parallel: int


class EndpointBackend:
    """A model behind an endpoint. Its tokens are counted by `counter`, given when first asked for."""

    def __init__(self, endpoint: Endpoint, prompts: dict[Role, str], counter: Callable[[], Counter]) -> None:
        self._endpoint = endpoint
        self._prompts = prompts
        self._make_counter = counter
        self._where = host_of(endpoint.url) or "?"
        self._http = client(endpoint.timeout, {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else None)
        self._pool = ThreadPoolExecutor(endpoint.parallel, thread_name_prefix="embedding")
        weakref.finalize(self, _end, self._http, self._pool)
        self._dimension: int | None = None
        probe, self.served = self._ask(["Bonjour."], "query")
        self._dimension = probe.shape[1]

    @property
    def dimension(self) -> int:
        return self._dimension or 0

    @property
    def max_tokens(self) -> int:
        return _WINDOW

    @property
    def at_once(self) -> int:
        return self._endpoint.batch * self._endpoint.parallel * _ROUNDS

    @cached_property
    def _counter(self) -> Counter:
        return self._make_counter()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._counter(list(texts)) if texts else []

    def encode(self, texts: Sequence[str], role: Role) -> Vectors:
        """As the protocol says.

        Raises:
            EmbeddingServiceError: the endpoint fails, for longer than it is waited for, or what it gives is wrong.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        size = self._endpoint.batch
        batches = [texts[at : at + size] for at in range(0, len(texts), size)]
        if len(batches) == 1:
            return self._ask(batches[0], role)[0]
        waiting = [self._pool.submit(self._ask, batch, role) for batch in batches]
        try:
            return np.concatenate([future.result()[0] for future in waiting])
        finally:
            for future in waiting:
                future.cancel()

    def _ask(self, texts: Sequence[str], role: Role) -> tuple[Vectors, str]:
        """The vectors of one batch, and the model's name as the endpoint says it."""
        prompted = [f"{self._prompts.get(role, '')}{text}" or " " for text in texts]
        response = self._tried(prompted, WAITS[role], patient=role == "document")
        if response.status_code in _TOO_LONG and role == "query" and any(len(text) > _SHORTENED for text in prompted):
            response = self._tried([text[:_SHORTENED] for text in prompted], WAITS[role], patient=False)
        if response.status_code != 200:
            raise self._error(self._refused(response.status_code))
        return self._read(response, len(texts))

    def _tried(self, texts: list[str], waits: Sequence[float], *, patient: bool) -> httpx.Response:
        """The response, after as many tries as there are waits, and one more."""
        body = {"model": self._endpoint.model, "input": texts, "encoding_format": "float"}
        for wait in (*waits, None):
            asked = None
            try:
                response = self._http.post(f"{self._endpoint.url.rstrip('/')}/embeddings", json=body)
            except (httpx.LocalProtocolError, UnicodeEncodeError):  # a key that no header can carry
                raise self._error(_DENIED) from None
            except httpx.TimeoutException:
                if wait is None or not patient:
                    raise self._error(f"pas de réponse en {self._endpoint.timeout:g} s{_SLOW}") from None
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                if wait is None or isinstance(error, httpx.InvalidURL):
                    raise self._error(_DOWN) from None
            else:
                if wait is None or response.status_code not in _AGAIN:
                    return response
                asked = _seconds(response.headers.get("Retry-After")) if patient else None
            time.sleep(asked or wait * random.uniform(0.8, 1.2))
        raise AssertionError("the last try returns or raises")

    def _read(self, response: httpx.Response, count: int) -> tuple[Vectors, str]:
        try:
            body: dict[str, Any] = response.json()
            rows = sorted(body["data"], key=lambda row: row["index"])
            given = [row["index"] for row in rows]
            vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
            served = str(body.get("model") or self._endpoint.model)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            raise self._error(_GARBLED) from None
        if given != list(range(count)) or vectors.ndim != 2:
            raise self._error(f"{len(given)} vecteurs reçus pour {count} textes{_NOT_VECTORS}")
        if self._dimension not in (None, vectors.shape[1]):
            raise self._error(
                f"des vecteurs de {vectors.shape[1]} dimensions au lieu de {self._dimension} : un autre modèle y est "
                "servi. Relancez l'assistant, puis « assistant index sync »."
            )
        norms = np.linalg.norm(vectors, axis=1)
        if not np.isfinite(norms).all() or norms.min() < 1e-6:
            raise self._error(f"un vecteur nul ou fait de valeurs impossibles{_NOT_VECTORS}")
        return vectors, served

    def _refused(self, status: int) -> str:
        if status in (401, 403):
            return _DENIED
        if status == 429:
            return "il est saturé ou le quota épuisé : réessayez plus tard, ou baissez ASSISTANT_EMBEDDING_PARALLEL."
        if status in (404, 405) or 300 <= status < 400:
            return (
                f"le modèle « {self._endpoint.model} » ou l'adresse est introuvable : vérifiez "
                "ASSISTANT_EMBEDDING_MODEL et ASSISTANT_EMBEDDING_BASE_URL, qui finit le plus souvent par /v1."
            )
        if status >= 500 or status in _AGAIN:
            return f"il est en panne (statut {status}) : voyez son journal."
        return (
            f"la demande est refusée (statut {status}) : un texte trop long pour le modèle (baissez "
            "ASSISTANT_CHUNK_TOKENS, ou laissez le service couper les textes), ou trop de textes à la fois (baissez "
            "ASSISTANT_EMBEDDING_BATCH)."
        )

    def _error(self, what: str) -> EmbeddingServiceError:
        return EmbeddingServiceError(f"Le service de vecteurs {self._where} : {what}")


_DENIED = "l'accès est refusé : vérifiez ASSISTANT_EMBEDDING_API_KEY."
_DOWN = "il est injoignable ou coupe la connexion : démarrez-le, ou vérifiez ASSISTANT_EMBEDDING_BASE_URL."
_SLOW = " : attendez que le modèle soit chargé, ou donnez plus de temps avec ASSISTANT_EMBEDDING_TIMEOUT."
_NOT_VECTORS = " : vérifiez le modèle qu'il sert."
_GARBLED = (
    "sa réponse n'est pas celle d'un service compatible OpenAI : vérifiez ASSISTANT_EMBEDDING_BASE_URL, qui finit le "
    "plus souvent par /v1."
)


def _end(http: httpx.Client, pool: ThreadPoolExecutor) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    http.close()


def _seconds(header: str | None) -> float | None:
    """What `Retry-After` asks for, in seconds, as far as we wait; None where it is no number."""
    try:
        return min(_LONGEST_WAIT, max(0.0, float(header or "")))
    except ValueError:
        return None
