"""The corpus -> a new published build, or nothing where nothing changed. Killed at any moment, the old one stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from assistant import chunking
from assistant.audit import Entry, local_user
from assistant.corpus import Corpus
from assistant.errors import IndexSafeguardError
from assistant.index import catalogue
from assistant.index.build import BUILDS, published_build_id, read_manifest, usable_build_id
from assistant.index.builds import replace_damaged
from assistant.index.catalogue import Catalogue
from assistant.index.lock import Holder
from assistant.index.making import Embedded, Job
from assistant.index.manifest import Manifest
from assistant.index.places import served_name
from assistant.index.plan import Plan, compare
from assistant.index.progress import Progress, Tell, untold
from assistant.index.recipe import Recipe
from assistant.index.server import ASKING
from assistant.index.sweep import PENDING
from assistant.index.vectors import Vectors
from assistant.index.verify import verify, verify_served
from assistant.index.writer import Writer
from assistant.models import Chunk, Note


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, in notes; `published` is False where nothing had changed, `embedded` counts new vectors.

    `build` is the published build afterwards, `before` the one before, None where there was none. `warnings` are in
    French, one for each file with faults and what else went wrong beside the publication.
    """

    build: str
    before: str | None
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    published: bool
    warnings: tuple[str, ...] = ()


