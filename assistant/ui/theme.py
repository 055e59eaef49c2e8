"""Colours and fonts of Gradio's own parts. Fonts are the reader's: nothing is fetched."""

from __future__ import annotations

import gradio as gr

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.blue,
    neutral_hue=gr.themes.colors.slate,
    font=[gr.themes.Font("sans-serif")],
    font_mono=[gr.themes.Font("monospace")],
)
