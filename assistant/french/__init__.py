"""The French language: sentences and words, for search and for selection."""
