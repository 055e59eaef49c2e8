"""The tab « Ajouter »: drop documents, correct what they propose, see what the search will see, keep them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.corpus.drafts import Draft
from assistant.desk import Desk
from assistant.errors import AssistantError
from assistant.ui.markup import escape_line
from assistant.ui.staff.handling import APOLOGY, logger, told, who
from assistant.ui.staff.parts import changes, chunk_list, html, metadata_fields, metadata_values, preview
from assistant.ui.staff.tables import done, failed, progress

INTRODUCTION = (
    "<p>PDF, DOCX, ODT, HTML, EML, Markdown ou texte. Rien n’est ajouté avant que vous n’ayez vérifié ce que chaque "
    "document propose ; les membres ne voient rien avant la publication.</p>"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The drafts that were read and not decided on yet, and the place of the one on show."""

    drafts: tuple[Draft, ...] = ()
    at: int = 0

    @property
    def draft(self) -> Draft | None:
        """The draft on show, None where there is none."""
        return self.drafts[self.at] if self.at < len(self.drafts) else None

    def without_shown(self) -> Waiting:
        """Once the draft on show was kept or set aside."""
        left = (*self.drafts[: self.at], *self.drafts[self.at + 1 :])
        return Waiting(left, min(self.at, max(0, len(left) - 1)))

    @property
    def choices(self) -> list[tuple[str, int]]:
        """Name of each draft's document and its place."""
        return [(f"{number}. {draft.name}", number - 1) for number, draft in enumerate(self.drafts, start=1)]


class AddingTab:
    """The components of the tab and their events."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        html(INTRODUCTION)
        self.documents = gr.File(
            file_count="multiple", label="Documents à ajouter", elem_id="documents", height=180, buttons=[]
        )
        with gr.Row(visible=desk.fetches):
            self.address = gr.Textbox(label="Ou l’adresse d’une page", info="https://…", max_length=2000, scale=3)
            self.fetch = gr.Button("Lire cette page", min_width=160, scale=1)
        self.said = html(elem_id="adding-said", live=True)
        self.waiting = gr.State(Waiting())
        self._build_form()
        self._connect()

    def _build_form(self) -> None:
        with gr.Column(visible=False, elem_id="draft") as self.form:
            self.chosen = gr.Dropdown([], label="Document lu", interactive=True, type="value")
            self.about = html()
            self.fields = metadata_fields()
            with gr.Row():
                self.keep = gr.Button("Ajouter au corpus", variant="primary", min_width=160)
                self.drop = gr.Button("Écarter ce document", min_width=160)
            with gr.Accordion("Aperçu : la note telle que les membres la liront", open=True):
                self.preview = html(elem_id="draft-preview")
            with gr.Accordion("Passages : ce que la recherche verra", open=False):
                self.chunks = html()

    def _connect(self) -> None:
        views = [self.form, self.chosen, self.about, *self.fields, self.preview, self.chunks]
        shown = [self.said, self.waiting, *views]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.documents.upload(self._read, [self.documents, self.waiting], [*shown, self.documents], **quiet)
        self.fetch.click(self._fetch, [self.address, self.waiting], shown, **quiet)
        self.chosen.input(self._choose, [self.chosen, self.waiting], shown, **quiet)
        self.keep.click(self._keep, [self.waiting, *self.fields], shown, **quiet)
        self.drop.click(self._drop, self.waiting, shown, **quiet)

    def _read(self, request: gr.Request, files: list[str] | None, waiting: Waiting) -> Iterator[list[Any]]:
        """Read the documents one by one; those that cannot be read are told, the others wait."""
        who(request)
        refused: list[str] = []
        paths = [Path(file) for file in files or []]
        now = waiting
        for number, path in enumerate(paths):
            yield [progress("Lecture des documents :", number, len(paths)), *self._unchanged(), gr.update()]
            try:
                draft = self._desk.propose(path.name, path.read_bytes(), now.drafts)
                now = Waiting((*now.drafts, draft), now.at)
            except AssistantError as error:
                refused.append(f"{path.name} : {error}")
            except Exception:
                logger.exception("Un document n'a pas pu être lu")
                refused.append(f"{path.name} : {APOLOGY}")
        yield [_told(len(now.drafts) - len(waiting.drafts), refused), *self._shown(now), None]

    def _fetch(self, request: gr.Request, address: str, waiting: Waiting) -> Iterator[list[Any]]:
        who(request)
        yield [progress("Lecture de la page…", 0, 0), *self._unchanged()]
        found: list[Draft] = []

        def work() -> str:
            found.append(self._desk.propose_page(address.strip(), waiting.drafts))
            return _told(1, [])

        message = told(work)
        now = Waiting((*waiting.drafts, *found), len(waiting.drafts)) if found else waiting
        yield [message, *self._shown(now)]

    def _choose(self, number: int, waiting: Waiting) -> list[Any]:
        return ["", *self._shown(replace(waiting, at=number))]

    def _keep(self, request: gr.Request, waiting: Waiting, *values: Any) -> list[Any]:
        kept: list[str] = []

        def work() -> str:
            if waiting.draft is None:
                return failed("Aucun document n’attend.")
            kept.append(self._desk.keep(waiting.draft, changes(*values), who(request)))
            return done(f"« {kept[0]} » est dans le corpus. Publiez pour que les membres la trouvent.")

        message = told(work)
        if not kept:  # what was corrected stays on the page
            return [message, *self._unchanged()]
        return [message, *self._shown(waiting.without_shown())]

    def _drop(self, waiting: Waiting) -> list[Any]:
        name = waiting.draft.name if waiting.draft else "Le document"
        return [done(f"{name} est écarté : rien n’a été ajouté."), *self._shown(waiting.without_shown())]

    def _shown(self, waiting: Waiting) -> list[Any]:
        """Everything but the message, for the draft that is on show."""
        draft = waiting.draft
        if draft is None:
            return [Waiting(), gr.update(visible=False), *self._unchanged()[2:]]
        choices = gr.update(choices=waiting.choices, value=waiting.at, visible=len(waiting.drafts) > 1)
        views = [
            _about(draft),
            *metadata_values(draft.note),
            preview(draft.note),
            chunk_list(self._desk.chunks(draft.note)),
        ]
        return [waiting, gr.update(visible=True), choices, *views]

    def _unchanged(self) -> list[Any]:
        return [gr.update() for _ in range(6 + len(self.fields))]


def _told(read: int, refused: Sequence[str]) -> str:
    good = (
        done("1 document lu : vérifiez-le." if read == 1 else f"{read} documents lus : vérifiez-les.") if read else ""
    )
    return good + "".join(map(failed, refused))


def _about(draft: Draft) -> str:
    """Which document it is, where its date was read, and what to look at."""
    origin = f" · date lue dans : {escape_line(draft.date_origin)}" if draft.date_origin else ""
    author = f" · auteur : {escape_line(draft.author)}" if draft.author else ""
    warnings = "".join(f'<p class="said">{escape_line(warning)}</p>' for warning in draft.warnings)
    return (
        f'<h2>{escape_line(draft.name)}</h2><p class="meta">{escape_line(draft.note.id)}{author}{origin}</p>{warnings}'
    )
