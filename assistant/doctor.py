"""What the assistant needs, looked at one thing at a time: models, notes, index, machine, the chat endpoint."""

from __future__ import annotations

import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from assistant.addresses import host_of
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
        ("Rédaction", _chat),
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

    if settings.embedding_model is None and settings.embedding_base_url is None:
        embedded_model.weights_file()
    embedder = Embedder.from_settings(settings)
    if settings.embedding_base_url is not None:
        return f"{embedder.identity}, servi par {host_of(settings.embedding_base_url)}"
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
    used = "en service" if settings.sentence_ranker else "coupé par les réglages : réponses moins justes"
    return f"poids présents et vérifiés, {used}"


def _notes(settings: Settings) -> str:
    from assistant.corpus import load_corpus

    return f"{len(load_corpus(settings.corpus_dir))} notes dans {Path(settings.corpus_dir).resolve()}"


def _index(settings: Settings) -> str:
    from assistant.corpus import read_corpus
    from assistant.embedding import Embedder
    from assistant.index import Build, Recipe, Server, compare

    embedder = Embedder.from_settings(settings)
    server = Server.from_settings(settings)
    if server is not None:
        server.version()
    build = Build.open_current(settings.index_dir, embedder, embedder.identity, server)
    build.close()
    plan = compare(settings.index_dir, read_corpus(settings.corpus_dir), Recipe.from_settings(settings))
    if plan.late:
        raise AssistantError(
            f"{plan.late} notes n'y sont pas encore prises en compte : lancez « assistant index sync »."
        )
    if plan.anew:
        raise AssistantError(f"il est à refaire ({plan.anew}) : lancez « assistant index sync ».")
    where = f", vecteurs sur le serveur Chroma {server.where}" if server else ""
    return f"version {build.id}, {build.manifest.chunks} passages, vérifié et à jour{where}"


_MENDED = {
    "timeout": "pas de réponse en {timeout} s : attendez que le modèle soit chargé, ou donnez plus de temps avec "
    "ASSISTANT_CHAT_TIMEOUT.",
    "denied": "l'accès est refusé : vérifiez ASSISTANT_CHAT_API_KEY.",
    "busy": "le service est saturé ou le quota épuisé : réessayez plus tard.",
    "down": "le service est injoignable ou en panne : démarrez-le, ou vérifiez ASSISTANT_CHAT_BASE_URL.",
    "missing": "le modèle « {model} » ou l'adresse est introuvable : vérifiez ASSISTANT_CHAT_MODEL et "
    "ASSISTANT_CHAT_BASE_URL, qui finit le plus souvent par /v1.",
    "rejected": "la demande est refusée : vérifiez ASSISTANT_CHAT_MODEL (« {model} ») et que le service accepte "
    "/chat/completions.",
}
_NO_PROTOCOL = (
    "la réponse n'est pas celle d'un service compatible OpenAI : vérifiez ASSISTANT_CHAT_BASE_URL, qui finit le plus "
    "souvent par /v1."
)


def _chat(settings: Settings) -> str:
    """Asks the chat endpoint for next to nothing. The key and the address' path are never told: they may be secrets."""
    if settings.chat_model is None and settings.chat_base_url is None:
        return "aucun modèle de langue : les réponses sont faites de phrases des notes"
    if settings.chat_model is None or settings.chat_base_url is None:
        raise AssistantError("Les réglages ASSISTANT_CHAT_MODEL et ASSISTANT_CHAT_BASE_URL vont ensemble.")
    from assistant.answering.drafts import DraftError
    from assistant.answering.endpoint import connect, probe

    where = host_of(settings.chat_base_url)
    if where is None:
        raise AssistantError("ASSISTANT_CHAT_BASE_URL n'est pas une adresse : corrigez-la.")
    begun = time.perf_counter()
    try:
        model = connect(settings.chat_model, settings.chat_base_url, settings.chat_api_key, settings.chat_timeout)
        structured = probe(model)
    except DraftError as error:
        mended = _MENDED.get(error.trouble, _NO_PROTOCOL)
        told = mended.format(timeout=settings.chat_timeout, model=settings.chat_model)
        raise AssistantError(f"{where} : {told}") from None
    form = "réponses structurées" if structured else "réponses en texte libre, faute de sortie structurée"
    return f"{settings.chat_model} sur {where} répond en {time.perf_counter() - begun:.1f} s, {form}"
