"""Accounts: what is kept of a password, which are refused, and a file that is whole whoever writes it."""

from __future__ import annotations

import json
import multiprocessing
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from assistant.access.passwords import MIN_LENGTH, Passwords, check_new
from assistant.access.users import FILE, Account, UserFile
from assistant.errors import AccessError
from assistant.models import Role

PASSWORD = "quatre mots sans lien"


def quick(time_cost: int = 1) -> Passwords:
    return Passwords(PasswordHasher(time_cost=time_cost, memory_cost=8, parallelism=1))


@pytest.fixture
def users(tmp_path: Path) -> UserFile:
    made = UserFile(tmp_path / "state", quick())
    made.add("claire", PASSWORD, [Role.STAFF])
    return made


def test_only_a_hash_is_kept_and_only_the_owner_reads_it(users: UserFile) -> None:
    text = users.path.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert json.loads(text)["users"]["claire"]["password"].startswith("$argon2id$")
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600


def test_default_parameters_are_those_of_the_rfc() -> None:
    hashed = Passwords().hash(PASSWORD)
    assert "$m=65536,t=3,p=4$" in hashed
    assert Passwords().matches(PASSWORD, hashed)


@pytest.mark.parametrize("name", ["claire", " Claire ", "CLAIRE", "Ｃlaire"])
def test_an_account_is_one_however_its_name_is_typed(users: UserFile, name: str) -> None:
    account = users.verify(name, PASSWORD)
    assert account and account.name == "claire"
    with pytest.raises(AccessError, match="existe déjà"):
        users.add(name, PASSWORD, [Role.MEMBER])


def test_accents_may_be_composed_either_way(users: UserFile) -> None:
    users.add("hélène", "été à la plage demain", [Role.MEMBER])
    assert users.verify("he\u0301le\u0300ne", "e\u0301te\u0301 a\u0300 la plage demain")


@pytest.mark.parametrize("password", ["", PASSWORD + "x", PASSWORD.upper(), PASSWORD[:-1], "x" * 1000])
def test_a_wrong_password_is_wrong(users: UserFile, password: str) -> None:
    assert users.verify("claire", password) is None


def test_a_name_that_does_not_exist_costs_a_comparison_too(users: UserFile, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, kept: str, password: str) -> bool:
        compared.append(kept)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    assert users.verify("claire", "faux mot de passe") is None
    assert users.verify("personne", "faux mot de passe") is None
    known, unknown = (kept.split("$")[1:4] for kept in compared)
    assert known == unknown  # same algorithm, same parameters: same work


@pytest.mark.parametrize("name", ["", "a b", "a/b", "é" * 65, "../x", "a\nb", "-x", "<b>"])
def test_what_is_no_name_is_refused(users: UserFile, name: str) -> None:
    with pytest.raises(AccessError, match="ne peut pas être un nom de compte"):
        users.add(name, PASSWORD, [Role.MEMBER])


@pytest.mark.parametrize(
    "password",
    [
        *(
            "x" * (MIN_LENGTH - 1),
            "x" * 257,
            "aaaaaaaaaaaaaaaa",
            "ababababababab",
            "motdepasse123",
            "Mot de passe 2026",
        ),
        *("123456789012", "azertyuiop12", "FranceUrbaine2026", "claire-au-travail", "Password1234!", "abcdefghijklm"),
    ],
)
def test_a_password_quickly_guessed_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(AccessError, match="Mot de passe refusé") as caught:
        check_new(password, "claire")
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", [PASSWORD, "Zr8!kq2#Lp0v", "le chat dort sur le toit"])
def test_a_good_password_is_taken(password: str) -> None:
    check_new(password, "claire")


def test_an_account_has_a_role(users: UserFile) -> None:
    with pytest.raises(AccessError, match="au moins un rôle"):
        users.add("marc", PASSWORD, [])
    with pytest.raises(AccessError, match="au moins un rôle"):
        users.set_roles("claire", [])


def test_sessions_end_with_a_password_or_a_role_less(users: UserFile) -> None:
    first = users.find("claire")
    assert first
    more = users.set_roles("claire", [Role.STAFF, Role.EVALUATOR])
    less = users.set_roles("claire", [Role.EVALUATOR])
    other = users.set_password("claire", PASSWORD + " !")
    assert first.stamp == more.stamp
    assert len({more.stamp, less.stamp, other.stamp}) == 3
    assert users.verify("claire", PASSWORD) is None


def test_a_removed_account_is_gone(users: UserFile) -> None:
    users.remove("claire")
    assert users.verify("claire", PASSWORD) is None
    for change in (users.remove, lambda name: users.set_password(name, PASSWORD)):
        with pytest.raises(AccessError, match="Il n'y a pas de compte « claire »"):
            change("claire")


def test_a_hash_of_weaker_parameters_is_made_anew_at_login(users: UserFile) -> None:
    before = users.find("claire")
    stronger = UserFile(users.path.parent, quick(time_cost=2))
    assert stronger.verify("claire", PASSWORD)
    after = users.find("claire")
    assert before and after
    assert "t=2" in after.password and "t=2" not in before.password
    assert after.stamp == before.stamp
    assert users.verify("claire", PASSWORD)


def test_what_another_process_writes_is_seen(users: UserFile) -> None:
    UserFile(users.path.parent, quick()).add("marc", PASSWORD, [Role.MEMBER])
    assert users.find("marc")


def _add_many(folder: Path, prefix: str) -> None:
    users = UserFile(folder, quick())
    for number in range(10):
        users.add(f"{prefix}{number}", PASSWORD, [Role.MEMBER])


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_add_many, args=(tmp_path, prefix)) for prefix in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert len(UserFile(tmp_path).accounts()) == 20


def test_a_write_that_fails_leaves_the_file_as_it_was(users: UserFile, monkeypatch: pytest.MonkeyPatch) -> None:
    before = users.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assistant.access.users.os.fsync", full)
    with pytest.raises(AccessError, match="le disque est plein"):
        users.remove("claire")
    monkeypatch.undo()
    assert users.path.read_bytes() == before
    users.remove("claire")  # what the failure left behind hinders nobody


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 0, "users": {}}', '{"version": 1, "users": {"a": {}}}'])
def test_a_damaged_file_lets_nobody_in_and_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(AccessError, match="il est abîmé"):
        UserFile(tmp_path, quick()).verify("claire", PASSWORD)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def test_accounts_of_a_newer_program_are_left_as_they_are(tmp_path: Path) -> None:
    text = '{"version": 2, "autrement": []}'
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    for use in (lambda: UserFile(tmp_path, quick()).verify("claire", PASSWORD), lambda: add(tmp_path)):
        with pytest.raises(AccessError, match=r"version plus récente du programme .* mettez l'assistant à jour"):
            use()
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def add(folder: Path) -> Account:
    return UserFile(folder, quick()).add("claire", PASSWORD, [Role.STAFF])
