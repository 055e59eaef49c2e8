"""What a reverse proxy says, and whom it is believed from."""

from __future__ import annotations

import pytest

from assistant import Settings
from assistant.access.proxies import Proxies, roles_among
from assistant.errors import SettingsError
from assistant.models import Role, User


def proxies(networks: str = "127.0.0.1, 10.0.0.0/8, ::1", **given: str) -> Proxies:
    return Proxies.from_settings(Settings(trusted_proxies=networks, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "::ffff:10.0.0.1"])
def test_those_of_the_networks_are_trusted(address: str) -> None:
    assert proxies().trusts(address)


@pytest.mark.parametrize("address", ["11.0.0.1", "127.0.0.2", "2001:db8::1", "", "unix", "10.0.0.1, 10.0.0.2"])
def test_others_are_not(address: str) -> None:
    assert not proxies().trusts(address)
    assert not proxies("").trusts("127.0.0.1")


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.5", "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5", "203.0.113.5"),  # the first is what the client claims
        ("203.0.113.5, 10.0.0.2, 127.0.0.1", "203.0.113.5"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.1"),
        ("<script>, 203.0.113.5", "203.0.113.5"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy_of_ours(said: str, client: str) -> None:
    assert proxies().client("10.0.0.1", said) == client


def test_without_a_header_set_nobody_is_named() -> None:
    assert proxies().user({"x-user": "claire"}) is None


def test_roles_are_those_of_the_header_or_member() -> None:
    alone = proxies(proxy_user_header="X-User")
    both = proxies(proxy_user_header="X-User", proxy_roles_header="X-Roles")
    assert alone.user({"x-user": "Claire", "x-roles": "staff"}) == User("claire", frozenset({Role.MEMBER}), "proxy")
    named = both.user({"x-user": "claire", "x-roles": "Staff; autre,evaluator"})
    assert named and named.roles == {Role.STAFF, Role.EVALUATOR}
    none = both.user({"x-user": "claire"})
    assert none and not none.may(Role.MEMBER)


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "a\x7f"])
def test_what_is_no_name_names_nobody(name: str) -> None:
    assert proxies(proxy_user_header="X-User").user({"x-user": name}) is None


def test_only_names_of_ours_are_roles() -> None:
    assert roles_among(["staff", "admin", " EVALUATOR ", ""]) == {Role.STAFF, Role.EVALUATOR}


def test_staff_and_evaluators_may_what_members_may() -> None:
    for role in Role:
        assert User("x", frozenset({role})).may(Role.MEMBER)
    assert not User("x", frozenset({Role.STAFF})).may(Role.EVALUATOR)
    assert not User("x", frozenset({Role.MEMBER})).may(Role.STAFF)


def test_what_is_no_network_is_refused_in_french() -> None:
    with pytest.raises(
        SettingsError, match=r"ASSISTANT_TRUSTED_PROXIES : « partout » n'est ni une adresse ni un réseau"
    ):
        Settings.load(trusted_proxies="127.0.0.1, partout")
