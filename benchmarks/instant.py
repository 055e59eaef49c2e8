"""An assistant that answers at once, to tell the page's own time from the answer's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assistant import Assistant
from assistant.models import (
    Answer,
    Citation,
    Event,
    Filters,
    Finished,
    PassagesFound,
    Sentence,
    SentenceReady,
    Turn,
)


class Instant:
    """Cites the first passage of one retrieval, whatever is asked; all else is the real assistant's."""

    def __init__(self, bot: Assistant) -> None:
        self._bot = bot
        self._passages = bot.retrieve("Qui pilote le programme DcANT ?")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)

    def follow_ups(self, *_: Any, **__: Any) -> tuple[str, ...]:
        """None: the page is timed until the answer is whole."""
        return ()

    def stream(self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None) -> Iterator[Event]:
        """The events of an answer of one sentence."""
        first = self._passages[0]
        note, chunk = first.note, first.chunk
        quote = note.text[chunk.start : chunk.end][:200]
        cited = Citation(1, note.id, note.title, note.date, False, chunk.start, chunk.start + len(quote), quote)
        sentence = Sentence(quote, (1,))
        yield PassagesFound(question, self._passages)
        yield SentenceReady(sentence, (cited,))
        yield Finished(Answer(question, question, (sentence,), (cited,), self._passages, "instant", self._bot.build))
