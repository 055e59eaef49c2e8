"""What the page shows of a conversation: exchanges, grown event by event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from assistant.models import (
    Answer,
    Citation,
    Event,
    Filters,
    Finished,
    Passage,
    PassagesFound,
    Refusal,
    Sentence,
    SentenceReady,
    Turn,
)

MAX_SHOWN = 30  # exchanges kept on the page and in memory


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it so far; `number` counts from 1 in its conversation."""

    number: int
    question: str
    filters: Filters = field(default_factory=Filters)
    understood: str | None = None
    passages: tuple[Passage, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    reply: Answer | Refusal | None = None
    error: str | None = None
    stopped: bool = False

    @property
    def pending(self) -> bool:
        """Nothing to read yet."""
        return not (self.sentences or self.reply or self.error)

    @property
    def refusal(self) -> Refusal | None:
        """The refusal, if it ended in one."""
        return self.reply if isinstance(self.reply, Refusal) else None

    def after(self, event: Event) -> Exchange:
        """The same exchange once this event has come."""
        match event:
            case PassagesFound(standalone, passages):
                return replace(self, understood=standalone, passages=passages)
            case SentenceReady(sentence, citations):
                known = {citation.number: citation for citation in (*self.citations, *citations)}
                return replace(self, sentences=(*self.sentences, sentence), citations=tuple(known.values()))
            case Finished(reply):
                return self._finished(reply)

    def _finished(self, reply: Answer | Refusal) -> Exchange:
        done = replace(self, reply=reply, understood=reply.standalone_question, passages=reply.passages)
        if isinstance(reply, Refusal):
            return replace(done, sentences=(), citations=())
        return replace(done, sentences=reply.sentences, citations=reply.citations)


Conversation = tuple[Exchange, ...]


def following(conversation: Conversation, exchange: Exchange) -> Conversation:
    """The conversation with one more exchange, the oldest left out beyond `MAX_SHOWN`."""
    return (*conversation, exchange)[-MAX_SHOWN:]


def next_number(conversation: Conversation) -> int:
    """The number of the exchange to come. Numbers are never given twice: they name anchors of the page."""
    return conversation[-1].number + 1 if conversation else 1


def history(conversation: Iterable[Exchange]) -> tuple[Turn, ...]:
    """The turns for the assistant, in plain text; exchanges that failed are left out, as nobody was answered."""
    turns: list[Turn] = []
    for exchange in conversation:
        if exchange.reply is not None:
            cited = tuple(dict.fromkeys(citation.note_id for citation in exchange.citations))
            turns += [Turn("user", exchange.question), Turn("assistant", _plain(exchange.reply), cited)]
    return tuple(turns)


def _plain(reply: Answer | Refusal) -> str:
    return reply.text if isinstance(reply, Refusal) else " ".join(sentence.text for sentence in reply.sentences)
