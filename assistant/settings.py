"""Every knob, read once from the environment or `assistant.toml`, frozen, passed down."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import SettingsError
from assistant.language import Language

PREFIX = "ASSISTANT_"


class Settings(BaseSettings):
    """Read from keyword arguments, then `ASSISTANT_…` variables, then `assistant.toml` in the current folder."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", toml_file="assistant.toml", env_ignore_empty=True
    )

    corpus_dir: Path = Path("corpus")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    index_dir: Path = Path("index")
    state_dir: Path = Path("state")
    evals_dir: Path = Path("evals")
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("assistant-france-urbaine"))
    chroma_url: str | None = Field(default=None, pattern="^https?://")
    chroma_headers: SecretStr | None = None
    chroma_tenant: str = Field(default="default_tenant", min_length=1)
    chroma_database: str = Field(default="default_database", min_length=1)
    embedding_model: str | None = Field(default=None, min_length=1)
    embedding_query_prompt: str | None = None
    embedding_document_prompt: str | None = None
    embedding_dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    embedding_base_url: str | None = Field(default=None, pattern="^https?://")
    embedding_api_key: SecretStr | None = None
    embedding_timeout: int = Field(default=60, ge=1, le=3600)
    embedding_batch: int = Field(default=32, ge=1, le=2048)
    embedding_parallel: int = Field(default=4, ge=1, le=64)
    chunk_tokens: int = Field(default=220, ge=32, le=510)
    passages: int = Field(default=5, ge=1, le=50)
    lexical_weight: float = Field(default=1.0, ge=0, le=10)
    refusal_threshold: float | None = Field(default=None, ge=0, le=1)
    sentence_ranker: bool = True
    max_sentences: int = Field(default=3, ge=1, le=10)
    cached_answers: int = Field(default=512, ge=0, le=100_000)
    max_question_chars: int = Field(default=2000, ge=1, le=20_000)
    language: Language = Language.FRENCH
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=7860, ge=1, le=65535)
    chat_model: str | None = Field(default=None, min_length=1)
    chat_base_url: str | None = Field(default=None, pattern="^https?://")
    chat_api_key: SecretStr | None = None
    judge_model: str | None = Field(default=None, min_length=1)
    judge_base_url: str | None = Field(default=None, pattern="^https?://")
    judge_api_key: SecretStr | None = None
    chat_timeout: int = Field(default=120, ge=1, le=3600)
    member_login: bool = False
    insecure_login: bool = False
    session_idle_minutes: int = Field(default=60, ge=1, le=10_080)
    session_hours: int = Field(default=12, ge=1, le=720)
    trusted_proxies: str = "127.0.0.1, ::1"
    proxy_user_header: str | None = Field(default=None, min_length=1)
    proxy_roles_header: str | None = Field(default=None, min_length=1)
    oidc_issuer: str | None = Field(default=None, pattern="^https?://")
    oidc_client_id: str | None = Field(default=None, min_length=1)
    oidc_client_secret: SecretStr | None = None
    oidc_roles_claim: str = Field(default="roles", min_length=1)
    feedback_days: int = Field(default=365, ge=0, le=3650)
    feedback_url: SecretStr | None = None

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in filter(None, map(str.strip, text.split(","))):
            try:
                ip_network(part)
            except ValueError:
                raise PydanticCustomError(
                    "networks", "« {part} » n'est ni une adresse ni un réseau", {"part": part}
                ) from None
        return text

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Where the reverse proxies are whose headers are believed."""
        return tuple(ip_network(part) for part in map(str.strip, self.trusted_proxies.split(",")) if part)

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _listed(cls, given: Any) -> Any:
        """A variable holds names between commas or blanks, the file a list."""
        return tuple(re.split(r"[,\s]+", given.strip(", "))) if isinstance(given, str) else given

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [host for host in given if not re.fullmatch(r"(?:\*\.)?[\w.-]+", host)]:
            expected = "des noms d'hôte sont attendus (exemple.fr, *.exemple.fr), pas {host}"
            raise PydanticCustomError("host", expected, {"host": wrong[0]})
        return given

    @property
    def names_hub_model(self) -> bool:
        """Whether the embedding model is neither the embedded one, nor a folder, nor an endpoint's."""
        named = self.embedding_model is not None and self.embedding_base_url is None
        return named and not Path(str(self.embedding_model)).is_dir()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """No .env file, no secrets folder: one file only, with typed values."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """The settings, or one French message naming every wrong value.

        Raises:
            SettingsError: a value is wrong, or a name is unknown, misspelt variables included.
        """
        _refuse_unknown_variables(set(cls.model_fields))
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise SettingsError(_explain(error, set(cls.model_fields))) from None
        except (ValueError, OSError) as error:
            line = re.search(r"line (\d+)", str(error))
            where = f" (ligne {line[1]})" if line else ""
            raise SettingsError(f"Le fichier assistant.toml n'est pas du TOML valide{where}.") from None


def _refuse_unknown_variables(known: set[str]) -> None:
    names = {f"{PREFIX}{name}".upper() for name in known}
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in names)
    if unknown:
        raise SettingsError(" ".join(_unknown_name(name.upper(), names) for name in unknown))


def _unknown_name(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.75)
    hint = f" Vouliez-vous dire {close[0]} ?" if close else ""
    return f"Réglage inconnu : {name}.{hint}"


_FRENCH = {
    "int_parsing": "un nombre entier est attendu",
    "float_parsing": "un nombre est attendu",
    "float_type": "un nombre est attendu",
    "bool_parsing": "true ou false est attendu",
    "bool_type": "true ou false est attendu",
    "int_type": "un nombre entier est attendu",
    "int_from_float": "un nombre entier est attendu",
    "string_too_short": "la valeur est vide",
    "greater_than_equal": "la valeur doit être au moins {ge}",
    "less_than_equal": "la valeur doit être au plus {le}",
    "literal_error": "valeurs possibles : {expected}",
    "enum": "valeurs possibles : {expected}",
    "string_type": "un texte est attendu",
    "path_type": "un chemin est attendu",
    "tuple_type": "une liste est attendue",
    "string_pattern_mismatch": "une adresse http:// ou https:// est attendue",
}


#: An address may hold a password.
_SECRET = {
    "chat_api_key",
    "chat_base_url",
    "chroma_headers",
    "chroma_url",
    "embedding_api_key",
    "embedding_base_url",
    "judge_api_key",
    "judge_base_url",
    "oidc_issuer",
    "oidc_client_secret",
    "feedback_url",
}


def _explain(error: ValidationError, known: set[str]) -> str:
    lines = []
    for fault in error.errors():
        name = str(fault["loc"][0])
        if fault["type"] == "extra_forbidden":
            lines.append(_unknown_name(name, known))
            continue
        what = _FRENCH.get(fault["type"], fault["msg"]).format(**fault.get("ctx", {}))
        seen = "" if name in _SECRET else f", reçu « {fault['input']} »"
        lines.append(f"Réglage {PREFIX}{name.upper()} : {what.replace(' or ', ' ou ')}{seen}.")
    return " ".join(lines)
