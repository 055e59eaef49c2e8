"""The doctor's looks, case by case: what is well, what is odd, what is broken and the words that mend it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import Settings
from assistant.access import UserFile
from assistant.doctor import Check, Found, examine, files, index, look, machine, model
from assistant.embedding import Embedder
from assistant.index.lock import Holder, writer_lock
from assistant.index.sweep import KEPT, MAKING, PENDING
from assistant.models import Role
from tests.command import real

NOBODY = 65534


def seen(looking: Any, settings: Settings | None = None, **given: Any) -> Check:
    return look("Essai", looking, settings or Settings.load(**given))


def assert_found(check: Check, found: Found, *words: str) -> None:
    assert check.found is found, check.message
    assert [word for word in words if word not in check.message] == [], check.message


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test of hub models left in the environment."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "true")


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """A copy of the session's index that a test may break."""
    shutil.copytree(settings.index_dir, tmp_path / "index")
    return settings.model_copy(update={"index_dir": tmp_path / "index", "state_dir": tmp_path / "state"})


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account of the machine may reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def unprivileged() -> Iterator[None]:
    """As an account that rights hold for; root's own are unlimited."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def published(settings: Settings) -> Path:
    return settings.index_dir / "builds" / (settings.index_dir / "CURRENT").read_text(encoding="utf-8").strip()


def test_all_is_well_where_nothing_is_wrong(own: Settings) -> None:
    given = {"index_dir": own.index_dir, "corpus_dir": own.corpus_dir, "state_dir": own.state_dir, "port": _free()}
    done = real("doctor", "--json", **given)
    found = {check["name"]: check for check in json.loads(done.out)}
    assert done.status == 0, done.out
    assert [name for name, check in found.items() if check["found"] != "ok"] == ["Comptes"]
    assert list(found)[:2] == ["Python", "Réglages"]
    assert found["Modèle"]["message"].endswith("vecteur d'essai vérifiés")


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_wrong_settings_are_told_and_nothing_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PROT", "1")
    last = examine()[-1]
    assert_found(last, Found.FAULTY, "ASSISTANT_PROT", "Vouliez-vous dire ASSISTANT_PORT ?")
    assert (last.name, last.passed) == ("Réglages", False)


def test_what_nobody_foresaw_stops_no_other_look() -> None:
    def broken(_: Settings) -> str:
        raise ZeroDivisionError("zéro")

    assert_found(seen(broken), Found.FAULTY, "ZeroDivisionError : zéro", "développeurs")


def test_telemetry_that_was_turned_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_found(seen(machine.telemetry), Found.WELL, "rien ne sort")
    sends = seen(machine.telemetry, otel_endpoint="http://c:4318", chat_model="m", chat_base_url="http://m/v1")
    assert_found(sends, Found.WELL, "traces et questions et passages")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert_found(seen(machine.telemetry), Found.ODD, "HF_HUB_OFFLINE")
    monkeypatch.setenv("DO_NOT_TRACK", "0")
    assert_found(seen(machine.telemetry), Found.FAULTY, "DO_NOT_TRACK=0")


def test_a_clock_that_is_wrong(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_found(seen(machine.clock, own), Found.WELL, "20")
    now = published(own).stat().st_mtime
    monkeypatch.setattr(machine.time, "time", lambda: now - 86_400)
    assert_found(seen(machine.clock, own), Found.FAULTY, "retarde", "timedatectl")
    monkeypatch.setattr(machine.time, "time", lambda: 0.0)
    assert_found(seen(machine.clock, own), Found.FAULTY, "01/01/1970", "timedatectl")


def test_a_disk_that_is_nearly_full(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_found(seen(machine.room, own), Found.WELL, "Go libres")
    few = shutil.disk_usage(own.index_dir)._replace(free=5 << 20)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: few)
    assert_found(seen(machine.room, own), Found.FAULTY, "5 Mo libres", str(own.index_dir), "libérez de la place")


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """A program that answers this to all; its port."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_port_that_is_free_ours_or_taken() -> None:
    assert_found(seen(machine.port, port=_free()), Found.WELL, "est libre")
    with answering(b'{"status":"ok"}') as port:
        assert_found(seen(machine.port, port=port), Found.WELL, "répond déjà")
    with answering(b"<html>") as port:
        assert_found(seen(machine.port, port=port), Found.FAULTY, str(port), "ASSISTANT_PORT")
    assert_found(seen(machine.port, host="192.0.2.1"), Found.FAULTY, "ASSISTANT_HOST")


