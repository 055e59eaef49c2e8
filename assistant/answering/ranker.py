"""Question + passages -> how well each sentence answers: the embedded model's encoder, fine-tuned to read for answers.

A passage is read whole beside the question, so that a sentence is judged with its neighbours (docs/decisions/0010).
Only its upper layers and two small heads are ours; all else is that of the embedder already loaded.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.embedding import Embedder, embedded_model
from assistant.embedding.backends import EmbeddedBackend
from assistant.errors import EmbeddingError
from assistant.observing import step

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

    from assistant.embedding.encoder import Encoder

WEIGHTS = Path(__file__).with_name("weights") / "sentence_ranker.safetensors"
WEIGHTS_SHA256 = "851c133674ab069e2d4e337e6bdb4b52b4ef1487b893825a3e4169ee9e0156d7"
HEADS = 2
_TITLE_CHARS, _QUESTION_CHARS = 60, 300
_MOST_TOKENS = 320  # of question, title and passage together: trained so
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'" * 5)  # offsets stay
_UNREAD = -20.0  # the score of a sentence beyond that

Scores = NDArray[np.float32]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage to read for one question: its title, its text, the spans of its sentences in it."""

    title: str
    text: str
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Tokens of question and passage: for each sentence, which are its own; which are the passage's text or title, and
    where each begins and ends in the text.
    """

    ids: list[int]
    sentences: list[NDArray[np.bool_]]
    of_passage: NDArray[np.bool_]
    offsets: NDArray[np.int64]


class SentenceRanker:
    """Scores are comparable within one question: differences are log-odds, of one sentence against another."""

    def __init__(self, encoder: Encoder, heads: torch.nn.Linear, tokenizer: Tokenizer) -> None:
        self._encoder, self._heads, self._tokenizer = encoder, heads, tokenizer

    @classmethod
    def load(cls, embedder: Embedder, weights: Path = WEIGHTS, sha256: str = WEIGHTS_SHA256) -> Self:
        """The ranker over the embedder's own embeddings, in its number format.

        Raises:
            EmbeddingError: the embedder is not the embedded one, or the weights are missing or not those expected.
        """
        backend = embedder.backend
        if not (fits(embedder) and isinstance(backend, EmbeddedBackend)):
            raise EmbeddingError(f"Le lecteur de phrases ne va qu'avec {embedded_model.NAME}, pas {embedder.identity}.")
        _verify(weights, sha256)
        from safetensors.torch import load_file

        state = {name: tensor.to(backend.encoder.dtype) for name, tensor in load_file(weights).items()}
        return cls(backend.encoder.with_upper(state), _heads(state), backend.tokenizer)

    def scores(self, question: str, readings: Sequence[Reading]) -> list[Scores]:
        """For each passage the scores of its sentences, shape `(sentences,)`: higher answers better."""
        return [found.sum(axis=1) for found in self.both(question, readings)]

    def both(self, question: str, readings: Sequence[Reading]) -> list[Scores]:
        """As `scores`, of both heads, shape `(sentences, 2)`: the whole sentence, an answer's start within it."""
        import torch

        encoded = encode(self._tokenizer, [(question, reading) for reading in readings])
        with step("read"), torch.inference_mode():
            hidden = self._encoder.hidden([one.ids for one in encoded])
            return [pooled(self._heads(x).float(), one).numpy() for x, one in zip(hidden, encoded, strict=True)]


def fits(embedder: Embedder) -> bool:
    """Whether the ranker was trained on this embedder's embeddings."""
    identity = embedder.identity
    return identity.name == embedded_model.NAME and identity.revision.startswith(embedded_model.REVISION)


def load_or_none(embedder: Embedder) -> SentenceRanker | None:
    """The ranker of an embedder; None, said in the log, where there is none."""
    try:
        return SentenceRanker.load(embedder)
    except EmbeddingError as error:
        log.warning("%s Les phrases sont classées par similarité : les réponses sont moins bonnes.", error)
        return None


def encode(tokenizer: Tokenizer, pairs: Sequence[tuple[str, Reading]]) -> list[Encoded]:
    """Token ids of each question with its passage, cut to what the ranker reads."""
    texts = [
        (
            embedded_model.QUERY_PROMPT + question[:_QUESTION_CHARS].translate(_APOSTROPHES),
            _prefix(reading) + reading.text.translate(_APOSTROPHES),
        )
        for question, reading in pairs
    ]
    found = tokenizer.encode_batch(texts)
    return [_encoded(one, reading) for one, (_, reading) in zip(found, pairs, strict=True)]


def _prefix(reading: Reading) -> str:
    return f"{reading.title[:_TITLE_CHARS]} : "


def _encoded(one: Any, reading: Reading) -> Encoded:
    size = min(sum(one.attention_mask), _MOST_TOKENS)
    start = next(i for i, mark in enumerate(one.attention_mask) if mark)
    kept = slice(start, start + size)
    of_passage = np.array([sequence == 1 for sequence in one.sequence_ids[kept]])
    offsets = np.array(one.offsets[kept], dtype=np.int64) - len(_prefix(reading))
    last = np.where(of_passage, offsets[:, 1] - 1, -1)  # a token may begin with the space before its word
    return Encoded(one.ids[kept], [(last >= a) & (last < b) for a, b in reading.spans], of_passage, offsets)


def pooled(output: torch.Tensor, one: Encoded) -> torch.Tensor:
    """Scores of a passage's sentences, shape `(sentences, 2)`: the first head's mean over its tokens, the second's
    log-sum-exp.
    """
    import torch

    rows = [
        torch.stack([output[where, 0].mean(), torch.logsumexp(output[where, 1], 0)])
        if len(where := torch.from_numpy(np.flatnonzero(tokens)))
        else torch.full((HEADS,), _UNREAD)
        for tokens in one.sentences
    ]
    return torch.stack(rows) if rows else torch.empty((0, HEADS))


def _verify(weights: Path, sha256: str) -> None:
    try:
        embedded_model.verify(weights, sha256)
    except EmbeddingError as error:
        raise EmbeddingError(f"Les poids du lecteur de phrases ({weights.name}) sont absents ou abîmés.") from error


def _heads(state: dict[str, torch.Tensor]) -> torch.nn.Linear:
    import torch

    weight, bias = state["heads.weight"], state["heads.bias"]
    heads = torch.nn.Linear(weight.shape[1], HEADS, device="meta", dtype=weight.dtype)
    heads.load_state_dict({"weight": weight, "bias": bias}, assign=True)
    return heads
