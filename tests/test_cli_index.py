"""The life of the index at the command line: shown before it happens, published, gone back, watched."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command import ROOT, Run, runner
from tiny_e5 import write_e5

from assistant import audit
from assistant.embedding import embedded_model
from assistant.embedding.e5_wheel import read_e5
from assistant.index import Reader, Recipe, published_build_id
from assistant.index.build import BUILDS
from assistant.index.manifest import SCHEMA
from assistant.settings import Settings


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of the user's own: loaded in a moment."""
    made = tmp_path_factory.mktemp("model")
    write_e5(made / "tiny.bin")
    embedded_model.convert(read_e5(made / "tiny.bin"), made / "tiny", "float32")
    return made / "tiny"


def note(folder: Path, name: str, text: str = "Le maire est là.") -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle: Note {name}\n---\n{text}\n", encoding="utf-8")


@pytest.fixture
def given(tmp_path: Path, tiny: Path) -> dict[str, Path]:
    """Settings of a corpus of six notes."""
    for name in "abcdef":
        note(tmp_path / "notes", name)
    folders = {name: tmp_path / name.removesuffix("_dir") for name in ("index_dir", "state_dir")}
    return {"corpus_dir": tmp_path / "notes", "embedding_model": tiny, **folders}


def test_a_dry_run_names_everything_and_does_nothing(run: Run, given: dict[str, Path]) -> None:
    first = run("index", "sync", "--dry-run", **given)
    assert (first.status, first.out.splitlines()[0]) == (0, "+ a : ajoutée, 1 passage — Note a")
    assert not given["index_dir"].exists()
    run("index", "sync", **given)
    before = sorted(given["index_dir"].rglob("*"))
    note(given["corpus_dir"], "b", "\n\n".join(f"Le maire dit la phrase {n}, {'longue ' * 60}." for n in range(3)))
    note(given["corpus_dir"], "g")
    (given["corpus_dir"] / "a.md").unlink()
    done = run("index", "sync", "--dry-run", **given)
    lines = done.out.splitlines()
    assert lines[0] == "+ g : ajoutée, 1 passage — Note g"
    assert re.fullmatch(r"~ b : modifiée, 1 → \d+ passages — Note b", lines[1])
    assert lines[2:4] == ["- a : retirée, 1 passage — Note a", "= c : inchangée, 1 passage — Note c"]
    assert lines[-1] == "1 ajoutées, 1 modifiées, 1 retirées, 4 inchangées. Rien n'a été fait."
    assert sorted(given["index_dir"].rglob("*")) == before


def test_a_corpus_of_which_much_is_gone(run: Run, given: dict[str, Path]) -> None:
    run("index", "sync", **given)
    for name in "ab":
        (given["corpus_dir"] / f"{name}.md").unlink()
    refused = run("index", "sync", **given)
    assert (refused.status, "2 notes sur 6 ont disparu du dossier." in refused.err) == (4, True)
    assert "2 retirées" in run("index", "sync", "--force", **given).out


def test_there_and_back_again(run: Run, given: dict[str, Path]) -> None:
    assert "Aucune version" in run("index", "builds", **given).out
    run("index", "sync", **given)
    note(given["corpus_dir"], "g")
    run("index", "sync", **given)
    newest, oldest = run("index", "builds", **given).out.splitlines()
    assert newest.startswith("* ") and oldest.startswith("  ")
    assert "7 notes, 7 passages, faite après" in newest and "6 notes, 6 passages" in oldest
    back = run("index", "rollback", **given)
    assert back.out.startswith(f"La version {oldest.split()[0]} est de nouveau en service, à la place de ")
    assert run("index", "rollback", oldest.split()[0], **given).out.endswith("est déjà en service.\n")
    run("index", "rollback", "absente", **given).assert_told(
        4, "« absente » n'existe pas", "« assistant index builds »"
    )
    assert "1 note à prendre en compte" in run("index", "status", **given).out
    assert "Index compacté" in run("index", "compact", **given).out
    assert "Index publié : 7 notes (1 ajoutées" in run("index", "rebuild", **given).out
    checked = run("index", "verify", **given)
    assert (checked.status, [line[0] for line in checked.out.splitlines()]) == (0, ["✓", "✓", "✓"])
    told = run("index", "journal", **given).out.splitlines()
    whats = ["publication", "publication", "retour à une version", "compactage", "reconstruction"]
    assert [line.split("  ")[2].split(" :")[0].split(" (")[0] for line in told] == whats
    assert f"({newest.split()[1]} → {oldest.split()[0]})" in told[2]
    assert all(f"  {audit.local_user()}  " in line for line in told)


