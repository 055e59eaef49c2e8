"""The Gradio chat and the pages beside it: they render what the assistant gives, and decide nothing."""

from assistant.ui.evaluation import evaluation_place
from assistant.ui.server import build_app, serve
from assistant.ui.staff import staff_place

__all__ = ["build_app", "evaluation_place", "serve", "staff_place"]
