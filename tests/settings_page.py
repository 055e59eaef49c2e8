"""docs/reglages.md, made from the fields of `Settings` and the text under each."""

from __future__ import annotations

import ast
import inspect
import textwrap
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from assistant.settings import PREFIX, Settings

_HEAD = """# Les réglages

Cette page est tirée du programme par `.venv/bin/python -m tests.test_docs --write` : ne la modifiez pas à la main. Ce
qu'il y a à savoir autour de chaque réglage est dans le [guide d'exploitation](exploitation.md).

## D'où vient un réglage

Le premier de ces endroits qui donne un réglage l'emporte :

1. une option de la commande (`--host`, `--port`) ;
2. une variable d'environnement : `ASSISTANT_PORT=8080` ;
3. un fichier du [dossier des secrets](#secrets_dir), qui porte le nom de la variable, en minuscules ou en majuscules ;
4. le fichier `assistant.toml` du dossier courant, avec des noms en minuscules et sans préfixe : `port = 8080` ;
5. la valeur par défaut.

Une variable ou un secret vide ne dit rien. Un nom inconnu ou mal orthographié est refusé, une valeur impossible aussi ;
d'autres fichiers que les nôtres (`assistant_…`) peuvent être dans le dossier des secrets. Les blancs et les fins de
ligne autour d'un secret n'en font pas partie. Un secret illisible arrête le programme, de même qu'un dossier des
secrets que vous avez nommé et qui n'existe pas ; celui par défaut n'est lu que s'il existe. Les chemins relatifs
partent du dossier courant ; `~` n'est pas développé. Il n'est pas lu de fichier `.env`.

Docker, Podman et Kubernetes déposent les secrets dans des fichiers ; sous systemd, `LoadCredential=` en fait autant, et
`Environment=ASSISTANT_SECRETS_DIR=%d` dit où. Une clé donnée ainsi ne se voit ni dans `docker inspect`, ni dans
`/proc`.
"""
#: Heading -> the first setting under it; those that follow in the class are under it too.
_GROUPS = {
    "corpus_dir": "Dossiers",
    "embedding_model": "Modèle et passages",
    "passages": "Réponses",
    "host": "Adresse",
    "chat_model": "Modèles de langue",
    "member_login": "Connexion",
    "feedback_days": "Avis",
}


def descriptions() -> dict[str, str]:
    """The text under each field, by name."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(Settings)).body if isinstance(node, ast.ClassDef))
    found = {}
    for field, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            found[field.target.id] = ast.literal_eval(after.value)
    return found


def settings_page() -> str:
    """The whole page."""
    parts = [_HEAD]
    texts = descriptions()
    for name, field in Settings.model_fields.items():
        if name in _GROUPS:
            parts.append(f"\n## {_GROUPS[name]}\n")
        facts = f"Valeurs : {values(field)}. Par défaut : {default(name, field)}."
        names = f"`{PREFIX}{name.upper()}`, ou `{name}` dans le fichier. {facts}"
        parts.append(f"\n### `{name}`\n\n{_wrapped(texts[name])}\n\n{_wrapped(names)}\n")
    return "".join(parts)


def values(field: FieldInfo) -> str:
    """What a field takes, in French, with its bounds."""
    kind: Any = next((part for part in get_args(field.annotation) if part is not NoneType), field.annotation)
    kind = field.annotation if get_origin(field.annotation) in (Literal, tuple) else kind
    if get_origin(kind) is Literal or (inspect.isclass(kind) and issubclass(kind, StrEnum)):
        choices = get_args(kind) or [choice.value for choice in kind]
        return ", ".join(f"`{choice}`" for choice in choices)
    said = _kind(field, kind)
    bounds = {side: getattr(mark, side) for mark in field.metadata for side in ("ge", "le") if hasattr(mark, side)}
    return said + (f" de {bounds['ge']} à {bounds['le']}" if bounds else "")


def _kind(field: FieldInfo, kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "des noms entre virgules ; dans le fichier, une liste"
    if kind is str and any("http" in str(getattr(mark, "pattern", "")) for mark in field.metadata):
        return "une adresse en `http://` ou `https://`"
    if kind is SecretStr:
        return "un texte, jamais affiché ni journalisé"
    return {bool: "`true` ou `false`", int: "un entier", float: "un nombre", Path: "un chemin", str: "un texte"}[kind]


def default(name: str, field: FieldInfo) -> str:
    """What holds where nothing is said."""
    if name == "cache_dir":
        return "le cache de l'utilisateur"
    if field.default in (None, ()):
        return "aucun"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)
