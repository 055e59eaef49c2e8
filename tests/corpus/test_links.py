"""Links are found where Markdown has them, and told where they cannot lead anywhere; nothing is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.corpus.links import Link, find_links, link_fault, url_fault


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ('Voir [la page](https://example.org/a_(b)?c=1#d "titre").', ["https://example.org/a_(b)?c=1#d"]),
        ("![image](<une image.png>) et [vide]()", ["une image.png", ""]),
        (
            "Nu : https://example.org/a, puis <https://example.org/b>.",
            ["https://example.org/a", "https://example.org/b"],
        ),
        ("[a](x.md)[b](y.md)", ["x.md", "y.md"]),
        ("[https://example.org](https://example.org)", ["https://example.org", "https://example.org"]),
        ("`[a](x.md)` et ``https://example.org ` ``", []),
        ("```\n[a](x.md)\n```\n[b](y.md)", ["y.md"]),
        ("Note [1] (voir la page), f(x)](", []),
    ],
)
def test_links_of_a_text(text: str, targets: list[str]) -> None:
    assert [link.target for link in find_links(text)] == targets


def test_each_link_has_its_line() -> None:
    assert list(find_links("Un.\n\n[a](b)\n[c](d)")) == [Link("b", 3), Link("d", 4)]


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.org", "http://localhost:8080/x", "https://élysée.fr/é?a=b c".replace(" ", "%20")),
        *(
            "https://[::1]/",
            "mailto:a@example.org",
            "tel:+33123456789",
            "https://a-b.example.org:443/#x",
            "HTTPS://EX.org",
        ),
    ],
)
def test_addresses_that_may_lead_somewhere(url: str) -> None:
    assert url_fault(url) is None


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https:/example.org", "doit être suivi du nom du site"),
        ("https://", "doit être suivi du nom du site"),
        ("http://https://example.org", "deux fois"),
        ("https://example..org", "nom de site"),
        ("https://exam_ple!.org", "nom de site"),
        ("https://example.org:x/", "mal formée"),
        ("https://[::1", "mal formée"),
        ("https://example.org/a b", "espace"),
        ("mailto:nobody", "électronique"),
        ("javascript:alert(1)", "« javascript: »"),
        ("file:///C:/note.docx", "« file: »"),
        ("", "vide"),
    ],
)
def test_addresses_that_lead_nowhere(url: str, word: str) -> None:
    assert word in (url_fault(url) or "")


def test_relative_links_lead_to_files(tmp_path: Path) -> None:
    (tmp_path / "sous").mkdir()
    (tmp_path / "à côté.md").write_text("x", encoding="utf-8")
    note = tmp_path / "sous" / "a.md"
    for target in ("../à côté.md", "../%C3%A0%20c%C3%B4t%C3%A9.md#titre", "/à côté.md", ".", "#ancre"):
        assert link_fault(Link(target, 1), note, tmp_path) is None, target
    for target in ("à côté.md", "../absente.md", "/absente.md?x=1", "x" * 5000, "a\0b"):
        assert link_fault(Link(target, 1), note, tmp_path), target
    assert "https://" in (link_fault(Link("www.example.org", 1), note, tmp_path) or "")
    assert link_fault(Link("//example.org/x", 1), note, tmp_path) is None
