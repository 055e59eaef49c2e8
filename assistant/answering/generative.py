"""Passages -> sentences that a chat model writes, each released only once verified. LCEL: prompt | model | reader.

Whatever goes wrong with the endpoint is an `Outcome` with its trouble, never an exception, and no word of the
endpoint's own is ever shown or logged: it may repeat what it was sent.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableSequence

from assistant.answering import facts
from assistant.answering.citations import Span, citation, date_readings
from assistant.answering.drafts import Declined, Draft, DraftError, Trouble, read_free, read_structured
from assistant.answering.prompt import as_data, make_prompt, numbered, reply_format
from assistant.answering.verification import Doubt, Similarity, verify
from assistant.errors import SettingsError
from assistant.language import tr
from assistant.models import Citation, DateReading, Passage, Sentence, SentenceReady
from assistant.observing import resumed, step, troubled
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NAME = "generative"
_TOKENS = 120  # a sentence, with the marks of JSON
_LEAST_TOKENS = 260
_PAUSE = 0.5  # seconds before the one retry
_RETRIED = (Trouble.BUSY, Trouble.DOWN)
#: Seconds for which an endpoint that turned the format down, then took free text, is not offered it again.
FORMAT_AGAIN = 600.0
_log = logging.getLogger(__name__)

_SAID = {
    Trouble.TIMEOUT: "le modèle de rédaction n'a pas répondu à temps",
    Trouble.DENIED: "le modèle de rédaction refuse l'accès",
    Trouble.BUSY: "le modèle de rédaction est saturé",
    Trouble.DOWN: "le modèle de rédaction est injoignable ou en panne",
    Trouble.MISSING: "le modèle de rédaction est introuvable à cette adresse",
    Trouble.REJECTED: "le modèle de rédaction refuse la demande",
    Trouble.GARBLED: "le modèle de rédaction a rendu une réponse illisible",
    Trouble.CUT: "la réponse du modèle de rédaction a été interrompue",
    Trouble.EMPTY: "le modèle de rédaction n'a rien répondu",
    Trouble.UNVERIFIED: "aucune phrase rédigée n'a pu être vérifiée dans les notes",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the released sentences with their citations, how many were dropped, whether the model found no
    answer in the passages, and what went wrong.
    """

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    dropped: int = 0
    declined: bool = False
    trouble: Trouble | None = None

    @property
    def notice(self) -> str | None:
        """What the user is told beside the answer; None where there is nothing to tell."""
        if self.trouble is not None and self.sentences:
            return tr("La réponse est peut-être incomplète : {reason}.").format(reason=tr(_SAID[self.trouble]))
        if self.trouble is not None:
            return tr("Voici des extraits des notes : {reason}.").format(reason=tr(_SAID[self.trouble]))
        if self.dropped > 1:
            dropped = tr("{count} phrases rédigées, non vérifiées dans les notes, ont été écartées.")
            return dropped.format(count=self.dropped)
        return tr("Une phrase rédigée, non vérifiée dans les notes, a été écartée.") if self.dropped else None


