"""Two small pages of the kind that the gate protects: one event, one upload, who asks."""

from __future__ import annotations

import threading
from pathlib import Path

import gradio as gr

from assistant.models import Role
from assistant.ui.gate import current_user
from assistant.ui.places import Place

#: Held by `wait` until a test lets it go on.
HOLD = threading.Event()


def _greet(text: str, request: gr.Request) -> str:
    return f"{current_user(request).name} : {text}"


def _wait(request: gr.Request) -> str:
    assert HOLD.wait(20)
    return current_user(request).name


def _measure(path: str | None, request: gr.Request) -> str:
    current_user(request)
    return f"{Path(path).stat().st_size} octets" if path else ""


def _page() -> gr.Blocks:
    with gr.Blocks(title="Essai", analytics_enabled=False) as demo:
        typed, said = gr.Textbox(label="Texte"), gr.Textbox(label="Réponse")
        gr.Button("Saluer").click(_greet, typed, said, api_name="greet")
        gr.Button("Attendre").click(_wait, None, said, api_name="wait")
        file, size = gr.File(label="Fichier"), gr.Textbox(label="Taille")
        file.upload(_measure, file, size, api_name="measure")
        gr.Button("Caché", visible=False).click(_greet, typed, said, api_visibility="private")
    return demo


PLACES = (
    Place("/corpus", "Notes", Role.STAFF, _page),
    Place("/evaluation", "Évaluation", Role.EVALUATOR, _page),
)
