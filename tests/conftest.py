"""What the whole suite shares: the real embedded model, a real index of the project's own notes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import runtime

runtime.prepare()

from assistant import Assistant, Note, Settings, language  # noqa: E402
from assistant.corpus import load_corpus  # noqa: E402
from assistant.embedding import Embedder  # noqa: E402
from assistant.evaluation.cases import read_cases  # noqa: E402
from assistant.evaluation.running import Bench, describe, run  # noqa: E402
from assistant.evaluation.runs import RUNS, Recorder, Run  # noqa: E402
from assistant.index import Recipe, sync  # noqa: E402
from assistant.language import Language  # noqa: E402

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_machine() -> None:
    """Only the cache folder of the model is taken over from the environment."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_") and name != "ASSISTANT_CACHE_DIR"]:
        del os.environ[name]


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The embedded model, made in the user's cache at the first run."""
    return Embedder.from_settings(Settings.load())


@pytest.fixture(scope="session")
def notes() -> list[Note]:
    """The project's own notes."""
    return load_corpus(ROOT / "corpus")


@pytest.fixture(scope="session")
def recipe(embedder: Embedder) -> Recipe:
    """Of builds that share the session's embedder."""
    return Recipe(embedder.identity, lambda: embedder, Settings.load().chunk_tokens)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, notes: list[Note], recipe: Recipe) -> Settings:
    """Settings whose index holds the project's own notes; no reply is remembered from one test to the next."""
    made = Settings.load(corpus_dir=ROOT / "corpus", index_dir=tmp_path_factory.mktemp("index"), cached_answers=0)
    sync(made.index_dir, notes, recipe)
    return made


@pytest.fixture(scope="session")
def bot(settings: Settings, embedder: Embedder) -> Iterator[Assistant]:
    """The assistant over the project's own notes."""
    made = Assistant(settings, embedder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def evaluated(bot: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """This code's replies to the cases that it was tuned on, whose failures may be read; asked once for all tests."""
    files = [ROOT / "evals" / "cases" / f"corpus_{name}.jsonl" for name in ("development", "seen")]
    cases = [placed.case for placed in read_cases(files)]
    bench = Bench(bot, "corpus")
    info = describe(bench, cases, "essai")
    return run(bench, cases, Recorder(tmp_path_factory.mktemp("evals") / RUNS / info.id, info), workers=2)


@pytest.fixture
def english() -> Iterator[None]:
    """Members read English for the length of a test; every other test is in French."""
    language.use(Language.ENGLISH)
    yield
    language.use(Language.FRENCH)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
