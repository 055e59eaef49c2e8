"""Colours, fonts and words of Gradio's own parts. Fonts are the reader's: nothing is fetched."""

from __future__ import annotations

import gradio as gr

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.blue,
    neutral_hue=gr.themes.colors.slate,
    font=[gr.themes.Font("sans-serif")],
    font_mono=[gr.themes.Font("monospace")],
)

# Gradio takes the browser's language: its words are given in French whatever that is.
_WORDS = {
    "chatbot.copy_message": "Copier le message",
    "chatbot.copied_message": "Message copié",
    "common.submit": "Envoyer",
    "common.clear": "Effacer",
    "common.error": "Erreur",
    "common.loading": "Chargement",
    "upload_text.drop_file": "Déposez des documents ici",
    "upload_text.click_to_upload": "Choisissez-les sur cet appareil",
    "common.or": "ou",
}
TRANSLATIONS = gr.I18n(fr=_WORDS, en=_WORDS)
