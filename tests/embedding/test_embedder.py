"""Texts -> vectors, with the embedded model and with a small one of the user's own."""

from __future__ import annotations

import socket
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from tiny_e5 import write_e5

from assistant import Settings
from assistant.embedding import Embedder, embedded_identity, embedded_model, light_counter
from assistant.embedding.e5_wheel import read_e5
from assistant.embedding.probes import PROBE_PASSAGES, PROBE_QUESTIONS
from assistant.errors import EmbeddingError

TEXTS = ["Un", "Le secrétariat général pilote le programme. " * 12, "Le Forum se tient à Lyon.", "", "Ville " * 40]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder of a user's own: 32 dimensions, random weights, e5's prompts."""
    made = tmp_path_factory.mktemp("model")
    write_e5(made / "tiny.bin")
    embedded_model.convert(read_e5(made / "tiny.bin"), made / "tiny", "float32")
    return made / "tiny"


def own(folder: Path, **settings: str) -> Embedder:
    return Embedder.from_settings(Settings.load(embedding_model=str(folder), embedding_dtype="float32", **settings))


def test_vectors_are_unit_float32(embedder: Embedder) -> None:
    vectors = embedder.encode_documents(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    question = embedder.encode_query("Qui ?")
    assert (question.shape, question.dtype) == ((384,), np.float32)
    assert np.linalg.norm(question) == pytest.approx(1, abs=1e-6)


def test_vectors_come_in_the_order_of_the_texts(embedder: Embedder) -> None:
    alone = np.stack([embedder.encode_documents([text])[0] for text in TEXTS])
    cosines = embedder.encode_documents(TEXTS) @ alone.T
    assert np.diag(cosines).min() > 0.999
    assert cosines.argmax(axis=1).tolist() == list(range(len(TEXTS)))


def test_order_is_kept_across_groups(folder: Path) -> None:
    embedder = own(folder)
    texts = [f"{'le maire ' * (number % 7)}{number}" for number in range(600)]
    vectors = embedder.encode_documents(texts)
    for at in (0, 255, 256, 300, 511, 512, 599):
        np.testing.assert_allclose(vectors[at], embedder.encode_documents([texts[at]])[0], atol=1e-5)


def test_nothing_gives_no_vector(embedder: Embedder) -> None:
    assert embedder.encode_documents([]).shape == (0, 384)
    assert embedder.embed_documents([]) == []


def test_langchain_gets_plain_floats(embedder: Embedder) -> None:
    (document,) = embedder.embed_documents(["Un texte."])
    assert all(type(value) is float for value in document)
    assert document == embedder.encode_documents(["Un texte."])[0].tolist()
    assert embedder.embed_query("Un texte.") == embedder.encode_query("Un texte.").tolist()


@pytest.mark.parametrize("other", ["’", "ʼ"])
def test_typography_is_no_meaning(embedder: Embedder, other: str) -> None:
    text = "Qui pilote l'administration de l'État\u00a0?"
    same = unicodedata.normalize("NFD", text.replace("'", other).replace("\u00a0", "\u202f"))
    assert embedder.encode_query(text) @ embedder.encode_query(same) > 0.9999
    assert embedder.encode_documents([text])[0] @ embedder.encode_documents([same])[0] > 0.9999


def test_a_text_beyond_the_limit_is_cut_in_silence(embedder: Embedder, capfd: pytest.CaptureFixture[str]) -> None:
    assert embedder.max_tokens == 512
    long = "ville " * 700
    assert embedder.count_tokens([long])[0] >= 700
    first, second = embedder.encode_documents([long, long + "et bien autre chose"])
    assert first @ second > 0.9999
    assert capfd.readouterr() == ("", "")


def test_how_far_it_is_is_told(embedder: Embedder) -> None:
    told: list[tuple[int, int]] = []
    vectors = embedder.encode_documents(
        [f"Le texte {number}" for number in range(70)], tell=lambda *at: told.append(at)
    )
    assert (vectors.shape, told) == ((70, embedder.identity.dimension), [(64, 70), (70, 70)])


def test_tokens_are_counted_as_by_the_model_without_it(embedder: Embedder) -> None:
    light = light_counter(Settings.load())
    assert light is not None
    count, window = light
    texts = ["Qui pilote le programme DcANT ?", "", "L’été  à\u00a0Lyon :\n\n- 2,5 % 🏙️", "ville " * 700]
    assert (count(texts), window) == (embedder.count_tokens(texts), embedder.max_tokens)
    assert count([]) == []


def test_count_tokens(embedder: Embedder) -> None:
    # "query: …" is 14 tokens of which <s>, </s> and the prompt's three are not the text's.
    assert embedder.count_tokens(["Qui pilote le programme DcANT ?", ""]) == [9, 0]
    assert embedder.count_tokens([]) == []


def test_the_embedded_models_prompts(embedder: Embedder) -> None:
    settings = Settings.load(embedding_query_prompt="", embedding_document_prompt="")
    bare = Embedder.from_settings(settings)
    text = "Le maire de Lyon"
    question, document = embedder.encode_query(text), embedder.encode_documents([text])[0]
    np.testing.assert_allclose(bare.encode_query(f"query: {text}"), question, atol=1e-5)
    np.testing.assert_allclose(bare.encode_documents([f"passage: {text}"])[0], document, atol=1e-5)
    assert question @ document < 0.999
    assert bare.identity != embedder.identity, "other prompts give other vectors"
    assert embedded_identity(settings) == bare.identity


def test_identity_without_loading(embedder: Embedder, folder: Path) -> None:
    assert embedded_identity(Settings.load()) == embedder.identity
    assert embedded_identity(Settings.load(embedding_model=str(folder))) is None


def test_spread_is_that_of_unrelated_texts(embedder: Embedder) -> None:
    documents = embedder.encode_documents(list(PROBE_PASSAGES))
    questions = [embedder.encode_query(question) for question in PROBE_QUESTIONS]
    pairs = [(row, column) for row in range(len(questions)) for column in range(len(documents)) if row != column]
    cosines = [float(questions[row] @ documents[column]) for row, column in pairs]
    assert embedder.spread == pytest.approx((np.mean(cosines), np.std(cosines)), abs=1e-4)


def test_each_probe_is_nearest_to_its_own_passage(embedder: Embedder) -> None:
    documents = embedder.encode_documents(list(PROBE_PASSAGES))
    nearest = [int((documents @ embedder.encode_query(question)).argmax()) for question in PROBE_QUESTIONS]
    assert nearest == list(range(len(PROBE_QUESTIONS)))


def test_a_folder_with_its_own_prompts(folder: Path) -> None:
    kept, other = own(folder), own(folder, embedding_query_prompt="le maire ", embedding_document_prompt="")
    assert kept.identity.dimension == 32
    np.testing.assert_allclose(kept.encode_query("x"), other.encode_documents(["query: x"])[0], atol=1e-5)
    np.testing.assert_allclose(kept.encode_documents(["x"]), other.encode_documents(["passage: x"]), atol=1e-5)
    np.testing.assert_allclose(other.encode_query("x"), other.encode_documents(["le maire x"])[0], atol=1e-5)
    assert kept.identity != other.identity
    assert own(folder).identity == kept.identity


def message_of(name: str) -> str:
    with pytest.raises(EmbeddingError) as caught:
        Embedder.from_settings(Settings.load(embedding_model=name))
    return str(caught.value)


def test_an_unknown_model_is_one_french_line_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*address: object, **_: object) -> None:
        asked.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    message = message_of("personne/modele-inconnu")
    assert asked == []
    assert message.startswith("Le modèle « personne/modele-inconnu » ne peut pas être chargé")
    assert "ASSISTANT_EMBEDDING_MODEL" in message
    assert "\n" not in message
    assert "couldn't" not in message, "not in French"


@pytest.mark.parametrize("damage", ["empty", "no weights", "truncated weights", "garbled configuration"])
def test_a_folder_that_is_no_model(folder: Path, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "model"
    for path in folder.rglob("*"):
        if path.is_file() and damage != "empty":
            (copy / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (copy / path.relative_to(folder)).write_bytes(path.read_bytes())
    copy.mkdir(exist_ok=True)
    match damage:
        case "no weights":
            (copy / "model.safetensors").unlink()
        case "truncated weights":
            (copy / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:-100])
        case "garbled configuration":
            (copy / "config.json").write_text("{", encoding="utf-8")
    message = message_of(str(copy))
    assert message.startswith(f"Le modèle « {copy} » ne peut pas être chargé")
    assert "\n" not in message
