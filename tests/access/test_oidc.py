"""OpenID Connect against a real provider on loopback: the way in, and every lie refused."""

from __future__ import annotations

import http.client
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from assistant import Settings
from assistant.access.oidc import Provider
from assistant.errors import LoginError, SettingsError
from assistant.models import Role, User
from tests.oidc_server import CLIENT, SECRET, FakeProvider, oidc_provider

BACK = "https://assistant.example/connexion/organisation/retour"


@pytest.fixture
def server() -> Iterator[FakeProvider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(server: FakeProvider) -> Provider:
    return ours(server)


def ours(server: FakeProvider, **given: Any) -> Provider:
    settings = Settings(oidc_issuer=server.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, **given)
    found = Provider.from_settings(settings)
    assert found
    return found


def visit(url: str) -> dict[str, str]:
    """What the provider adds to our address when it sends the browser back."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    assert location.startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def log_in(provider: Provider) -> User:
    return provider.finish(visit(provider.start(BACK, "navigateur", "/corpus/")), "navigateur")[0]


def test_who_logs_in_there_is_known_here(server: FakeProvider, provider: Provider) -> None:
    server.claims["roles"] = ["staff", "autre"]
    answer = visit(provider.start(BACK, "navigateur", "/corpus/?vue=1"))
    assert provider.finish(answer, "navigateur") == (User("zoé", frozenset({Role.STAFF}), "oidc"), "/corpus/?vue=1")


def test_state_nonce_and_verifier_are_new_each_time(provider: Provider) -> None:
    queries = [parse_qs(urlsplit(provider.start(BACK, "navigateur", "/")).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        first, second = (query[name][0] for query in queries)
        assert first != second
        assert len(first) >= 30


@pytest.mark.parametrize(
    ("claim", "value"),
    [("realm_access.roles", {"realm_access": {"roles": ["evaluator"]}}), ("groupe", {"groupe": "evaluator"})],
)
def test_roles_are_where_the_settings_say(server: FakeProvider, claim: str, value: dict[str, Any]) -> None:
    server.claims = server.claims | {"roles": ["staff"]} | value
    assert log_in(ours(server, oidc_roles_claim=claim)).roles == {Role.EVALUATOR}


def test_roles_may_come_with_the_user_s_description(server: FakeProvider, provider: Provider) -> None:
    del server.claims["roles"]
    server.userinfo = {"sub": "42", "roles": ["staff"], "preferred_username": "une autre"}
    assert log_in(provider) == User("zoé", frozenset({Role.STAFF}), "oidc")
    server.userinfo["sub"] = "43"
    with pytest.raises(LoginError):
        log_in(provider)


def test_without_a_role_of_ours_one_has_none(server: FakeProvider, provider: Provider) -> None:
    server.claims["roles"] = ["admin"]
    assert log_in(provider).roles == frozenset()


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "celui d'une autre"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "une autre application"},
        {"aud": [CLIENT, "autre"], "azp": "autre"},
        {"exp": int(time.time()) - 3600},
        {"at_hash": "x"},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_is_refused(
    server: FakeProvider, provider: Provider, lie: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    server.lies = lie
    with caplog.at_level(logging.DEBUG), pytest.raises(LoginError, match="n’a pas abouti"):
        log_in(provider)
    assert SECRET not in caplog.text
    assert "acces" not in [record.getMessage() for record in caplog.records if record.name.startswith("assistant")]


def test_a_signature_by_another_is_refused(server: FakeProvider, provider: Provider) -> None:
    server.key = type(server.key).generate_key(2048, {"kid": "k1"})
    with pytest.raises(LoginError):
        log_in(provider)


def test_a_signature_with_what_is_public_is_refused(server: FakeProvider, provider: Provider) -> None:
    server.sign_with_shared_secret()
    with pytest.raises(LoginError):
        log_in(provider)


def test_an_answer_serves_once_and_its_own_browser(provider: Provider) -> None:
    answer = visit(provider.start(BACK, "navigateur", "/"))
    with pytest.raises(LoginError, match="commencée ailleurs"):
        provider.finish(answer, "un autre navigateur")
    with pytest.raises(LoginError, match="commencée ailleurs"):
        provider.finish(answer, "navigateur")
    with pytest.raises(LoginError, match="commencée ailleurs"):
        provider.finish({"code": "x", "state": "inventé"}, "navigateur")


def test_a_code_of_another_login_is_refused(provider: Provider) -> None:
    stolen = visit(provider.start(BACK, "voleur", "/"))
    mine = visit(provider.start(BACK, "navigateur", "/"))
    with pytest.raises(LoginError):
        provider.finish(mine | {"code": stolen["code"]}, "navigateur")


@pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": "x", "iss": "https://evil.example"}])
def test_what_the_provider_refuses_or_another_answers_is_no_login(
    server: FakeProvider, provider: Provider, answer: dict[str, str]
) -> None:
    state = visit(provider.start(BACK, "navigateur", "/"))["state"]
    with pytest.raises(LoginError, match="n’a pas abouti"):
        provider.finish(answer | {"state": state}, "navigateur")


def test_a_provider_that_names_itself_otherwise_is_refused(server: FakeProvider, provider: Provider) -> None:
    server.named = "https://evil.example"
    with pytest.raises(LoginError):
        provider.start(BACK, "navigateur", "/")


def test_a_provider_that_is_down_is_told_and_tried_again(server: FakeProvider, provider: Provider) -> None:
    server.down = True
    with pytest.raises(LoginError, match="recommencez"):
        provider.start(BACK, "navigateur", "/")
    server.down = False
    assert log_in(provider).name == "zoé"


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "https://id.example"},
        {"oidc_client_id": "x"},
        {"oidc_issuer": "http://id.example", "oidc_client_id": "x"},
    ],
    ids=str,
)
def test_settings_that_do_not_go_together_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_OIDC_ISSUER"):
        Provider.from_settings(Settings(**given))


def test_without_settings_there_is_none() -> None:
    assert Provider.from_settings(Settings()) is None