class Generator:
    """Writes answers with one chat model. Safe to share between threads."""

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model
        self._free_until = 0.0  # of time.monotonic; an endpoint that is mended or replaced gets the format again

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """The generator that the settings ask for; None where they name no chat model.

        Raises:
            SettingsError: one of model and address is there without the other.
        """
        if settings.chat_model is None and settings.chat_base_url is None:
            return None
        if settings.chat_model is None or settings.chat_base_url is None:
            raise SettingsError("Les réglages ASSISTANT_CHAT_MODEL et ASSISTANT_CHAT_BASE_URL vont ensemble.")
        from assistant.answering.endpoint import connect

        return cls(connect(settings.chat_model, settings.chat_base_url, settings.chat_api_key, settings.chat_timeout))

    def write(
        self, question: str, passages: Sequence[Passage], most: int, similarity: Similarity
    ) -> Iterator[SentenceReady | Outcome]:
        """Each verified sentence as it is released, at most `most`; the outcome comes last."""
        written = _Written(question, passages, similarity)
        declined = False
        trouble: Trouble | None = None
        try:
            for draft in resumed("generate", self.drafts(question, passages, most)):
                if isinstance(draft, Declined):
                    declined = not written.sentences
                    break
                if (released := written.take(draft)) is not None:
                    yield released
                if len(written.sentences) == most:
                    break
        except DraftError as error:
            trouble = error.trouble
        if not (declined or trouble or written.sentences):
            trouble = Trouble.UNVERIFIED if written.dropped else Trouble.EMPTY
        yield Outcome(tuple(written.sentences), tuple(written.citations), written.dropped, declined, trouble)

    def drafts(self, question: str, passages: Sequence[Passage], most: int) -> Iterator[Draft]:
        """What the model writes, unverified, with one retry or the change to free text where nothing was written yet.

        Raises:
            DraftError: the model gives no more.
        """
        structured, turned_down, retried = time.monotonic() >= self._free_until, False, False
        while True:
            begun = False
            try:
                for draft in self._attempt(question, passages, most, structured=structured):
                    if turned_down and not begun:
                        self._free_until = time.monotonic() + FORMAT_AGAIN
                    begun = True
                    yield draft
                return
            except DraftError as error:
                _log.warning("Rédaction : %s.", _SAID[error.trouble])
                troubled(error.trouble)
                if not begun and structured and error.trouble is Trouble.REJECTED:
                    structured, turned_down = False, True
                elif not begun and not retried and error.trouble in _RETRIED:
                    retried = True
                    time.sleep(_PAUSE)
                else:
                    raise

    def _attempt(self, question: str, passages: Sequence[Passage], most: int, *, structured: bool) -> Iterator[Draft]:
        from assistant.answering.endpoint import trouble_of

        body: dict[str, Any] = {"max_tokens": max(_LEAST_TOKENS, _TOKENS * most)}
        if structured:
            body["response_format"] = reply_format(len(passages), most)
        given = {"passages": numbered(passages), "question": as_data(question)}
        chain = self._chain(body, structured=structured)
        try:
            yield from chain.stream(given)
        except DraftError:
            raise
        except Exception as error:  # of httpx, openai, LangChain and json, each with its own tree
            _log.debug("%s", type(error).__name__)
            raise DraftError(trouble_of(error)) from None

    def _chain(self, body: dict[str, Any], *, structured: bool) -> Runnable[dict[str, str], Draft]:
        """LCEL. The body's extra fields go out as they are: every endpoint knows `max_tokens`, and LangChain would
        hold back a stream with a `response_format` of its own until it is whole.
        """
        read = read_structured if structured else read_free

        def drafts(chunks: Iterator[AIMessageChunk]) -> Iterator[Draft]:
            yield from read(chunks)

        prompt = make_prompt(structured=structured)
        return RunnableSequence(prompt, self._model.bind(extra_body=body), RunnableGenerator(drafts, name="read"))


class _Written:
    """What was written so far, and what of it stood up."""

    def __init__(self, question: str, passages: Sequence[Passage], similarity: Similarity) -> None:
        self._question, self._passages, self._similarity = question, passages, similarity
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self.dropped = 0

    def take(self, draft: str) -> SentenceReady | None:
        """The sentence with its citation if it is verified and new; else it is dropped."""
        if any(draft == sentence.text for sentence in self.sentences):
            return None
        with step("verify"):
            found = verify(draft, self._question, self._passages, self._similarity)
        if isinstance(found, Doubt):
            self.dropped += 1
            return None
        cited = self._cite(found.span)
        sentence = Sentence(draft, (cited.number,), _readings(draft, found.span))
        self.sentences.append(sentence)
        return SentenceReady(sentence, (cited,))

    def _cite(self, span: Span) -> Citation:
        note, start, end = span
        for known in self.citations:
            if (known.note_id, known.start, known.end) == (note.id, start, end):
                return known
        self.citations.append(citation(len(self.citations) + 1, note, start, end))
        return self.citations[-1]


def _readings(sentence: str, span: Span) -> tuple[DateReading, ...]:
    """The resolved relative dates of the span that the sentence speaks of."""
    said = facts.numbers(sentence) | facts.calendar_words(sentence)
    return tuple(
        reading
        for reading in date_readings(*span)
        if reading.text in sentence or said & (facts.numbers(reading.text) | facts.calendar_words(reading.text))
    )
