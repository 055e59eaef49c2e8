"""Questions within one note that are taken for something else: `python -m benchmarks.takeovers [--part PART]`.

Every question of PIAF dev asks for something that one passage tells, so whatever the overview, the comparison, coming
and past events, the refusal of aggregates or the correction of false premises takes over is a mistake, save where the
wrong passage was found. The rules were tuned on the train and development articles. `--any-kind`
counts every note as one of the kind that the question names: PIAF's notes have none, and so would spare us.
"""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import date

from assistant import Assistant
from assistant.answering.aggregates import asks_what_is_not_told
from assistant.answering.comparison import compare
from assistant.answering.events import coming_or_past
from assistant.answering.evidence import Search
from assistant.answering.overview import overview
from assistant.answering.premise import correction
from assistant.answering.subject import Subject
from benchmarks.data import assistant_over, piaf_notes, piaf_questions
from benchmarks.parts import of_part


def taken_by(bot: Assistant, question: str) -> str | None:
    """The name of what takes the question over, None where it is answered as any other."""
    search = Search(bot.reader.current, bot.embedder, 5, date(2026, 3, 2), bot.ranker)
    evidence = search.evidence(question)
    if asks_what_is_not_told(evidence):
        return "aggregate refused"
    for gather in (compare, coming_or_past, overview):
        if choice := gather(search, evidence, 3):
            return f"{gather.__name__}{' refused' if choice.reason else ''}"
    if evidence.reason is None and (choice := correction(search, evidence, 3)):
        return f"premise{' refused' if choice.reason else ''}"
    return None


def main() -> None:
    """Print the shares, and each question that is taken over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--any-kind", action="store_true", help="every note is of the kind asked for")
    parser.add_argument("--part", choices=("train", "development", "report"), default="development")
    arguments = parser.parse_args()
    if arguments.any_kind:
        Subject._named = lambda self, build: set(build.catalogue.note_ids())  # type: ignore[method-assign]
    bot = assistant_over("piaf", piaf_notes())
    questions = of_part(arguments.part, piaf_questions())
    counts: Counter[str] = Counter()
    for question in questions:
        if taken := taken_by(bot, question.text):
            counts[taken] += 1
            print(f"{taken:24}{question.text}", flush=True)
    for name, count in counts.most_common():
        print(f"{name:24}{count} of {len(questions)} ({100 * count / len(questions):.2f} %)")
    print(f"{'all':24}{counts.total()} of {len(questions)} ({100 * counts.total() / len(questions):.2f} %)")


if __name__ == "__main__":
    main()
