"""Refusal on PIAF dev's standalone questions: `python -m benchmarks.refusal [--fit] [--compared]`.

Unanswerable are those of `questions_unanswerable_dev`, whose articles are not indexed. Near misses are made from the
answerable ones: another year; a name from a question on another article, where the note's article does not hold it; or
the question as it is, the sentences that hold a gold answer being taken out of the passages found (which are embedded
and ranked anew). Some swapped questions may still have an answer, and a passage may imply a fact whose sentence is
gone: near misses refused are a lower bound.

`--fit` fits the coefficients on the questions about the development articles (`benchmarks/parts.py`: the sentence
ranker never saw them) with their near misses and half of the unanswerable, and prints them, ready to be pasted into
`assistant/answering/refusal.py`. The figures are always those of the report articles and the other half, with the
coefficients of the code. `--compared` does all that without the ranker.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import Assistant, Passage
from assistant.answering import extractive, refusal
from assistant.french.sentences import sentence_spans
from assistant.french.words import fold, normalise
from assistant.retrieval import LEXICAL_WEIGHT, Retrieval, retrieve
from benchmarks.data import Question, assistant_over, piaf_notes, piaf_questions
from benchmarks.parts import of_part

ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"
NEAR = ("other year", "other name", "fact removed")
_OF_EACH = 100  # near misses of a kind, at most: what a run may take
_NEAR_SHARE = 0.5  # of the weight of what is to be refused, when fitting
_REFUSED = 0.04  # of the answerable questions fitted on: of others, more are (docs/decisions/0013)
_YEAR = re.compile(r"\b(?:1\d\d\d|20[0-2]\d)\b")
_NAME = re.compile(r"(?P<before>\w+['’ ] ?)(?P<name>[A-ZÀ-Ý][\w-]+(?: (?:(?:de|du|des|la|le) )?[A-ZÀ-Ý][\w-]+)*)")


@dataclass(frozen=True)
class Case:
    """A question of a kind; the sentences that hold one of `removed` are taken out of what is found for it."""

    kind: str
    text: str
    removed: tuple[str, ...] = ()


class NearMisses:
    """Questions made unanswerable, from answerable ones; always the same."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions
        notes = piaf_notes()
        self._title = {note.id: note.title for note in notes}
        self._text = dict.fromkeys(self._title.values(), "")
        for note in notes:
            self._text[note.title] += f" {_plain(note.title)} {_plain(note.text)}"
        self._names = [(*named, q) for q in questions for named in _names(q.text)]

    def cases(self) -> Iterator[Case]:
        """Up to `_OF_EACH` of each kind."""
        makers = zip(NEAR, (self._other_year, self._other_name, self._removed), strict=True)
        for kind, make in makers:
            made = [case for q in self._questions if (case := make(kind, q, random.Random(f"{kind} {q.id}")))]
            random.Random(kind).shuffle(made)
            yield from made[:_OF_EACH]

    def _article(self, question: Question) -> str:
        return self._title[question.passage_id or ""]

    def _other_year(self, kind: str, question: Question, chance: random.Random) -> Case | None:
        years = _YEAR.findall(question.text)
        if not years:
            return None
        others = [year for year in range(int(years[-1]) - 30, int(years[-1]) + 31) if abs(year - int(years[-1])) > 2]
        fit = [str(year) for year in others if year < 2025 and str(year) not in self._text[self._article(question)]]
        return Case(kind, question.text.replace(years[-1], chance.choice(fit))) if fit else None

    def _other_name(self, kind: str, question: Question, chance: random.Random) -> Case | None:
        """A name for another that stands behind the same word: « à Lyon » for « à Paris »."""
        named = _names(question.text)
        if not named:
            return None
        before, name = chance.choice(named)
        article = self._article(question)
        others = [n for b, n, q in self._names if b == before and self._article(q) != article]
        fit = [other for other in others if _plain(other) not in self._text[article]]
        return Case(kind, question.text.replace(name, chance.choice(fit))) if fit else None

    def _removed(self, kind: str, question: Question, _: random.Random) -> Case:
        return Case(kind, question.text, question.answers)


def _plain(text: str) -> str:
    return fold(normalise(text))


def _names(text: str) -> list[tuple[str, str]]:
    return [(match["before"].strip().lower(), match["name"]) for match in _NAME.finditer(text)]


def without(bot: Assistant, retrieval: Retrieval, answers: Sequence[str]) -> Retrieval:
    """What would be found if no sentence held one of the answers: such passages are cut, embedded and ranked anew."""
    wanted = [re.compile(rf"(?<!\w){re.escape(_plain(answer))}(?!\w)") for answer in answers]
    cut = [_cut(bot, retrieval, passage, wanted) for passage in retrieval.passages]
    return replace(retrieval, passages=tuple(sorted((p for p in cut if p.chunk.text), key=lambda p: -p.score)))


