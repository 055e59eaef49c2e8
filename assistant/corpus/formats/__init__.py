"""A document of any format that we take -> its main text as Markdown, or the reason why not."""

from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.worker import MAX_BYTES, Extractor, extract

__all__ = ["MAX_BYTES", "Extracted", "Extractor", "extract"]