class Publisher:
    """Publishes corpora into one index. Builds are made in a process of its own, which stays warm until it is closed.

    Safe to share between threads; one publishes at a time, the others get an `IndexBusyError`.
    """

    def __init__(self, index_dir: Path, recipe: Recipe, state_dir: Path | None = None) -> None:
        self.index_dir = index_dir
        self.recipe = recipe
        self._state_dir = state_dir
        self._writer = Writer(index_dir, state_dir, recipe.server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the writer's process back; waits for a publication in progress, which would fail without it."""
        self._writer.close()

    def plan(self, corpus: Corpus) -> Plan:
        """What `publish` would do, with chunk counts. Loads the embedder only where its tokens cannot be counted
        without it.
        """
        plan = compare(self.index_dir, corpus, self.recipe)
        return plan.counted(self._cut(plan, untold))

    def publish(self, corpus: Corpus, who: str, *, force: bool = False, tell: Tell = untold) -> SyncReport:
        """Make and publish a build of the corpus, taking over all that did not change.

        Args:
            corpus: notes and faults; a faulty file counts as it was before.
            who: for the manifest, the journal and who finds the lock taken.
            force: publish although much of the corpus is gone.
            tell: called with the progress, from this thread.

        Raises:
            IndexSafeguardError: much of the corpus is gone.
            IndexBusyError: another one publishes; says who.
            IndexStoreError: the index cannot be written.
            IndexServerError: its vectors are to be on a server that does not answer; said before anything is embedded.
            EmbeddingError: there is something to embed, and the model cannot be loaded.
        """
        tell(Progress("Comparaison avec l'index publié"))
        plan = compare(self.index_dir, corpus, self.recipe)
        if plan.empty:
            return _report(plan, _parent_id(plan) or "", 0)
        _refuse(plan, force)
        with self._writer.locked(Holder(who, "publication")):
            plan = self._again(plan, corpus)
            if plan.empty:
                return _report(plan, _parent_id(plan) or "", 0)
            _refuse(plan, force)
            return self._make(plan, Entry(who, "publication", _detail(plan)), tell)

    def rebuild(self, corpus: Corpus, who: str, *, force: bool = False, tell: Tell = untold) -> SyncReport:
        """`publish`, but all is made anew, except vectors of chunks that did not change."""
        with self._writer.locked(Holder(who, "reconstruction")):
            plan = compare(self.index_dir, corpus, self.recipe)
            plan = replace(self._again(plan, corpus), anew=plan.anew or "c'est demandé")
            _refuse(plan, force)
            return self._make(plan, Entry(who, "reconstruction", _detail(plan)), tell)

    def compact(self, who: str, *, tell: Tell = untold) -> SyncReport:
        """Write the published build's store anew, without the vectors that were deleted.

        Raises:
            IndexMissingError: nothing was published.
            IndexStoreError: the published build cannot be used, or the index cannot be written.
        """
        with self._writer.locked(Holder(who, "compactage")):
            folder = self.index_dir / BUILDS / published_build_id(self.index_dir)
            parent = read_manifest(folder)
            verify(folder, parent)
            verify_served(folder, parent, self.recipe.server)
            with closing(Catalogue(folder / catalogue.FILE)) as opened:
                order = tuple((row.note_id, row.path) for row in opened.listing().values())
            self._writer.begin(
                Job(
                    parent=parent.id,
                    whole=False,
                    rewrite=True,
                    gone=(),
                    notes=(),
                    chunks=(),
                    order=order,
                    embedder=parent.embedder,
                    chunk_tokens=parent.chunk_tokens,
                    entry=Entry(who, "compactage"),
                    state_dir=self._state_dir,
                    server=self.recipe.server,
                    served=served_name(folder) is not None,
                )
            )
            made = self._writer.finish(Embedded({}, _spread(parent)), tell)
            return SyncReport(made.id, parent.id, 0, 0, 0, made.notes, 0, published=True)

    def _again(self, plan: Plan, corpus: Corpus) -> Plan:
        """The plan under the lock: a damaged build makes room for the one before, and another may have published."""
        if plan.damaged:
            replace_damaged(self.index_dir, usable_build_id(self.index_dir), self.recipe.identity, str(plan.anew))
        elif usable_build_id(self.index_dir) == _parent_id(plan):
            return plan
        return compare(self.index_dir, corpus, self.recipe)

    def _make(self, plan: Plan, entry: Entry, tell: Tell) -> SyncReport:
        if self.recipe.served and (server := self.recipe.server):
            server.tried(server.reach, ASKING)  # a wrong address is told now, not after an hour of embedding
        chunks = self._cut(plan, tell)
        missing = [chunk for chunk in chunks if chunk.id not in plan.known]
        parent = plan.parent if plan.parent and plan.parent.embedder == self.recipe.identity else None
        self._writer.begin(
            Job(
                parent=parent.id if parent else None,
                whole=plan.anew is not None,
                rewrite=plan.anew is not None,
                gone=tuple(change.note_id for change in (*plan.changed, *plan.removed)),
                notes=plan.to_cut,
                chunks=tuple(chunks),
                order=tuple((note.id, plan.paths.get(note.id, "")) for note in plan.notes),
                embedder=self.recipe.identity,
                chunk_tokens=self.recipe.chunk_tokens,
                entry=entry,
                state_dir=self._state_dir,
                server=self.recipe.server,
                served=self.recipe.served,
            )
        )
        vectors = self._embed(missing, tell)
        spread = _spread(parent) if parent else self.recipe.load().spread
        made = self._writer.finish(Embedded(vectors, spread), tell)
        unwritten = (self.index_dir / BUILDS / made.id / PENDING).exists()
        warnings = ("Le journal n'a pas pu être écrit : vérifiez ASSISTANT_STATE_DIR.",) if unwritten else ()
        return _report(replace(plan, warnings=plan.warnings + warnings), made.id, len(missing), published=True)

    def _cut(self, plan: Plan, tell: Tell) -> list[Chunk]:
        notes, chunks = plan.to_cut, list[Chunk]()
        if not notes:
            return chunks
        count, window = self.recipe.tokens()
        for done, note in enumerate(notes, start=1):
            chunks += chunking.chunk_note(note, self.recipe.chunk_tokens, count, window)
            tell(Progress("Découpage des notes", done, len(notes)))
        return chunks

    def _embed(self, chunks: Sequence[Chunk], tell: Tell) -> Mapping[str, Vectors]:
        if not chunks:
            return {}
        tell(Progress("Chargement du modèle"))
        embedder = self.recipe.load()

        def told(done: int, total: int) -> None:
            self._writer.look()  # a full disk is told now, not after an hour of embedding
            tell(Progress("Calcul des vecteurs", done, total))

        made = embedder.encode_documents([chunk.embedded_text for chunk in chunks], tell=told)
        return {chunk.id: vector for chunk, vector in zip(chunks, made, strict=True)}


def sync(
    index_dir: Path,
    notes: Corpus | Sequence[Note],
    recipe: Recipe,
    *,
    force: bool = False,
    tell: Tell = untold,
) -> SyncReport:
    """`Publisher.publish` once, by who runs this process."""
    corpus = notes if isinstance(notes, Corpus) else Corpus(tuple(notes), {}, ())
    with Publisher(index_dir, recipe) as publisher:
        return publisher.publish(corpus, local_user(), force=force, tell=tell)


def _spread(parent: Manifest) -> tuple[float, float]:
    return parent.similarity_mean, parent.similarity_std


def _parent_id(plan: Plan) -> str | None:
    return plan.parent.id if plan.parent else None


def _refuse(plan: Plan, force: bool) -> None:
    if plan.stopped and not force:
        raise IndexSafeguardError(
            f"{plan.stopped} Rien n'est publié. Si c'est voulu, relancez avec --force ; sinon, remettez les notes "
            "en place."
        )


def _detail(plan: Plan) -> str:
    counts = {"ajoutée": plan.added, "modifiée": plan.changed, "retirée": plan.removed}
    return ", ".join(f"{len(some)} {name}{'s' if len(some) > 1 else ''}" for name, some in counts.items() if some)


def _report(plan: Plan, build: str, embedded: int, *, published: bool = False) -> SyncReport:
    return SyncReport(
        build=build,
        before=_parent_id(plan),
        added=len(plan.added),
        changed=len(plan.changed),
        removed=len(plan.removed),
        unchanged=len(plan.unchanged),
        embedded=embedded,
        published=published,
        warnings=plan.warnings,
    )
