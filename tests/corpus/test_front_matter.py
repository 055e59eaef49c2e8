"""One file's text -> a note, or every fault of it with its line."""

from __future__ import annotations

import pytest

from assistant.corpus.front_matter import FrontMatterError, parse_note
from assistant.models import Kind, Note, PartialDate

FULL = """---
id: forum-2017
title: "14e édition : le Forum"
# un commentaire
date: 2017-11-20
date_inferred: true
kind: événement
themes: [innovation, "numérique"]
source: https://www.example.org/forum?x=1
---

Premier paragraphe.

---
Après un filet.
"""


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(FrontMatterError) as caught:
        parse_note(text)
    return caught.value.faults


def with_field(line: str) -> str:
    return f"---\nid: a\ntitle: A\n{line}\n---\nTexte.\n"


def test_reads_every_field() -> None:
    assert parse_note(FULL) == Note(
        id="forum-2017",
        title="14e édition : le Forum",
        text="Premier paragraphe.\n\n---\nAprès un filet.",
        date=PartialDate(2017, 11, 20),
        date_inferred=True,
        kind=Kind.EVENT,
        themes=("innovation", "numérique"),
        source="https://www.example.org/forum?x=1",
    )


def test_only_id_and_title_are_needed() -> None:
    assert parse_note("---\nid: a\ntitle: A\n---\nTexte.") == Note(id="a", title="A", text="Texte.")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_byte_order_mark_change_nothing(end: str) -> None:
    assert parse_note("\ufeff" + FULL.replace("\n", end)) == parse_note(FULL)


def test_the_text_is_kept_to_the_letter() -> None:
    body = "  « Où\u00a0?\u202f»  e\u0301té\n\n\n\tcode\n| a | b |"
    assert parse_note(f"---\nid: a\ntitle: A\n---\nUn.\n{body}\nFin.").text == f"Un.\n{body}\nFin."


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2017", PartialDate(2017)), ("2017-11", PartialDate(2017, 11)), ("'2020-02-29'", PartialDate(2020, 2, 29))],
)
def test_dates_of_each_precision(written: str, expected: PartialDate) -> None:
    assert parse_note(with_field(f"date: {written}")).date == expected


def test_an_id_that_yaml_would_take_for_a_number_stays_text() -> None:
    assert parse_note("---\nid: 2017\ntitle: 010\n---\nTexte.") == Note(id="2017", title="010", text="Texte.")


@pytest.mark.parametrize(
    "text", ["", "Texte seul.", "---\nid: a\n", "\n---\nid: a\ntitle: A\n---\nTexte.", "----\n---\n"]
)
def test_no_front_matter(text: str) -> None:
    assert faults(text) == [(1, "l'en-tête manque : la note doit commencer par un bloc entre deux lignes « --- »")]


@pytest.mark.parametrize("body", ["", "\n", "  \n\t\n"])
def test_an_empty_note(body: str) -> None:
    assert faults(f"---\nid: a\ntitle: A\n---\n{body}") == [
        (0, "la note est vide : il n'y a pas de texte après l'en-tête")
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("date: hier", "« date » s'écrit AAAA, AAAA-MM ou AAAA-MM-JJ et doit exister, reçu « hier »"),
        ("date: 2017-02-30", "« date » s'écrit AAAA, AAAA-MM ou AAAA-MM-JJ et doit exister, reçu « 2017-02-30 »"),
        ("date: 20/11/2017", "« date » s'écrit AAAA, AAAA-MM ou AAAA-MM-JJ et doit exister, reçu « 20/11/2017 »"),
        ("date: 0000", "« date » s'écrit AAAA, AAAA-MM ou AAAA-MM-JJ et doit exister, reçu « 0000 »"),
        ("date_inferred: true", "« date_inferred » est donné sans « date »"),
        ("kind: roman", "« kind » vaut programme, gouvernance, événement, étude, autre ; reçu « roman »"),
        ("themes: numérique", "« themes » doit être une liste : [numérique, innovation]"),
        ("source: www.example.org", "« source » doit être une adresse http(s), reçu « www.example.org »"),
        ("source: javascript:alert(1)", "« source » doit être une adresse http(s), reçu « javascript:alert(1) »"),
        ("kind: [étude]", "« kind » doit être un texte, pas une liste"),
        ("themes: {a: b}", "la valeur de « themes » doit être un texte ou une liste de textes"),
        ("title: B", "le champ « title » est donné deux fois"),
        (
            "auteur: B",
            "champ inconnu « auteur » (champs possibles : id, title, date, date_inferred, kind, themes, source, "
            "author, original, sha256)",
        ),
        (
            "titre: a: b",
            "l'en-tête n'est pas du YAML valide (deux-points dans une valeur : mettez-la entre guillemets)",
        ),
        (
            "themes: [a",
            "l'en-tête n'est pas du YAML valide (vérifiez les guillemets, les crochets et les deux-points)",
        ),
    ],
)
def test_each_fault_has_its_line(line: str, message: str) -> None:
    found = faults(with_field(line))
    assert [what for _, what in found] == [message]
    assert found[0][0] in (4, 5)  # YAML notices an open bracket on the line after
    assert found[0][0] == 4 or line == "themes: [a"


@pytest.mark.parametrize("written", ["Majuscule", "é", "a b", "../a", "a/b", "-a", "a-", "a--b", '"a\\nb"', "a#b"])
def test_ids_that_are_no_ids(written: str) -> None:
    (fault,) = faults(f"---\nid: {written}\ntitle: A\n---\nTexte.")
    assert fault[0] == 2
    assert fault[1].startswith("« id » n'admet que minuscules sans accent, chiffres et tirets")


@pytest.mark.parametrize("missing", ["id", "title"])
def test_a_missing_or_empty_name(missing: str) -> None:
    lines = {"id": "id: a", "title": "title: A"}
    kept = next(line for name, line in lines.items() if name != missing)
    assert faults(f"---\n{kept}\n---\nTexte.") == [(1, f"le champ « {missing} » manque")]
    assert faults(f"---\n{kept}\n{missing}:\n---\nTexte.") == [(3, f"le champ « {missing} » manque")]


def test_all_faults_at_once_in_the_order_of_lines() -> None:
    found = faults("---\nkind: roman\ndate: hier\nid: A\n---\n")
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    assert len(found) == 5  # no text, no title, and three wrong values


@pytest.mark.parametrize("head", ["- a\n- b", "juste un texte", "[a, b]", "# rien"])
def test_front_matter_that_is_no_mapping(head: str) -> None:
    assert faults(f"---\n{head}\n---\nTexte.") == [(2, "l'en-tête doit être une suite de lignes « nom: valeur »")]


@pytest.mark.parametrize(
    "head",
    [
        "id: !!python/object/apply:os.system ['exit 1']\ntitle: A",
        "id: &a a\ntitle: *b",
        "? [a]\n: b\nid: a\ntitle: A",
        "id: a\ntitle: A\n\tkind: autre",
        'id: a\ntitle: "\x00"',
        "<<: {id: a}\ntitle: A",
        "id: a\ntitle: A\n%",
    ],
)
def test_hostile_yaml_is_a_fault_and_nothing_else(head: str) -> None:
    assert faults(f"---\n{head}\n---\nTexte.")
