"""The chat: one Blocks page, one event a question. It passes what was typed on, and shows what comes back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.access.pace import Pace
from assistant.errors import QuestionError
from assistant.feedback import FeedbackStore
from assistant.language import tr
from assistant.settings import Settings
from assistant.ui.api import add_api
from assistant.ui.chat import parts
from assistant.ui.chat.asking import Asking, Parts, Update
from assistant.ui.conversation import Conversation, stopped
from assistant.ui.feedback import FeedbackForm
from assistant.ui.filters import effect, read_filters
from assistant.ui.markup import escape_line
from assistant.ui.pages import TITLE
from assistant.ui.welcome import knows

if TYPE_CHECKING:
    from assistant import Assistant

WRITING = 16  # answers at once where a chat model writes: most of them wait for it
MAX_WAITING = 128  # beyond, newcomers are told to come back rather than left waiting
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_chat(bot: Assistant, settings: Settings) -> gr.Blocks:
    """The chat page, its events and its queue."""
    demo = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with demo:
        pace = Pace(settings.questions_per_minute)
        Chat(bot, settings, pace).connect(demo)
        add_api(bot, at_once(settings), pace)
    demo.queue(default_concurrency_limit=WRITING, max_size=MAX_WAITING, api_open=False)
    return demo


def at_once(settings: Settings) -> int:
    """How many answers are made at once. Quoting takes the processor: one more than there are cores keeps them busy,
    and whoever came first is answered first (measured by `benchmarks.chat`).
    """
    return WRITING if settings.chat_model else (os.cpu_count() or 1) + 1


class Chat:
    """The components of the page and their events."""

    def __init__(self, bot: Assistant, settings: Settings, pace: Pace) -> None:
        self._bot = bot
        self._at_once = at_once(settings)
        self.knows, self.restart = parts.header(knows(bot.knowledge()))
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, min_width=320, elem_id="talk"):
                chatbot = parts.chatbot()
                waiting = parts.html("", "waiting")
                follow_ups = parts.proposals("follow-ups", tr("Pour continuer :"), (), parts.FOLLOW_UPS)
                feedback = FeedbackForm(FeedbackStore.open(settings), settings)
                actions = parts.actions()
                known = bot.examples(parts.EXAMPLES)
                examples = parts.proposals("examples", tr("Par exemple :"), known, parts.EXAMPLES)
                past = parts.past()
                with gr.Column(elem_id="ask"):
                    editing = parts.editing()
                    question = parts.question(settings.max_question_chars)
                    filtering = parts.filtering(self._themes(), self._effect([], [], "", ""))
            sources = parts.sources()
        self.parts = Parts(
            chatbot=chatbot,
            question=question,
            sources=sources,
            examples=examples,
            follow_ups=follow_ups,
            actions=actions,
            editing=editing,
            filtering=filtering,
            conversation=gr.State(()),
            waiting=waiting,
            past=past,
            feedback=feedback,
        )
        self.asking = Asking(
            bot, self.parts, pace, Pace(settings.questions_per_minute), writes=settings.chat_model is not None
        )

    def connect(self, demo: gr.Blocks) -> None:
        """Give every component its event."""
        asked = self._connect_questions()
        self._connect_conversation(asked)
        self._connect_filters()
        self.parts.feedback.connect(self.parts.conversation)
        demo.load(self._opened, outputs=[self.knows, self.parts.question, *self._changing], **_QUIET)

    @property
    def _changing(self) -> list[gr.Component]:
        """What a publication changes on a page that is opened after it."""
        return [*self.parts.examples.outputs, self.parts.filtering.themes, self.parts.filtering.effect]

    def _connect_questions(self) -> list[Any]:
        """One event for each way to ask; the text is that of the box or of the button."""
        page = self.parts
        told = [*self._known, *page.filtering.fields]
        buttons = (*page.examples.buttons, *page.follow_ups.buttons)
        # In this order: to stop one, Gradio goes through all of them, and would take the next question for it that is
        # asked meanwhile by a later one of the list.
        asked = [
            self._asks(page.actions.retry.click, self._again, told),
            *(self._asks(button.click, self._pressed, [button, *told]) for button in buttons),
            self._asks(page.question.submit, self._asked, [page.question, page.editing.active, *told]),
        ]
        for event in asked:
            # An event of its own: while one runs, Gradio takes no other question of the same page.
            event.then(self.asking.propose, page.conversation, page.follow_ups.outputs, **_QUIET)
        return asked

    def _asks(self, event: Any, work: Callable[..., Iterator[Update]], inputs: list[Any]) -> Any:
        return event(
            work,
            inputs,
            self.parts.outputs,
            show_progress="minimal",
            show_progress_on=self.parts.waiting,
            concurrency_limit=self._at_once,
            concurrency_id="answers",
            api_visibility="private",
        )

    @property
    def _known(self) -> list[Any]:
        """The conversation, and what the page has of it: `Asking.held` takes both."""
        return [self.parts.conversation, self.parts.past.kept]

    def _asked(
        self, typed: str | None, replaces: bool, conversation: Conversation, kept: str | None, *fields: Any
    ) -> Iterator[Update]:
        held = self.asking.held(conversation, kept)
        yield from self._answered(typed, held[:-1] if replaces else held, fields)

    def _pressed(self, proposed: str, conversation: Conversation, kept: str | None, *fields: Any) -> Iterator[Update]:
        yield from self._answered(proposed, self.asking.held(conversation, kept), fields)

    def _again(self, conversation: Conversation, kept: str | None, *fields: Any) -> Iterator[Update]:
        held = self.asking.held(conversation, kept)
        yield from self._answered(held[-1].question if held else "", held[:-1], fields)

    def _answered(self, question: str | None, earlier: Conversation, fields: Any) -> Iterator[Update]:
        kinds, themes, since, until = fields
        text = (question or "").strip()
        if text:
            yield from self.asking.answer(text, earlier, (kinds, themes, since, until))
        else:
            yield {}

    def _connect_conversation(self, asked: list[Any]) -> None:
        page, asking = self.parts, self.asking
        page.question.stop(self._stop, self._known, page.outputs, cancels=asked, trigger_mode="always_last", **_QUIET)
        page.past.reopened.change(asking.reopened, page.past.reopened, page.outputs, cancels=asked, **_QUIET)
        self.restart.click(self._restart, outputs=page.outputs, cancels=asked, **_QUIET)
        page.actions.edit.click(
            self._edit, self._known, [page.question, page.editing.row, page.editing.active], **_QUIET
        )
        page.editing.cancel.click(
            lambda: {page.question: "", **asking.not_editing()},
            outputs=[page.question, page.editing.row, page.editing.active],
            **_QUIET,
        )

    def _stop(self, conversation: Conversation, kept: str | None) -> Update:
        return self.asking.ended(stopped(self.asking.held(conversation, kept)))

    def _restart(self) -> Update:
        return self.asking.ended(()) | self.asking.emptied()

    def _edit(self, conversation: Conversation, kept: str | None) -> Update:
        page, held = self.parts, self.asking.held(conversation, kept)
        if not held:
            return {page.question: gr.skip()}
        return {
            page.question: gr.update(value=held[-1].question),
            page.editing.row: gr.update(visible=True),
            page.editing.active: True,
        }

    def _connect_filters(self) -> None:
        filtering = self.parts.filtering
        for event in (filtering.kinds.input, filtering.themes.input, filtering.since.input, filtering.until.input):
            event(self._effect, filtering.fields, filtering.effect, trigger_mode="always_last", **_QUIET)
        filtering.clear.click(
            lambda: ([], [], "", "", self._effect([], [], "", "")),
            outputs=[*filtering.fields, filtering.effect],
            **_QUIET,
        )

    def _effect(self, kinds: Sequence[str], themes: Sequence[str], since: str, until: str) -> str:
        try:
            filters = read_filters(kinds, themes, since, until)
        except QuestionError as error:
            return f'<p class="failed">{escape_line(str(error))}</p>'
        total = self._bot.knowledge().notes
        passing = self._bot.count(filters) if filters else total
        return f"<p>{escape_line(effect(filters, passing, total))}</p>"

    def _themes(self) -> list[tuple[str, str]]:
        return [(f"{theme} ({count})", theme) for theme, count in self._bot.themes()]

    def _opened(self, request: gr.Request) -> Update:
        """What may have changed since the server started; a question given in the address stands in the box."""
        page = self.parts
        given = request.query_params.get("question", "")[: page.question.max_length]
        return {
            self.knows: knows(self._bot.knowledge()),
            page.question: gr.update(value=given) if given else gr.update(),
            **page.examples.shown(self._bot.examples(parts.EXAMPLES)),
            page.filtering.themes: gr.update(choices=self._themes()),
            page.filtering.effect: self._effect([], [], "", ""),
        }
