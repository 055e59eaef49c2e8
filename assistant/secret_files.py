"""Settings out of a folder of files, one a setting: how Docker, Kubernetes and systemd hand over secrets."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from assistant.errors import SettingsError, french_reason

PREFIX = "ASSISTANT_"
#: Where Docker and Podman mount secrets; read where it exists.
DEFAULT_FOLDER = Path("/run/secrets")
_LARGEST = 64 * 1024  # bytes


def unknown_name(name: str, known: Iterable[str]) -> str:
    """What to say of a setting that does not exist, with the name that was perhaps meant."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.75)
    hint = f" Vouliez-vous dire {close[0]} ?" if close else ""
    return f"Réglage inconnu : {name}.{hint}"


def read_secret_files(folder: Path, known: Iterable[str]) -> dict[str, str]:
    """What the files of `folder` say, by name of setting; blanks around a value are no part of it.

    Files are named like the variables, in either case. Empty files say nothing. A folder that is absent or closed to us
    is as good as an empty one where it is `DEFAULT_FOLDER`, which may serve other programs.

    Raises:
        SettingsError: the folder or a file cannot be read, is no UTF-8 text or over 64 KiB, or a name is unknown.
    """
    names = {f"{PREFIX}{name}".upper(): name for name in known}
    try:
        files = sorted(path for path in folder.iterdir() if path.name.upper().startswith(PREFIX))
    except OSError as error:
        if folder == DEFAULT_FOLDER:
            return {}
        reason = french_reason(error)
        advice = f"Corrigez {PREFIX}SECRETS_DIR, ou ouvrez ce dossier au compte qui lance le programme."
        raise SettingsError(f"Le dossier des secrets {folder} ne peut pas être lu : {reason}. {advice}") from None
    if unknown := [path.name for path in files if path.name.upper() not in names]:
        raise SettingsError(" ".join(f"{unknown_name(name.upper(), names)} ({folder / name})" for name in unknown))
    texts = {names[path.name.upper()]: _read(path) for path in files}
    return {name: text for name, text in texts.items() if text}


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise SettingsError(f"Le secret {path} n'est pas du texte en UTF-8. Récrivez ce fichier.") from None
    except OSError as error:
        advice = "Rendez-le lisible au compte qui lance le programme, ou retirez-le."
        raise SettingsError(f"Le secret {path} ne peut pas être lu : {french_reason(error)}. {advice}") from None
    if len(content) > _LARGEST:
        raise SettingsError(f"Le secret {path} dépasse 64 Kio : ce n'est pas la valeur d'un réglage. Récrivez-le.")
    return text


class SecretsSource(PydanticBaseSettingsSource):
    """The secrets folder that the sources before this one name, else `file`, else the usual one."""

    def __init__(self, settings_cls: type[BaseSettings], file: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._file = file

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The text of a field's file, not yet checked."""
        return self().get(field_name), field_name, self.field_is_complex(field)

    def __call__(self) -> dict[str, Any]:
        """What the files say.

        Raises:
            SettingsError: see `read_secret_files`.
        """
        named = self.current_state.get("secrets_dir") or self._file().get("secrets_dir")
        folder = Path(named) if isinstance(named, str | Path) else DEFAULT_FOLDER
        fields = self.settings_cls.model_fields
        texts = read_secret_files(folder, [name for name in fields if name != "secrets_dir"])
        return {
            name: self.prepare_field_value(name, fields[name], text, self.field_is_complex(fields[name]))
            for name, text in texts.items()
        }
