"""The Gradio chat and its pages: they render what the assistant gives, and decide nothing."""

from assistant.ui.server import build_app, serve

__all__ = ["build_app", "serve"]
