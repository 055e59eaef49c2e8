"""A document of any format that we take -> its main text as Markdown, or the reason why not."""

from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.worker import Extractor, extract

__all__ = ["Extracted", "Extractor", "extract"]
