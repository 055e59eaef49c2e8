"""The machine: libraries, telemetry, clock, disk, port."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

from assistant import runtime
from assistant.doctor.checks import Odd
from assistant.errors import AssistantError
from assistant.index import current_build_id, list_builds
from assistant.settings import Settings

_CACHE = 1 << 30  # bytes: the model takes 0.25 to 0.5 GB, twice that while it is made
_STATE = 100 << 20
_INDEX = 200 << 20  # beside what a copy of the published build takes
_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)  # this program is younger
_SLACK = 300  # seconds that clocks of two machines may differ
_LIBRARIES = ("torch", "sentence-transformers", "chromadb", "langchain-core", "gradio")


def libraries(_: Settings) -> str:
    """Which releases are installed."""
    return ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)


def telemetry(settings: Settings) -> str | Odd:
    """Whether libraries are kept from sending anything, and what the settings send by themselves."""
    if left := runtime.left_on():
        raise AssistantError(
            f"{', '.join(left)} : une bibliothèque peut envoyer des données. Lancez le programme par « assistant » ou "
            "app.py, qui l'interdisent."
        )
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("0", "false", "no", "off") and not settings.names_hub_model:
        return Odd("HF_HUB_OFFLINE=0 sans modèle du hub : retirez cette variable, rien n'est à y chercher.")
    sent = {
        "traces": settings.otel_endpoint,
        "questions et passages": settings.chat_base_url,
        "textes à changer en vecteurs": settings.embedding_base_url,
        "vecteurs": settings.chroma_url,
    }
    told = " et ".join(name for name, where in sent.items() if where)
    return f"coupée ; les réglages n'envoient que : {told}" if told else "coupée ; rien ne sort de la machine"


def clock(settings: Settings) -> str:
    """Whether the day is possible: dates of questions, sessions and builds' order rest on it."""
    now = time.time()
    if now < _BEFORE.timestamp():
        raise AssistantError(
            f"L'horloge dit {datetime.fromtimestamp(now, UTC):%d/%m/%Y}, avant la sortie du programme : réglez-la "
            "(timedatectl set-ntp true)."
        )
    made = [build.created.timestamp() for build in list_builds(settings.index_dir) if build.created is not None]
    if made and max(made) > now + _SLACK:
        raise AssistantError(
            "L'horloge retarde sur la dernière version de l'index : réglez-la (timedatectl set-ntp true). Sinon les "
            "sessions et l'ordre des versions sont faux."
        )
    return f"{datetime.now().astimezone():%d/%m/%Y %H:%M:%S %Z}"


def room(settings: Settings) -> str:
    """What is free where things are written."""
    needs = {
        settings.cache_dir: _CACHE,
        settings.index_dir: _INDEX + _published_size(settings.index_dir),
        settings.state_dir: _STATE,
    }
    short = []
    for folder, needed in needs.items():
        free = shutil.disk_usage(_there(folder)).free
        if free < needed:
            short.append(f"{free >> 20} Mo libres pour {folder}, il en faut {needed >> 20}")
    if short:
        raise AssistantError(f"{' ; '.join(short)} : libérez de la place, ou déplacez ce dossier par son réglage.")
    return f"{min(shutil.disk_usage(_there(folder)).free for folder in needs) >> 30} Go libres"


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _published_size(index_dir: Path) -> int:
    published = current_build_id(index_dir)
    return sum(build.size for build in list_builds(index_dir) if build.id == published)


def port(settings: Settings) -> str:
    """Whether the chat may listen, or already does."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        if _is_ours(settings):
            return f"{settings.port} : l'assistant y répond déjà"
        raise AssistantError(
            f"{settings.host}:{settings.port} ne peut pas être ouvert ({error.strerror}) : choisissez un autre port "
            "avec ASSISTANT_PORT, une adresse de cette machine avec ASSISTANT_HOST, ou arrêtez ce qui l'occupe."
        ) from None
    return f"{settings.host}:{settings.port} est libre"


def _is_ours(settings: Settings) -> bool:
    host = settings.host
    try:
        if ip_address(host).is_unspecified:
            host = "::1" if ":" in host else "127.0.0.1"
    except ValueError:
        pass  # a name
    connection = HTTPConnection(host, settings.port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read(1000)) == {"status": "ok"}
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()
