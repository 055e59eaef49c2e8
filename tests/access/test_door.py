"""In and out: what opens a session, what ends it, and what the journal says of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from assistant import Settings
from assistant.access import Door
from assistant.access.door import UNKNOWN
from assistant.access.passwords import Passwords
from assistant.audit import entries
from assistant.errors import LoginError, ThrottledError
from assistant.models import Role, User

PASSWORD = "quatre mots sans lien"
HOME = "198.51.100.7"


class Clock:
    now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(tmp_path: Path, clock: Clock) -> Iterator[Door]:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made = Door(Settings(state_dir=tmp_path), quick, clock)
    made.users.add("claire", PASSWORD, [Role.STAFF])
    yield made
    made.close()


def journal(folder: Path) -> list[tuple[str, str]]:
    return [(entry.who, entry.what) for entry in entries(folder)]


def test_a_right_password_opens_a_session(door: Door, tmp_path: Path) -> None:
    token = door.log_in("Claire", PASSWORD, HOME)
    assert door.user(token) == User("claire", frozenset({Role.STAFF}))
    door.log_out(token)
    assert door.user(token) is None
    assert journal(tmp_path) == [("claire", "connexion"), ("claire", "déconnexion")]


@pytest.mark.parametrize(("name", "who"), [("claire", "claire"), ("personne", UNKNOWN), (PASSWORD, UNKNOWN)])
def test_a_failure_never_says_what_was_wrong_nor_writes_it_down(
    door: Door, tmp_path: Path, name: str, who: str
) -> None:
    with pytest.raises(LoginError, match=r"^Le nom ou le mot de passe n’est pas juste\.$"):
        door.log_in(name, "un secret mal tapé", HOME)
    assert journal(tmp_path) == [(who, "connexion refusée")]
    written = "".join(file.read_text(encoding="utf-8", errors="replace") for file in tmp_path.iterdir())
    assert "un secret mal tapé" not in written
    assert PASSWORD not in written


@pytest.mark.parametrize("change", ["password", "role", "removal", "removal and return"])
def test_a_session_ends_with_what_it_rests_on(door: Door, change: str) -> None:
    token = door.log_in("claire", PASSWORD, HOME)
    door.users.set_roles("claire", [Role.STAFF, Role.EVALUATOR])
    assert door.user(token) == User("claire", frozenset({Role.STAFF, Role.EVALUATOR}))  # more does not end it
    if change == "password":
        door.users.set_password("claire", PASSWORD + " !")
    elif change == "role":
        door.users.set_roles("claire", [Role.EVALUATOR])
    else:
        door.users.remove("claire")
    if change == "removal and return":
        door.users.add("claire", PASSWORD, [Role.STAFF])
    assert door.user(token) is None


def test_passwords_are_not_looked_at_while_waiting(door: Door, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(LoginError):
            door.log_in("claire", "faux mot de passe", HOME)
    with pytest.raises(ThrottledError):
        door.log_in("claire", PASSWORD, HOME)
    clock.now += 1
    assert door.log_in("claire", PASSWORD, HOME)


def test_who_is_recognised_elsewhere_enters_with_a_role_only(door: Door, tmp_path: Path) -> None:
    zoe = User("zoe", frozenset({Role.EVALUATOR}), "oidc")
    assert door.user(door.admit(zoe, HOME)) == zoe
    with pytest.raises(LoginError, match="n’a aucun rôle ici"):
        door.admit(User("yves", frozenset(), "oidc"), HOME)
    assert journal(tmp_path) == [("zoe", "connexion"), ("yves", "connexion refusée")]


def test_an_account_of_the_same_name_is_somebody_else(door: Door) -> None:
    token = door.admit(User("claire", frozenset({Role.MEMBER}), "oidc"), HOME)
    door.users.remove("claire")
    assert door.user(token) == User("claire", frozenset({Role.MEMBER}), "oidc")