def test_secrets_in_a_file_that_others_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert_found(seen(files.settings_file), Found.WELL, "pas d'assistant.toml")
    file = tmp_path / "assistant.toml"
    file.write_text('port = 8080\nmetrics_token = "hush"\n', encoding="utf-8")
    file.chmod(0o644)
    check = seen(files.settings_file)
    assert_found(check, Found.FAULTY, "metrics_token", "chmod 600 assistant.toml")
    assert "hush" not in check.message
    file.chmod(0o600)
    assert_found(seen(files.settings_file), Found.WELL)


def test_notes_that_cannot_be_read_or_written(open_folder: Path) -> None:
    assert_found(seen(files.corpus_folder, corpus_dir=open_folder / "rien"), Found.FAULTY, "ASSISTANT_CORPUS_DIR")
    (open_folder / "a.md").write_text("# Une note\n", encoding="utf-8")
    with unprivileged():
        if os.access(open_folder, os.W_OK, effective_ids=True):
            open_folder.chmod(0o555)
        odd = seen(files.corpus_folder, corpus_dir=open_folder)
    assert_found(odd, Found.ODD, "accès refusé", "/corpus")
    (open_folder / "a.md").chmod(0)
    with unprivileged():
        assert_found(seen(files.corpus_folder, corpus_dir=open_folder), Found.FAULTY, "a.md", "droit de les lire")
    open_folder.chmod(0o755)


@pytest.mark.parametrize(("looking", "name"), [(files.index_folder, "index_dir"), (files.state_folder, "state_dir")])
def test_folders_that_must_be_written(open_folder: Path, looking: Any, name: str) -> None:
    assert_found(seen(looking, **{name: open_folder}), Found.WELL, "s'écrit")
    assert_found(seen(looking, **{name: open_folder / "à" / "venir"}), Found.WELL, "sera créé")
    open_folder.chmod(0o555)
    with unprivileged():
        check = seen(looking, **{name: open_folder})
    assert_found(check, Found.FAULTY, "accès refusé", f"ASSISTANT_{name.upper()}")
    open_folder.chmod(0o755)


def test_personal_data_that_others_read(tmp_path: Path) -> None:
    given = {"state_dir": tmp_path}
    UserFile(tmp_path).add("claire", "quatre mots sans lien", [Role.STAFF])
    assert_found(seen(files.state_folder, **given), Found.WELL)
    (tmp_path / "users.json").chmod(0o640)
    assert_found(seen(files.state_folder, **given), Found.FAULTY, f"chmod 600 {tmp_path / 'users.json'}")
    (tmp_path / "users.json").chmod(0o600)
    tmp_path.chmod(0o777)
    assert_found(seen(files.state_folder, **given), Found.FAULTY, "chmod o-w")
    tmp_path.chmod(0o700)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
