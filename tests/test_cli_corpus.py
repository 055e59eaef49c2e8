"""`assistant corpus`: what staff see, and that nothing is lost whatever they answer."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from command import Done, Run, runner

from assistant.audit import entries
from assistant.cli.corpus import _SORTS
from assistant.cli.table import table
from assistant.corpus.listing import SORTS
from assistant.models import Kind

BODY = "Le maire a ouvert la séance devant les élus de la ville réunis au complet."


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command, in a folder that holds a corpus."""
    monkeypatch.chdir(tmp_path)
    note(tmp_path, "a.md", "id: forum\ntitle: Le forum\ndate: 2017-11\ndate_inferred: true\nkind: événement")
    note(
        tmp_path,
        "b.md",
        "id: eau\ntitle: L'eau\nthemes: [eau, ville]",
        "On parle ici d'eau, de forêts, de ponts et de rien.",
    )
    return runner(monkeypatch, capsys)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> object:
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def note(folder: Path, name: str, head: str, body: str = BODY) -> Path:
    path = folder / "corpus" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\n{head}\n---\n{body}\n", encoding="utf-8")
    return path


def test_list_is_a_table(run: Run) -> None:
    assert run("corpus", "list").out.splitlines() == [
        "id     titre     date               nature     thèmes      fichier",
        "forum  Le forum  2017-11 (déduite)  événement              a.md",
        "eau    L'eau     —                  autre      eau, ville  b.md",
        "",
        "2 notes dans corpus.",
    ]
    assert run("corpus", "list", "--kind", "événement").out.splitlines()[-1] == "1 note sur 2 dans corpus."
    assert run("corpus", "list", "--text", "absent").out.strip() == "0 note sur 2 dans corpus."
    assert run("corpus", "list", "--kind", "roman").status == 2


def test_list_as_json(run: Run) -> None:
    done = run("corpus", "list", "--json", "--sort", "id")
    assert json.loads(done.out)[1] == {
        "id": "forum",
        "title": "Le forum",
        "date": "2017-11",
        "date_inferred": True,
        "kind": "événement",
        "themes": [],
        "source": None,
        "file": "corpus/a.md",
    }


def test_list_shows_what_it_can_beside_files_in_error(run: Run, tmp_path: Path) -> None:
    note(tmp_path, "c.md", "id: c")
    done = run("corpus", "list")
    assert "2 notes dans corpus." in done.out
    assert done.err == "1 fichier en erreur : voyez « assistant corpus check ».\n"


def test_sorts_are_those_of_the_listing() -> None:
    assert _SORTS == SORTS
    assert {kind.value for kind in Kind} >= {"événement"}


def test_a_narrow_terminal_shortens_what_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    lines = table(("id", "titre"), [("identifiant", "Un titre beaucoup trop long 🎉"), ("i", "É" * 40)], elastic=(1,))
    assert lines == [
        "id           titre",
        "identifiant  Un titre beaucoup trop lon…",
        "i            " + "É" * 26 + "…",
    ]


def test_show(run: Run, tmp_path: Path) -> None:
    (tmp_path / "corpus" / "a.md").rename(tmp_path / "corpus" / "z.md")
    assert run("corpus", "show", "forum").out.splitlines() == [
        "id        forum",
        "titre     Le forum",
        "date      2017-11 (déduite)",
        "nature    événement",
        "thèmes    —",
        "source    —",
        "fichier   corpus/z.md",
        "",
        BODY,
    ]
    run("corpus", "show", "absent").assert_told(3, "« absent »", "« assistant corpus list »")


def test_check_groups_warnings_and_ends_well(run: Run, tmp_path: Path) -> None:
    done = run("corpus", "check")
    assert done == Done(
        0,
        "Notes sans date (1)\n  corpus/b.md : pas de date : un filtre de dates l'écarte toujours\n\n"
        "2 notes dans corpus, aucune erreur, 1 avertissement.\n",
        "",
    )
    assert run("corpus", "check", "--strict").status == 3
    assert "Notes anciennes (1)" in run("corpus", "check", "--older-than", "3a").out
    assert run("corpus", "check", "--older-than", "vieux").status == 2
    for number in range(25):
        note(tmp_path, f"c{number}.md", f"id: c{number}\ntitle: C{number}", f"{number} " * 12)
    assert "… et 6 autres : « assistant corpus check --all »" in run("corpus", "check").out
    assert "… et" not in run("corpus", "check", "--all").out


