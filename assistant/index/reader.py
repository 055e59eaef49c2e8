"""Readers of the published build: each question leases it; a build that was replaced closes with its last reader."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.embedding import EmbedderIdentity
from assistant.errors import IndexBusyError, IndexCorruptError, IndexMissingError, IndexStoreError
from assistant.index.build import BUILDS, Build, current_build_id
from assistant.index.builds import set_aside
from assistant.index.manifest import corrupt
from assistant.index.server import Server

log = logging.getLogger(__name__)


class Reader:
    """Opens the published build, and the next one once it is published. Safe to share between threads."""

    def __init__(self, index_dir: Path, identity: EmbedderIdentity, server: Server | None = None) -> None:
        self._index_dir = index_dir
        self._identity = identity
        self._server = server
        self._state = threading.Lock()
        self._opening = threading.Lock()
        self._leases: Counter[Build] = Counter()
        self._refused: str | None = None
        self.followed = 0  # builds opened since the first
        self._build = self._open()

    @property
    def current(self) -> Build:
        """The build that is open now, without a lease: for a process in which nothing is published."""
        return self._build

    @contextmanager
    def lease(self) -> Iterator[Build]:
        """The published build, kept open until the block ends.

        Where a newly published one cannot be used, the one before goes on answering and the log says why.
        """
        self._follow()
        with self._state:
            build = self._build
            self._leases[build] += 1
        try:
            yield build
        finally:
            with self._state:
                self._leases[build] -= 1
                self._close_unused(build)

    def ready(self) -> str:
        """The id of the build that answers, once looked whether it can.

        Raises:
            IndexMissingError: its folder was removed.
            IndexStoreError: it, or the pointer, cannot be read.
        """
        with self.lease() as build:
            folder = self._index_dir / BUILDS / build.id
            if not folder.is_dir():  # files that are open outlive their names, until the next start
                raise IndexMissingError(f"Le dossier {folder} a disparu : refaites l'index (« assistant index sync »).")
            try:
                build.catalogue.touch()
            except sqlite3.Error:
                raise IndexCorruptError(corrupt(folder, "son catalogue ne se lit plus")) from None
            return build.id

    def close(self) -> None:
        """Release the files of the current build."""
        self._build.close()

    def _open(self) -> Build:
        """The published build; where it is damaged, the one before, which is published again."""
        try:
            return self._open_current()
        except IndexCorruptError as error:
            if self._fall_back(error) is None:
                raise
            return self._open_current()

    def _open_current(self) -> Build:
        return Build.open_current(self._index_dir, self._identity, self._server)

    def _fall_back(self, error: IndexCorruptError) -> str | None:
        try:
            damaged = current_build_id(self._index_dir)
        except IndexCorruptError:
            damaged = None
        try:
            before = set_aside(self._index_dir, damaged, self._identity, str(error))
        except (IndexBusyError, OSError):  # who writes now will see to it
            return None
        if before:
            log.warning("La version %s est abîmée : la version %s est remise en service. %s", damaged, before, error)
        return before

    def _follow(self) -> None:
        """Open what was published since. While one thread does, the others go on with the build that they have."""
        published = current_build_id(self._index_dir)
        if published in (self._build.id, self._refused, None) or not self._opening.acquire(blocking=False):
            return
        try:
            new = self._open()
            with self._state:
                old, self._build = self._build, new
                self.followed += 1
                self._close_unused(old)
        except IndexStoreError as error:
            self._refused = published
            log.error("La version %s continue de répondre. %s", self._build.id, error)
        finally:
            self._opening.release()

    def _close_unused(self, build: Build) -> None:
        if build is not self._build and not self._leases[build]:
            del self._leases[build]
            build.close()
