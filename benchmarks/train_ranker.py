"""Makes the sentence ranker's weights, then fits what is mixed with its score: `python -m benchmarks.train_ranker`.

Reads PIAF dev, split by article: the ranker learns on `train`, the mix on `development`, figures are quoted on
`report` (`benchmarks/sentences.py`). `--mix` fits the mix alone, with the weights in place. `--more FILE` adds
questions of another corpus in SQuAD's format, in any language of the embedded model, to the first epoch: the shipped
weights read SQuAD-it's test file and XQuAD (assistant/answering/weights/README.md). About 40 minutes on 2 cores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import cross_entropy
from transformers import BertModel

from assistant import Assistant, Note
from assistant.answering import ranker
from assistant.answering.extractive import Candidate
from assistant.answering.question import asked_for, holds
from assistant.answering.ranker import Encoded, Reading
from assistant.embedding import embedded_model
from assistant.embedding.backends import EmbeddedBackend
from assistant.french.sentences import sentence_spans
from assistant.retrieval import retrieve
from benchmarks.data import Question, assistant_over, piaf_notes, piaf_questions, read_jsonl
from benchmarks.parts import of_part, part_of
from benchmarks.sentences import holds_answer, plain, ranked

SHARED_LAYERS = 4  # the lowest stay the embedder's, like the embeddings
QUESTIONS, RATE, HEAD_RATE, WARM_UP, EPOCHS = 4, 1e-4, 1e-3, 40, 2
OTHER_PASSAGE = 0.6  # how often a wrong passage is read beside the right one
MORE_CHARS, MORE_QUESTIONS = 750, 3_600  # longest passage and most questions taken of one added file
START_WEIGHT = 0.5  # of the loss on the answer's first token


@dataclass(frozen=True)
class Example:
    """A question with its passage, the place of the answer in it, and passages that seem to answer but don't."""

    question: Question
    reading: Reading
    answer_at: int
    others: tuple[Reading, ...]

    @property
    def right(self) -> list[bool]:
        """Which sentences hold a gold answer."""
        texts = [plain(self.reading.text[a:b]) for a, b in self.reading.spans]
        return [any(plain(answer) in text for answer in self.question.answers) for text in texts]


def examples(bot: Assistant, notes: Sequence[Note]) -> list[Example]:
    """The questions on the articles of the train part."""
    readings = {n.id: Reading(n.title, n.text, sentence_spans(n.text)) for n in notes if part_of(n.title) == "train"}
    starts = {q["id"]: q["answer_start"][0] for q in read_jsonl("piaf/questions_dev.jsonl")}
    asked = [q for q in piaf_questions() if q.passage_id in readings]
    return [Example(q, readings[q.passage_id or ""], starts[q.id], _others(bot, q, readings)) for q in asked]


def _others(bot: Assistant, question: Question, readings: dict[str, Reading]) -> tuple[Reading, ...]:
    found = retrieve(bot.reader.current, bot.embedder, question.text, 40).passages
    ids = dict.fromkeys(p.note.id for p in found if p.note.id in readings and p.note.id != question.passage_id)
    free = [readings[i] for i in ids if not any(plain(a) in plain(readings[i].text) for a in question.answers)]
    return tuple(free[:4])


def squad_examples(path: Path, translated: dict[str, str]) -> list[Example]:
    """Questions of a file in SQuAD's format; the passages that share most words of the same article are read as wrong.

    Wordpieces are shared between languages, so what is learned on one serves another. Every second question that has
    a translation is asked in it.
    """
    found: list[Example] = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        texts = [paragraph["context"] for paragraph in article["paragraphs"]]
        readings = [Reading(article["title"], text, sentence_spans(text)) for text in texts]
        words = [set(plain(text).split()) for text in texts]
        for own, paragraph in enumerate(article["paragraphs"]):
            for asked in paragraph["qas"] if len(texts[own]) <= MORE_CHARS else ():
                text = translated.get(asked["id"]) if len(found) % 2 else None
                question = Question(asked["id"], text or asked["question"], _answers(asked), None, True)
                at = asked["answers"][0]["answer_start"]
                if plain(texts[own][at : at + len(question.answers[0])]) == plain(question.answers[0]):
                    found.append(Example(question, readings[own], at, _like(question, own, readings, words)))
    return random.sample(found, min(len(found), MORE_QUESTIONS))


