"""What the assistant needs, looked at one thing at a time: the model, the notes, the index, the machine."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from assistant.errors import AssistantError
from assistant.settings import Settings

_ROOM = 1 << 30  # bytes: the model (0.25 to 0.5 GB) and an index


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `message` says what was found and, where it failed, what to do."""

    name: str
    passed: bool
    message: str


def examine() -> list[Check]:
    """Every check, in the order in which a failure of one explains those of the next."""
    checks = [Check("Python", True, f"{platform.python_version()} ({sys.executable})")]
    try:
        settings = Settings.load()
    except AssistantError as error:
        return [*checks, Check("Réglages", False, str(error))]
    checks.append(Check("Réglages", True, "lus, aucun nom inconnu"))
    looks: list[tuple[str, Callable[[Settings], str]]] = [
        ("Bibliothèques", _libraries),
        ("Espace disque", _room),
        ("Modèle", _model),
        ("Lecteur de phrases", _ranker),
        ("Notes", _notes),
        ("Index", _index),
    ]
    return checks + [_look(name, look, settings) for name, look in looks]


def _look(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, look(settings))
    except AssistantError as error:
        return Check(name, False, str(error))
    except Exception as error:  # whatever is wrong, the other checks must still be made
        return Check(name, False, f"{type(error).__name__} : {error}")


def _libraries(_: Settings) -> str:
    names = ("torch", "sentence-transformers", "chromadb", "langchain-core", "gradio")
    return ", ".join(f"{name} {version(name)}" for name in names)


def _room(settings: Settings) -> str:
    folder = settings.cache_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        raise AssistantError(f"{free >> 20} Mo libres sur {folder} : il en faut 1024.")
    return f"{free >> 30} Go libres"


def _model(settings: Settings) -> str:
    from assistant.embedding import Embedder, embedded_model

    if settings.embedding_model is None:
        embedded_model.weights_file()
    embedder = Embedder.from_settings(settings)
    dtype = embedded_model.runtime_dtype(settings.embedding_dtype)
    where = "embarqué, poids vérifiés" if settings.embedding_model is None else "choisi dans les réglages"
    return f"{embedder.identity}, {dtype}, {where}"


def _ranker(settings: Settings) -> str:
    from assistant.answering.ranker import SentenceRanker, fits
    from assistant.embedding import Embedder

    embedder = Embedder.from_settings(settings)
    if not fits(embedder):
        return "sans objet : il ne va qu'avec le modèle embarqué ; les phrases sont classées par similarité"
    SentenceRanker.load(embedder)
    used = "en service" if settings.sentence_ranker else "au repos ; ASSISTANT_SENTENCE_RANKER=true le met en service"
    return f"poids présents et vérifiés, {used}"


def _notes(settings: Settings) -> str:
    from assistant.corpus import load_corpus

    return f"{len(load_corpus(settings.corpus_dir))} notes dans {Path(settings.corpus_dir).resolve()}"


def _index(settings: Settings) -> str:
    from assistant.corpus import load_corpus
    from assistant.embedding import Embedder
    from assistant.index import Build, Recipe, pending

    embedder = Embedder.from_settings(settings)
    build = Build.open_current(settings.index_dir, embedder, embedder.identity)
    build.close()
    report = pending(settings.index_dir, load_corpus(settings.corpus_dir), Recipe.from_settings(settings))
    late = report.added + report.changed + report.removed
    if late:
        raise AssistantError(f"{late} notes n'y sont pas encore prises en compte : lancez « assistant index sync ».")
    return f"version {build.id}, {build.manifest.chunks} passages, vérifié et à jour"
