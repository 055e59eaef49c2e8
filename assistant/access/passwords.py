"""Passwords: which are taken, and how they are kept and compared."""

from __future__ import annotations

import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assistant.errors import AccessError

MIN_LENGTH = 12
MAX_LENGTH = 256
_OBVIOUS = (
    *("motdepasse", "password", "passw0rd", "azertyuiop", "qwertyuiop", "azerty", "qwerty", "bonjour", "assistant"),
    *("abcdefghijkl", "0123456789", "1234567890", "9876543210", "franceurbaine", "changezmoi", "changeme", "letmein"),
    *("administrateur", "soleil", "doudou"),
)
_SLOTS = threading.BoundedSemaphore(2)  # a comparison takes 64 MiB and a core: many at once would starve the chat


def check_new(password: str, name: str) -> None:
    """Refuse what is quickly guessed.

    Raises:
        AccessError: the password is too short, too long, too plain or holds the name; it is never repeated.
    """
    if len(password) < MIN_LENGTH:
        raise AccessError(f"Mot de passe refusé : il en faut un d'au moins {MIN_LENGTH} caractères.")
    if len(password) > MAX_LENGTH:
        raise AccessError(f"Mot de passe refusé : il a plus de {MAX_LENGTH} caractères.")
    plain = "".join(character for character in password.casefold() if character.isalnum())
    if _is_obvious(plain) or len(set(plain)) < 5:
        raise AccessError("Mot de passe refusé : il se devine trop vite. Prenez par exemple quatre mots sans lien.")
    if len(name) >= 4 and name.casefold() in password.casefold():
        raise AccessError("Mot de passe refusé : il contient le nom du compte.")


def _is_obvious(plain: str) -> bool:
    # What is left beside the usual words is too little to be a secret.
    for word in _OBVIOUS:
        plain = plain.replace(word, "")
    return len(plain) < 5


class Passwords:
    """Argon2id, with the library's current parameters (RFC 9106, low memory)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        """What is kept instead of the password."""
        with _SLOTS:
            return self._hasher.hash(_canonical(password))

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether the password is the one kept; without any, the same work is done for nothing."""
        with _SLOTS:
            try:
                self._hasher.verify(self._nobody if kept is None else kept, _canonical(password)[:MAX_LENGTH])
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("no account has this password")


def _canonical(password: str) -> str:
    # Keyboards differ in how they compose accents (RFC 8265, OpaqueString).
    return unicodedata.normalize("NFC", password)
