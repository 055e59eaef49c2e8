"""Vectors from an endpoint: the same as at home, and what happens when it misbehaves. Over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from vector_server import Fault, Served, body, served

from assistant import Assistant, Note, Settings
from assistant.embedding import Embedder, embedded_model
from assistant.embedding import endpoint as endpoint_module
from assistant.embedding.backends import EmbeddedBackend
from assistant.errors import EmbeddingError, EmbeddingServiceError, IndexMismatchError, SettingsError
from assistant.index import Build, Recipe, sync

KEY = "sk-very-secret-0123456789"
PROMPTS = {"embedding_query_prompt": "query: ", "embedding_document_prompt": "passage: "}


def letters(texts: Sequence[str]) -> np.ndarray:
    """Vectors that can be checked by hand: how many of each of eight letters, and one."""
    return np.asarray([[1.0, *(text.count(letter) for letter in "aeinorst")] for text in texts])


@pytest.fixture(scope="module")
def _server() -> Iterator[Served]:
    with served(Served(letters)) as script:
        yield script


@pytest.fixture
def server(_server: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Nothing wrong with it yet; tries follow each other fast."""
    monkeypatch.setattr(endpoint_module, "WAITS", {"query": (0.01, 0.01), "document": (0.01,) * 4})
    _server.embed, _server.delay, _server.name = letters, 0.0, "un-modele"
    _server.play()
    return _server


def at(server: Served, **more: object) -> Settings:
    return Settings.load(
        embedding_base_url=server.url, **{"embedding_model": "un-modele", "embedding_timeout": 60, **more}
    )


def connected(server: Served, **more: object) -> Embedder:
    made = Embedder.from_settings(at(server, **more))
    server.play()
    return made


@pytest.fixture
def twin(server: Served, embedder: Embedder) -> Embedder:
    """The embedded model behind the endpoint, its prompts given by the settings."""
    assert isinstance(embedder.backend, EmbeddedBackend)
    bare = replace(embedder.backend, prompts={"query": "", "document": ""})
    server.embed = lambda texts: bare.encode(texts, "document")
    return connected(server, **PROMPTS, embedding_api_key=KEY, embedding_batch=7)


def test_the_same_model_gives_the_same_vectors_from_afar(server: Served, twin: Embedder, embedder: Embedder) -> None:
    texts = [f"{'Le conseil délibère. ' * (number % 5)}Note {number}" for number in range(40)]
    far, near = twin.encode_documents(texts), embedder.encode_documents(texts)
    assert (far * near).sum(axis=1).min() > 0.9999
    assert twin.encode_query("Qui pilote ?") @ embedder.encode_query("Qui pilote ?") > 0.9999
    assert max(server.sizes) == 7
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert twin.count_tokens(texts) == embedder.count_tokens(texts)


def test_questions_are_answered_by_an_endpoints_vectors(
    server: Served, twin: Embedder, notes: list[Note], bot: Assistant, tmp_path: Path
) -> None:
    given = at(server, **PROMPTS, index_dir=tmp_path / "index")
    recipe = Recipe(twin.identity, lambda: twin, given.chunk_tokens)
    report = sync(given.index_dir, notes[:3], recipe)
    assert report.embedded > 0
    far = Assistant(given, twin)
    try:
        question = f"De quoi parle « {notes[0].title} » ?"
        assert far.retrieve(question)[0].chunk.note_id == notes[0].id
        assert "un-modele" in str(far.reader.current.manifest.embedder)
    finally:
        far.close()
    with pytest.raises(IndexMismatchError, match="un-modele"):
        Build.open_current(given.index_dir, bot.embedder.identity)


def test_batches_go_out_side_by_side_and_come_back_in_order(server: Served) -> None:
    embedder = connected(server, embedding_batch=4, embedding_parallel=3)
    server.delay = 0.05
    texts = ["a" * (number % 50 + 1) for number in range(100)]
    begun = time.perf_counter()
    vectors = embedder.encode_documents(texts)
    took = time.perf_counter() - begun
    assert [round(row[1] / row[0]) for row in vectors] == [len(text) for text in texts]
    assert server.most_at_once == 3
    assert took < 25 * 0.05, "25 requests one after the other"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, headers={"Retry-After": "0.01"}),
        Fault(429),
        Fault(500),
        Fault(503, b"<html>"),
        Fault(closed=True),
        Fault(wait=2.5),
    ],
    ids=["429 with a time", "429", "500", "503", "closed", "slow"],
)
def test_a_passing_fault_is_tried_again(server: Served, fault: Fault) -> None:
    embedder = connected(server, embedding_timeout=2 if fault.wait else 60)
    server.play(fault)
    np.testing.assert_allclose(embedder.encode_documents(["aa"])[0][:2], np.array([1, 2]) / 5**0.5, rtol=1e-6)
    assert server.texts == ["aa", "aa"]


