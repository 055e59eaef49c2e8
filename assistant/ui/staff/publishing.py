"""The tab « Publier »: what would change, what a question would find, and the publication itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from assistant.desk import Desk
from assistant.errors import AssistantError
from assistant.index import Change, Plan, Progress
from assistant.ui.markup import escape_line
from assistant.ui.staff.handling import APOLOGY, logger, told, who
from assistant.ui.staff.parts import html, passage_list
from assistant.ui.staff.stages import stages
from assistant.ui.staff.tables import badge, done, failed, note_link, progress, table

_HEADERS = ("Note", "Changement", "Passages")


def plan_view(plan: Plan) -> str:
    """What a publication would change, and what would stop it."""
    rows = [
        *_changes(plan.added, "nouvelle", "good"),
        *_changes(plan.changed, "modifiée", "warn"),
        *_changes(plan.removed, "retirée", "bad"),
    ]
    same = len(plan.unchanged)
    held = "".join(map(failed, (*([plan.stopped] if plan.stopped else []), *plan.warnings)))
    anew = f"<p>Tout sera refait : {escape_line(plan.anew)}.</p>" if plan.anew else ""
    told = f"<p>{same} note{'s' * (same > 1)} inchangée{'s' * (same > 1)}.</p>"
    return held + table(_HEADERS, rows, "Ce qui changerait", "Rien à publier.") + told + anew


def _changes(changes: Sequence[Change], word: str, tone: str) -> list[tuple[str, ...]]:
    gone = word == "retirée"
    return [
        (escape_line(c.title) if gone else note_link(c.note_id, c.title), badge(word, tone), _count(c)) for c in changes
    ]


def _count(change: Change) -> str:
    """`3`, or `3, 2 avant`."""
    before, after = change.before or 0, change.after or 0
    return str(after) if change.before in (None, change.after) else f"{after}, {before} avant"


class PublishingTab:
    """The components of the tab and their events."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.said = html(elem_id="publish-said", live=True)
        self.plan = html(elem_id="plan")
        with gr.Row():
            self.publish = gr.Button("Publier", variant="primary", min_width=200, elem_id="publish")
            self.force = gr.Checkbox(
                label="Publier même si plus d’une note sur cinq disparaît", elem_id="force", min_width=260
            )
        html("<h2>Qu’est-ce que cette question trouverait ?</h2>")
        with gr.Row():
            self.question = gr.Textbox(
                label="Question",
                info="Cherchée dans les notes telles qu’elles seraient publiées",
                scale=3,
                min_width=240,
            )
            self.find = gr.Button("Chercher", min_width=140, scale=1)
        self.found = html(elem_id="found", live=True)
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.publish.click(self._publish, self.force, [self.said, self.plan, self.force, self.publish], **quiet)
        gr.on([self.find.click, self.question.submit], self._find, self.question, self.found, **quiet)

    @property
    def views(self) -> list[gr.components.Component]:
        """What `refresh` fills."""
        return [self.said, self.plan]

    def refresh(self, request: gr.Request) -> list[Any]:
        """What would change now."""
        who(request)
        return ["", self._plan()]

    def _plan(self) -> str:
        return told(lambda: plan_view(self._desk.plan()))

    def _publish(self, request: gr.Request, force: bool) -> Iterator[list[Any]]:
        person = who(request)
        busy, free = gr.update(interactive=False), gr.update(interactive=True)
        yield [progress("Publication…", 0, 0), gr.update(), gr.update(), busy]
        said = ""
        try:
            for event in stages(lambda tell: self._desk.publish(person, force, tell)):
                if isinstance(event, Progress):
                    yield [progress(event.stage, event.done, event.total), gr.update(), gr.update(), busy]
                else:
                    said = done(event.value)
        except AssistantError as error:
            said = failed(str(error))
        except Exception:
            logger.exception("Une publication a échoué")
            said = failed(APOLOGY)
        yield [said, self._plan(), False, free]

    def _find(self, request: gr.Request, question: str) -> Iterator[str]:
        who(request)
        yield progress("Recherche…", 0, 0)
        yield told(lambda: passage_list(self._desk.find(question.strip())))
