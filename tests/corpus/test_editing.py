"""Fields change on their own lines and nowhere else; a whole text is kept or refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant.audit import entries
from assistant.corpus.editing import Value, edit_fields, replace_body, save
from assistant.corpus.files import open_note
from assistant.corpus.front_matter import FrontMatterError, parse_note, split
from assistant.errors import CorpusError

NOTE = """---
id: forum
title: "Le forum : suite"
# pourquoi cette date
date: 2017   # l'année seule
date_inferred: true
kind: événement
themes:
  - innovation
  # deux thèmes
  - numérique

source: https://www.example.org/
---

Un texte.\t
date: pas un champ
---
# Titre
"""


def difference(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines only of the first, and only of the second."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return [line for line in old if line not in new], [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("changes", "gone", "come"),
    [
        ({"title": "Autre"}, ['title: "Le forum : suite"\n'], ["title: Autre\n"]),
        ({"title": "A : b # c"}, ['title: "Le forum : suite"\n'], ['title: "A : b # c"\n']),
        ({"date": "2018-02"}, ["date: 2017   # l'année seule\n"], ["date: 2018-02 # l'année seule\n"]),
        (
            {"date": None, "date_inferred": None},
            ["date: 2017   # l'année seule\n", "date_inferred: true\n"],
            ["# l'année seule\n"],
        ),
        (
            {"themes": ("a, b", "[c", "d")},
            ["themes:\n", "  - innovation\n", "  - numérique\n"],
            ['themes: ["a, b", "[c", d]\n'],
        ),
        ({"source": ""}, ["source: https://www.example.org/\n"], []),
        ({"kind": "événement", "title": "Le forum : suite"}, [], []),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_the_lines_of_the_fields_change(
    changes: Mapping[str, Value], gone: list[str], come: list[str], end: str
) -> None:
    text = NOTE.replace("\n", end)
    after = edit_fields(text, changes)
    expected = [line.replace("\n", end) for line in gone], [line.replace("\n", end) for line in come]
    assert difference(text, after) == expected
    assert split(after)[1] == split(text)[1]
    for name, value in changes.items():
        assert (split(after)[0][name].value if name in split(after)[0] else None) == (value or None)


def test_a_new_field_comes_in_the_order_of_the_front_matter() -> None:
    text = "\ufeff---\nid: a\ntitle: A\n# un mot\nkind: autre\n---\nTexte."
    after = edit_fields(text, {"date": "2017", "themes": ("x",), "source": "https://example.org"})
    assert after == (
        "\ufeff---\nid: a\ntitle: A\ndate: 2017\n# un mot\nkind: autre\nthemes: [x]\nsource: https://example.org\n---\nTexte."
    )


@pytest.mark.parametrize(
    "title",
    [
        "- a",
        "a: b",
        "# a",
        "@a",
        "'a",
        '"a" b',
        "a\\b",
        "[a]",
        "{a}",
        "null",
        "2017",
        "yes",
        "& a",
        "*a",
        "é « x »",
        "🎉",
    ],
)
def test_whatever_a_title_holds_is_read_back(title: str) -> None:
    assert parse_note(edit_fields(NOTE, {"title": title, "themes": (title, title + ", x")})).title == title


def test_line_ends_and_control_characters_of_a_form_become_spaces() -> None:
    assert parse_note(edit_fields(NOTE, {"title": " a\r\nb\x00c\u2028d "})).title == "a  b c d"


@pytest.mark.parametrize(
    "value", ["|\n  Long\n  titre\n", ">-\n  Long\n\n  titre\n\n", "Long\n  titre\n", '"Long\n  titre"\n']
)
def test_values_over_several_lines_are_replaced_whole(value: str) -> None:
    text = f"---\nid: a\ntitle: {value}# reste\nkind: autre\n---\nTexte."
    after = edit_fields(text, {"title": "Court"})
    assert [line for line in after.splitlines() if line] == [
        "---",
        "id: a",
        "title: Court",
        "# reste",
        "kind: autre",
        "---",
        "Texte.",
    ]


@pytest.mark.parametrize(
    ("changes", "line", "word"),
    [
        ({"date": "hier"}, 5, "« date »"),
        ({"date": None}, 6, "sans « date »"),
        ({"title": ""}, 1, "manque"),
        ({"kind": "roman"}, 7, "« kind »"),
        ({"source": "www.x"}, 13, "« source »"),
        ({"auteur": "x"}, 14, "champ inconnu"),
        ({"id": "autre"}, 2, "ne change jamais"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_line(changes: Mapping[str, Value], line: int, word: str) -> None:
    with pytest.raises(FrontMatterError, match=word) as caught:
        edit_fields(NOTE, changes)
    assert [where for where, _ in caught.value.faults] == [line]


def test_a_front_matter_of_another_form_is_left_to_an_editor() -> None:
    text = "---\n{id: a, title: A}\n---\nTexte."
    assert parse_note(text).title == "A"
    with pytest.raises(FrontMatterError, match="éditeur de texte"):
        edit_fields(text, {"title": "B"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "notes" / "a.md"
    made.parent.mkdir()
    made.write_bytes(NOTE.encode())
    made.chmod(0o640)
    return made


def test_a_change_is_written_and_recorded(path: Path, tmp_path: Path) -> None:
    after = edit_fields(NOTE, {"title": "Autre", "kind": "étude"})
    assert save(open_note(path), after, "claire", tmp_path / "state").title == "Autre"
    assert path.read_bytes() == after.encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]
    (entry,) = entries(tmp_path / "state")
    assert (entry.who, entry.what, entry.detail) == ("claire", "note modifiée", "forum : titre, nature")


def test_no_change_is_neither_written_nor_recorded(path: Path, tmp_path: Path) -> None:
    before = path.stat().st_mtime_ns
    save(open_note(path), NOTE, "claire", tmp_path / "state")
    assert path.stat().st_mtime_ns == before
    assert entries(tmp_path / "state") == []


def test_a_file_that_changed_meanwhile_is_not_overwritten(path: Path, tmp_path: Path) -> None:
    file = open_note(path)
    path.write_bytes(NOTE.replace("Un texte", "Mon texte").encode())
    with pytest.raises(CorpusError, match="a changé pendant votre modification"):
        save(file, edit_fields(NOTE, {"title": "Autre"}), "claire", tmp_path / "state")
    assert "Mon texte" in path.read_text(encoding="utf-8")
    assert list(path.parent.iterdir()) == [path]
    assert entries(tmp_path / "state") == []


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (NOTE.replace("date: 2017 ", "date: hier "), ":5 : « date »"),
        (NOTE.replace("id: forum", "id: autre"), "« autre »"),
    ],
)
def test_a_whole_text_that_is_no_state_of_the_note_is_refused(
    path: Path, tmp_path: Path, after: str, word: str
) -> None:
    with pytest.raises(CorpusError, match="Rien n'est enregistré") as caught:
        save(open_note(path), after, "claire", tmp_path / "state")
    assert word in str(caught.value)
    assert path.read_bytes() == NOTE.encode()


def test_a_note_with_faults_can_be_replaced(path: Path, tmp_path: Path) -> None:
    path.write_bytes(NOTE.replace("date: 2017 ", "date: hier ").encode())
    assert open_note(path).note is None
    save(open_note(path), NOTE, "claire", tmp_path / "state")
    assert path.read_bytes() == NOTE.encode()
    assert entries(tmp_path / "state")[0].detail == "forum : erreurs corrigées"


def test_a_linked_note_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "lien.md"
    link.symlink_to(path)
    save(open_note(link), edit_fields(NOTE, {"title": "Autre"}), "claire", tmp_path / "state")
    assert link.is_symlink()
    assert open_note(path).note == open_note(link).note


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_another_body_leaves_the_front_matter_to_the_byte(end: str) -> None:
    text = f"---{end}id: a # sic{end}title:  'B'{end}---   {end}{end}Avant.{end}"
    after = replace_body(text, "Après.\n\n- un\r\n- deux\n\n")
    assert after == f"---{end}id: a # sic{end}title:  'B'{end}---   {end}Après.{end}{end}- un{end}- deux{end}"
    assert parse_note(after).text == "Après.\n\n- un\n- deux"


@pytest.mark.parametrize("head", ["title: B", "id: Forum 2017\ntitle: B"])
def test_a_file_without_a_sound_id_is_given_one(tmp_path: Path, head: str) -> None:
    path = tmp_path / "b.md"
    path.write_text(f"---\n{head}\n---\nTexte.\n", encoding="utf-8")
    saved = save(open_note(path), "---\nid: forum-2017\ntitle: B\n---\nTexte.\n", "claire", tmp_path / "state")
    assert saved.id == "forum-2017"
    assert "id: forum-2017" in path.read_text(encoding="utf-8")