NAN = body([[1.0, float("nan"), *[0.0] * 7]])
WRONG = [
    (Fault(401), "ASSISTANT_EMBEDDING_API_KEY"),
    (Fault(404), "ASSISTANT_EMBEDDING_MODEL"),
    (Fault(413), "ASSISTANT_CHUNK_TOKENS"),
    (Fault(301, headers={"Location": "https://ailleurs.example/"}), "ASSISTANT_EMBEDDING_BASE_URL"),
    (Fault(body=b"<html>"), "compatible OpenAI"),
    (Fault(body=b"[]"), "compatible OpenAI"),
    (Fault(body=b'{"data": 3}'), "compatible OpenAI"),
    (Fault(body=body([["un"] * 9])), "compatible OpenAI"),
    (Fault(body=body([[1.0] * 9, [2.0] * 9])), "2 vecteurs reçus pour 1 textes"),
    (Fault(body=body([])), "0 vecteurs reçus"),
    (Fault(body=body([[1.0] * 5])), "5 dimensions au lieu de 9"),
    (Fault(body=NAN), "valeurs impossibles"),
    (Fault(body=body([[float("inf")] * 9])), "valeurs impossibles"),
    (Fault(body=body([[0.0] * 9])), "vecteur nul"),
]


@pytest.mark.parametrize(("fault", "told"), WRONG, ids=[f"{fault.status} {told}" for fault, told in WRONG])
def test_what_is_wrong_for_good_is_told_at_once(server: Served, fault: Fault, told: str) -> None:
    embedder = connected(server, embedding_api_key=KEY)
    server.play(fault)
    with pytest.raises(EmbeddingServiceError, match=told) as caught:
        embedder.encode_documents(["aa"])
    assert str(caught.value).startswith("Le service de vecteurs 127.0.0.1:")
    assert KEY not in str(caught.value)
    assert len(server.sizes) == 1, "asked once"
    assert embedder.encode_documents(["aa"]).shape == (1, 9), "the next text finds it well"


def test_what_lasts_is_told_in_the_end(server: Served) -> None:
    embedder = connected(server)
    server.play(*[Fault(429)] * 9)
    with pytest.raises(EmbeddingServiceError, match="saturé"):
        embedder.encode_documents(["aa"])
    assert len(server.sizes) == 5
    server.play(*[Fault(500)] * 9)
    with pytest.raises(EmbeddingServiceError, match=r"en panne .statut 500."):
        embedder.encode_query("aa")
    assert len(server.sizes) == 3, "a question waits less"


def test_a_question_does_not_wait_twice_for_a_slow_endpoint(server: Served) -> None:
    embedder = connected(server, embedding_timeout=2)
    server.play(Fault(wait=2.5))
    with pytest.raises(EmbeddingServiceError, match="pas de réponse en 2 s"):
        embedder.encode_query("aa")
    assert len(server.sizes) == 1


def test_a_question_that_is_too_long_for_the_model_is_shortened(server: Served) -> None:
    embedder = connected(server)
    server.play(Fault(413))
    assert embedder.encode_query("a" * 1900).shape == (9,)
    assert [len(text) for text in server.texts] == [1900, 1000]


def test_an_endpoint_that_is_gone_is_told_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "WAITS", {"query": (0.01,), "document": (0.1,) * 20})
    with served(Served(letters)) as script:
        embedder = connected(script)
        port = int(script.url.rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(EmbeddingServiceError, match="injoignable"):
        embedder.encode_query("aa")
    with pytest.raises(EmbeddingError, match="injoignable"):
        Embedder.from_settings(at(script))
    with served(Served(letters), port):
        assert embedder.encode_query("aa").shape == (9,)


def test_another_model_under_the_same_name_is_another_identity(server: Served) -> None:
    first = connected(server).identity
    assert (first.name, first.dimension) == ("un-modele", 9)
    assert connected(server).identity == first
    server.name = "un-autre"
    assert connected(server).identity != first
    server.name = "un-modele"
    assert connected(server, embedding_query_prompt="query: ").identity != first


@pytest.mark.parametrize("url", ["http://8.8.8.8/v1", "http://absent.example.org/v1", "http://[2606:4700::1111]:80/v1"])
def test_notes_do_not_cross_the_internet_in_clear(url: str) -> None:
    with pytest.raises(SettingsError, match="passeraient en clair"):
        Embedder.from_settings(Settings.load(embedding_base_url=url, embedding_model="m"))


def test_an_endpoint_wants_a_models_name() -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_EMBEDDING_MODEL"):
        Embedder.from_settings(Settings.load(embedding_base_url="http://127.0.0.1:1/v1"))


def test_a_model_of_an_endpoint_is_not_one_of_the_hub(server: Served) -> None:
    assert not at(server).names_hub_model
    assert connected(server).identity.name != embedded_model.NAME