def squad_questions(path: Path) -> dict[str, str]:
    """Id -> question of a file in SQuAD's format."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    return {q["id"]: q["question"] for a in articles for paragraph in a["paragraphs"] for q in paragraph["qas"]}


def _answers(asked: dict[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answer["text"] for answer in asked["answers"]))


def _like(question: Question, own: int, readings: Sequence[Reading], words: Sequence[set[str]]) -> tuple[Reading, ...]:
    asked = set(plain(question.text).split())
    free = [
        i
        for i, reading in enumerate(readings)
        if i != own
        and len(reading.text) <= MORE_CHARS
        and not any(plain(answer) in plain(reading.text) for answer in question.answers)
    ]
    return tuple(readings[i] for i in sorted(free, key=lambda i: -len(words[i] & asked))[:4])


def batches(data: Sequence[Example]) -> Iterator[list[Example]]:
    """One epoch, examples of like length together."""
    order = random.sample(data, len(data))
    size = QUESTIONS * 10
    found = []
    for at in range(0, len(order), size):
        block = sorted(order[at : at + size], key=lambda e: len(e.reading.text))
        found += [block[i : i + QUESTIONS] for i in range(0, len(block), QUESTIONS)]
    yield from random.sample(found, len(found))


def loss_of(example: Example, encoded: Sequence[Encoded], output: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the right sentence among all read, and of the answer's first token among all read."""
    sentences = torch.cat([ranker.pooled(output[row], one)[:, 0] for row, one in enumerate(encoded)])
    right, at = example.right, example.answer_at
    gold = [i for i, (a, b) in enumerate(example.reading.spans) if a <= at < b] or list(np.flatnonzero(right))
    loss = torch.zeros(())
    if gold:  # other sentences that hold the answer are not wrong
        excused = [i for i, ok in enumerate(right) if ok and i != gold[0]]
        sentences = sentences.index_fill(0, torch.tensor(excused, dtype=torch.long), -1e4)
        loss = loss + cross_entropy(sentences[None], torch.tensor(gold[:1]))
    first = np.flatnonzero(encoded[0].of_passage & (encoded[0].offsets[:, 0] <= at) & (encoded[0].offsets[:, 1] > at))
    if len(first):
        tokens = [
            output[row, : len(one.ids), 1].masked_fill(~torch.from_numpy(one.of_passage), -1e4)
            for row, one in enumerate(encoded)
        ]
        loss = loss + START_WEIGHT * cross_entropy(torch.cat(tokens)[None], torch.tensor(first[:1]))
    return loss


