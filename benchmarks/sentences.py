"""Choice of the sentence on PIAF dev: `python -m benchmarks.sentences`. Ranking alone: nothing is refused.

The weights were chosen on the questions that are not standalone; figures are quoted on those that are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant import Assistant
from assistant.answering import extractive
from assistant.answering.extractive import Candidate
from assistant.retrieval import retrieve
from benchmarks.data import Question, assistant_over, piaf_notes, piaf_questions
from benchmarks.refusal import wilson


def ranked(bot: Assistant, question: Question) -> list[Candidate]:
    """The candidate sentences, best first."""
    build = bot.reader.current
    found = retrieve(build, bot.embedder, question.text, 5)
    return extractive.rank_sentences(build, bot.embedder, question.text, found)


def holds_answer(candidates: Sequence[Candidate], question: Question) -> bool:
    """Whether one of the sentences, of the right passage, holds a gold answer."""
    texts = [_plain(c.text) for c in candidates if c.passage.note.id == question.passage_id]
    return any(_plain(answer) in text for answer in question.answers for text in texts)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.lower())


def main() -> None:
    """Print the shares with their intervals."""
    bot = assistant_over("piaf", piaf_notes())
    answerable = [q for q in piaf_questions() if q.passage_id]
    for standalone in (False, True):
        questions = [q for q in answerable if q.standalone == standalone]
        rankings = [(q, ranked(bot, q)) for q in questions]
        print("standalone (reported)" if standalone else "not standalone (chosen on)", flush=True)
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
