"""The operations for other programs: docs/api.md's own examples, run against a served chat; what is not let through."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant import Assistant, Settings
from assistant.access import UserFile
from assistant.errors import QuestionError
from assistant.models import Role
from assistant.operations import Operations
from assistant.ui.api import NAMES

from .conftest import running

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(bash|python|javascript)\n(.*?)```", PAGE, re.DOTALL)
RUNNERS = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
PASSWORD = "une phrase assez longue"
API = "/gradio_api"


def run(language: str, code: str, **variables: str) -> str:
    command = RUNNERS.get(language)
    if language == "javascript":
        node = shutil.which("node") or pytest.skip("node is not installed")
        command = [node, "--input-type=module", "-e"]
    if language == "bash" and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    assert command
    done = subprocess.run(
        [*command, code], env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def request(url: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode(errors="replace")
    finally:
        connection.close()


def call(url: str, name: str, *data: Any) -> tuple[str, Any]:
    """The kind of the last event, and its data."""
    status, taken = request(url, "POST", f"{API}/call/{name}", {"data": data})
    assert status == 200, taken
    _, stream = request(url, "GET", f"{API}/call/{name}/{json.loads(taken)['event_id']}")
    event, value = re.findall(r"event: (\w+)\ndata: (.*)", stream)[-1]
    return event, json.loads(value)


def test_the_page_has_an_example_in_each_language() -> None:
    assert [language for language, _ in EXAMPLES] == ["bash", "python", "python", "javascript", "python"]


@pytest.mark.parametrize("rank", range(4))
def test_the_examples_of_the_page_run(chat_url: str, rank: int) -> None:
    expected = ("SGMAP", "Piloté par", "Forum des Interconnectés", "14ème édition du Forum des Interconnectés")
    assert expected[rank] in run(*EXAMPLES[rank], ASSISTANT=chat_url)


@pytest.fixture
def closed_url(bot: Assistant, settings: Settings, tmp_path: Path) -> Iterator[str]:
    made = settings.model_copy(update={"state_dir": tmp_path, "member_login": True})
    UserFile(tmp_path).add("programme", PASSWORD, [Role.MEMBER])
    with running(bot, made) as url:
        yield url


def test_a_program_logs_in_where_members_do(closed_url: str) -> None:
    assert request(closed_url, "POST", f"{API}/call/ask", {"data": ["Quoi ?"]})[0] == 401
    assert request(closed_url, "GET", f"{API}/call/ask/abc")[0] == 401
    said = run(*EXAMPLES[4], ASSISTANT=closed_url, NOM="programme", MOT_DE_PASSE=PASSWORD)
    assert said.strip() == "200"


def test_operations_are_described_and_nothing_else_is_called_by_name(chat_url: str) -> None:
    status, info = request(chat_url, "GET", f"{API}/info")
    assert status == 200
    assert set(json.loads(info)["named_endpoints"]) == {f"/{name}" for name in NAMES}
    for name in ("_asked", "lambda", "propose", "load", "0", "ask/../propose", "_effect"):
        assert request(chat_url, "POST", f"{API}/call/{name}", {"data": []})[0] == 404, name
    for path in ("run/ask", "api/ask", "call/v2/ask", "runs", "call/ask/../../config"):
        assert request(chat_url, "POST", f"{API}/{path}", {"data": ["Quoi ?"]})[0] == 404, path


def test_what_is_wrong_is_told_by_name_without_a_traceback(chat_url: str) -> None:
    for name, data, words in (
        ("ask", ["", [], [], [], "", "", ""], "La question est vide"),
        ("ask", ["Quoi ?", [], ["roman"], [], "", "", ""], "« roman » n’est pas une nature de note"),
        ("ask", ["Quoi ?", [{"role": "juge"}], [], [], "", "", ""], "Argument « history »"),
        ("ask", ["Quoi ?", [], [], [], "hier", "", ""], "hier"),
        ("retrieve", ["Quoi ?", 51, [], [], "", ""], "Argument « limit » : un nombre entier de 1 à 50"),
        ("note", ["absente"], "Aucune note n’a l’identifiant « absente »."),
    ):
        event, told = call(chat_url, name, *data)
        assert event == "error", (name, data)
        assert words in json.dumps(told, ensure_ascii=False), told
        assert "Traceback" not in json.dumps(told)


def test_operations_say_what_the_assistant_says(bot: Assistant) -> None:
    operations = Operations(bot)
    asked = operations.ask("Et depuis quand ?", [{"role": "user", "content": "Qui pilote le programme DcANT ?"}])
    assert "DcANT" in asked["standalone_question"]
    found = operations.retrieve("smart city", limit=2, kinds=["événement"])
    assert [passage["rank"] for passage in found["passages"]] == [1, 2]
    listed = operations.notes(kind="événement")
    assert listed["total"] == len(listed["notes"]) >= 3
    assert operations.note(listed["notes"][0]["id"])["title"] == listed["notes"][0]["title"]
    for wrong in ({"limit": 0}, {"limit": 2.5}, {"kinds": "événement"}, {"themes": [1]}, {"since": 2017}):
        with pytest.raises(QuestionError, match="Argument"):
            operations.retrieve("smart city", **wrong)
    with pytest.raises(QuestionError, match="41 tours, 40 au plus"):
        operations.ask("Quoi ?", [{"role": "user", "content": "a"}] * 41)
