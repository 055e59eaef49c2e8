"""Folders and files: whether they are there, who may read them, who may write."""

from __future__ import annotations

import os
import stat
import tempfile
import tomllib
from pathlib import Path

from assistant.access.users import FILE as USERS
from assistant.access.users import UserFile
from assistant.doctor.checks import Odd, counted
from assistant.errors import AssistantError, french_reason
from assistant.models import Role
from assistant.settings import SECRET, Settings

_FILE = Path("assistant.toml")
#: In the state folder, for its owner alone.
_PRIVATE = (USERS, "sessions.sqlite", "sessions.sqlite-wal", "journal.jsonl", "feedback.sqlite", "feedback.sqlite-wal")


def settings_file(_: Settings) -> str:
    """Whether secrets in `assistant.toml` are its owner's alone."""
    if not _FILE.exists():
        return "pas d'assistant.toml dans ce dossier : variables et valeurs par défaut"
    secret = sorted(SECRET & tomllib.loads(_FILE.read_text(encoding="utf-8")).keys())
    if secret and _is_open(_FILE):
        raise AssistantError(
            f"assistant.toml contient {', '.join(secret)} et d'autres comptes de la machine le lisent : "
            "chmod 600 assistant.toml, ou donnez ces réglages par variables."
        )
    return "assistant.toml lu"


def corpus_folder(settings: Settings) -> str | Odd:
    """Whether notes can be read and written."""
    folder = settings.corpus_dir
    if not folder.is_dir():
        raise AssistantError(f"{folder.absolute()} n'est pas un dossier : créez-le, ou corrigez ASSISTANT_CORPUS_DIR.")
    unread = [path for path in folder.rglob("*") if path.is_file() and not _is_read(path)]
    if unread:
        raise AssistantError(
            f"{counted(len(unread), 'fichier')} sans droit de lecture, dont {unread[0]} : donnez le droit de les lire."
        )
    if reason := _unwritable(folder):
        return Odd(
            f"{folder} se lit mais ne s'écrit pas ({reason}) : la page /corpus et « corpus add » n'y changeront rien. "
            "Donnez le droit d'écrire si c'est voulu."
        )
    return f"{folder} se lit et s'écrit"


def index_folder(settings: Settings) -> str:
    """Whether builds can be written: even who only asks needs to."""
    return _written(settings.index_dir, "ASSISTANT_INDEX_DIR")


def state_folder(settings: Settings) -> str:
    """Whether accounts, journal and feedback can be written, and are their owner's alone."""
    told = _written(settings.state_dir, "ASSISTANT_STATE_DIR")
    there = [path for name in _PRIVATE if (path := settings.state_dir / name).exists()]
    if opened := [path for path in there if _is_open(path)]:
        names = " ".join(str(path) for path in opened)
        raise AssistantError(f"D'autres comptes de la machine lisent des données personnelles : chmod 600 {names}")
    if os.name == "posix" and (foreign := [path for path in there if path.stat().st_uid != os.geteuid()]):
        raise AssistantError(
            f"{foreign[0]} n'appartient pas au compte qui lance l'assistant : chown {os.geteuid()} {foreign[0]}, ou "
            "lancez-le sous le compte du service."
        )
    if settings.state_dir.exists() and settings.state_dir.stat().st_mode & stat.S_IWOTH:
        raise AssistantError(f"Tous les comptes de la machine écrivent dans {settings.state_dir} : chmod o-w.")
    return told


def accounts(settings: Settings) -> str | Odd:
    """Whether accounts can be read, and whether somebody may change the notes."""
    found = UserFile(settings.state_dir).accounts()
    elsewhere = settings.oidc_issuer or settings.proxy_user_header
    if not elsewhere and not any(Role.STAFF in account.roles for account in found.values()):
        return Odd(
            "aucun compte d'équipe : personne n'ouvre /corpus. Au besoin : « assistant users add NOM --role staff »."
        )
    return f"{counted(len(found), 'compte')}{' ; les autres viennent de l’organisation' if elsewhere else ''}"


def _written(folder: Path, setting: str) -> str:
    if reason := _unwritable(folder):
        raise AssistantError(
            f"{folder.absolute()} ne s'écrit pas ({reason}) : donnez-en le droit au compte qui lance l'assistant, ou "
            f"choisissez un autre dossier avec {setting}."
        )
    return f"{folder} s'écrit" if folder.is_dir() else f"{folder} sera créé au premier besoin"


def _unwritable(folder: Path) -> str | None:
    """Why nothing can be written there, None where it can; tried, since rights say little of full or locked disks."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        return french_reason(error)
    return None


def _is_read(path: Path) -> bool:
    return os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)


def _is_open(path: Path) -> bool:
    """Whether others than its owner read or write it; not known on Windows."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
