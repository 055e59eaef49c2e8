"""The chat: one Blocks page, one event. It passes what was typed to the assistant and shows what comes back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from assistant.errors import AssistantError
from assistant.settings import Settings
from assistant.ui.conversation import Conversation, Exchange, following, history, next_number
from assistant.ui.filters import KIND_CHOICES, read_filters
from assistant.ui.pages import TITLE
from assistant.ui.render import messages, panel

if TYPE_CHECKING:
    from assistant import Assistant

logger = logging.getLogger(__name__)

APOLOGY = (
    "Une erreur interne est survenue. Vous pouvez reposer votre question ; si l’erreur persiste, prévenez l’équipe."
)
INTRODUCTION = (
    "Posez une question sur les notes d’actualité. Chaque phrase de la réponse renvoie au passage qui l’appuie."
)
PLACEHOLDER = "Que souhaitez-vous savoir ?"
CONCURRENCY = 16  # answers computed at once: 38/s at 100 clients, against 29/s by default (docs/decisions)
MAX_WAITING = 128  # beyond, newcomers are told to come back rather than left waiting

Update = dict[Any, Any]


class _Page(NamedTuple):
    """The components that the event reads and writes."""

    chatbot: gr.Chatbot
    question: gr.Textbox
    sources: gr.Markdown
    examples: gr.Column
    conversation: gr.State
    kinds: gr.CheckboxGroup
    since: gr.Textbox
    until: gr.Textbox


def build_chat(bot: Assistant, settings: Settings) -> gr.Blocks:
    """The chat page, its event and its queue."""
    demo = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with demo:
        restart = _header()
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, min_width=320, elem_id="talk"):
                chatbot = _chatbot()
                examples, buttons = _examples(bot.examples(limit=4))
                question = _question(settings.max_question_chars)
                kinds, since, until = _filters()
            with gr.Column(scale=2, min_width=320, elem_id="panel"):
                sources = _html(panel(()), "sources")
        page = _Page(chatbot, question, sources, examples, gr.State(()), kinds, since, until)
        _connect(bot, page, buttons, restart)
    demo.queue(default_concurrency_limit=CONCURRENCY, max_size=MAX_WAITING, api_open=False)
    return demo


def _header() -> gr.Button:
    with gr.Row(elem_id="top"):
        _html(f"<h1>{TITLE}</h1><p>{INTRODUCTION}</p>", "title")
        return gr.Button("Nouvelle conversation", elem_id="restart", size="sm", scale=0, min_width=190)


def _html(value: str, elem_id: str | None = None) -> gr.Markdown:
    # Not gr.HTML: it runs its value as a JavaScript template, which the page's policy forbids, and sanitises nothing.
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=True, latex_delimiters=[], padding=False)


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        buttons=["copy"],
        placeholder=f'<p class="welcome">{PLACEHOLDER}</p>',
        height="auto",
        layout="bubble",
        feedback_options=None,
        latex_delimiters=[],
        allow_file_downloads=False,
    )


def _examples(texts: tuple[str, ...]) -> tuple[gr.Column, list[gr.Button]]:
    with gr.Column(elem_id="examples", visible=bool(texts)) as column:
        _html("<p>Par exemple :</p>")
        buttons = [gr.Button(text, elem_classes="example", variant="secondary", size="md") for text in texts]
    return column, buttons


def _question(max_chars: int) -> gr.Textbox:
    return gr.Textbox(
        label="Votre question",
        show_label=False,
        placeholder="Votre question",
        elem_id="question",
        max_length=max_chars,
        lines=1,
        max_lines=6,
        submit_btn=True,
        autofocus=True,
    )


def _filters() -> tuple[gr.CheckboxGroup, gr.Textbox, gr.Textbox]:
    with gr.Accordion("Filtres", open=False, elem_id="filters"):
        kinds = gr.CheckboxGroup(KIND_CHOICES, label="Nature des notes", info="Aucune case cochée : toutes.")
        with gr.Row():
            since = gr.Textbox(label="Depuis", placeholder="2017, 2017-11 ou 2017-11-20", max_length=40, min_width=200)
            until = gr.Textbox(label="Jusqu’à", placeholder="2017, 2017-11 ou 2017-11-20", max_length=40, min_width=200)
    return kinds, since, until


def _connect(bot: Assistant, page: _Page, buttons: list[gr.Button], restart: gr.Button) -> None:
    def respond(
        typed: str, conversation: Conversation, kinds: list[str], since: str, until: str, event: gr.EventData
    ) -> Iterator[Update]:
        question = event.target.value if isinstance(event.target, gr.Button) else typed
        yield from _respond(bot, page, (question or "").strip(), conversation, (kinds, since, until))

    asking = gr.on(
        triggers=[page.question.submit, *(button.click for button in buttons)],
        fn=respond,
        inputs=[page.question, page.conversation, page.kinds, page.since, page.until],
        outputs=[page.chatbot, page.question, page.sources, page.examples, page.conversation],
        show_progress="hidden",
        concurrency_limit=CONCURRENCY,
        api_visibility="private",
    )
    restart.click(
        lambda: _shown(page, ()) | {page.question: "", page.examples: gr.update(visible=bool(buttons))},
        outputs=[page.chatbot, page.question, page.sources, page.examples, page.conversation],
        cancels=[asking],
        show_progress="hidden",
        api_visibility="private",
    )


def _respond(
    bot: Assistant, page: _Page, question: str, earlier: Conversation, fields: tuple[list[str], str, str]
) -> Iterator[Update]:
    if not question:
        yield {}
        return
    exchange = Exchange(next_number(earlier), question)
    hidden = {page.question: "", page.examples: gr.update(visible=False)}
    yield _shown(page, following(earlier, exchange)) | hidden
    try:
        exchange = replace(exchange, filters=read_filters(*fields))
        for event in bot.stream(question, history(earlier), exchange.filters):
            exchange = exchange.after(event)
            yield _shown(page, following(earlier, exchange))
    except AssistantError as error:
        # The question comes back to the box: mending a date should not mean typing it again.
        failed = _shown(page, following(earlier, replace(exchange, error=str(error))))
        yield failed | {page.question: question}
    except Exception:
        logger.exception("The answer to a question failed")
        yield _shown(page, following(earlier, replace(exchange, error=APOLOGY)))


def _shown(page: _Page, conversation: Conversation) -> Update:
    return {
        page.chatbot: messages(conversation),
        page.sources: panel(conversation),
        page.conversation: conversation,
    }
