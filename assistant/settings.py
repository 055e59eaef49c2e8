"""Every knob, read once from the environment, secret files or `assistant.toml`, frozen, passed down."""

from __future__ import annotations

import os
import re
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
from assistant.secret_files import DEFAULT_FOLDER, PREFIX, SecretsSource, unknown_name


class Settings(BaseSettings):
    """Read from keyword arguments, `ASSISTANT_…` variables, the secrets folder, `assistant.toml` of the current folder.

    The first that names a setting has the word. The text under each is its line in docs/reglages.md.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        toml_file="assistant.toml",
        env_ignore_empty=True,
    )

    corpus_dir: Path = Path("corpus")
    """Le dossier des notes."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Les hôtes que `corpus add` peut lire : `exemple.fr` pour lui seul, `*.exemple.fr` pour ceux au-dessous."""
    index_dir: Path = Path("index")
    """Le dossier de l'index."""
    state_dir: Path = Path("state")
    """Le dossier de ce que l'installation ne doit pas perdre : comptes, sessions, journal, avis."""
    evals_dir: Path = Path("evals")
    """Le dossier des cas de test, des évaluations et de leurs références."""
    secrets_dir: Path = DEFAULT_FOLDER
    """Le dossier des secrets, un fichier par réglage ; ne se donne pas dans ce dossier même."""
    cache_dir: Path = Field(default_factory=lambda: user_cache_path("assistant-france-urbaine"))
    """Où le modèle par défaut est préparé (0,25 à 0,5 Go) ; peut être effacé, il est refait."""
    embedding_model: str | None = Field(default=None, min_length=1)
    """Un autre modèle de vecteurs : un dossier, ou un nom sentence-transformers. Le changer refait l'index."""
    embedding_query_prompt: str | None = None
    """Ce qui précède une question, à la place de ce que dit le modèle. Le changer refait l'index."""
    embedding_document_prompt: str | None = None
    """Ce qui précède un passage, à la place de ce que dit le modèle. Le changer refait l'index."""
    embedding_dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """En quels nombres le modèle calcule ; `auto` : `bfloat16` si le processeur le sait, sinon `float32`."""
    chunk_tokens: int = Field(default=220, ge=32, le=510)
    """La taille d'un passage, en jetons du modèle, titre non compté. La changer refait l'index."""
    passages: int = Field(default=5, ge=1, le=50)
    """Le nombre de passages retenus pour une question."""
    lexical_weight: float = Field(default=1.0, ge=0, le=10)
    """Le poids des mots face au sens, en multiple du poids mesuré ; 0 : le sens seul."""
    refusal_threshold: float | None = Field(default=None, ge=0, le=1)
    """La confiance en dessous de laquelle refuser ; sans elle, celle qui a été mesurée."""
    sentence_ranker: bool = True
    """Choisit les phrases en les lisant ; `false` : plus rapide, moins juste."""
    max_sentences: int = Field(default=3, ge=1, le=10)
    """Le nombre de phrases d'une réponse, au plus."""
    cached_answers: int = Field(default=512, ge=0, le=100_000)
    """Le nombre de réponses gardées en mémoire pour qui repose la question ; 0 : aucune."""
    max_question_chars: int = Field(default=2000, ge=1, le=20_000)
    """La longueur d'une question, en caractères, au plus."""
    language: Language = Language.FRENCH
    """Ce que lisent les membres ; notes, page de l'équipe et ligne de commande restent en français."""
    host: str = Field(default="127.0.0.1", min_length=1)
    """L'adresse où le chat écoute ; `0.0.0.0` : toutes celles de la machine."""
    port: int = Field(default=7860, ge=1, le=65535)
    """Le port où le chat écoute."""
    chat_model: str | None = Field(default=None, min_length=1)
    """Le modèle qui rédige les réponses ; sans lui, ce sont des phrases des notes. Va avec son adresse."""
    chat_base_url: str | None = Field(default=None, pattern="^https?://")
    """L'adresse de ce modèle, compatible OpenAI, par exemple `http://127.0.0.1:8081/v1`."""
    chat_api_key: SecretStr | None = None
    """La clé de ce modèle, s'il en faut une."""
    judge_model: str | None = Field(default=None, min_length=1)
    """Le modèle qui juge les réponses d'une évaluation ; sans lui, celui qui rédige."""
    judge_base_url: str | None = Field(default=None, pattern="^https?://")
    """L'adresse de ce juge ; sans elle, celle du modèle qui rédige."""
    judge_api_key: SecretStr | None = None
    """La clé de ce juge, à cette adresse."""
    chat_timeout: int = Field(default=120, ge=1, le=3600)
    """Le temps laissé à une rédaction, en secondes."""
    member_login: bool = False
    """Le chat et les notes demandent aussi une connexion."""
    insecure_login: bool = False
    """Accepte des mots de passe en http venus d'autres machines : pour un essai seulement."""
    session_idle_minutes: int = Field(default=60, ge=1, le=10_080)
    """La durée sans activité, en minutes, après laquelle une session finit."""
    session_hours: int = Field(default=12, ge=1, le=720)
    """La durée, en heures, après laquelle une session finit de toute façon."""
    trusted_proxies: str = "127.0.0.1, ::1"
    """Les adresses ou réseaux, entre virgules, des mandataires dont les en-têtes sont crus."""
    proxy_user_header: str | None = Field(default=None, min_length=1)
    """L'en-tête où un mandataire nomme l'utilisateur, par exemple `X-Remote-User`."""
    proxy_roles_header: str | None = Field(default=None, min_length=1)
    """L'en-tête où un mandataire donne les rôles de l'utilisateur, entre virgules."""
    oidc_issuer: str | None = Field(default=None, pattern="^https?://")
    """L'adresse d'un fournisseur OpenID Connect, telle qu'il se nomme."""
    oidc_client_id: str | None = Field(default=None, min_length=1)
    """L'identifiant de l'assistant chez ce fournisseur."""
    oidc_client_secret: SecretStr | None = None
    """Le secret de l'assistant chez ce fournisseur."""
    oidc_roles_claim: str = Field(default="roles", min_length=1)
    """Où ce fournisseur donne les rôles, par exemple `realm_access.roles`."""
    feedback_days: int = Field(default=365, ge=0, le=3650)
    """Le temps pendant lequel un avis est gardé, en jours ; 0 : pas d'avis."""
    feedback_url: SecretStr | None = None
    """Une autre base pour les avis, comme SQLAlchemy l'écrit ; sans elle, un fichier du dossier d'état."""

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
        """Whether the embedding model is neither the embedded one nor a folder."""
        return self.embedding_model is not None and not Path(self.embedding_model).is_dir()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """No .env file: one file only, with typed values, beside what the secrets folder holds."""
        file = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, SecretsSource(settings_cls, file), file

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """The settings, or one French message naming every wrong value.

        Raises:
            SettingsError: a value is wrong, a secret cannot be read, or a name is unknown, misspelt variables included.
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
        raise SettingsError(" ".join(unknown_name(name.upper(), names) for name in unknown))


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
            lines.append(unknown_name(name, known))
            continue
        what = _FRENCH.get(fault["type"], fault["msg"]).format(**fault.get("ctx", {}))
        seen = "" if name in _SECRET else f", reçu « {fault['input']} »"
        lines.append(f"Réglage {PREFIX}{name.upper()} : {what.replace(' or ', ' ou ')}{seen}.")
    return " ".join(lines)