def test_personal_data_of_another_account(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text("{}", encoding="utf-8")
    (tmp_path / "users.json").chmod(0o600)
    os.chown(tmp_path / "users.json", NOBODY, NOBODY)
    assert_found(seen(files.state_folder, state_dir=tmp_path), Found.FAULTY, "n'appartient pas", "chown 0")


def test_accounts(tmp_path: Path) -> None:
    given = {"state_dir": tmp_path}
    assert_found(seen(files.accounts, **given), Found.ODD, "assistant users add")
    assert_found(seen(files.accounts, **given, proxy_user_header="X-User"), Found.WELL, "organisation")
    UserFile(tmp_path).add("claire", "quatre mots sans lien", [Role.STAFF])
    assert_found(seen(files.accounts, **given), Found.WELL, "1 compte")
    (tmp_path / "users.json").write_text("{", encoding="utf-8")
    assert_found(seen(files.accounts, **given), Found.FAULTY, "users.json")


def test_a_model_that_gives_other_vectors(embedder: Embedder) -> None:
    model.check_vector(Settings.load(), embedder)

    class Other:
        def __init__(self, vector: Any) -> None:
            self.vector = vector

        def encode_query(self, _: str) -> Any:
            return self.vector

    good = np.array(embedder.encode_query(model.QUESTION))
    for wrong in (good[::-1], good * np.nan, good + 0.01):
        check = seen(lambda s, v=wrong: model.check_vector(s, Other(v)) or "")  # type: ignore[arg-type, misc]
        assert_found(check, Found.FAULTY, "vecteur attendu", "ASSISTANT_EMBEDDING_DTYPE")


def test_an_index_of_another_model_or_of_other_notes(own: Settings, tmp_path: Path) -> None:
    assert_found(seen(index.published, own), Found.WELL, "vérifié et à jour")
    other = own.model_copy(update={"embedding_query_prompt": "autre : "})
    assert_found(seen(index.published, other), Found.FAULTY, "a été fait avec le modèle", "assistant index sync")
    shutil.copytree(own.corpus_dir, tmp_path / "corpus")
    note = next((tmp_path / "corpus").rglob("*.md"))
    (tmp_path / "corpus" / "neuve.md").write_text(
        note.read_text(encoding="utf-8") + "\nEt de plus.\n", encoding="utf-8"
    )
    later = own.model_copy(update={"corpus_dir": tmp_path / "corpus"})
    assert_found(seen(index.published, later), Found.FAULTY, "1 note ", "assistant index sync")
    shutil.rmtree(own.index_dir)
    assert_found(seen(index.published, own), Found.FAULTY, "pas encore d'index", "assistant index sync")


def _change(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(statement)


def test_an_index_of_another_chroma(own: Settings) -> None:
    database = published(own) / "chroma" / "chroma.sqlite3"
    assert_found(seen(index.chroma_format, own), Found.WELL, "chromadb")
    _change(database, "DELETE FROM migrations WHERE dir = 'sysdb' AND version = 10")
    assert_found(seen(index.chroma_format, own), Found.ODD, "plus ancienne", "assistant index rebuild")
    _change(database, "INSERT INTO migrations VALUES ('sysdb', 99, 'x', 'x', 'x')")
    assert_found(seen(index.chroma_format, own), Found.FAULTY, "plus récente", "assistant index rebuild")
    database.write_bytes(b"x" * 4096)
    assert_found(seen(index.chroma_format, own), Found.FAULTY, "ne se lit pas", "assistant index sync")
    (own.index_dir / "CURRENT").unlink()
    assert_found(seen(index.chroma_format, own), Found.WELL, "pas encore d'index")


def test_who_writes_and_who_was_killed(own: Settings) -> None:
    assert_found(seen(index.writers, own), Found.WELL, "aucune en cours")
    with writer_lock(own.index_dir, Holder("claire", "publication")):
        assert_found(seen(index.writers, own), Found.WELL, "en cours : publication par claire")
        mark = (own.index_dir / ".lock-holder.json").read_text(encoding="utf-8")
    (own.index_dir / ".lock-holder.json").write_text(mark, encoding="utf-8")
    assert_found(seen(index.writers, own), Found.ODD, "publication par claire", "assistant index sync")


def test_what_killed_writers_left(own: Settings) -> None:
    builds = own.index_dir / "builds"
    assert_found(seen(index.leftovers, own), Found.WELL, "aucun")
    (builds / f"{MAKING}x").mkdir()
    (builds / "20200101T000000000-aaaaaa").mkdir()
    (builds / "20200101T000000000-aaaaaa" / PENDING).write_text("{}", encoding="utf-8")
    assert_found(seen(index.leftovers, own), Found.ODD, "inachevées ou en trop : 2", "assistant index sync")
    for day in range(1, KEPT + 2):
        (builds / f"2021010{day}T000000000-aaaaaa").mkdir()
    check = seen(index.leftovers, own)
    assert_found(check, Found.ODD, "inachevées ou en trop : 4", "inutilisables : 2021")


def test_notes_that_cannot_be_taken(tmp_path: Path) -> None:
    assert_found(seen(index.notes, corpus_dir=tmp_path / "rien"), Found.FAULTY, "rien")
