"""What a sync would change: the corpus against the published build, before anything happens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant import chunking
from assistant.corpus import Corpus
from assistant.errors import Fault, IndexCorruptError, IndexMismatchError, VectorsMissingError
from assistant.index import catalogue
from assistant.index.build import BUILDS, current_build_id
from assistant.index.catalogue import Catalogue, Listed, note_hash
from assistant.index.manifest import Manifest
from assistant.index.places import served_name
from assistant.index.recipe import Recipe
from assistant.index.rules import rules
from assistant.index.verify import verify, verify_served
from assistant.models import Chunk, Note

GONE = 0.2  # of the notes: when more are missing, a sync wants to be forced
_ID = re.compile(rb"^id:[ \t]*[\"']?([a-z0-9][a-z0-9._-]*)", re.MULTILINE)
_HEAD = 4_096  # bytes of a faulty file in which its id is looked for


@dataclass(frozen=True, slots=True)
class Change:
    """One note in the published build and in the next: how many chunks, None where it is not there or not cut yet."""

    note_id: str
    title: str
    path: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do.

    `parent` is the published build, None where there is none that can be read; `anew` says why all is made anew, in
    French, None where the parent is cloned; `damaged` whether the published build is to be set aside first. `notes` and
    `paths` are those of the next build, in order: faulty files count as they were before, and `warnings` names them.
    `stopped` says why this wants to be forced.
    """

    parent: Manifest | None
    anew: str | None
    damaged: bool
    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    removed: tuple[Change, ...]
    unchanged: tuple[Change, ...]
    notes: tuple[Note, ...]
    paths: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    stopped: str | None = None
    known: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def empty(self) -> bool:
        """Whether the published build is what the corpus says."""
        return not (self.anew or self.late)

    @property
    def late(self) -> int:
        """How many notes the published build does not have as the corpus has them."""
        return len(self.added) + len(self.changed) + len(self.removed)

    @property
    def to_cut(self) -> tuple[Note, ...]:
        """The notes whose chunks a sync has to make."""
        fresh = {change.note_id for change in (*self.added, *self.changed)}
        return tuple(note for note in self.notes if self.anew or note.id in fresh)

    def counted(self, chunks: Iterable[Chunk]) -> Plan:
        """The plan with how many chunks `to_cut` gave."""
        counts = dict.fromkeys((note.id for note in self.to_cut), 0)
        for chunk in chunks:
            counts[chunk.note_id] += 1

        def known(changes: tuple[Change, ...]) -> tuple[Change, ...]:
            return tuple(replace(change, after=counts.get(change.note_id, change.after)) for change in changes)

        return replace(self, added=known(self.added), changed=known(self.changed), unchanged=known(self.unchanged))


def compare(index_dir: Path, corpus: Corpus, recipe: Recipe) -> Plan:
    """The plan for this corpus. Reads, and neither writes nor loads the embedder."""
    parent, anew, damaged = _parent(index_dir, recipe)
    listed: dict[str, Listed] = {}
    published: dict[str, Note] = {}
    known = frozenset[str]()
    if parent is not None:
        with closing(Catalogue(index_dir / BUILDS / parent.id / catalogue.FILE)) as opened:
            listed = opened.listing()
            owners = _owners(corpus, listed)
            published = opened.notes([key for key in owners.values() if key])
            known = frozenset(opened.chunk_ids()) if parent.embedder == recipe.identity else known
    else:
        owners = _owners(corpus, {})
    notes, paths = _next(corpus, published, listed)
    hashes = {note.id: note_hash(note) for note in notes}
    titles = {note.id: note.title for note in notes}

    def changes(ids: Iterable[str], cut: bool) -> tuple[Change, ...]:
        return tuple(_change(key, titles, paths, listed, cut) for key in ids)

    common = [key for key in hashes if key in listed]
    same = [key for key in common if hashes[key] == listed[key].hash]
    removed = tuple(
        Change(row.note_id, row.title, row.path, row.chunks, None) for key, row in listed.items() if key not in hashes
    )
    return Plan(
        parent=parent,
        anew=anew,
        damaged=damaged,
        added=changes([key for key in hashes if key not in listed], False),
        changed=changes([key for key in common if hashes[key] != listed[key].hash], False),
        removed=removed,
        unchanged=changes(same, not anew),
        notes=notes,
        paths=paths,
        warnings=_warnings(corpus.faults, owners),
        stopped=_stopped(len(notes), len(removed), len(listed)),
        known=known,
    )


