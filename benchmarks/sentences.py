"""Choice of the sentence on PIAF dev: `python -m benchmarks.sentences`. Ranking alone: nothing is refused.

The sentence ranker learned from the train articles and its mix from the development ones (`benchmarks/parts.py`):
figures are quoted on the report articles. `--compared` ranks as is done without the ranker, by similarity, whose
weights were chosen on the questions that are not standalone.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

from assistant import Assistant
from assistant.answering import extractive
from assistant.answering.extractive import Candidate
from assistant.retrieval import retrieve
from benchmarks.data import Question, assistant_over, piaf_notes, piaf_questions
from benchmarks.parts import of_part
from benchmarks.refusal import wilson


def ranked(bot: Assistant, question: Question) -> list[Candidate]:
    """The candidate sentences, best first."""
    build = bot.reader.current
    found = retrieve(build, bot.embedder, question.text, 5)
    return extractive.rank_sentences(build, bot.embedder, question.text, found, bot.ranker)


def holds_answer(candidates: Sequence[Candidate], question: Question) -> bool:
    """Whether one of the sentences, of the right passage, holds a gold answer."""
    texts = [plain(c.text) for c in candidates if c.passage.note.id == question.passage_id]
    return any(plain(answer) in text for answer in question.answers for text in texts)


def plain(text: str) -> str:
    """The text in lower case, white space evened out: how answers are looked for."""
    return re.sub(r"\s+", " ", text.lower())


def main() -> None:
    """Print the shares with their intervals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="report", choices=("train", "development", "report"))
    parser.add_argument("--compared", action="store_true", help="without the ranker")
    arguments = parser.parse_args()
    bot = assistant_over("piaf", piaf_notes(), sentence_ranker=not arguments.compared)
    of = of_part(arguments.part, piaf_questions())
    for standalone in (True, False):
        questions = [q for q in of if q.standalone == standalone]
        rankings = [(q, ranked(bot, q)) for q in questions]
        print(f"{arguments.part} articles, {'' if standalone else 'not '}standalone", flush=True)
        for name, cut in (
            ("first sentence", lambda r: r[:1]),
            ("best three", lambda r: r[:3]),
            ("whole answer", lambda r: extractive.select(r, bot.settings.max_sentences)),
        ):
            print(f"  {name:16}{wilson(sum(holds_answer(cut(r), q) for q, r in rankings), len(questions))}")
        lengths = [sum(len(c.text) for c in extractive.select(r, 3)) for _, r in rankings]
        print(f"  answer length   {sum(lengths) / len(lengths):.0f} characters")


if __name__ == "__main__":
    main()
