"""The encoder against transformers' own model, on the embedded weights and on a small model that is read by eye."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from tiny_e5 import POSITIONS, write_e5
from transformers import BertModel

from assistant import Settings
from assistant.embedding import Embedder, embedded_model
from assistant.embedding import encoder as encoders
from assistant.embedding.backends import EmbeddedBackend, Role, SentenceTransformersBackend
from assistant.embedding.e5_wheel import read_e5
from assistant.embedding.encoder import Encoder
from assistant.errors import EmbeddingError

TEXTS = ["", "Lyon", "Qui pilote le programme DcANT ?", "Le Forum se tient à Lyon les 6 et 7 décembre 2017. " * 20]
TEXTS += ["ville " * 700, "🏙️ L’été à\u00a0Nantes :\n\n- 2,5 %", "a" * 5000]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    write_e5(made / "tiny.bin")
    embedded_model.convert(read_e5(made / "tiny.bin"), made / "tiny", "float32")
    return made / "tiny"


@pytest.mark.parametrize("is_packed", [True, False])
def test_it_is_what_transformers_computes(tiny: Path, monkeypatch: pytest.MonkeyPatch, is_packed: bool) -> None:
    if not is_packed:  # as on a processor that oneDNN does not know
        monkeypatch.setattr(encoders, "packs", lambda dtype: False)
    encoder = Encoder.load(tiny)
    assert encoder.layers[0].inner.is_packed is (is_packed and encoders.packs(torch.float32))
    texts = [[0, 7, 9, 2], [0, 2], [0, *range(5, 40), 2]]
    model = BertModel.from_pretrained(tiny, add_pooling_layer=False).eval()
    with torch.inference_mode():
        expected = [model(input_ids=torch.tensor([ids])).last_hidden_state[0] for ids in texts]
    for found, wanted in zip(encoder.hidden(texts), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-6)
    assert (encoder.dimension, encoder.max_tokens, encoder.hidden([])) == (32, POSITIONS, [])


def test_texts_do_not_see_each_other(tiny: Path) -> None:
    encoder = Encoder.load(tiny)
    alone, beside = encoder.hidden([[0, 7, 9, 2]]), encoder.hidden([[0, 11, 2], [0, 7, 9, 2], [0, 12, 12, 2]])
    np.testing.assert_allclose(alone[0], beside[1], atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_vectors_are_those_of_sentence_transformers(settings: Settings, dtype: str) -> None:
    folder = embedded_model.ensure_model(settings.cache_dir, dtype)
    ours = EmbeddedBackend.load(folder, {})
    theirs = SentenceTransformersBackend(
        SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": getattr(torch, dtype)})
    )
    assert (ours.dimension, ours.max_tokens) == (theirs.dimension, theirs.max_tokens)
    assert ours.count_tokens(TEXTS) == theirs.count_tokens(TEXTS)
    roles: tuple[Role, ...] = ("query", "document")
    for role in roles:
        found, wanted = ours.encode(TEXTS, role), theirs.encode(TEXTS, role)
        cosines = (found * wanted).sum(1) / np.linalg.norm(found, axis=1) / np.linalg.norm(wanted, axis=1)
        assert cosines.min() > (0.99999 if dtype == "float32" else 0.9995), role


def test_nothing_gives_nothing(tiny: Path) -> None:
    backend = EmbeddedBackend.load(tiny, {})
    assert backend.encode([], "document").shape == (0, 32)
    assert backend.count_tokens([]) == []


def test_many_texts_are_taken_in_groups(tiny: Path) -> None:
    backend = EmbeddedBackend.load(tiny, {})
    texts = [f"{'le maire ' * (number % 40)}{number}" for number in range(300)]
    vectors = backend.encode(texts, "document")
    for at in (0, 39, 150, 299):
        np.testing.assert_allclose(vectors[at], backend.encode([texts[at]], "document")[0], atol=1e-5)


def test_one_long_text_is_one_group(tiny: Path) -> None:
    backend = EmbeddedBackend.load(tiny, {})
    assert backend.encode(["le maire " * 700], "document").shape == (1, 32)
    assert backend.encode(["le maire " * 700, "a"], "document").shape == (2, 32)


def test_threads_side_by_side_get_their_own_vectors(tiny: Path) -> None:
    backend = EmbeddedBackend.load(tiny, {})
    given = [[f"{'le maire ' * 20}{number} {caller}" for number in range(60)] for caller in range(4)]
    expected = [backend.encode(texts, "document") for texts in given]
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(lambda texts: backend.encode(texts, "document"), given * 3))
    for vectors, wanted in zip(found, expected * 3, strict=True):
        np.testing.assert_allclose(vectors, wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "other"])
def test_a_damaged_folder_is_told(tiny: Path, tmp_path: Path, name: str, damage: str) -> None:
    for file in tiny.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    match damage:
        case "missing":
            (tmp_path / name).unlink()
        case "truncated":
            (tmp_path / name).write_bytes((tiny / name).read_bytes()[:-40])
        case "other":
            (tmp_path / name).write_bytes(b"[]")
    with pytest.raises(EmbeddingError, match="n'est pas lisible"):
        EmbeddedBackend.load(tmp_path, {})


def test_it_needs_neither_transformers_nor_sentence_transformers(settings: Settings, embedder: Embedder) -> None:
    code = (
        "import sys; from assistant import Assistant, Settings; "
        f"bot = Assistant.open(Settings.load(index_dir={str(settings.index_dir)!r})); "
        "bot.ask('Qui pilote le programme DcANT ?'); bot.close(); "
        "print(sorted({'transformers', 'sentence_transformers', 'sklearn', 'gradio'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr
