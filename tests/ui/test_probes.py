"""`/healthz` and `/readyz` over real sockets: who may ask, and what each state of the index makes them say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings
from assistant.doctor import machine
from assistant.embedding import Embedder
from assistant.index.build import publish

from .conftest import Script, running
from .test_server import ask

_MISSING = "Il n'y a pas d'index : faites-le avec « assistant index sync »."
_UNREADABLE = "L'index ne peut pas être lu : « assistant doctor » dit pourquoi."


@pytest.fixture
def own_index(settings: Settings, embedder: Embedder, tmp_path: Path) -> Iterator[tuple[str, Path, str]]:
    """A served copy of the index that a test may break: address, folder, build; the chat asks for a login."""
    folder = tmp_path / "index"
    shutil.copytree(settings.index_dir, folder)
    bot = Assistant(settings.model_copy(update={"index_dir": folder}), embedder)
    with running(bot, Settings(member_login=True, state_dir=tmp_path / "state")) as url:
        yield url, folder, bot.build
    bot.close()


def probe(url: str, path: str = "/readyz", method: str = "GET") -> tuple[int, Any]:
    status, headers, text = ask(url, path, method)
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    return status, json.loads(text) if text else None


def test_both_are_open_where_all_else_asks_for_a_login(own_index: tuple[str, Path, str]) -> None:
    url, _, build = own_index
    assert ask(url, "/")[0] in (303, 401)
    assert probe(url, "/healthz") == (200, {"status": "ok"})
    assert probe(url) == (200, {"status": "ok", "build": build})


def test_no_other_path_is_opened_by_them(own_index: tuple[str, Path, str]) -> None:
    url = own_index[0]
    for path in ("/healthz/", "/healthz/../config", "/readyz/config", "/healthz%2f..%2fconfig", "//healthz"):
        assert ask(url, path)[0] in (303, 401, 404), path


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_answered(own_index: tuple[str, Path, str], path: str) -> None:
    url = own_index[0]
    assert probe(url, path, "HEAD") == (200, None)
    for method in ("POST", "PUT", "DELETE"):
        status, headers, text = ask(url, path, method, {"Content-Length": "0"})
        assert (status, headers["allow"], text) == (405, "GET, HEAD", "")


def test_accounts_that_cannot_be_read_do_not_kill_the_process(own_index: tuple[str, Path, str], tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "users.json").write_text("{", encoding="utf-8")
    who = {"Cookie": "session=" + "x" * 43}
    assert ask(own_index[0], "/healthz", headers=who)[0] == 200
    assert ask(own_index[0], "/readyz", headers=who)[0] == 200


def test_an_index_that_is_gone_is_not_ready_and_said_without_a_path(
    own_index: tuple[str, Path, str], caplog: pytest.LogCaptureFixture
) -> None:
    url, folder, _ = own_index
    shutil.rmtree(folder / "builds")
    for _ in range(3):
        assert probe(url) == (503, {"status": "indisponible", "reason": _MISSING})
    assert probe(url, "/healthz")[0] == 200
    assert caplog.text.count(str(folder)) == 1, "told once to the operator"


def test_the_last_usable_build_goes_on_serving(own_index: tuple[str, Path, str]) -> None:
    url, folder, build = own_index
    publish(folder, "20990101T000000000-abcdef")
    assert probe(url) == (200, {"status": "ok", "build": build})
    (folder / "CURRENT").unlink()
    assert probe(url) == (200, {"status": "ok", "build": build})


def test_a_pointer_that_cannot_be_read_is_not_ready_until_it_is_mended(own_index: tuple[str, Path, str]) -> None:
    url, folder, build = own_index
    (folder / "CURRENT").write_bytes(b"\xff\xfe")
    assert probe(url) == (503, {"status": "indisponible", "reason": _UNREADABLE})
    publish(folder, build)
    assert probe(url) == (200, {"status": "ok", "build": build})


def test_what_nobody_foresaw_is_not_ready_and_tells_nothing(script_url: str, scripted: Script) -> None:
    status, said = probe(script_url)  # the scripted assistant has no index at all
    assert (status, said["reason"]) == (503, "Erreur inattendue : voyez le journal du programme.")


def test_the_doctor_knows_its_own_chat_by_them(script_url: str) -> None:
    port = int(script_url.rpartition(":")[2])
    assert machine.port(Settings(port=port)) == f"{port} : l'assistant y répond déjà"
