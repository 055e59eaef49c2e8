"""A folder of Markdown files with front matter -> notes."""

from assistant.corpus.reader import load_corpus, note_files

__all__ = ["load_corpus", "note_files"]