def test_a_damaged_index_is_told_by_verify(run: Run, given: dict[str, Path]) -> None:
    run("index", "sync", **given)
    (catalogue,) = given["index_dir"].rglob("catalogue.sqlite")
    catalogue.write_bytes(catalogue.read_bytes()[:-1] + b"x")
    done = run("index", "verify", **given)
    assert (done.status, done.out.startswith("✗ Sommes de contrôle")) == (4, True)
    assert "« assistant index rebuild »" in done.err
    assert run("index", "journal", state_dir=given["index_dir"] / "absent").out == "Le journal est vide.\n"


def test_watching_publishes_each_change_and_survives_faults(given: dict[str, Path]) -> None:
    variables = {f"ASSISTANT_{name.upper()}": str(value) for name, value in given.items()}
    command = [sys.executable, "-m", "assistant.cli", "index", "watch"]
    with subprocess.Popen(
        command, env={**os.environ, **variables}, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as watching:
        assert watching.stdout

        def told(words: str) -> str:
            for line in watching.stdout or ():
                if words in line:
                    return line
            raise AssertionError(f"the watch ended without a word of « {words} »")

        told("Surveillance de")
        assert "6 notes (6 ajoutées" in told("Index publié")
        (given["corpus_dir"] / "b.md").write_text("---\nid: b\n---\n", encoding="utf-8")
        assert "la note « b » reste comme elle était." in told("Attention")
        note(given["corpus_dir"], "g")
        assert "7 notes (1 ajoutées, 0 modifiées" in told("Index publié")
        watching.send_signal(signal.SIGINT)
        told("Surveillance arrêtée.")
    assert watching.returncode == 0
    settings = Settings.load(**{name: str(value) for name, value in given.items()})
    embedder = Recipe.from_settings(settings).load()
    reader = Reader(settings.index_dir, embedder.identity)
    assert reader.current.manifest.notes == 7
    reader.close()


def of_format(index_dir: Path, schema: int) -> Path:
    """Have the published build be one of another version of the program, sealed in a way of its own."""
    folder = index_dir / BUILDS / published_build_id(index_dir)
    fields = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    fields |= {"schema": schema, "seal": "autrement", "nouveau": {"champ": 1}}
    (folder / "manifest.json").write_text(json.dumps(fields), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (SCHEMA - 1, f"d'une version antérieure, et non {SCHEMA} : refaites-le avec « assistant index sync »"),
        (SCHEMA + 1, f"plus récent que le format {SCHEMA} de ce programme : mettez le programme à jour"),
    ],
)
def test_an_index_of_another_version_is_told_and_made_anew_beside(
    run: Run, given: dict[str, Path], schema: int, said: str
) -> None:
    """The way up, and the way back down: nothing is lost, nothing set aside."""
    run("index", "sync", **given)
    other = of_format(given["index_dir"], schema)
    for command in (("ask", "Qui est là ?"), ("index", "status"), ("index", "verify"), ("index", "compact")):
        run(*command, **given).assert_told(4, f"a le format {schema}, {said}")
    assert said in run("index", "builds", **given).out
    planned = run("index", "sync", "--dry-run", **given)
    assert "Tout l'index est à refaire : le format de l'index a changé." in planned.out
    done = run("index", "sync", **given)
    assert (done.status, done.err) == (0, "")
    assert run("index", "verify", **given).out.count("✓") == 3
    assert run("ask", "Qui est là ?", **given).status == 0
    assert other.is_dir()
    assert not (other / "damaged.json").exists(), "the other version may be gone back to by its own program"
    run("index", "rollback", other.name, **given).assert_told(4, said)
