"""The tab « Versions »: the builds, a way back to each, and the journal of who did what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from assistant.audit import Entry
from assistant.desk import Desk
from assistant.index import BuildInfo
from assistant.ui.markup import escape_line
from assistant.ui.staff.handling import told, who
from assistant.ui.staff.parts import html
from assistant.ui.staff.tables import badge, done, failed, local_time, progress, size, table

_SHOWN = 200  # entries of the journal, the newest
_WARNING = (
    "<p>Les membres auront aussitôt les réponses de cette version. Les notes du corpus ne changent pas : une nouvelle "
    "publication les remettra en service.</p>"
)


def builds_table(builds: Sequence[BuildInfo]) -> str:
    """The builds, newest first."""
    headers = ("Version", "Faite le", "Par", "Notes", "Passages", "Taille", "État")
    return table(headers, map(_build, builds), "Les versions gardées", "Rien n’a encore été publié.")


def _build(build: BuildInfo) -> tuple[str, ...]:
    state = badge("en service", "good") if build.published else badge("abîmée", "bad") if build.fault else "gardée"
    day = escape_line(local_time(build.created)) if build.created else "–"
    return (build.id, day, escape_line(build.by) or "–", str(build.notes), str(build.chunks), size(build.size), state)


def journal_table(entries: Sequence[Entry]) -> str:
    """The journal, newest first."""
    rows = [
        (
            escape_line(local_time(entry.when)),
            escape_line(entry.who),
            escape_line(entry.what),
            escape_line(entry.detail) or "–",
            escape_line(" → ".join(build for build in (entry.before, entry.after) if build)) or "–",
        )
        for entry in reversed(entries[-_SHOWN:])
    ]
    return table(("Quand", "Qui", "Quoi", "Détail", "Versions"), rows, "Le journal", "Le journal est vide.")


class VersionsTab:
    """The components of the tab and their events."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.said = html(elem_id="versions-said", live=True)
        self.builds = html(elem_id="builds")
        with gr.Row():
            self.chosen = gr.Dropdown([], label="Version", interactive=True, scale=2, min_width=240)
            self.back = gr.Button("Revenir à cette version…", min_width=200)
        with gr.Row(visible=False) as self.sure:
            html(_WARNING)
            self.yes = gr.Button("Oui, y revenir", variant="stop", min_width=160)
            self.no = gr.Button("Non", min_width=120)
        with gr.Accordion("Journal : qui a fait quoi", open=True):
            self.journal = html(elem_id="journal")
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.back.click(lambda: gr.update(visible=True), outputs=self.sure, **quiet)
        self.no.click(lambda: gr.update(visible=False), outputs=self.sure, **quiet)
        self.yes.click(self._roll_back, self.chosen, self.views, **quiet)

    @property
    def views(self) -> list[gr.components.Component]:
        """What `refresh` fills."""
        return [self.said, self.builds, self.chosen, self.sure, self.journal]

    def refresh(self, request: gr.Request) -> list[Any]:
        """The builds and the journal."""
        who(request)
        return self._shown("")

    def _shown(self, said: str) -> list[Any]:
        builds: list[BuildInfo] = []

        def work() -> str:
            builds.extend(self._desk.builds())
            return builds_table(builds)

        table_or_fault = told(work)
        others = [build for build in builds if build.created and not build.published and not build.fault]
        choices = [
            (f"{local_time(build.created)} · {build.notes} notes", build.id) for build in others if build.created
        ]
        chosen = gr.update(choices=choices, value=choices[0][1] if choices else None)
        return [said, table_or_fault, chosen, gr.update(visible=False), journal_table(self._desk.journal())]

    def _roll_back(self, request: gr.Request, build: str | None) -> Iterator[list[Any]]:
        yield [progress("Vérification de la version…", 0, 0), *(gr.update() for _ in range(4))]

        def work() -> str:
            if not build:
                return failed("Il n’y a pas d’autre version à laquelle revenir.")
            self._desk.roll_back(build, who(request))
            return done(f"La version {build} est en service : les membres ont ses réponses.")

        yield self._shown(told(work))
