"""Refusal on PIAF dev's standalone questions, answerable and not: `python -m benchmarks.refusal [--fit]`.

The unanswerable ones come from articles that are not indexed. `--fit` fits the coefficients on the questions about the
development articles (`benchmarks/parts.py`: the sentence ranker never saw them) and half of the unanswerable, and
prints them; figures are always those of the report articles and the other half, with the coefficients of the code.
`--compared` does so without the ranker.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import Assistant
from assistant.answering import extractive, refusal
from assistant.retrieval import retrieve
from benchmarks.data import Question, assistant_over, piaf_notes, piaf_questions
from benchmarks.parts import of_part


def measure(bot: Assistant, question: Question) -> refusal.Support:
    """The support of one question."""
    build = bot.reader.current
    found = retrieve(build, bot.embedder, question.text, 5)
    ranked = extractive.rank_sentences(build, bot.embedder, question.text, found, bot.ranker)
    support = refusal.measure_support(build, question.text, found.passages, ranked)
    assert support is not None
    return support


def wilson(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson, 1927)."""
    if not whole:
        return "none"
    share, z = part / whole, 1.96
    centre = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{share:.3f} [{centre - half:.3f}, {centre + half:.3f}] of {whole}"


def fit(questions: list[Question], supports: list[refusal.Support]) -> None:
    """Print coefficients fitted on these questions, the threshold set so that 4 % of its answerable are refused."""
    names = list(supports[0].calibration.coefficients)
    x = np.array([[getattr(s, name) for name in names] for s in supports])
    y = np.array([q.passage_id is not None for q in questions])
    model = LogisticRegression(class_weight="balanced").fit(x, y)
    confidences = model.predict_proba(x)[:, 1]
    print("coefficients", {name: round(float(w), 2) for name, w in zip(names, model.coef_[0], strict=True)})
    print(f"intercept {model.intercept_[0]:.2f}, threshold {np.quantile(confidences[y], 0.04):.2f}")


def report(questions: list[Question], supports: list[refusal.Support]) -> None:
    """Print what the code's own coefficients do on the reported questions."""
    answerable = np.array([q.passage_id is not None for q in questions])
    confidence = np.array([s.confidence for s in supports])
    refused = confidence < np.array([s.calibration.threshold for s in supports])
    print(f"AUROC {roc_auc_score(answerable, confidence):.3f}")
    print("answerable refused  ", wilson(int(refused[answerable].sum()), int(answerable.sum())))
    print("unanswerable refused", wilson(int(refused[~answerable].sum()), int((~answerable).sum())))


def main() -> None:
    """Measure every question, fit if asked, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the coefficients first")
    parser.add_argument("--compared", action="store_true", help="without the ranker")
    arguments = parser.parse_args()
    bot = assistant_over("piaf", piaf_notes(), sentence_ranker=not arguments.compared)
    asked = [q for q in piaf_questions() if q.standalone]
    unanswerable = [q for q in asked if q.passage_id is None]
    for part, work in (("development", fit), ("report", report)):
        if work is fit and not arguments.fit:
            continue
        half = [q for q in unanswerable if q.in_fitting_half == (work is fit)]
        questions = of_part(part, asked) + half
        work(questions, [measure(bot, q) for q in questions])


if __name__ == "__main__":
    main()
