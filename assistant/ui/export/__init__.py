"""A conversation as a document that its reader keeps: Markdown, or PDF."""

from assistant.ui.export.markdown import to_markdown
from assistant.ui.export.pdf import to_pdf

__all__ = ["to_markdown", "to_pdf"]
