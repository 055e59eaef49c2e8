"""Chunks -> an immutable build on disk: made, verified, published in one step, opened for reading."""

from assistant.index.build import Build, current_build_id, published_build_id
from assistant.index.builds import BuildInfo, list_builds, rollback
from assistant.index.kept import note_as_cited
from assistant.index.lock import lock_state
from assistant.index.plan import Change, Plan, compare
from assistant.index.progress import Progress
from assistant.index.reader import Reader
from assistant.index.recipe import Recipe
from assistant.index.server import Server
from assistant.index.sweep import leftover
from assistant.index.sync import Publisher, SyncReport, sync

__all__ = [
    "Build",
    "BuildInfo",
    "Change",
    "Plan",
    "Progress",
    "Publisher",
    "Reader",
    "Recipe",
    "Server",
    "SyncReport",
    "compare",
    "current_build_id",
    "leftover",
    "list_builds",
    "lock_state",
    "note_as_cited",
    "published_build_id",
    "rollback",
    "sync",
]
