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
from assistant.errors import EmbeddingError

if TYPE_CHECKING:
    import torch

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

    def __init__(self, model: Any, heads: torch.nn.Linear, tokenizer: Any) -> None:
        self._model, self._heads, self._tokenizer = model, heads, tokenizer

    @classmethod
    def load(cls, embedder: Embedder, weights: Path = WEIGHTS, sha256: str = WEIGHTS_SHA256) -> Self:
        """The ranker over the embedder's own embeddings, in its number format.

        Raises:
            EmbeddingError: the embedder is not the embedded one, or the weights are missing or not those expected.
        """
        if not fits(embedder):
            raise EmbeddingError(f"Le lecteur de phrases ne va qu'avec {embedded_model.NAME}, pas {embedder.identity}.")
        _verify(weights, sha256)
        from safetensors.torch import load_file

        bert = embedder.encoder
        state = {name: tensor.to(bert.dtype) for name, tensor in load_file(weights).items()}
        return cls(*_assembled(bert, state), embedder.tokenizer)

    def scores(self, question: str, readings: Sequence[Reading]) -> list[Scores]:
        """For each passage the scores of its sentences, shape `(sentences,)`: higher answers better."""
        return [found.sum(axis=1) for found in self.both(question, readings)]

    def both(self, question: str, readings: Sequence[Reading]) -> list[Scores]:
        """As `scores`, of both heads, shape `(sentences, 2)`: the whole sentence, an answer's start within it."""
        import torch

        encoded = encode(self._tokenizer, [(question, reading) for reading in readings])
        with torch.inference_mode():  # one by one: without padding it is faster
            return [pooled(forward(self._model, self._heads, [one])[0], one).numpy() for one in encoded]


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


def encode(tokenizer: Any, pairs: Sequence[tuple[str, Reading]]) -> list[Encoded]:
    """Token ids of each question with its passage, cut to what the ranker reads."""
    texts = [
        (
            embedded_model.QUERY_PROMPT + question[:_QUESTION_CHARS].translate(_APOSTROPHES),
            _prefix(reading) + reading.text.translate(_APOSTROPHES),
        )
        for question, reading in pairs
    ]
    # The backend itself: unlike transformers' call it changes no state that other threads use.
    found = tokenizer.backend_tokenizer.encode_batch(texts)
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


def forward(model: Any, heads: torch.nn.Linear, encoded: Sequence[Encoded]) -> torch.Tensor:
    """Both heads' output for each token, shape `(passages, tokens, 2)`, float32."""
    import torch

    longest = max(len(one.ids) for one in encoded)
    ids = torch.full((len(encoded), longest), int(model.config.pad_token_id))
    mask = torch.zeros_like(ids)
    for row, one in enumerate(encoded):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
    output: torch.Tensor = heads(model(input_ids=ids, attention_mask=mask).last_hidden_state)
    return output.float()


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


def _assembled(bert: Any, state: dict[str, torch.Tensor]) -> tuple[Any, torch.nn.Linear]:
    """The encoder with the layers of `state`, the others and the embeddings being `bert`'s own, and the heads."""
    import torch
    from transformers import BertModel

    with torch.device("meta"):
        model = BertModel(bert.config, add_pooling_layer=False)
        heads = torch.nn.Linear(bert.config.hidden_size, HEADS)
    heads.load_state_dict({name: state[f"heads.{name}"] for name in ("weight", "bias")}, assign=True)
    ours = {name.removeprefix("encoder."): tensor for name, tensor in state.items() if name.startswith("encoder.")}
    model.encoder.load_state_dict(bert.encoder.state_dict() | ours, assign=True)
    model.embeddings = bert.embeddings
    return model.eval(), heads
