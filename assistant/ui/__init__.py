"""The Gradio chat and the pages beside it: they render what the assistant gives, and decide nothing."""

from assistant.ui.server import build_app, serve
from assistant.ui.staff import staff_place

__all__ = ["build_app", "serve", "staff_place"]
