"""The tab « Vérifier »: faults and warnings with the note to open, and the trash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.corpus.check import Report
from assistant.corpus.trash import Removed
from assistant.desk import Desk
from assistant.ui.markup import escape_line
from assistant.ui.staff.handling import told, who
from assistant.ui.staff.parts import html
from assistant.ui.staff.tables import badge, done, failed, local_time, note_link, table

_NO_FAULT = "<p>Aucune erreur : toutes les notes peuvent être publiées.</p>"


def report_view(desk: Desk, report: Report) -> str:
    """Faults first: they keep the old version of their note in service."""
    named = [(desk.relative(fault.path), fault) for fault in report.faults]
    faults = [(note_link(file, file), str(f.line or "–"), escape_line(f.message)) for file, f in named]
    warnings = [
        (
            note_link(w.note_id, w.note_id),
            str(w.line or "–"),
            escape_line(w.message) + (f" ({note_link(w.other_id, 'ouvrir l’autre')})" if w.other_id else ""),
        )
        for w in report.warnings
    ]
    stops = table(("Fichier", "Ligne", "Erreur"), faults, "À corriger : l’ancienne version reste en service", "")
    looks = table(("Note", "Ligne", "À regarder"), warnings, "À regarder, sans urgence", "Rien d’autre à signaler.")
    counts = badge(f"{len(faults)} erreur{'s' * (len(faults) > 1)}", "bad" if faults else "good")
    counts += " " + badge(f"{len(warnings)} avertissement{'s' * (len(warnings) > 1)}", "warn" if warnings else "good")
    return f"<p>{len(report.notes)} notes lues. {counts}</p>" + (stops if faults else _NO_FAULT) + looks


def trash_table(removed: Sequence[Removed]) -> str:
    """What was removed, last first."""
    rows = [
        (escape_line(r.title), escape_line(r.id), escape_line(local_time(r.when)), escape_line(r.who)) for r in removed
    ]
    return table(("Titre", "Identifiant", "Retirée le", "Par"), rows, "La corbeille", "La corbeille est vide.")


class CheckingTab:
    """The components of the tab and their events."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.report = html(elem_id="report", live=True)
        self.said = html(elem_id="trash-said", live=True)
        self.trash = html(elem_id="trash")
        with gr.Row():
            self.removed = gr.Dropdown([], label="Note de la corbeille", interactive=True, scale=2, min_width=220)
            self.restore = gr.Button("Remettre dans le corpus", min_width=180)
            self.empty = gr.Button("Vider la corbeille…", elem_classes="danger", min_width=180)
        with gr.Row(visible=False) as self.sure:
            html("<p>Les notes de la corbeille et leurs documents seront supprimés pour de bon.</p>")
            self.yes = gr.Button("Oui, les supprimer", variant="stop", min_width=160)
            self.no = gr.Button("Non, les garder", min_width=160)
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        bin_views = [self.said, self.trash, self.removed, self.sure]
        self.restore.click(self._restore, self.removed, bin_views, **quiet)
        self.empty.click(lambda: gr.update(visible=True), outputs=self.sure, **quiet)
        self.no.click(lambda: gr.update(visible=False), outputs=self.sure, **quiet)
        self.yes.click(self._empty, outputs=bin_views, **quiet)

    def refresh(self, request: gr.Request) -> list[Any]:
        """The report, and what the trash holds."""
        who(request)
        return [told(lambda: report_view(self._desk, self._desk.report())), *self._bin("")]

    @property
    def views(self) -> list[gr.components.Component]:
        """What `refresh` fills."""
        return [self.report, self.said, self.trash, self.removed, self.sure]

    def _bin(self, said: str) -> list[Any]:
        removed = self._desk.trash()
        choices = [(f"{r.title} ({local_time(r.when)})", r.entry) for r in removed]
        chosen = gr.update(choices=choices, value=choices[0][1] if choices else None)
        return [said, trash_table(removed), chosen, gr.update(visible=False)]

    def _restore(self, request: gr.Request, entry: str | None) -> list[Any]:
        def work() -> str:
            if not entry:
                return failed("La corbeille est vide.")
            return done(f"La note est de nouveau dans le corpus : {self._desk.restore(entry, who(request))}.")

        return self._bin(told(work))

    def _empty(self, request: gr.Request) -> list[Any]:
        def work() -> str:
            count = self._desk.empty_trash(who(request))
            return done(f"{count} note{'s' * (count > 1)} supprimée{'s' * (count > 1)} pour de bon.")

        return self._bin(told(work))
