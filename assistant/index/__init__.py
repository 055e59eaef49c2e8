"""Chunks -> an immutable build on disk: made, verified, published in one step, opened for reading."""

from assistant.index.build import Build, current_build_id, published_build_id
from assistant.index.reader import Reader
from assistant.index.sync import Recipe, SyncReport, pending, sync

__all__ = ["Build", "Reader", "Recipe", "SyncReport", "current_build_id", "pending", "published_build_id", "sync"]