def train(bot: Assistant, epochs: Sequence[Sequence[Example]]) -> dict[str, torch.Tensor]:
    """The upper layers and heads after all epochs, each with the examples that it reads."""
    model, heads = _untrained(bot)
    own = [p for p in model.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in own if p.ndim > 1], "lr": RATE, "weight_decay": 0.01},
        {"params": [p for p in own if p.ndim < 2], "lr": RATE, "weight_decay": 0},
        {"params": heads.parameters(), "lr": HEAD_RATE, "weight_decay": 0},
    ]
    optimiser = torch.optim.AdamW(groups)
    total = sum(-(-len(data) // QUESTIONS) for data in epochs)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / WARM_UP) * max(0.03, 1 - step / total)
    )
    started = time.monotonic()
    for step, batch in enumerate(batch for data in epochs for batch in batches(data)):
        loss = _step(bot, model, heads, batch)
        torch.nn.utils.clip_grad_norm_(own, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        if step % 50 == 0:
            print(f"step {step} of {total}, loss {loss:.2f}, {time.monotonic() - started:.0f} s", flush=True)
    state = {f"encoder.{k}": v for k, v in model.encoder.state_dict().items() if int(k.split(".")[1]) >= SHARED_LAYERS}
    return state | {f"heads.{k}": v for k, v in heads.state_dict().items()}


def _untrained(bot: Assistant) -> tuple[Any, torch.nn.Linear]:
    config = {"attn_implementation": "eager", "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0}
    settings = bot.settings
    folder = embedded_model.ensure_model(settings.cache_dir, embedded_model.runtime_dtype(settings.embedding_dtype))
    model = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32, **config)
    model.embeddings.requires_grad_(False)
    model.encoder.layer[:SHARED_LAYERS].requires_grad_(False)
    heads = torch.nn.Linear(model.config.hidden_size, ranker.HEADS)
    torch.nn.init.normal_(heads.weight, std=0.02)
    torch.nn.init.zeros_(heads.bias)
    return model.train(), heads


def _step(bot: Assistant, model: Any, heads: torch.nn.Linear, batch: Sequence[Example]) -> float:
    reads = [
        [e.reading, *random.sample(e.others, min(len(e.others), int(random.random() < OTHER_PASSAGE)))] for e in batch
    ]
    pairs = [(e.question.text, reading) for e, of in zip(batch, reads, strict=True) for reading in of]
    encoded = ranker.encode(_backend(bot).tokenizer, pairs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = _forward(model, heads, encoded)
    loss, at = torch.zeros(()), 0
    for example, of in zip(batch, reads, strict=True):
        loss = loss + loss_of(example, encoded[at : at + len(of)], output[at : at + len(of)]) / len(batch)
        at += len(of)
    loss.backward()
    return float(loss.detach())


def _forward(model: BertModel, heads: torch.nn.Linear, encoded: Sequence[Encoded]) -> torch.Tensor:
    """Both heads' output for each token, shape `(passages, tokens, 2)`, float32."""
    longest = max(len(one.ids) for one in encoded)
    ids = torch.full((len(encoded), longest), int(model.config.pad_token_id))
    mask = torch.zeros_like(ids)
    for row, one in enumerate(encoded):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
    output: torch.Tensor = heads(model(input_ids=ids, attention_mask=mask).last_hidden_state)
    return output.float()


def _backend(bot: Assistant) -> EmbeddedBackend:
    backend = bot.embedder.backend
    assert isinstance(backend, EmbeddedBackend)
    return backend


def write(state: dict[str, torch.Tensor], path: Path) -> None:
    """Store the weights as float16 and print the sha256 that `ranker.py` names."""
    path.parent.mkdir(exist_ok=True)
    save_file({name: tensor.half().contiguous() for name, tensor in state.items()}, path)
    print(f"{path}: {path.stat().st_size >> 10} KiB, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


FEATURES = ("own", "passage", "shared", "kind")


def fit_mix(bot: Assistant, questions: Sequence[Question]) -> None:
    """Print what passage score, shared words and kind weigh beside the ranker's score, or without it beside similarity:
    logistic over pairs of a right and a wrong sentence of one question.
    """
    std = bot.reader.current.manifest.similarity_std
    differences, weights = [], []
    for question in questions:
        found = ranked(bot, question)
        right = np.array([holds_answer([c], question) for c in found])
        rows = np.array([_features(c, question.text, std) for c in found])
        pairs = (rows[right][:, None] - rows[~right][None]).reshape(-1, len(FEATURES))
        differences.append(pairs)
        weights.append(np.full(len(pairs), 1 / max(1, len(pairs))))
    x, w = np.concatenate(differences), np.concatenate(weights)
    y = np.repeat([True, False], len(x))
    fitted = LogisticRegression(fit_intercept=False, C=10).fit(np.concatenate([x, -x]), y, np.tile(w, 2)).coef_[0]
    print("mix", {name: round(float(c), 2) for name, c in zip(FEATURES, fitted, strict=True)})


def _features(candidate: Candidate, question: str, std: float) -> tuple[float, ...]:
    asked = asked_for(question)
    kinds = sum(holds(candidate.text, kind) for kind in asked) / len(asked) if asked else 0.0
    own = candidate.similarity if candidate.reading is None else candidate.reading
    return own, candidate.passage.score / std, candidate.shared, kinds


def main() -> None:
    """Train unless told to fit the mix alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mix", action="store_true", help="fit the mix alone, with the weights in place")
    parser.add_argument("--compared", action="store_true", help="with --mix: of what is done without the ranker")
    parser.add_argument("--out", type=Path, default=ranker.WEIGHTS, help="where the weights go")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="files in SQuAD's format")
    parser.add_argument("--translated", type=Path, help="the same questions as one of them, in another language")
    arguments = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    notes = piaf_notes()
    bot = assistant_over("piaf", notes, sentence_ranker=arguments.mix and not arguments.compared)
    if not arguments.mix:
        own = examples(bot, notes)
        translated = squad_questions(arguments.translated) if arguments.translated else {}
        more = [example for path in arguments.more for example in squad_examples(path, translated)]
        write(train(bot, [own + more] + [own] * (EPOCHS - 1)), arguments.out)
        print("name this sha256 in assistant/answering/ranker.py, then run again with --mix")
        return
    fit_mix(bot, of_part("development", [q for q in piaf_questions() if q.standalone]))


if __name__ == "__main__":
    main()
