"""What a served assistant tells those who run it: its lines, and who is nowhere in them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from assistant import Settings
from assistant.access import Door
from assistant.models import Role
from assistant.ui.operating.routes import UNKNOWN, is_quiet, route_of
from tests.answering.chat_server import KEY, Act, Script, said, served

from .places import PLACES
from .served import Served, serving

NAME, PASSWORD, WRONG = "claire.martin@exemple.fr", "quatre mots sans lien", "un mot de passe faux"
QUESTION = "Qui pilote le programme DcANT, dit Zorglub7 ?"
LEAK = json.dumps({"error": {"message": f"refused: {QUESTION} {KEY}", "type": "x", "code": None}}).encode()


@pytest.fixture(scope="module")
def chat() -> Iterator[Script]:
    with served(Script()) as script:
        yield script


@pytest.fixture(scope="module")
def live(settings: Settings, chat: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A process with a login and a chat model; one member is logged in."""
    folder = tmp_path_factory.mktemp("served")
    door = Door(Settings(state_dir=folder / "state"))
    door.users.add(NAME, PASSWORD, [Role.MEMBER])
    door.close()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    given = {"log_format": "json", "log_level": "debug", "member_login": "true"}
    given |= {"chat_model": "m", "chat_base_url": chat.url, "chat_api_key": KEY, "chat_timeout": "2"}
    with serving(settings, port, folder, **given) as found:
        assert found.log_in(NAME, WRONG) == 401
        assert found.log_in(NAME, PASSWORD) == 303
        yield found


def test_a_question_is_a_line_with_its_steps_and_no_text(live: Served, chat: Script) -> None:
    chat.play(said("Le programme DcANT est piloté par la DINUM."))
    assert "complete" in live.call(QUESTION)
    line = live.line("question")
    assert line["outcome"] in ("answered", "refused")
    assert {"rewrite", "retrieve", "embed", "read", "answer", "generate"} <= set(line["steps_ms"])
    assert (line["passages"], len(line["id"]), line["logger"]) == (5, 16, "assistant.observing.questions")
    assert line["build"] == json.loads(live.client.get("/readyz").text)["build"]


def test_an_endpoint_that_repeats_what_it_was_sent_is_not_repeated(live: Served, chat: Script) -> None:
    chat.play(Act(status=401, body=LEAK))
    assert "complete" in live.call(f"{QUESTION} Et où ?")
    assert live.line("question", troubles=["denied"])["outcome"] in ("answered", "refused")


def test_a_request_is_a_line_with_the_id_that_its_answer_bears(live: Served) -> None:
    answer = live.client.get("/note/inconnue?extrait=Zorglub7")
    line = live.line("request", request=answer.headers["x-request-id"])
    assert (line["method"], line["route"], line["status"], line["level"]) == ("GET", "/note", 404, "info")
    assert line["ms"] > 0


def test_what_machines_ask_for_is_told_at_the_lowest_level_only(live: Served) -> None:
    for path in ("/healthz", "/readyz", "/statique/style.css"):
        answer = live.client.get(path)
        assert live.line("request", request=answer.headers["x-request-id"])["level"] == "debug"


def test_nobody_is_in_the_lines(live: Served, chat: Script) -> None:
    """Neither what was asked, nor who asked, nor what lets them in; session keys of Gradio stand in addresses."""
    chat.play(Act(status=503, body=LEAK))
    live.call(f"{QUESTION} Encore.")
    with suppress(httpx.RemoteProtocolError):  # Gradio cuts the stream of a session that it does not know
        live.client.get("/gradio_api/queue/data?session_hash=cle-de-session")
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    with live.client.stream("GET", "/gradio_api/heartbeat/cle-de-session", headers=forwarded):
        pass  # left at once: it has no end
    live.client.post("/gradio_api/call/ask", content=QUESTION, headers={"Authorization": "Bearer jeton-secret"})
    live.client.get(f"/connexion?retour=/?question={QUESTION}")
    live.line("request", route="/gradio_api/heartbeat")
    written = live.written
    cookie = live.client.cookies["session"]
    for secret in ("Zorglub7", NAME, "claire", PASSWORD, WRONG, cookie, KEY, "jeton-secret", "cle-de-session"):
        assert secret not in written, secret
    for address in ("203.0.113.9", "127.0.0.1:" + str(chat.url.split(":")[2].split("/")[0])):
        assert address not in written, address


def test_every_line_is_json_but_the_address(live: Served) -> None:
    others = [line for line in live.written.splitlines() if not line.startswith("{")]
    assert others == [f"L’assistant est prêt : {live.url} (Ctrl+C pour arrêter)"]


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/note/jean-dupont", "/note"),
        ("/agenda", "/agenda"),
        ("/agenda/12.ics", "/agenda"),
        ("/connexion/organisation/retour", "/connexion"),
        ("/gradio_api/queue/join", "/gradio_api/queue/join"),
        ("/gradio_api/heartbeat/cle", "/gradio_api/heartbeat"),
        ("/gradio_api/call/ask/evenement", "/gradio_api/call/ask"),
        ("/gradio_api/call/notes", "/gradio_api/call/notes"),
        ("/gradio_api/file=/tmp/x", "/gradio_api/file"),
        ("/corpus/", "/corpus/"),
        ("/corpus/gradio_api/queue/join", "/corpus/gradio_api/queue/join"),
        ("/corpus/assets/x.js", "/corpus/assets"),
        ("/corpus/secret", "/corpus" + UNKNOWN),
        ("/secret", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_route_says_nothing_of_what_its_path_holds(path: str, route: str) -> None:
    assert route_of(path, PLACES) == route


def test_routes_that_nobody_reads_one_by_one() -> None:
    quiet = ("/assets", "/corpus/assets", "/healthz", "/gradio_api/heartbeat", "/corpus/gradio_api/app_id")
    assert [route for route in quiet if not is_quiet(route)] == []
    assert [r for r in ("/", "/note", "/gradio_api/queue/join", "/gradio_api/call/ask", UNKNOWN) if is_quiet(r)] == []
