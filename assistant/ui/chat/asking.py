"""One question: what the components show while it is answered, and after."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.access.pace import Pace
from assistant.errors import AssistantError, QuestionError, TooManyQuestionsError
from assistant.language import tr
from assistant.models import PassagesFound
from assistant.ui.apology import for_members
from assistant.ui.chat.parts import Actions, Editing, Filtering, Past, Proposals
from assistant.ui.conversation import Conversation, Exchange, following, history, next_number
from assistant.ui.feedback import FeedbackForm
from assistant.ui.filters import Fields, read_filters
from assistant.ui.gate import asker
from assistant.ui.memory import from_json, to_json
from assistant.ui.render import messages
from assistant.ui.sources import panel

if TYPE_CHECKING:
    from assistant import Assistant

logger = logging.getLogger(__name__)

Update = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that a question changes."""

    chatbot: gr.Chatbot
    question: gr.Textbox
    sources: gr.Markdown
    examples: Proposals
    follow_ups: Proposals
    actions: Actions
    editing: Editing
    filtering: Filtering
    conversation: gr.State
    waiting: gr.Markdown
    past: Past
    feedback: FeedbackForm

    @property
    def outputs(self) -> list[gr.Component]:
        """All that `Asking` updates."""
        return [
            *(self.chatbot, self.question, self.sources, self.conversation, self.past.kept),
            *(*self.follow_ups.outputs, self.editing.row, self.editing.active, *self.feedback.outputs),
        ]


@dataclass(frozen=True, slots=True)
class Asking:
    """Passes a question to the assistant and shows what comes back. Each person has a pace: `pace` of questions,
    `proposing` of what is looked for after them, which costs as much and has a call of its own.
    """

    bot: Assistant
    parts: Parts
    pace: Pace
    proposing: Pace
    writes: bool  # sentences come one by one from a chat model; quoted ones come all at once, and are shown so

    def answer(self, question: str, earlier: Conversation, fields: Fields) -> Iterator[Update]:
        """The page once the question is asked, once passages are found, at each written sentence, and at the end."""
        exchange = Exchange(next_number(earlier), question)
        yield self.shown(following(earlier, exchange)) | self.emptied()
        try:
            self.pace.admit(asker())
            exchange = replace(exchange, filters=read_filters(*fields))
            for event in self.bot.stream(question, history(earlier), exchange.filters):
                exchange = exchange.after(event)
                if isinstance(event, PassagesFound) or (self.writes and exchange.reply is None):
                    yield self.shown(following(earlier, exchange))
        except Exception as error:
            failed = following(earlier, replace(exchange, error=for_members(error)))
            # What can be mended comes back to the box: mending a date should not mean typing the question again.
            typed = {self.parts.question: question} if isinstance(error, QuestionError) else {}
            yield self.ended(failed) | typed
            return
        conversation = following(earlier, exchange)
        yield self.ended(conversation) | self.parts.feedback.shown(exchange)

    def held(self, conversation: Conversation, kept: str | None) -> Conversation:
        """The conversation, or what the page kept of it where this process does not know it: it was started anew, or
        Gradio forgot a page that slept for an hour.
        """
        if conversation or not kept:
            return conversation
        try:
            return from_json(kept, self.bot)
        except QuestionError as error:  # of another version of the program
            gr.Warning(for_members(error), title=tr("Conversation non rouverte"))
            return ()

    def shown(self, conversation: Conversation) -> Update:
        """The conversation and its sources."""
        return {
            self.parts.chatbot: messages(conversation),
            self.parts.sources: panel(conversation),
            self.parts.conversation: conversation,
        }

    def ended(self, conversation: Conversation) -> Update:
        """The last that is shown of a reply, with what the browser keeps of the conversation."""
        return self.shown(conversation) | {self.parts.past.kept: to_json(conversation) if conversation else ""}

    def reopened(self, text: str | None) -> Update:
        """What the browser kept, shown again; what it is now goes back to it."""
        try:
            conversation = from_json(text or "", self.bot)
        except AssistantError as error:
            gr.Warning(for_members(error), title=tr("Conversation non rouverte"))
            return self.unchanged()
        return self.ended(conversation) | self.emptied()

    def unchanged(self) -> Update:
        """The page as it is. Gradio takes an empty dictionary for a missing value, and shows an error."""
        return {self.parts.past.kept: gr.skip()}

    def emptied(self) -> Update:
        """The box, with nothing proposed and nothing being corrected."""
        parts = self.parts
        return {parts.question: "", **parts.follow_ups.hidden(), **self.not_editing(), **parts.feedback.reset()}

    def not_editing(self) -> Update:
        """The next question is a new one."""
        return {self.parts.editing.row: gr.update(visible=False), self.parts.editing.active: False}

    def propose(self, conversation: Conversation) -> Update:
        """What may be asked next; nothing where proposing fails: the answer has been given."""
        *earlier, latest = conversation or (None,)
        if latest is None or latest.reply is None:
            return self.parts.follow_ups.hidden()
        try:
            self.proposing.admit(asker())
            found = self.bot.follow_ups(latest.reply, history(earlier), latest.filters)
        except TooManyQuestionsError:
            found = ()
        except Exception:
            logger.exception("Les questions suivantes ne peuvent pas être proposées")
            found = ()
        return self.parts.follow_ups.shown(found)
