"""All the looks, in their order."""

from __future__ import annotations

import platform
import sys

from assistant.doctor import files, index, machine, model
from assistant.doctor.checks import Check, Found, Look, look
from assistant.doctor.endpoint import chat
from assistant.errors import AssistantError
from assistant.settings import Settings

LOOKS: tuple[tuple[str, Look], ...] = (
    ("Bibliothèques", machine.libraries),
    ("Télémétrie", machine.telemetry),
    ("Horloge", machine.clock),
    ("Espace disque", machine.room),
    ("Port", machine.port),
    ("Fichier de réglages", files.settings_file),
    ("Dossier des notes", files.corpus_folder),
    ("Dossier de l'index", files.index_folder),
    ("Dossier d'état", files.state_folder),
    ("Comptes", files.accounts),
    ("Modèle", model.embedder),
    ("Lecteur de phrases", model.ranker),
    ("Notes", index.notes),
    ("Format de l'index", index.chroma_format),
    ("Index", index.published),
    ("Écritures", index.writers),
    ("Restes", index.leftovers),
    ("Rédaction", chat),
)


def examine() -> list[Check]:
    """Every check, in the order in which a failure of one explains those of the next."""
    checks = [Check("Python", Found.WELL, f"{platform.python_version()} ({sys.executable})")]
    try:
        settings = Settings.load()
    except AssistantError as error:
        told = f"{error} Les autres points sont examinés une fois les réglages corrigés (docs/exploitation.md)."
        return [*checks, Check("Réglages", Found.FAULTY, told)]
    checks.append(Check("Réglages", Found.WELL, "lus, aucun nom inconnu"))
    return checks + [look(name, looking, settings) for name, looking in LOOKS]