def _cut(bot: Assistant, retrieval: Retrieval, passage: Passage, wanted: Sequence[re.Pattern[str]]) -> Passage:
    sentences = [passage.chunk.text[slice(*span)] for span in sentence_spans(passage.chunk.text)]
    kept = [sentence for sentence in sentences if not any(answer.search(_plain(sentence)) for answer in wanted)]
    if len(kept) == len(sentences):
        return passage
    text = " ".join(kept)
    chunk = replace(passage.chunk, text=text, start=0, end=len(text))
    dense = float(bot.embedder.encode_documents([chunk.embedded_text])[0] @ retrieval.vector)
    scale = 1 + bot.reader.current.manifest.similarity_std * LEXICAL_WEIGHT
    score = max(0.0, passage.score + (dense - passage.dense) / scale)
    return replace(passage, chunk=chunk, note=replace(passage.note, text=text), dense=dense, score=score)


def measure(bot: Assistant, case: Case) -> refusal.Support | None:
    """The support of one question, None where nothing is left that could answer."""
    build = bot.reader.current
    found = retrieve(build, bot.embedder, case.text, 5)
    if case.removed:
        found = without(bot, found, case.removed)
    ranked = extractive.rank_sentences(build, bot.embedder, case.text, found, bot.ranker)
    return refusal.measure_support(build, case.text, found, ranked)


def wilson(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson, 1927)."""
    if not whole:
        return "none"
    share, z = part / whole, 1.96
    centre = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{share:.3f} [{centre - half:.3f}, {centre + half:.3f}] of {whole}"


Measured = Sequence[tuple[Case, refusal.Support]]


def fit(measured: Measured) -> None:
    """Print coefficients fitted on these questions, the threshold set so that `_REFUSED` of its answerable are refused.

    What is to be refused weighs as much as what is to be answered, near misses being `_NEAR_SHARE` of the former.
    """
    names = list(measured[0][1].calibration.coefficients)
    x = np.array([[getattr(support, name) for name in names] for _, support in measured])
    kinds = np.array([case.kind for case, _ in measured])
    answerable, far = kinds == ANSWERABLE, kinds == UNANSWERABLE
    weights = np.zeros(len(kinds))
    near = ~answerable & ~far
    for group, share in ((answerable, 1.0), (far, 1 - _NEAR_SHARE), (near, _NEAR_SHARE)):
        weights[group] = share * len(kinds) / 2 / group.sum()
    model = LogisticRegression(max_iter=2000).fit(x, answerable, sample_weight=weights)
    threshold = np.quantile(model.predict_proba(x)[answerable, 1], _REFUSED)
    coefficients = {name: round(float(w), 2) for name, w in zip(names, model.coef_[0], strict=True)}
    print(f"Calibration({coefficients}, {model.intercept_[0]:.2f}, {threshold:.3f})".replace("'", '"'))


def report(measured: Measured) -> None:
    """Print what the code's own coefficients do on the reported questions."""
    kinds = np.array([case.kind for case, _ in measured])
    confidence = np.array([support.confidence for _, support in measured])
    refused = np.array([refusal.reason_to_refuse(case.text, support) is not None for case, support in measured])
    for title, wrong in (("unanswerable", [UNANSWERABLE]), ("near misses", NEAR), *((kind, [kind]) for kind in NEAR)):
        here = np.isin(kinds, [ANSWERABLE, *wrong])
        _report(title, kinds[here] == ANSWERABLE, confidence[here], refused[here])


def _report(title: str, answerable: NDArray[Any], confidence: NDArray[Any], refused: NDArray[Any]) -> None:
    print(f"{title}: AUROC {roc_auc_score(answerable, confidence):.3f}")
    for name, positive, said in (("refusing ", ~answerable, refused), ("answering", answerable, ~refused)):
        hits, of_said, of_all = int((positive & said).sum()), int(said.sum()), int(positive.sum())
        f1 = 2 * hits / (of_said + of_all)
        print(f"  {name} precision {wilson(hits, of_said)}, recall {wilson(hits, of_all)}, F1 {f1:.3f}")
    print(f"  answerable refused {wilson(int((answerable & refused).sum()), int(answerable.sum()))}")


def cases_of(part: str, questions: Sequence[Question]) -> list[Case]:
    """A part's answerable questions and their near misses, and a half of the unanswerable ones."""
    answerable = of_part(part, list(questions))
    far = [q for q in questions if q.passage_id is None and q.in_fitting_half == (part == "development")]
    kinds = [*(Case(ANSWERABLE, q.text) for q in answerable), *(Case(UNANSWERABLE, q.text) for q in far)]
    return [*kinds, *NearMisses(answerable).cases()]


def main() -> None:
    """Measure every question, fit if asked, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the coefficients first")
    parser.add_argument("--compared", action="store_true", help="without the ranker")
    arguments = parser.parse_args()
    bot = assistant_over("piaf", piaf_notes(), sentence_ranker=not arguments.compared)
    asked = [q for q in piaf_questions() if q.standalone]
    for part, work in (("development", fit), ("report", report)):
        if work is fit and not arguments.fit:
            continue
        found = [(case, measure(bot, case)) for case in cases_of(part, asked)]
        work([(case, support) for case, support in found if support is not None])


if __name__ == "__main__":
    main()