def test_edit(run: Run, tmp_path: Path) -> None:
    done = run("corpus", "edit", "forum", "--date", "2018", "--theme", "ville", "--theme", "eau, forêt")
    assert done.out == (
        "Note modifiée : forum (date, date déduite, thèmes). Pour publier : « assistant index sync ».\n"
    )
    assert (tmp_path / "corpus" / "a.md").read_text(encoding="utf-8") == (
        f'---\nid: forum\ntitle: Le forum\ndate: 2018\nkind: événement\nthemes: [ville, "eau, forêt"]\n---\n{BODY}\n'
    )
    assert run("corpus", "edit", "forum", "--date", "2018").out.startswith("Rien à changer")
    assert [entry.what for entry in entries(tmp_path / "state")] == ["note modifiée"]
    assert run("corpus", "edit", "forum", "--no-date", "--no-theme", "--source", "https://example.org").status == 0
    assert run("corpus", "edit", "forum", "--date", "hier").err.endswith("reçu « hier »\n")


@pytest.mark.parametrize(
    "options",
    [(), ("--title", "x", "--editor"), ("--date", "2017", "--no-date"), ("--inferred",), ("--kind", "roman")],
)
def test_edit_wrongly_used(run: Run, options: tuple[str, ...]) -> None:
    done = run("corpus", "edit", "forum", *options)
    assert (done.status, done.out) == (2, "")
    assert "is not" not in done.err


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: str) -> None:
    script = tmp_path / "mon éditeur.sh"
    script.write_text(f"#!/bin/sh\n{commands}\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"'{script}'")


def test_an_editor_whose_text_is_wrong_loses_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(tmp_path, monkeypatch, """sed -i 's/^title: .*/title: a: b/' "$1" """)
    before = (tmp_path / "corpus" / "a.md").read_bytes()
    done = run("corpus", "edit", "forum", "--editor")
    (copy,) = (tmp_path / "state" / "editing").iterdir()
    assert (done.status, (tmp_path / "corpus" / "a.md").read_bytes()) == (3, before)
    assert f"--file state/editing/{copy.name}" in done.err
    assert "corpus/a.md:3 : l'en-tête n'est pas du YAML valide" in done.err
    copy.write_text(copy.read_text(encoding="utf-8").replace("a: b", "A"), encoding="utf-8")
    assert run("corpus", "edit", "forum", "--file", str(copy)).out.startswith("Note modifiée : forum (titre)")


@pytest.mark.parametrize(
    ("commands", "status", "word"),
    [
        ("true", 0, "Rien à changer"),
        ("exit 4", 3, "(statut 4)"),
        ("sed -i 's/^id: .*/id: autre/' \"$1\"", 3, "ne change jamais"),
    ],
)
def test_other_ends_of_an_editor(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: str, status: int, word: str
) -> None:
    editor(tmp_path, monkeypatch, commands)
    done = run("corpus", "edit", "forum", "--editor")
    assert done.status == status
    assert word in done.out + done.err
    assert len(list((tmp_path / "state" / "editing").iterdir())) == ("autre" in commands)


def test_no_editor(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/absent/éditeur")
    run("corpus", "edit", "forum", "--editor").assert_told(3, "ne s'ouvre pas (il n'existe pas)")


def test_remove_asks_and_can_be_undone(run: Run, tmp_path: Path, answer: object) -> None:
    answer("peut-être\nnon\n")
    done = run("corpus", "remove", "forum")
    assert "forum : Le forum (corpus/a.md)" in done.out
    assert "Répondez par o (oui) ou n (non)." in done.out
    assert done.out.endswith("Rien n'est retiré.\n")
    answer("")
    assert run("corpus", "remove", "forum").status == 1
    assert (tmp_path / "corpus" / "a.md").exists()
    answer("oui\n")
    assert "À la corbeille : forum." in run("corpus", "remove", "forum").out
    assert "forum  Le forum" in run("corpus", "trash", "list").out
    assert "Remise : forum, dans corpus/a.md." in run("corpus", "trash", "restore", "forum").out
    assert (tmp_path / "corpus" / "a.md").exists()


def test_one_wrong_id_removes_nothing(run: Run, tmp_path: Path) -> None:
    run("corpus", "remove", "--yes", "forum", "absent").assert_told(3, "« absent »")
    assert (tmp_path / "corpus" / "a.md").exists()


def test_emptying_the_trash_asks(run: Run, tmp_path: Path, answer: object) -> None:
    assert run("corpus", "remove", "--yes", "forum", "eau").status == 0
    answer("n\n")
    assert run("corpus", "trash", "empty").out.endswith("Rien n'est supprimé.\n")
    answer("o\n")
    assert run("corpus", "trash", "empty").out.endswith("2 notes supprimées.\n")
    assert run("corpus", "trash", "empty").out == "La corbeille était vide.\n"
    assert run("corpus", "trash", "list").out == "La corbeille est vide.\n"
    run("corpus", "trash", "restore", "forum").assert_told(3, "La corbeille ne contient pas « forum »")
    assert [entry.what for entry in entries(tmp_path / "state")] == ["note retirée", "note retirée", "corbeille vidée"]
