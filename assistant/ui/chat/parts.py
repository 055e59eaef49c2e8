"""The components of the chat, in the order in which the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from assistant.language import tr
from assistant.ui.filters import SINCE, UNTIL, kind_choices
from assistant.ui.pages import TITLE
from assistant.ui.sources import panel

PLACEHOLDER = "Que souhaitez-vous savoir ?"
QUESTION = "Votre question"
DATE_FORMATS = "2017, 2017-11 ou 2017-11-20"
EXAMPLES, FOLLOW_UPS = 4, 3  # buttons


@dataclass(frozen=True, slots=True)
class Filtering:
    """The fields that say which notes may answer, and the line that says what they do."""

    kinds: gr.CheckboxGroup
    themes: gr.Dropdown
    since: gr.Textbox
    until: gr.Textbox
    effect: gr.Markdown
    clear: gr.Button

    @property
    def fields(self) -> list[gr.Component]:
        """In the order of `filters.Fields`."""
        return [self.kinds, self.themes, self.since, self.until]


@dataclass(frozen=True, slots=True)
class Proposals:
    """Questions to press; fewer than there are buttons where fewer are known."""

    column: gr.Column
    buttons: tuple[gr.Button, ...]

    @property
    def outputs(self) -> list[gr.Component]:
        """What `shown` and `hidden` update."""
        return [self.column, *self.buttons]

    def shown(self, questions: Sequence[str]) -> dict[gr.Component, object]:
        """These questions, and nothing where there are none."""
        updates: dict[gr.Component, object] = {self.column: gr.update(visible=bool(questions))}
        for rank, button in enumerate(self.buttons):
            here = rank < len(questions)
            updates[button] = gr.update(value=questions[rank] if here else "", visible=here)
        return updates

    def hidden(self) -> dict[gr.Component, object]:
        """Nothing to press."""
        return {self.column: gr.update(visible=False)}


@dataclass(frozen=True, slots=True)
class Actions:
    """What can be done with the last question; the style sheet shows it once an answer is whole."""

    retry: gr.Button
    edit: gr.Button


@dataclass(frozen=True, slots=True)
class Past:
    """Where the server puts the conversation for the browser to keep, and the browser one to open again."""

    kept: gr.Textbox
    reopened: gr.Textbox


@dataclass(frozen=True, slots=True)
class Editing:
    """That the next question replaces the last one, and the way out."""

    row: gr.Row
    cancel: gr.Button
    active: gr.State


def html(value: str, elem_id: str | None = None, **options: object) -> gr.Markdown:
    """Markup of ours; all that comes from elsewhere in it is escaped."""
    # Not gr.HTML: it runs its value as a JavaScript template, which the page's policy forbids, and sanitises nothing.
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=True, latex_delimiters=[], padding=False, **options)


def header(knows: str) -> tuple[gr.Markdown, gr.Button]:
    """The title, what the assistant knows, and the way to begin anew."""
    with gr.Row(elem_id="top"):
        with gr.Column(elem_id="title", scale=1, min_width=260):
            html(f"<h1>{TITLE}</h1>")
            known = html(knows, "knows")
        restart = gr.Button(tr("Nouvelle conversation"), elem_id="restart", size="sm", scale=0, min_width=190)
    return known, restart


def chatbot() -> gr.Chatbot:
    """Where questions and answers are."""
    return gr.Chatbot(
        elem_id="chat",
        label=tr("Conversation"),
        show_label=False,
        container=False,
        buttons=["copy"],
        placeholder=f'<p class="welcome">{tr(PLACEHOLDER)}</p>',
        height="auto",
        layout="bubble",
        feedback_options=None,
        latex_delimiters=[],
        allow_file_downloads=False,
    )


def proposals(elem_id: str, heading: str, questions: Sequence[str], count: int) -> Proposals:
    """Buttons that ask a question each."""
    with gr.Column(elem_id=elem_id, elem_classes="proposals", visible=bool(questions)) as column:
        html(f"<p>{heading}</p>")
        known = [*questions, *[""] * count][:count]
        buttons = tuple(
            gr.Button(text, elem_classes="proposal", variant="secondary", size="md", visible=bool(text))
            for text in known
        )
    return Proposals(column, buttons)


def actions() -> Actions:
    """Exports are the browser's work: see static/memory.js."""
    with gr.Row(elem_id="actions"):
        retry = gr.Button(tr("Reposer la question"), elem_id="retry", size="sm", min_width=120)
        edit = gr.Button(tr("Modifier la question"), elem_id="edit", size="sm", min_width=120)
        gr.Button(tr("Exporter en Markdown"), elem_id="export-md", size="sm", min_width=120)
        gr.Button(tr("Exporter en PDF"), elem_id="export-pdf", size="sm", min_width=120)
    return Actions(retry, edit)


def past() -> Past:
    """The conversations that the browser keeps: `static/memory.js` fills the column and uses the fields."""
    gr.Column(elem_id="past")
    kept, reopened = (gr.Textbox(visible="hidden", elem_id=name, label=name) for name in ("kept", "reopened"))
    return Past(kept, reopened)


def editing() -> Editing:
    """Shown above the box while the last question is being corrected."""
    with gr.Row(elem_id="editing", visible=False) as row:
        html(f"<p>{tr('Vous modifiez votre dernière question : la nouvelle réponse remplacera la précédente.')}</p>")
        cancel = gr.Button(tr("Annuler"), elem_id="cancel-edit", size="sm", scale=0, min_width=100)
    return Editing(row, cancel, gr.State(False))


def question(max_chars: int) -> gr.Textbox:
    """The box where questions are typed."""
    return gr.Textbox(
        label=tr(QUESTION),
        show_label=False,
        placeholder=tr(QUESTION),
        elem_id="question",
        max_length=max_chars,
        lines=1,
        max_lines=6,
        submit_btn=True,
        stop_btn=True,  # the style sheet shows one or the other
        autofocus=True,
    )


def filtering(themes: Sequence[tuple[str, str]], effect: str) -> Filtering:
    """The fields, folded: most questions need none."""
    formats = tr(DATE_FORMATS)
    with gr.Accordion(tr("Filtres"), open=False, elem_id="filters"):
        kinds = gr.CheckboxGroup(
            kind_choices(), label=tr("Nature des notes"), info=tr("Aucune case cochée : toutes."), elem_id="kinds"
        )
        chosen = gr.Dropdown(
            list(themes),
            value=[],
            multiselect=True,
            label=tr("Thèmes"),
            info=tr("Aucun choisi : tous."),
            elem_id="themes",
        )
        with gr.Row():
            since = gr.Textbox(label=tr(SINCE), placeholder=formats, max_length=40, min_width=200)
            until = gr.Textbox(label=tr(UNTIL), placeholder=formats, max_length=40, min_width=200)
        with gr.Row():
            said = html(effect, "filter-effect", elem_classes="live")
            clear = gr.Button(tr("Effacer les filtres"), elem_id="clear-filters", size="sm", scale=0, min_width=160)
    return Filtering(kinds, chosen, since, until, said, clear)


def sources() -> gr.Markdown:
    """The panel; on a narrow screen a sheet that the script opens and closes."""
    with gr.Column(scale=2, min_width=320, elem_id="panel"):
        gr.Button(tr("Fermer les sources"), elem_id="close-panel", size="sm")
        return html(panel(()), "sources")
