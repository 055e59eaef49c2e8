"""Makes a build in the writer's process: cloned and changed, or whole; looked at, sealed, published in one step.

In two halves, for texts need no vectors: `begin` writes the catalogue while the caller still embeds, `finish` the rest.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant import chunking
from assistant.audit import Entry
from assistant.embedding import EmbedderIdentity
from assistant.errors import IndexStoreError
from assistant.index import catalogue, catalogue_writer, store, unreached, vectors
from assistant.index.build import BUILDS, build_ids, flush, id_of, publish, usable_build_id
from assistant.index.catalogue import Catalogue, note_hash
from assistant.index.kept import keep_old
from assistant.index.manifest import SCHEMA, Manifest, checksums
from assistant.index.places import Collection, Folder, new_collection, place_of, served_name
from assistant.index.progress import Progress, Tell
from assistant.index.rules import rules
from assistant.index.server import Server
from assistant.index.sweep import MAKING, PENDING, conclude, prune, sweep_server
from assistant.index.vectors import Vectors
from assistant.index.verify import stamp
from assistant.models import Chunk, Note

_GROWN = 1.25  # elements of a store for each vector that counts: beyond, it is written anew
_OLD = "old-chroma"


@dataclass(frozen=True, slots=True)
class Job:
    """What a build is to be made of.

    Args:
        parent: the published build, which is cloned or from which vectors are taken over; None where there is none that
            can be used.
        whole: the catalogue is written anew from `notes`, which are then all notes.
        rewrite: the store is written anew.
        gone: ids of the notes that are removed or put in anew.
        notes: those that are put in.
        chunks: theirs.
        order: id and file of every note of the build, in the corpus' order.
        entry: for the journal; `after` is filled in.
        server: where the parent may have its vectors; the build gets its own there where `served`.
    """

    parent: str | None
    whole: bool
    rewrite: bool
    gone: tuple[str, ...]
    notes: tuple[Note, ...]
    chunks: tuple[Chunk, ...]
    order: tuple[tuple[str, str], ...]
    embedder: EmbedderIdentity
    chunk_tokens: int
    entry: Entry
    state_dir: Path | None = None
    server: Server | None = None
    served: bool = False
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the caller computes meanwhile: vectors of those of the chunks that the parent does not hold, by id, and the
    mean and standard deviation of the embedder's cosines of unrelated texts.
    """

    vectors: Mapping[str, Vectors]
    spread: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Begun:
    """A build whose catalogue is written: its id, what it is a clone of, its folder, and its chunks' ids in order."""

    id: str
    parent: Manifest | None
    making: Path
    chunks: tuple[str, ...]
    job: Job


def begin(index_dir: Path, job: Job) -> Begun:
    """Clone the parent and write the catalogue. The caller holds the writer's lock and has swept.

    Raises:
        IndexStoreError: the parent is no longer the published build, or the catalogue does not hold what was written.
        OSError, sqlite3.Error: it cannot be written; nothing is left of it.
    """
    if job.parent is not None and job.parent != usable_build_id(index_dir):
        raise IndexStoreError("L'index a été changé entre-temps : relancez la commande.")
    build_id = _new_id(index_dir, job)
    making = index_dir / BUILDS / f"{MAKING}{build_id}"
    try:
        parent = None if job.parent is None else Manifest.read(index_dir / BUILDS / job.parent)
        making.mkdir()
        if parent:
            _clone(index_dir / BUILDS / parent.id, making, parent)
        return Begun(build_id, parent, making, tuple(_write_catalogue(making / catalogue.FILE, job)), job)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def finish(index_dir: Path, begun: Begun, embedded: Embedded, tell: Tell) -> Manifest:
    """Write the vectors, look whether all is there, seal, and publish.

    Raises:
        IndexStoreError: the store does not hold what was written.
        OSError, ChromaError: it cannot be written; nothing is left of it.
    """
    made = index_dir / BUILDS / begun.id
    try:
        manifest = _write(index_dir, begun, embedded, tell)
        newest = build_ids(index_dir)[-1:]
        begun.making.rename(made)
        flush(made.parent)
        for before in newest:
            keep_old(index_dir, before, begun.id)
        tell(Progress("Publication"))
        publish(index_dir, begun.id)
    except BaseException:
        for half in (begun.making, made):
            shutil.rmtree(half, ignore_errors=True)
        sweep_server(index_dir, begun.job.server)
        raise
    conclude(made, begun.job.state_dir)
    prune(index_dir)
    sweep_server(index_dir, begun.job.server)
    return manifest


def _write(index_dir: Path, begun: Begun, embedded: Embedded, tell: Tell) -> Manifest:
    job, making = begun.job, begun.making
    write = _write_served if job.served else _write_store
    written = write(index_dir, begun, embedded.vectors, tell)
    unreached.write(making, written.unreached)
    tell(Progress("Scellement"))
    mean, std = embedded.spread
    manifest = Manifest(
        id=begun.id,
        schema=SCHEMA,
        created=job.created.isoformat(timespec="seconds"),
        by=job.entry.who,
        parent=usable_build_id(index_dir),
        embedder=job.embedder,
        similarity_mean=mean,
        similarity_std=std,
        chunk_tokens=job.chunk_tokens,
        chunking_version=chunking.VERSION,
        rules=rules(),
        notes=len(job.order),
        chunks=len(begun.chunks),
        elements=written.elements,
        checksums=checksums(making),
    )
    manifest.write(making)
    stamp(making)
    entry = replace(job.entry, before=manifest.parent, after=begun.id)
    (making / PENDING).write_text(json.dumps(asdict(entry), ensure_ascii=False), encoding="utf-8")
    for path in [*making.rglob("*"), making]:
        flush(path)
    return manifest


