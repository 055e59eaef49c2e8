"""Retrieval, each score alone and fused: `python -m benchmarks.retrieval [piaf|paraphrases] [--fit]`.

piaf: PIAF dev over all 1,518 passages, by part (`benchmarks/parts.py`). `--fit` fits the weights of the matching words
(`assistant/rescoring.py`) on the train articles and prints them; figures are quoted on the standalone questions of the
report articles. paraphrases: the 60 questions of evals/paraphrases_open.jsonl, written to share few words with
the open notes that answer them; nothing was chosen on them. Compared in the same run: each score alone, reciprocal rank
fusion (k = 60), the product's fusion.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant import Assistant
from assistant.index import Build
from assistant.index.postings import PERFECT
from assistant.models import Passage
from assistant.rescoring import Matcher
from assistant.retrieval import RESCORED, question_idf, question_terms, retrieve
from benchmarks.data import (
    ROOT,
    Question,
    assistant_over,
    open_notes,
    piaf_notes,
    piaf_questions,
    seed_notes,
)
from benchmarks.parts import of_part

_DEPTH = 100
Ranker = Callable[[str], list[str]]


def rankers(bot: Assistant) -> dict[str, Ranker]:
    """Name -> question -> note ids, best first."""
    build, embedder = bot.reader.current, bot.embedder

    def dense(question: str) -> list[str]:
        return list(build.vectors.search(embedder.encode_query(question), _DEPTH))

    def lexical(question: str) -> list[str]:
        return list(build.catalogue.lexical_scores(question_terms(question), _DEPTH))

    def rrf(question: str) -> list[str]:
        scores: dict[str, float] = {}
        for ranking in (dense(question), lexical(question)):
            for rank, key in enumerate(ranking, start=1):
                scores[key] = scores.get(key, 0.0) + 1 / (60 + rank)
        return sorted(scores, key=lambda key: -scores[key])

    def fused(question: str) -> list[str]:
        return [p.chunk.id for p in retrieve(build, embedder, question, _DEPTH).passages]

    plain = {"BM25 alone": lexical, "dense alone": dense, "RRF, k = 60": rrf, "assistant": fused}
    return {name: _notes_of(build, ranker) for name, ranker in plain.items()}


def _notes_of(build: Build, ranker: Ranker) -> Ranker:
    def run(question: str) -> list[str]:
        ids = ranker(question)
        chunks = build.catalogue.chunks(ids)
        return list(dict.fromkeys(chunks[key][1].id for key in ids))

    return run


def reciprocal_rank(found: Sequence[str], wanted: str) -> float:
    """1 / rank within the first ten, else 0."""
    return 1 / (found.index(wanted) + 1) if wanted in found[:10] else 0.0


def report(ranker: Ranker, questions: Sequence[Question]) -> str:
    """MRR@10 and recall at 1, 5 and 10 over the questions."""
    found = [(ranker(q.text), q.passage_id or "") for q in questions]
    mrr = sum(reciprocal_rank(ids, wanted) for ids, wanted in found) / len(found)
    recall = {k: sum(wanted in ids[:k] for ids, wanted in found) / len(found) for k in (1, 5, 10)}
    return f"{mrr:.3f}    " + "  ".join(f"{value:.3f}" for value in recall.values())


def piaf() -> None:
    """Print a table for each part of PIAF dev."""
    bot = assistant_over("piaf", piaf_notes())
    for part in ("report", "development", "train"):
        questions = of_part(part, [q for q in piaf_questions() if q.standalone])
        show(bot, f"{part} articles, standalone", questions)


def fit(bot: Assistant, questions: Sequence[Question]) -> None:
    """Print the weights that tell the right passage from the nineteen others best: logistic over pairs of them."""
    build, differences, weights = bot.reader.current, [], []
    for question in questions:
        found = retrieve(build, bot.embedder, question.text, RESCORED).passages
        right = np.array([p.note.id == question.passage_id for p in found])
        rows = np.array([_features(build, question.text, p) for p in found])
        if right.any():
            differences.append(rows[right][:1] - rows[~right])
            weights.append(np.full((~right).sum(), 1 / max(1, (~right).sum())))
    x, w = np.concatenate(differences), np.concatenate(weights)
    both, signs = np.concatenate([x, -x]), np.repeat([True, False], len(x))
    cosine, *others = LogisticRegression(fit_intercept=False).fit(both, signs, np.tile(w, 2)).coef_[0]
    names = ("share", "cover", "pairs")
    print({name: round(float(weight / cosine), 2) for name, weight in zip(names, others, strict=True)})


def _features(build: Build, question: str, passage: Passage) -> tuple[float, ...]:
    idf = question_idf(build, question)
    share = passage.lexical / (PERFECT * sum(idf.values())) if idf else 0.0
    match = Matcher(question, idf).match(*build.catalogue.terms([passage.chunk.id])[passage.chunk.id], share)
    return passage.dense / build.manifest.similarity_std, match.share, match.cover, match.pairs


def paraphrases() -> None:
    """Print the table of the paraphrased questions."""
    bot = assistant_over("open", [*seed_notes(), *open_notes()])
    lines = (ROOT / "evals" / "paraphrases_open.jsonl").read_text(encoding="utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    show(bot, "paraphrases", [Question(c["id"], c["question"], (), c["note_id"], True) for c in cases])


def show(bot: Assistant, title: str, questions: Sequence[Question]) -> None:
    """Print one table."""
    print(f"\n{title}: {len(questions)} questions\n{'':14}MRR@10   R@1    R@5    R@10", flush=True)
    for name, ranker in rankers(bot).items():
        print(f"{name:14}{report(ranker, questions)}", flush=True)


def main() -> None:
    """Measure what is named, PIAF by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="?", choices=("piaf", "paraphrases"), default="piaf")
    parser.add_argument("--fit", action="store_true", help="fit the weights of the matching words first")
    arguments = parser.parse_args()
    if arguments.fit:
        fit(assistant_over("piaf", piaf_notes()), of_part("train", piaf_questions()))
    {"piaf": piaf, "paraphrases": paraphrases}[arguments.which]()


if __name__ == "__main__":
    main()
