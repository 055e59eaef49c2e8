"""Accounts, in one file: who, with which roles, and the hash of their password. Written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant.access.passwords import Passwords, check_new
from assistant.errors import AccessError, french_reason
from assistant.models import Role

FILE = "users.json"
_VERSION = 1
_LOCK_SECONDS = 10
_NAME = re.compile(r"\w[\w.@+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the file. `stamp` changes when sessions opened before must end: new password, or a role less."""

    name: str
    roles: frozenset[Role]
    password: str
    stamp: str


Accounts = dict[str, Account]


def canonical_name(typed: str) -> str:
    """The name as it is kept: however it is typed, an account is one."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


class UserFile:
    """The accounts of one state folder. Reads follow what another process writes; writes exclude each other."""

    def __init__(self, state_dir: Path, passwords: Passwords | None = None) -> None:
        self.path = state_dir / FILE
        self.passwords = passwords or Passwords()
        self._reading = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._accounts: Accounts = {}

    def find(self, name: str) -> Account | None:
        """The account of this name, if there is one.

        Raises:
            AccessError: the file cannot be read.
        """
        return self.accounts().get(canonical_name(name))

    def verify(self, name: str, password: str) -> Account | None:
        """The account, if the password is its own; as long for a name that does not exist.

        Raises:
            AccessError: the file cannot be read.
        """
        account = self.find(name)
        if not self.passwords.matches(password, account.password if account else None) or account is None:
            return None
        if self.passwords.is_outdated(account.password):
            self._rehash(account, password)
        return account

    def add(self, name: str, password: str, roles: Iterable[Role]) -> Account:
        """A new account.

        Raises:
            AccessError: the name is taken or not one, no role is given, the password is refused, or no writing is
                possible.
        """
        known = canonical_name(name)
        if not _NAME.fullmatch(known):
            raise AccessError(f"« {name[:64]} » ne peut pas être un nom de compte : lettres, chiffres et . @ + - _.")
        check_new(password, known)
        account = Account(known, _some(roles), self.passwords.hash(password), secrets.token_hex(8))
        with self._changing() as accounts:
            if known in accounts:
                raise AccessError(f"Le compte « {known} » existe déjà : changez son mot de passe ou ses rôles.")
            accounts[known] = account
        return account

    def remove(self, name: str) -> Account:
        """Take the account away; its sessions end.

        Raises:
            AccessError: there is none of this name, or no writing is possible.
        """
        with self._changing() as accounts:
            return accounts.pop(self._existing(accounts, name).name)

    def set_password(self, name: str, password: str) -> Account:
        """Give the account another password; its sessions end.

        Raises:
            AccessError: there is no such account, the password is refused, or no writing is possible.
        """
        check_new(password, canonical_name(name))
        self._existing(self.accounts(), name)
        hashed = self.passwords.hash(password)
        return self._replace(name, lambda account: replace(account, password=hashed, stamp=secrets.token_hex(8)))

    def set_roles(self, name: str, roles: Iterable[Role]) -> Account:
        """Give the account these roles and no other; its sessions end when it loses one.

        Raises:
            AccessError: there is no such account, no role is given, or no writing is possible.
        """
        wanted = _some(roles)

        def change(account: Account) -> Account:
            stamp = account.stamp if account.roles <= wanted else secrets.token_hex(8)
            return replace(account, roles=wanted, stamp=stamp)

        return self._replace(name, change)

    def accounts(self) -> Accounts:
        """Name -> account, as the file now says.

        Raises:
            AccessError: the file cannot be read.
        """
        with self._reading:
            try:
                status = self.path.stat()
                seen = (status.st_ino, status.st_mtime_ns, status.st_size)
                if seen != self._seen:
                    self._accounts, self._seen = _parse(json.loads(self.path.read_text(encoding="utf-8"))), seen
            except FileNotFoundError:
                self._accounts, self._seen = {}, None
            except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
                reason = french_reason(error) if isinstance(error, OSError) else "il est abîmé"
                raise AccessError(
                    f"Le fichier des comptes {self.path} ne peut pas être lu ({reason}) : rétablissez-le d'une "
                    "sauvegarde, ou effacez-le et recréez les comptes avec « assistant users add »."
                ) from None
            return dict(self._accounts)

    def _existing(self, accounts: Accounts, name: str) -> Account:
        account = accounts.get(canonical_name(name))
        if account is None:
            raise AccessError(f"Il n'y a pas de compte « {name[:64]} » : « assistant users list » les montre.")
        return account

    def _replace(self, name: str, change: Callable[[Account], Account]) -> Account:
        with self._changing() as accounts:
            changed = change(self._existing(accounts, name))
            accounts[changed.name] = changed
        return changed

    def _rehash(self, account: Account, password: str) -> None:
        hashed = self.passwords.hash(password)
        with self._changing() as accounts:
            # Unless it was changed or removed meanwhile.
            if accounts.get(account.name) == account:
                accounts[account.name] = replace(account, password=hashed)

    @contextmanager
    def _changing(self) -> Iterator[Accounts]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), timeout=_LOCK_SECONDS, mode=0o600):
                accounts = self.accounts()
                yield accounts
                self._write(accounts)
        except Timeout:
            raise AccessError("Un autre programme change les comptes en ce moment : recommencez.") from None
        except OSError as error:
            raise AccessError(
                f"Le fichier des comptes {self.path} ne peut pas être écrit ({french_reason(error)}) : "
                "corrigez ASSISTANT_STATE_DIR ou les droits de ce dossier."
            ) from None

    def _write(self, accounts: Accounts) -> None:
        text = json.dumps({"version": _VERSION, "users": _as_json(accounts)}, ensure_ascii=False, indent=1) + "\n"
        aside = self.path.with_suffix(".new")
        aside.unlink(missing_ok=True)  # left by a crash, perhaps with other rights
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _some(roles: Iterable[Role]) -> frozenset[Role]:
    given = frozenset(roles)
    if not given:
        raise AccessError("Un compte a au moins un rôle : member, staff ou evaluator.")
    return given


def _as_json(accounts: Accounts) -> dict[str, Any]:
    return {a.name: {**asdict(a), "roles": sorted(a.roles)} for a in sorted(accounts.values(), key=lambda a: a.name)}


def _parse(data: Any) -> Accounts:
    found = data["version"]
    if isinstance(found, int) and found > _VERSION:
        raise AccessError(
            f"Les comptes ({FILE}) viennent d'une version plus récente du programme (format {found}, ici {_VERSION}) : "
            "mettez l'assistant à jour. Rien n'a été changé."
        )
    if found != _VERSION:
        raise ValueError(f"expected version {_VERSION}, got {found!r}")
    return {name: _account(name, kept) for name, kept in data["users"].items()}


def _account(name: str, kept: dict[str, Any]) -> Account:
    return Account(name, frozenset(map(Role, kept["roles"])), str(kept["password"]), str(kept["stamp"]))
