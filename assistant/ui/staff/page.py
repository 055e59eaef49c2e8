"""`/corpus`: one tab for each thing that staff do with the notes, from a document to the members' answers."""

from __future__ import annotations

import gradio as gr

from assistant.desk import Desk
from assistant.models import Role
from assistant.ui.places import Place
from assistant.ui.staff.adding import AddingTab
from assistant.ui.staff.checking import CheckingTab
from assistant.ui.staff.notes import NotesTab
from assistant.ui.staff.parts import html
from assistant.ui.staff.publishing import PublishingTab
from assistant.ui.staff.versions import VersionsTab

TITLE = "Les notes"
INTRODUCTION = "Ajoutez des documents, corrigez-les, publiez : les membres les trouvent à la question suivante."
CONCURRENCY = 4  # events of the page at once: few staff, and the members' questions come first


def staff_place(desk: Desk) -> Place:
    """The page, its path and its role."""
    return Place("/corpus", TITLE, Role.STAFF, lambda: build_staff(desk), ("staff.css",), ("staff.js",))


def build_staff(desk: Desk) -> gr.Blocks:
    """The page and its events."""
    demo = gr.Blocks(
        title=f"{TITLE} · Assistant France urbaine",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(3600, 86_400),
    )
    with demo:
        html(f"<h1>{TITLE}</h1><p>{INTRODUCTION}</p>", elem_id="staff-top")
        with gr.Tabs():
            with gr.Tab("Notes", id="notes") as notes:
                listing = NotesTab(desk)
            with gr.Tab("Ajouter", id="ajouter"):
                AddingTab(desk)
            with gr.Tab("Vérifier", id="verifier") as checks:
                checking = CheckingTab(desk)
            with gr.Tab("Publier", id="publier") as publish:
                publishing = PublishingTab(desk)
            with gr.Tab("Versions", id="versions") as builds:
                versions = VersionsTab(desk)
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        for event in (demo.load, notes.select):
            event(listing.refresh, [listing.search, listing.order], listing.table, **quiet)
        checks.select(checking.refresh, outputs=checking.views, **quiet)
        publish.select(publishing.refresh, outputs=publishing.views, **quiet)
        builds.select(versions.refresh, outputs=versions.views, **quiet)
    demo.queue(default_concurrency_limit=CONCURRENCY, max_size=64, api_open=False)
    return demo
