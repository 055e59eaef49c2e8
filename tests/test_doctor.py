"""The doctor's look at the chat endpoint: what is wrong, what mends it, and never the key."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from assistant import Settings, doctor
from assistant.doctor import endpoint, examining
from assistant.errors import AssistantError
from tests.answering.chat_server import KEY, Act, Script, said, served

LEAK = b'{"error": {"message": "bad key sk-very-secret-0123456789", "type": "x", "code": null}}'


@pytest.fixture(scope="module")
def chat() -> Iterator[Script]:
    with served(Script()) as script:
        yield script


def look(url: str, **more: object) -> doctor.Check:
    given = {"chat_model": "m", "chat_base_url": url, "chat_api_key": KEY, "chat_timeout": 1, **more}
    return doctor.look("Rédaction", endpoint.chat, Settings.load(**given))


def test_an_endpoint_that_answers(chat: Script) -> None:
    chat.play(said("Oui."))
    check = look(chat.url)
    assert check.passed
    assert check.message.startswith(f"m sur 127.0.0.1:{chat.url.split(':')[2].removesuffix('/v1')} répond en ")
    assert check.message.endswith(", réponses structurées")
    assert chat.keys == [f"Bearer {KEY}"]
    assert chat.requests[0]["max_tokens"] < 50


def test_an_endpoint_without_structured_output(chat: Script) -> None:
    chat.play(Act(status=400, body=LEAK), Act(["Oui."]))
    check = look(chat.url)
    assert check.passed
    assert check.message.endswith("texte libre, faute de sortie structurée")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(status=401, body=LEAK), "ASSISTANT_CHAT_API_KEY"),
        (Act(status=403, body=LEAK), "ASSISTANT_CHAT_API_KEY"),
        (Act(status=404, body=LEAK), "« m »"),
        (Act(status=302, body=LEAK), "/v1"),
        (Act(status=400, body=LEAK), "la demande est refusée"),
        (Act(status=429, body=LEAK), "saturé"),
        (Act(status=503, body=LEAK), "en panne"),
        (said("Oui.", before=2), "pas de réponse en 1 s"),
        (Act(raw=b"<html>page</html>\n\n", finish=None, done=False), "compatible OpenAI"),
        (Act(raw=b"data: {not json}\n\n", finish=None), "compatible OpenAI"),
    ],
)
def test_an_endpoint_that_does_not(chat: Script, act: Act, words: str) -> None:
    chat.play(act)
    check = look(chat.url)
    assert not check.passed
    assert words in check.message
    assert "sk-very" not in check.message


def test_an_endpoint_that_is_down() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        check = look(f"http://127.0.0.1:{free.getsockname()[1]}/v1")
    assert (check.passed, "injoignable" in check.message) == (False, True)


@pytest.mark.parametrize("key", ["sk-é-secret", "sk-very\nsecret"])
def test_a_key_that_no_header_carries(chat: Script, key: str) -> None:
    chat.play(said("Oui."))
    check = look(chat.url, chat_api_key=key)
    assert (check.passed, "ASSISTANT_CHAT_API_KEY" in check.message) == (False, True)
    assert "secret" not in check.message


@pytest.mark.parametrize("url", ["http://", "http://host:sk-very-secret/v1", "http://[sk-very-secret/v1"])
def test_what_is_no_address(url: str) -> None:
    check = look(url)
    assert (check.passed, check.message) == (False, "ASSISTANT_CHAT_BASE_URL n'est pas une adresse : corrigez-la.")


def test_a_password_in_the_address_is_not_told(chat: Script) -> None:
    chat.play(Act(status=401, body=LEAK))
    assert "hush" not in look(chat.url.replace("http://", "http://user:hush@")).message


def test_no_chat_model_is_no_fault() -> None:
    assert "aucun modèle de langue" in endpoint.chat(Settings.load())


@pytest.mark.parametrize("given", [{"chat_model": "m"}, {"chat_base_url": "http://localhost/v1"}])
def test_model_and_address_go_together(given: dict[str, str]) -> None:
    with pytest.raises(AssistantError, match="vont ensemble"):
        endpoint.chat(Settings.load(**given))


def test_it_is_looked_at_last(chat: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "look", lambda name, look, settings: doctor.Check(name, doctor.Found.WELL, ""))
    assert doctor.examine()[-1].name == "Rédaction"
