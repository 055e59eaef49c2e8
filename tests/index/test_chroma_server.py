"""Builds whose vectors are on a Chroma server: a real one, in a process of its own, stopped and started again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from chroma_server import ChromaServer, Gate, free_port
from chromadb.api.shared_system_client import SharedSystemClient
from command import Run, runner
from pydantic import SecretStr

from assistant import Note, Settings
from assistant.errors import (
    IndexMismatchError,
    IndexServerError,
    SettingsError,
    VectorsMissingError,
)
from assistant.index import (
    Build,
    Progress,
    Publisher,
    Reader,
    Recipe,
    Server,
    current_build_id,
    list_builds,
    rollback,
    sync,
)
from assistant.index import served as served_module
from assistant.index import server as server_module
from assistant.index.build import BUILDS, read_manifest
from assistant.index.places import served_name
from assistant.index.progress import untold
from assistant.index.verify import examine
from assistant.preview import Preview
from tests.index.given import Recorder, corpus_of

KEY = "une-cle-secrete"


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """One server for all tests; a test that stops it starts it again."""
    made = ChromaServer(tmp_path_factory.mktemp("chroma") / "data")
    made.start()
    yield made
    made.stop()


def at(url: str, **more: object) -> Server:
    made = Server.from_settings(Settings.load(chroma_url=url, **more))
    assert made is not None
    return made


@pytest.fixture
def server(chroma: ChromaServer) -> Server:
    return at(chroma.url)


@pytest.fixture
def recipe(small: Recipe, server: Server) -> Recipe:
    """Of builds on the server."""
    return replace(small, server=server, served=True)


@pytest.fixture
def index_dir(tmp_path: Path, three: list[Note], recipe: Recipe, tiny: Recorder) -> Path:
    """An index of the three notes on the server."""
    sync(tmp_path / "index", three, recipe)
    tiny.embedded.clear()
    return tmp_path / "index"


def collections(server: Server, index_dir: Path) -> set[str]:
    """The builds of an index that the server holds."""
    with server.connected() as client:
        names = [found.name for found in client.list_collections()]
    prefix = f"assistant-{(index_dir / '.served').read_text()}-"
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def opened(index_dir: Path, tiny: Recorder, server: Server | None) -> Build:
    return Build.open_current(index_dir, tiny.identity, server)


def changed(three: list[Note], text: str) -> list[Note]:
    return [replace(three[0], text=text), *three[1:]]


def test_a_build_on_the_server_answers_as_one_in_a_folder(
    index_dir: Path,
    tmp_path: Path,
    three: list[Note],
    small: Recipe,
    tiny: Recorder,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sync(tmp_path / "local", three, small)
    with closing(opened(index_dir, tiny, server)) as far, closing(opened(tmp_path / "local", tiny, None)) as near:
        ids = near.catalogue.chunk_ids()
        question = tiny.encode_query("la note b")
        assert far.vectors.search(question, 4) == pytest.approx(near.vectors.search(question, 4), abs=1e-5)
        for fetched in (150, 0):
            monkeypatch.setattr(served_module, "_FETCHED", fetched)
            found = far.vectors.cosines(question, [*ids, "absent"])
            assert found == pytest.approx(near.vectors.cosines(question, ids), abs=1e-5)
        stored, expected = far.vectors.vectors([*ids, "absent"]), near.vectors.vectors(ids)
        assert stored.keys() == expected.keys()
        np.testing.assert_allclose(np.stack([stored[key] for key in ids]), [expected[key] for key in ids], atol=1e-6)
        assert far.vectors.search(question, 0) == far.vectors.cosines(question, []) == {}
    assert not list((index_dir / BUILDS).rglob("chroma.sqlite3"))


def test_what_did_not_change_is_not_embedded_again(
    index_dir: Path, three: list[Note], recipe: Recipe, tiny: Recorder, server: Server
) -> None:
    report = sync(index_dir, changed(three, "la note a dit autre chose."), recipe)
    assert (report.embedded, len(tiny.embedded)) == (1, 1)
    with closing(opened(index_dir, tiny, server)) as build:
        assert len(build.vectors.vectors(build.catalogue.chunk_ids())) == build.manifest.chunks == 4
    assert not sync(index_dir, changed(three, "la note a dit autre chose."), recipe).published


def test_an_index_moves_to_the_server_with_its_vectors(
    tmp_path: Path, three: list[Note], small: Recipe, recipe: Recipe, tiny: Recorder, server: Server
) -> None:
    index_dir = tmp_path / "index"
    sync(index_dir, three, small)
    tiny.embedded.clear()
    with closing(opened(index_dir, tiny, server)) as build:  # what is local is read where it is
        assert build.vectors.search(tiny.encode_query("la note b"), 1)
    report = sync(index_dir, three, recipe)
    assert (report.published, report.embedded, tiny.embedded) == (True, 0, [])
    assert collections(server, index_dir) == {report.build}
    back = sync(index_dir, three, replace(recipe, served=False))
    assert (back.published, back.embedded, tiny.embedded) == (True, 0, [])
    with closing(opened(index_dir, tiny, None)) as build:
        assert len(build.vectors.vectors(build.catalogue.chunk_ids())) == 6


def test_without_the_servers_address_the_index_is_refused_then_made_here(
    index_dir: Path, three: list[Note], small: Recipe, tiny: Recorder
) -> None:
    with pytest.raises(IndexMismatchError, match="ASSISTANT_CHROMA_URL"):
        opened(index_dir, tiny, None)
    assert sync(index_dir, three, small).embedded == 6


def test_old_builds_are_swept_on_the_server_and_those_of_others_are_not(
    index_dir: Path, tmp_path: Path, three: list[Note], recipe: Recipe, server: Server
) -> None:
    other = tmp_path / "other"
    theirs = sync(other, three, recipe).build
    for number in range(6):
        sync(index_dir, changed(three, f"la note a, version {number}."), recipe)
    kept = {build.id for build in list_builds(index_dir)}
    assert (len(kept), collections(server, index_dir)) == (5, kept)
    assert collections(server, other) == {theirs}


def test_a_build_that_was_cut_short_leaves_nothing_for_long(
    index_dir: Path, three: list[Note], recipe: Recipe, server: Server
) -> None:
    before = collections(server, index_dir)

    def interrupt(progress: Progress) -> None:
        if progress.stage == "Vérification des vecteurs":  # its collection is there by then
            raise KeyboardInterrupt

    with Publisher(index_dir, recipe) as publisher:
        with pytest.raises(KeyboardInterrupt):
            publisher.publish(corpus_of(*changed(three, "autre")), "essai", tell=interrupt)
        assert len(collections(server, index_dir)) == 2, "the writer's process was killed"
        assert {build.id for build in list_builds(index_dir)} == before
        made = publisher.publish(corpus_of(*changed(three, "autre")), "essai")
    assert collections(server, index_dir) == before | {made.build}


def test_go_back_verify_and_compact(
    index_dir: Path, three: list[Note], recipe: Recipe, tiny: Recorder, server: Server
) -> None:
    first = opened(index_dir, tiny, server)
    first.close()
    second = sync(index_dir, three[:1], recipe, force=True).build
    assert rollback(index_dir, "essai", tiny.identity, None, None, server) == (second, first.id)
    with Publisher(index_dir, recipe) as publisher:
        made = publisher.compact("essai")
    folder = index_dir / BUILDS / made.build
    assert served_name(folder) in {f"assistant-{(index_dir / '.served').read_text()}-{made.build}"}
    assert [fault for _, fault in examine(folder, read_manifest(folder), untold, server)] == [None] * 3
    with server.connected() as client:
        client.get_collection(served_name(folder), embedding_function=None).delete(ids=["a#0"])
        held = client.get_collection(served_name(folder), embedding_function=None).get(include=[])["ids"]
        client.get_collection(served_name(folder), embedding_function=None).delete(ids=held[:1])
    assert "5 vecteurs au lieu de 6" in str(examine(folder, read_manifest(folder), untold, server)[-1][1])
    with pytest.raises(VectorsMissingError):
        rollback(index_dir, "essai", tiny.identity, made.build, None, server)


def test_a_preview_leaves_nothing_on_the_server(
    index_dir: Path, three: list[Note], recipe: Recipe, tiny: Recorder, server: Server
) -> None:
    before = collections(server, index_dir)
    preview = Preview(index_dir, tiny, recipe)
    try:
        found = preview.find(corpus_of(*changed(three, "la note a parle de la mer.")), "la mer", 3)
    finally:
        preview.close()
    assert len(found) == 3
    assert tiny.embedded == ["note a\n\nla note a parle de la mer."] or len(tiny.embedded) == 1
    with server.connected() as client:
        names = {one.name for one in client.list_collections()}
    assert collections(server, index_dir) == before
    assert not [name for name in names if name.endswith("aperçu")]


@pytest.fixture
def reader(index_dir: Path, tiny: Recorder, server: Server) -> Iterator[Reader]:
    made = Reader(index_dir, tiny.identity, server)
    yield made
    made.close()


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def ask(reader: Reader, tiny: Recorder, text: str = "la note b") -> dict[str, float]:
    with reader.lease() as build:
        return build.vectors.search(tiny.encode_query(text), 3)


def test_a_server_that_is_gone_is_told_and_found_again(
    chroma: ChromaServer, reader: Reader, index_dir: Path, tiny: Recorder, server: Server
) -> None:
    assert len(ask(reader, tiny)) == 3
    chroma.stop()
    try:
        with closing(Reader(index_dir, tiny.identity, server)) as late:  # opened while it is gone
            for one in (reader, late, reader):
                with pytest.raises(IndexServerError, match="injoignable") as caught:
                    ask(one, tiny)
                assert caught.value.passing
            chroma.start()
            assert len(ask(reader, tiny)) == len(ask(late, tiny)) == 3
    finally:
        chroma.start()


def test_a_restart_in_the_middle_of_questions_fails_only_those(
    chroma: ChromaServer, reader: Reader, tiny: Recorder
) -> None:
    wrong: list[BaseException] = []
    answered = failed = 0
    done = threading.Event()

    def go_on() -> None:
        nonlocal answered, failed
        while not done.is_set():
            try:
                answered += len(ask(reader, tiny)) == 3
            except IndexServerError:
                failed += 1
            except BaseException as error:
                wrong.append(error)
                return

    threads = [threading.Thread(target=go_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: answered > 3)
    chroma.stop()
    wait_until(lambda: failed > 0)
    chroma.start()
    before = answered
    wait_until(lambda: answered > before + 3)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(ask(reader, tiny)) == 3


def test_a_restart_in_the_middle_of_a_build_is_waited_for(
    chroma: ChromaServer, index_dir: Path, three: list[Note], recipe: Recipe, server: Server, tiny: Recorder
) -> None:
    restarted: list[threading.Thread] = []

    def restart(progress: Progress) -> None:
        if progress.stage == "Écriture des vecteurs" and not restarted:
            chroma.stop()
            restarted.append(threading.Thread(target=chroma.start))
            restarted[0].start()

    with Publisher(index_dir, recipe) as publisher:
        report = publisher.publish(corpus_of(*changed(three, "la note a a changé.")), "essai", tell=restart)
    restarted[0].join()
    assert report.published
    with closing(opened(index_dir, tiny, server)) as build:
        assert len(build.vectors.vectors(build.catalogue.chunk_ids())) == build.manifest.chunks
    assert collections(server, index_dir) == {report.before, report.build}


@pytest.mark.long
def test_a_build_whose_server_stays_away_ends_and_leaves_the_published_one(
    chroma: ChromaServer, index_dir: Path, three: list[Note], recipe: Recipe, tiny: Recorder, server: Server
) -> None:
    before = current_build_id(index_dir)

    def stop(progress: Progress) -> None:
        if progress.stage == "Écriture des vecteurs":
            chroma.stop()

    try:
        with Publisher(index_dir, recipe) as publisher, pytest.raises(IndexServerError, match="injoignable"):
            publisher.publish(corpus_of(*changed(three, "la note a a changé.")), "essai", tell=stop)
    finally:
        chroma.start()
    with closing(opened(index_dir, tiny, server)) as build:
        assert build.id == before
        assert len(build.vectors.search(tiny.encode_query("la note b"), 3)) == 3


def test_a_server_that_does_not_answer_is_told_before_anything_is_embedded(
    tmp_path: Path, three: list[Note], recipe: Recipe, tiny: Recorder
) -> None:
    for url, told in ((f"http://127.0.0.1:{free_port()}", "injoignable"), (recipe.server.url, "base « absente »")):  # type: ignore[union-attr]
        wrong = replace(recipe, server=at(url, chroma_database="absente"))
        with pytest.raises(IndexServerError, match=told):
            sync(tmp_path / "index", three, wrong)
    assert tiny.embedded == []
    assert current_build_id(tmp_path / "index") is None


def test_a_build_without_its_server_says_so_and_leaves_the_published_one(
    index_dir: Path, three: list[Note], recipe: Recipe, tiny: Recorder, server: Server
) -> None:
    before = current_build_id(index_dir)
    gone = at(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(IndexServerError, match="injoignable"):
        sync(index_dir, three[:2], replace(recipe, server=gone), force=True)
    with pytest.raises(IndexServerError, match="injoignable"):
        rollback(index_dir, "essai", tiny.identity, before, None, gone)
    with closing(opened(index_dir, tiny, server)) as build:
        assert build.id == before
        assert len(build.vectors.search(tiny.encode_query("la note b"), 3)) == 3


def test_vectors_that_the_server_lost_are_made_again_without_a_restart(
    index_dir: Path, three: list[Note], recipe: Recipe, reader: Reader, tiny: Recorder, server: Server
) -> None:
    assert len(ask(reader, tiny)) == 3
    with server.connected() as client:
        client.delete_collection(str(served_name(index_dir / BUILDS / reader.current.id)))
    for _ in range(2):
        with pytest.raises(VectorsMissingError, match="assistant index sync"):
            ask(reader, tiny)
    assert sync(index_dir, three, recipe).embedded == 6
    assert len(ask(reader, tiny)) == 3


@pytest.fixture
def gate(chroma: ChromaServer) -> Iterator[Gate]:
    made = Gate(chroma, KEY)
    yield made
    made.close()


def test_through_a_proxy_that_asks_for_a_key(
    gate: Gate, tmp_path: Path, three: list[Note], small: Recipe, tiny: Recorder
) -> None:
    with pytest.raises(IndexServerError, match="ASSISTANT_CHROMA_HEADERS"):
        at(gate.url).version()
    server = at(gate.url, chroma_headers=f"X-Key: {KEY}")
    assert KEY not in repr(server)
    sync(tmp_path / "index", three, replace(small, server=server, served=True))
    with closing(opened(tmp_path / "index", tiny, server)) as build:
        assert len(build.vectors.search(tiny.encode_query("la note b"), 3)) == 3
        gate.key = "une autre"
        with pytest.raises(IndexServerError, match="accès est refusé") as caught:
            build.vectors.search(tiny.encode_query("la note b"), 3)
        assert KEY not in str(caught.value)


def test_where_the_server_can_fork_only_what_changed_is_written(
    gate: Gate, tmp_path: Path, three: list[Note], small: Recipe, tiny: Recorder
) -> None:
    server = at(gate.url, chroma_headers='{"X-Key": "une-cle-secrete"}')
    recipe = replace(small, server=server, served=True)
    index_dir = tmp_path / "index"
    sync(index_dir, three, recipe)
    report = sync(index_dir, [*three[:2], replace(three[2], text="la note c dit autre chose.")], recipe)
    assert (gate.forks, report.embedded) == (1, 1)
    with closing(opened(index_dir, tiny, server)) as build:
        stored = build.vectors.vectors(build.catalogue.chunk_ids())
        assert (len(stored), build.manifest.elements) == (6, 7), "one of the six deleted, one put in"
        text = build.catalogue.chunks(list(stored))
        for key, (chunk, _) in text.items():
            expected = tiny.encode_documents([chunk.embedded_text])[0]
            np.testing.assert_allclose(stored[key], expected, atol=1e-5)


def test_a_server_that_hangs_is_not_waited_for_long(
    gate: Gate, tmp_path: Path, three: list[Note], small: Recipe, tiny: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_KNOCK", 2.0)
    monkeypatch.setattr(server_module, "_PATIENCE", 2.0)
    server = at(gate.url, chroma_headers=f"X-Key: {KEY}")
    sync(tmp_path / "index", three, replace(small, server=server, served=True))
    with closing(opened(tmp_path / "index", tiny, server)) as build:
        assert build.vectors.search(tiny.encode_query("la note b"), 3)
        gate.hangs.set()
        begun = time.monotonic()
        with pytest.raises(IndexServerError, match="assez vite"):
            build.vectors.search(tiny.encode_query("la note b"), 3)
        assert time.monotonic() - begun < 10
        gate.hangs.clear()
        assert build.vectors.search(tiny.encode_query("la note b"), 3)


@pytest.mark.parametrize("version", ["0.6.3", "2.0.0", "nginx"])
def test_another_version_is_told(gate: Gate, version: str) -> None:
    gate.version = version
    with pytest.raises(IndexServerError, match=r"Chroma 1\.x|1\.x : installez"):
        at(gate.url, chroma_headers=f"X-Key: {KEY}").version()


def test_what_is_no_chroma_server_and_what_is_nothing(chroma: ChromaServer, server: Server) -> None:
    assert server.version().startswith("1.")
    with pytest.raises(IndexServerError, match="n'est pas un serveur Chroma"):
        at(f"{chroma.url}/ailleurs").version()
    with pytest.raises(IndexServerError, match="injoignable"):
        at(f"http://127.0.0.1:{free_port()}").version()
    with pytest.raises(IndexServerError, match="ASSISTANT_CHROMA_DATABASE"):
        at(chroma.url, chroma_database="absente").connect()
    with pytest.raises(IndexServerError, match="ASSISTANT_CHROMA_TENANT"):
        at(chroma.url, chroma_tenant="absent").connect()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"chroma_url": "http://8.8.8.8:8000"}, "passeraient en clair"),
        ({"chroma_url": "http://8.8.8.8:8000", "chroma_headers": "X-Key: k"}, "passeraient en clair"),
        ({"chroma_url": "https://8.8.8.8"}, "mandataire"),
        ({"chroma_url": "https://chroma.example.org"}, "mandataire"),
        ({"chroma_url": "http://[2606:4700::1111]"}, "passeraient en clair"),
        ({"chroma_url": "http://127.0.0.1", "chroma_headers": "sans deux-points"}, "ASSISTANT_CHROMA_HEADERS"),
        ({"chroma_url": "http://127.0.0.1", "chroma_headers": '{"X": '}, "ASSISTANT_CHROMA_HEADERS"),
        ({"chroma_url": "http://127.0.0.1", "chroma_headers": "X-Key: clé"}, "ASSISTANT_CHROMA_HEADERS"),
    ],
)
def test_what_would_leave_the_server_open_is_refused_at_the_start(settings: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        Server.from_settings(Settings.load(**settings))
    assert "sans deux-points" not in str(caught.value)


def test_what_is_protected_or_private_is_taken() -> None:
    assert at("https://8.8.8.8", chroma_headers="Authorization: Bearer k\nX-Other: v").headers == (
        ("Authorization", SecretStr("Bearer k")),
        ("X-Other", SecretStr("v")),
    )
    for url in ("http://10.0.0.5:8000", "http://127.0.0.1:8000/", "http://chroma:8000", "http://chroma.svc:8000"):
        assert at(url).headers == ()
    assert Server.from_settings(Settings.load()) is None


def test_a_connection_that_ends_leaves_nothing(server: Server) -> None:
    with server.connected():
        pass
    before = len(SharedSystemClient._identifier_to_system)
    with server.connected() as client:
        sessions = client._server._session, client._admin_client._server._session
    assert len(SharedSystemClient._identifier_to_system) == before
    assert all(session.is_closed for session in sessions)


def test_nothing_is_told_to_anyone_else(
    index_dir: Path, reader: Reader, tiny: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    send = httpx.Client.send

    def spy(self: httpx.Client, request: httpx.Request, **more: Any) -> httpx.Response:
        asked.append(request.url.host)
        return send(self, request, **more)

    monkeypatch.setattr(httpx.Client, "send", spy)
    assert ask(reader, tiny)
    assert set(asked) == {"127.0.0.1"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


def test_at_the_command_line(run: Run, chroma: ChromaServer, model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    text = "---\nid: a\ntitle: Note a\n---\nLe maire est là.\n"
    (tmp_path / "notes" / "a.md").write_text(text, encoding="utf-8")
    given = {"corpus_dir": tmp_path / "notes", "index_dir": tmp_path / "index", "state_dir": tmp_path / "state"}
    given |= {"embedding_model": model_folder, "embedding_dtype": "float32", "chroma_url": chroma.url}
    assert "Index publié : 1 note" in run("index", "sync", **given).out
    assert f"serveur Chroma 127.0.0.1:{chroma.port}, version 1." in run("index", "status", **given).out
    assert run("index", "verify", **given).out.count("✓") == 3
    (made,) = [line for line in run("index", "collections", **given).out.splitlines() if line.startswith("*")]
    name = made.split()[1]
    run("index", "collections", "--erase", name, **given).assert_told(4, "efface lui-même")
    other = given | {"index_dir": tmp_path / "autre"}
    run("index", "collections", "--erase", "assistant-absente", **other).assert_told(4, "n'existe pas")
    assert run("index", "collections", "--erase", name, **other).status == 0
    assert f" {name} " not in run("index", "collections", **other).out
    run("index", "status", **given).assert_told(4, "ASSISTANT_CHROMA_DATABASE")
    run("index", "sync", **{**given, "chroma_url": f"http://127.0.0.1:{free_port()}"}).assert_told(4, "injoignable")
    run("index", "sync", **{**given, "chroma_url": "http://8.8.8.8:8000"}).assert_told(2, "passeraient en clair")
    run("index", "collections", **{**given, "chroma_url": ""}).assert_told(4, "ASSISTANT_CHROMA_URL")
