"""A folder of Markdown files with front matter -> notes."""

from assistant.corpus.reader import Corpus, load_corpus, note_files, read_corpus

__all__ = ["Corpus", "load_corpus", "note_files", "read_corpus"]
