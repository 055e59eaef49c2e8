"""`assistant backup` and `assistant restore`: what is said, where, and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Run, runner

from assistant import audit


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Path]:
    """The settings of an installation with one note and one account."""
    folders = {f"{name}_dir": tmp_path / name for name in ("corpus", "index", "state", "evals")}
    for name, file in (("corpus_dir", "n.md"), ("state_dir", "users.json")):
        folders[name].mkdir()
        (folders[name] / file).write_text("x" * 2500, encoding="utf-8")
    return folders


def test_kept_checked_and_brought_back(run: Run, given: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "s.tar.gz"
    done = run("backup", str(target), **given)
    assert (done.status, done.err) == (0, "")
    first, *rest = done.out.splitlines()
    assert first.startswith(f"{target} : ")
    assert first.endswith(" Ko, relu et vérifié.")
    assert rest == ["  notes : 1 fichier, 3 Ko", "  comptes, avis, journal : 1 fichier, 3 Ko"]
    checked = run("restore", str(target), "--check", **given)
    assert (checked.status, checked.out.splitlines()[1:]) == (0, rest)
    run("restore", str(target), **given).assert_told(10, "corpus", "n'est pas vide", "--force")
    (given["corpus_dir"] / "n.md").write_text("autre", encoding="utf-8")
    done = run("restore", str(target), "--force", **given)
    assert done.status == 0
    assert done.out.count("Ce qui était là est dans ") == 2
    assert done.out.endswith(
        "Ensuite : « assistant index sync » (rapide si rien n'a changé), puis « assistant doctor ».\n"
    )
    assert (given["corpus_dir"] / "n.md").stat().st_size == 2500
    (entry,) = audit.entries(given["state_dir"])
    assert entry.what == "restauration"
    assert entry.detail.startswith("s.tar.gz, sauvegarde du ")


def test_what_goes_wrong_is_one_french_line(run: Run, given: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "s.tar.gz"
    run("backup", str(tmp_path / "absent" / "s.tar.gz"), **given).assert_told(10, "n'existe pas", "créez-le")
    run("backup", str(target), **{**given, "corpus_dir": tmp_path / "vide"}).assert_told(10, "rien n'est sauvegardé")
    run("restore", str(target), **given).assert_told(10, str(target), "il n'existe pas")
    target.write_text("autre chose", encoding="utf-8")
    run("backup", str(target), **given).assert_told(10, "existe déjà", "--force")
    for options in ((), ("--check",), ("--force",)):
        run("restore", str(target), *options, **given).assert_told(10, "n'a pas été faite par « assistant backup »")
    assert target.read_text(encoding="utf-8") == "autre chose"


def test_feedback_that_is_elsewhere_is_told_of(run: Run, given: dict[str, Path], tmp_path: Path) -> None:
    done = run("backup", str(tmp_path / "s.gz"), **given, feedback_url="postgresql://hote/base")
    assert "ASSISTANT_FEEDBACK_URL : sauvegardez-la avec ses propres outils" in done.out