def _change(
    note_id: str, titles: Mapping[str, str], paths: Mapping[str, str], listed: Mapping[str, Listed], cut: bool
) -> Change:
    before = listed[note_id].chunks if note_id in listed else None
    return Change(note_id, titles[note_id], paths.get(note_id, ""), before, before if cut else None)


def _parent(index_dir: Path, recipe: Recipe) -> tuple[Manifest | None, str | None, bool]:
    """The published build, why it cannot be cloned, and whether it is damaged."""
    try:
        build_id = current_build_id(index_dir)
        if build_id is None:
            return None, "il n'y a pas encore d'index", False
        folder = index_dir / BUILDS / build_id
        manifest = Manifest.read(folder)
        verify(folder, manifest)
        verify_served(folder, manifest, recipe.server)
    except VectorsMissingError:
        return None, "les vecteurs de l'index publié ne sont plus sur le serveur Chroma", False
    except IndexMismatchError:
        return None, "le format de l'index a changé", False
    except IndexCorruptError:
        return None, "l'index publié est abîmé", True
    return manifest, _outdated(manifest, recipe) or _elsewhere(folder, recipe), False


def _elsewhere(folder: Path, recipe: Recipe) -> str | None:
    if (served_name(folder) is not None) is recipe.served:
        return None
    return "les vecteurs passent sur le serveur Chroma" if recipe.served else "les vecteurs quittent le serveur Chroma"


def _outdated(manifest: Manifest, recipe: Recipe) -> str | None:
    if manifest.embedder != recipe.identity:
        return f"le modèle a changé, de {manifest.embedder} à {recipe.identity}"
    if (manifest.chunk_tokens, manifest.chunking_version) != (recipe.chunk_tokens, chunking.VERSION):
        return (
            "la taille des passages a changé" if manifest.chunk_tokens != recipe.chunk_tokens else "la coupe a changé"
        )
    return None if manifest.rules == rules() else "la lecture des textes a changé avec le programme"


def _owners(corpus: Corpus, listed: Mapping[str, Listed]) -> dict[Path, str | None]:
    """Faulty file -> the id of the published note that it was, which stays as it is; None where it was none."""
    if not corpus.faults:
        return {}
    by_path = {Path(row.path).resolve(): row.note_id for row in listed.values() if row.path}
    read = {note.id for note in corpus.notes}
    owners: dict[Path, str | None] = {}
    for path in dict.fromkeys(fault.path for fault in corpus.faults):
        named, was = _named(path), by_path.get(path.resolve())
        if was is not None and (was not in read or was == named):
            owners[path] = was
        else:
            owners[path] = named if named in listed and named not in read else None
    return owners


def _named(path: Path) -> str | None:
    """The id that a faulty file gives, as far as it can be read."""
    try:
        with path.open("rb") as file:
            found = _ID.search(file.read(_HEAD))
    except OSError:
        return None
    return found[1].decode() if found else None


def _next(
    corpus: Corpus, published: Mapping[str, Note], listed: Mapping[str, Listed]
) -> tuple[tuple[Note, ...], dict[str, str]]:
    """The notes of the next build and their files, in path order where there are files."""
    notes = {note.id: note for note in corpus.notes} | dict(published)
    paths = {key: str(path) for key, path in corpus.paths.items()} | {key: listed[key].path for key in published}
    if published and all(key in paths for key in notes):
        notes = {key: notes[key] for key in sorted(notes, key=lambda key: (Path(paths[key]), key))}
    return tuple(notes.values()), paths


def _warnings(faults: Sequence[Fault], owners: Mapping[Path, str | None]) -> tuple[str, ...]:
    lines = []
    for path, owner in owners.items():
        first, *more = [fault for fault in faults if fault.path == path]
        others = (
            f" (et {len(more)} autre{'s' if len(more) > 1 else ''} faute{'s' if len(more) > 1 else ''})" if more else ""
        )
        kept = f"la note « {owner} » reste comme elle était" if owner else "ce fichier n'est pas pris en compte"
        lines.append(f"{first}{others} : {kept}.")
    return tuple(lines)


def _stopped(notes: int, removed: int, before: int) -> str | None:
    if not notes:
        return "Le dossier des notes ne contient plus aucune note lisible."
    if removed > GONE * before:
        return f"{removed} notes sur {before} ont disparu du dossier."
    return None