def _clone(source: Path, making: Path, parent: Manifest) -> None:
    """Copy what the parent's manifest seals, no more; the copy is compared, for readers have the files open."""
    for name in parent.checksums:
        (making / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, making / name)
    parent.verify(making)


def _write_catalogue(path: Path, job: Job) -> list[str]:
    """The ids of all chunks, in the corpus' order, read back."""
    if job.whole:
        path.unlink(missing_ok=True)
        catalogue_writer.write(path, job.notes, job.chunks, dict(job.order))
    else:
        catalogue_writer.update(path, job.gone, job.notes, job.chunks, job.order)
    with closing(Catalogue(path)) as written:
        ids, notes = written.chunk_ids(), written.note_ids()
        if notes != [note_id for note_id, _ in job.order] or len(ids) != len(set(ids)):
            raise IndexStoreError("Le catalogue n'a pas gardé ce qui y a été écrit : relancez la commande.")
        _read_back(written, job)
        return ids


def _read_back(written: Catalogue, job: Job) -> None:
    notes = written.notes([note.id for note in job.notes])
    chunks = written.chunks([chunk.id for chunk in job.chunks])
    if notes != {note.id: note for note in job.notes}:
        raise IndexStoreError("Une note ne se relit pas comme elle a été écrite : relancez la commande.")
    if {key: chunk for key, (chunk, _) in chunks.items()} != {chunk.id: chunk for chunk in job.chunks}:
        raise IndexStoreError("Un passage ne se relit pas comme il a été écrit : relancez la commande.")


@dataclass(frozen=True, slots=True)
class _Written:
    """How many elements a store has, deleted ones included, and which chunks it does not find."""

    elements: int
    unreached: tuple[str, ...]


def _write_store(index_dir: Path, begun: Begun, given: Mapping[str, Vectors], tell: Tell) -> _Written:
    """Bring the store to hold the build's chunks."""
    parent, job, making, ids = begun.parent, begun.job, begun.making, begun.chunks
    folder, fresh = Folder(making / vectors.FOLDER), dict(given)
    served = parent is not None and served_name(making) is not None
    cloned = parent is not None and not (job.rewrite or served)
    if parent is not None and cloned and parent.elements + len(fresh) <= _GROWN * max(1, len(ids)):
        held = store.held(folder)
        gone = sorted(held.difference(ids))
        fresh = {key: fresh[key] for key in ids if key not in held}
        if gone or fresh:
            store.change(folder, gone, fresh, tell)
        checked = store.check(folder, ids, fresh, tell, unreached.read(making))
        return _Written(parent.elements + len(fresh) + checked.mended, checked.unreached)
    if parent is not None:
        (making / vectors.FOLDER).rename(making / _OLD)
        old = place_of(index_dir / BUILDS / parent.id, job.server) if served else Folder(making / _OLD)
        fresh |= store.read(old, [key for key in ids if key not in fresh])
        shutil.rmtree(making / _OLD)
    store.create(folder, {key: fresh[key] for key in ids}, tell)
    return _whole(store.check(folder, ids, fresh, tell), ids)


def _write_served(index_dir: Path, begun: Begun, given: Mapping[str, Vectors], tell: Tell) -> _Written:
    """The same on the server: a fork of the parent's collection where it can, else a copy."""
    parent, job, ids = begun.parent, begun.job, begun.chunks
    assert job.server is not None
    shutil.rmtree(begun.making / vectors.FOLDER, ignore_errors=True)
    place = new_collection(index_dir, begun.making, begun.id, job.server)
    wanted = frozenset(ids)
    fresh = {key: vector for key, vector in given.items() if key in wanted}
    if parent is None:
        store.create(place, {key: fresh[key] for key in ids}, tell)
        return _whole(store.check(place, ids, fresh, tell), ids)
    old = place_of(index_dir / BUILDS / parent.id, job.server)
    grown = parent.elements + len(fresh) > _GROWN * max(1, len(ids))
    if not (job.rewrite or grown) and isinstance(old, Collection) and place.fork_of(old):
        held = store.held(place)
        store.change(place, sorted(held.difference(ids)), {key: fresh[key] for key in ids if key not in held}, tell)
        checked = store.check(place, ids, fresh, tell, unreached.read(begun.making))
        return _Written(parent.elements + len(fresh) + checked.mended, checked.unreached)
    store.copy(old, place, ids, fresh, tell)
    return _whole(store.check(place, ids, fresh, tell, suspects=ids), ids)


def _whole(checked: store.Checked, ids: Sequence[str]) -> _Written:
    """Of a store that was written anew."""
    return _Written(len(ids) + checked.mended, checked.unreached)


def _new_id(index_dir: Path, job: Job) -> str:
    """Sorts after every build that is there, also where the clock was set back."""
    digest = "".join(f"{note_hash(note)[-8:]}" for note in job.notes) + "".join(key for key, _ in job.order)
    moment, newest = job.created, build_ids(index_dir)[-1:]
    if newest and id_of(moment) <= newest[0][:18]:
        moment = datetime.strptime(newest[0][:18] + "000", "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC) + timedelta(
            milliseconds=1
        )
    return f"{id_of(moment)}-{hashlib.sha256(digest.encode()).hexdigest()[:6]}"
