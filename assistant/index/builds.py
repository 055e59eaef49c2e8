"""The builds that are kept: listed, gone back to, set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant import audit
from assistant.audit import Entry
from assistant.embedding import EmbedderIdentity
from assistant.errors import IndexMissingError, IndexStoreError
from assistant.index.build import (
    BUILDS,
    build_ids,
    check_embedder,
    publish,
    published_build_id,
    read_manifest,
    usable_build_id,
)
from assistant.index.lock import Holder, writer_lock
from assistant.index.manifest import Manifest
from assistant.index.requests import unwritable
from assistant.index.server import Server
from assistant.index.sweep import put_in_order
from assistant.index.verify import is_damaged, mark_damaged, verify, verify_served


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """One kept build. `fault` says why it cannot be gone back to, None where it can as far as is known; what its
    manifest would say is then left out. `size` is in bytes.
    """

    id: str
    published: bool
    size: int
    created: datetime | None = None
    by: str = ""
    notes: int = 0
    chunks: int = 0
    parent: str | None = None
    fault: str | None = None


def list_builds(index_dir: Path) -> list[BuildInfo]:
    """The builds that are kept, newest first."""
    published = usable_build_id(index_dir)
    return [_info(index_dir / BUILDS / key, key == published) for key in reversed(build_ids(index_dir))]


def _info(folder: Path, published: bool) -> BuildInfo:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        made = Manifest.read(folder)
    except IndexStoreError as error:
        return BuildInfo(folder.name, published, size, fault=str(error))
    return BuildInfo(
        folder.name,
        published,
        size,
        datetime.fromisoformat(made.created),
        made.by,
        made.notes,
        made.chunks,
        made.parent,
        "mise à l'écart : elle est abîmée" if is_damaged(folder) else None,
    )


def rollback(
    index_dir: Path,
    who: str,
    identity: EmbedderIdentity,
    build_id: str | None = None,
    state_dir: Path | None = None,
    server: Server | None = None,
) -> tuple[str, str]:
    """Publish a kept build again; gives the builds before and after.

    Args:
        index_dir: where the builds are.
        who: for the journal.
        identity: of the embedder in use.
        build_id: which one; where left out, the one that was published before the present one.
        state_dir: where the journal is.
        server: where builds may have their vectors.

    Raises:
        IndexBusyError: another process writes.
        IndexMissingError: there is no such build.
        IndexMismatchError: it was made with another embedder or format.
        IndexCorruptError: it is damaged.
        IndexServerError: the server does not answer, or no longer has its vectors.
    """
    before = published_build_id(index_dir)
    try:
        with writer_lock(index_dir, Holder(who, "retour à une version")):
            put_in_order(index_dir, state_dir, server)
            before = published_build_id(index_dir)
            after = build_id or _one_before(index_dir, before)
            if after not in build_ids(index_dir):
                raise IndexMissingError(f"La version « {after} » n'existe pas : voyez « assistant index builds ».")
            folder = index_dir / BUILDS / after
            manifest = read_manifest(folder)
            check_embedder(folder, manifest, identity)
            verify(folder, manifest)
            verify_served(folder, manifest, server)
            publish(index_dir, after)
    except OSError as error:
        raise unwritable(index_dir, error) from error
    if state_dir is not None and after != before:
        audit.record(state_dir, Entry(who, "retour à une version", before=before, after=after))
    return before, after


def _one_before(index_dir: Path, published: str) -> str:
    """The build that was published before, else the next older one that is whole."""
    whole = [key for key in build_ids(index_dir) if not is_damaged(index_dir / BUILDS / key)]
    try:
        parent = Manifest.read(index_dir / BUILDS / published).parent
    except IndexStoreError:
        parent = None
    older = [key for key in whole if key < published]
    if parent in whole:
        return str(parent)
    if not older:
        raise IndexMissingError("Il n'y a pas de version plus ancienne à laquelle revenir.")
    return older[-1]


def set_aside(index_dir: Path, damaged: str | None, identity: EmbedderIdentity, why: str) -> str | None:
    """Mark the published build as damaged and publish the one before it that opens; None where none does.

    Args:
        index_dir: where the builds are.
        damaged: which build it is; nothing happens where another one was published meanwhile.
        identity: of the embedder in use.
        why: what was found.

    Raises:
        IndexBusyError: another process writes.
    """
    with writer_lock(index_dir, Holder("l'assistant", "mise à l'écart d'une version abîmée")):
        return replace_damaged(index_dir, damaged, identity, why)


def replace_damaged(index_dir: Path, damaged: str | None, identity: EmbedderIdentity, why: str) -> str | None:
    """`set_aside` for who holds the writer's lock."""
    if damaged is not None and usable_build_id(index_dir) not in (damaged, None):
        return usable_build_id(index_dir)
    if damaged is not None and (index_dir / BUILDS / damaged).is_dir():
        mark_damaged(index_dir / BUILDS / damaged, why)
    ids = build_ids(index_dir)
    older = [key for key in ids if damaged is None or key < damaged]
    for key in (*reversed(older), *(key for key in ids if key not in older)):
        folder = index_dir / BUILDS / key
        try:
            manifest = read_manifest(folder)
            check_embedder(folder, manifest, identity)
            verify(folder, manifest)
        except IndexStoreError:
            continue
        publish(index_dir, key)
        return key
    return None
