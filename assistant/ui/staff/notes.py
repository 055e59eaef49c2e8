"""The tab « Notes »: find a note, correct it, see it as members will, take it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.corpus.files import NoteFile
from assistant.desk import Desk, Order, Row, State
from assistant.french.calendar import french_date
from assistant.ui.markup import escape_line
from assistant.ui.staff.handling import told, who
from assistant.ui.staff.parts import changes, chunk_list, html, metadata_fields, metadata_values, preview
from assistant.ui.staff.tables import badge, done, failed, note_link, table

_TONES = {State.PUBLISHED: "good", State.NEW: "warn", State.CHANGED: "warn", State.REMOVED: "warn"}
_ORDERS = [
    ("la plus récente d’abord", Order.NEWEST),
    ("la plus ancienne d’abord", Order.OLDEST),
    ("titre", Order.TITLE),
    ("nature", Order.KIND),
    ("état", Order.STATE),
]
_HEADERS = ("Titre", "Date", "Nature", "Thèmes", "État", "Fichier")
_SHOWN = 300  # rows at once: a search narrows the rest
_BODY, _WHOLE = "Texte (Markdown)", "Le fichier entier, en-tête compris"
_FAULTY = "Ce fichier contient des erreurs (onglet « Vérifier ») : corrigez-le ici, tel qu’il est."
_SURE = (
    "<p>La note ira dans la corbeille, d’où elle peut revenir. Les membres la verront jusqu’à la prochaine "
    "publication.</p>"
)


def notes_table(rows: Sequence[Row]) -> str:
    """The rows as a table, the first `_SHOWN` of them."""
    count = f"{len(rows)} note{'s' if len(rows) > 1 else ''}"
    more = f", dont les {_SHOWN} premières : cherchez pour voir les autres" if len(rows) > _SHOWN else ""
    return table(_HEADERS, map(_cells, rows[:_SHOWN]), count + more, "Aucune note ne correspond.")


def _cells(row: Row) -> tuple[str, ...]:
    gone = row.state is State.REMOVED
    return (
        escape_line(row.title) if gone else note_link(row.note_id, row.title),
        french_date(row.date) if row.date else "sans date",
        escape_line(row.kind.value),
        escape_line(", ".join(row.themes)) or "–",
        badge(row.state.value, _TONES[row.state]),
        escape_line(row.file) or "–",
    )


class NotesTab:
    """The components of the tab and their events."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with gr.Row():
            self.search = gr.Textbox(
                label="Chercher", info="Dans le titre, les thèmes, le texte", scale=3, min_width=220
            )
            self.order = gr.Dropdown(_ORDERS, value=Order.NEWEST, label="Trier par", scale=1, min_width=200)
        self.said = html(elem_id="note-said", live=True)
        self.opened = gr.Textbox(visible="hidden", elem_id="opened", label="Note ouverte")
        self._build_editor()
        self.table = html(elem_id="notes-table")
        self._connect()

    def refresh(self, request: gr.Request, search: str, order: str) -> str:
        """The table for what was typed."""
        who(request)
        return self._listed(search, order)

    def _listed(self, search: str, order: str) -> str:
        return told(lambda: notes_table(self._desk.rows(search or "", Order(order))))

    def _build_editor(self) -> None:
        with gr.Column(visible=False, elem_id="editor") as self.editor:
            self.heading = html()
            with gr.Column() as self.form:
                self.fields = metadata_fields()
            self.text = gr.Textbox(label=_BODY, lines=12, max_lines=24)
            self.seen = gr.State(None)
            with gr.Row():
                self.save = gr.Button("Enregistrer", variant="primary", min_width=160)
                self.remove = gr.Button("Retirer du corpus…", elem_classes="danger", min_width=160)
                self.close = gr.Button("Fermer", min_width=120)
            with gr.Row(visible=False) as self.sure:
                html(_SURE)
                self.yes = gr.Button("Oui, la retirer", variant="stop", min_width=160)
                self.no = gr.Button("Non, la garder", min_width=160)
            with gr.Accordion("Aperçu : la note telle que les membres la lisent", open=False):
                self.preview = html()
            with gr.Accordion("Passages : ce que la recherche voit", open=False):
                self.chunks = html()

    def _connect(self) -> None:
        listing = [self.search, self.order]
        views = [self.heading, self.form, *self.fields, self.text, self.seen, self.preview, self.chunks]
        shown = [self.said, self.editor, self.sure, *views]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        for event in (self.search.change, self.order.input):
            event(self.refresh, listing, self.table, trigger_mode="always_last", **quiet)
        self.opened.change(self._open, self.opened, shown, **quiet)
        self.save.click(self._save, [self.seen, self.text, *listing, *self.fields], [*shown, self.table], **quiet)
        self.remove.click(lambda: gr.update(visible=True), outputs=self.sure, **quiet)
        self.no.click(lambda: gr.update(visible=False), outputs=self.sure, **quiet)
        self.yes.click(self._remove, [self.seen, *listing], [self.said, self.editor, self.sure, self.table], **quiet)
        self.close.click(lambda: gr.update(visible=False), outputs=self.editor, **quiet)

    def _open(self, request: gr.Request, note_id: str) -> list[Any]:
        who(request)
        return self._shown(note_id.partition("#")[0], "")

    def _shown(self, note_id: str, message: str) -> list[Any]:
        """Everything that shows one note, or why it cannot be shown."""
        views: list[Any] = []

        def work() -> str:
            file = self._desk.opened(note_id)
            views.extend(self._views(file))
            return message

        said = told(work)
        if not views:
            return [said, gr.update(visible=False), gr.update(visible=False), *self._unchanged()]
        return [said, gr.update(visible=True), gr.update(visible=False), *views]

    def _views(self, file: NoteFile) -> list[Any]:
        """The editor's values; of a file with faults, its whole text, to mend as it is."""
        where = f"{file.id} · {self._desk.relative(file.path)}"
        if file.note is None:
            heading = f"<h2>{escape_line(where)}</h2>{failed(_FAULTY)}"
            whole = gr.update(value=file.content, label=_WHOLE)
            return [heading, gr.update(visible=False), *(gr.update() for _ in self.fields), whole, file, "", ""]
        note = file.note
        original = self._desk.original(file)
        kept = f" · document d’origine : {escape_line(original)}" if original else ""
        heading = f'<h2>{escape_line(note.title)}</h2><p class="meta">{escape_line(where)}{kept}</p>'
        body = gr.update(value=note.text, label=_BODY)
        chunks = chunk_list(self._desk.chunks(note))
        return [heading, gr.update(visible=True), *metadata_values(note), body, file, preview(note), chunks]

    def _save(
        self, request: gr.Request, seen: NoteFile | None, text: str, search: str, order: str, *fields: Any
    ) -> list[Any]:
        saved: list[str] = []

        def work() -> str:
            if seen is None:
                return failed("Ouvrez d’abord une note.")
            person = who(request)
            whole = seen.note is None
            note = (
                self._desk.mend(seen, text, person) if whole else self._desk.save(seen, changes(*fields), text, person)
            )
            saved.append(note.id)
            return done("Enregistré. Les membres le verront à la prochaine publication.")

        message = told(work)
        if not saved:  # what was typed stays on the page
            return [message, gr.update(), gr.update(), *self._unchanged(), gr.update()]
        return [*self._shown(saved[0], message), self._listed(search, order)]

    def _remove(self, request: gr.Request, seen: NoteFile | None, search: str, order: str) -> list[Any]:
        removed: list[bool] = []

        def work() -> str:
            if seen is None:
                return failed("Ouvrez d’abord une note.")
            self._desk.remove(seen, who(request))
            removed.append(True)
            return done(f"« {seen.id} » est dans la corbeille (onglet « Vérifier »).")

        message = told(work)
        editor = gr.update(visible=False) if removed else gr.update()
        return [message, editor, gr.update(visible=False), self._listed(search, order)]

    def _unchanged(self) -> list[Any]:
        return [gr.update() for _ in range(6 + len(self.fields))]
