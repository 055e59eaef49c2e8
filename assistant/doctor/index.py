"""Notes and builds: whether they can be used, agree, and what killed writers left."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from assistant.doctor.checks import Odd, counted
from assistant.errors import AssistantError
from assistant.index import Build, Recipe, Server, compare, current_build_id, leftover, list_builds, lock_state
from assistant.index.build import BUILDS
from assistant.index.places import served_name
from assistant.index.vectors import FOLDER, client
from assistant.settings import Settings

Migrations = frozenset[tuple[str, int]]


def notes(settings: Settings) -> str:
    """Whether all notes can be read."""
    from assistant.corpus import load_corpus

    return f"{counted(len(load_corpus(settings.corpus_dir)), 'note')} dans {Path(settings.corpus_dir).resolve()}"


def chroma_format(settings: Settings) -> str | Odd:
    """Whether the published store is of the format that the installed Chroma writes: a newer one kills who opens it."""
    build = current_build_id(settings.index_dir)
    if build is None:
        return "pas encore d'index"
    folder = settings.index_dir / BUILDS / build
    if served_name(folder) is not None:
        return "sans objet : les vecteurs sont sur un serveur Chroma"
    made, ours = _migrations(folder / FOLDER), _own_migrations()
    if made - ours:
        raise AssistantError(
            f"{folder.name} a été fait avec une version plus récente de Chroma que chromadb {version('chromadb')} : "
            "réinstallez le programme avec ses verrous (make), ou refaites l'index (« assistant index rebuild »)."
        )
    if ours - made:
        return Odd(
            f"{folder.name} vient d'une version plus ancienne de Chroma : « assistant index rebuild » le refait sans "
            "recalculer les vecteurs."
        )
    return f"celui de chromadb {version('chromadb')}"


def _own_migrations() -> Migrations:
    with tempfile.TemporaryDirectory() as folder:
        client(Path(folder)).close()
        return _migrations(Path(folder))


def _migrations(folder: Path) -> Migrations:
    path = folder / "chroma.sqlite3"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            found = db.execute("SELECT dir, version FROM migrations")
            return frozenset((str(name), int(number)) for name, number in found)
    except sqlite3.Error:
        raise AssistantError(f"{path} ne se lit pas : refaites l'index avec « assistant index sync ».") from None


def published(settings: Settings) -> str:
    """Whether the published build opens, with this embedder, and holds today's notes."""
    from assistant.corpus import read_corpus
    from assistant.embedding import Embedder

    found, server = Embedder.from_settings(settings), Server.from_settings(settings)
    if server is not None:
        server.version()
    with closing(Build.open_current(settings.index_dir, found.identity, server)) as build:
        plan = compare(settings.index_dir, read_corpus(settings.corpus_dir), Recipe.from_settings(settings))
        where = f", vecteurs sur le serveur Chroma {server.where}" if server else ""
        told = f"version {build.id}, {build.manifest.chunks} passages, vérifié et à jour{where}"
    if plan.late:
        raise AssistantError(
            f"{counted(plan.late, 'note')} à y prendre encore en compte : lancez « assistant index sync »."
        )
    if plan.anew:
        raise AssistantError(f"il est à refaire ({plan.anew}) : lancez « assistant index sync ».")
    return told


def writers(settings: Settings) -> str | Odd:
    """Whether somebody writes now, or left a mark of having done so."""
    held, holder = lock_state(settings.index_dir)
    if held:
        return f"en cours : {holder or 'par un autre processus'}"
    if holder:
        return Odd(
            f"{holder} n'a pas fini (processus arrêté) : l'index publié est intact, « assistant index sync » reprend."
        )
    return "aucune en cours"


def leftovers(settings: Settings) -> str | Odd:
    """Whether there are builds that nobody will ever read."""
    left = leftover(settings.index_dir)
    damaged = [build.id for build in list_builds(settings.index_dir) if build.fault and build.id not in left]
    if not left and not damaged:
        return "aucun"
    told = [f"versions inachevées ou en trop : {len(left)}"] if left else []
    told += [f"versions inutilisables : {', '.join(damaged)}"] if damaged else []
    return Odd(f"{' ; '.join(told)}. « assistant index sync » les efface à la prochaine mise à jour.")
