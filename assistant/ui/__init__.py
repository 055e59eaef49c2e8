"""The Gradio chat and the pages beside it: they render what the assistant gives, and decide nothing.

Empty, since Gradio takes seconds to import: take `build_app` and `serve` from `assistant.ui.server`, pages from their
rooms.
"""
