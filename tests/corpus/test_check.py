"""Every fault and every warning, with its file, its line and its kind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.corpus.check import NoteWarning, WarningCode, check_corpus
from assistant.errors import CorpusError, FaultCode

TODAY = date(2026, 11, 24)
BODY = "Le maire a ouvert la séance devant les élus de la ville réunis au complet."


def write(folder: Path, name: str, head: str, body: str = BODY) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"---\n{head}\n---\n{body}\n".encode())
    return path


def warnings(folder: Path, older_than: date | None = None) -> list[tuple[str, int, WarningCode]]:
    found = check_corpus(folder, TODAY, older_than).warnings
    return [(warning.path.name, warning.line, warning.code) for warning in found]


def only(folder: Path, older_than: date | None = None) -> NoteWarning:
    (warning,) = check_corpus(folder, TODAY, older_than).warnings
    return warning


def test_a_note_in_order_has_no_warning(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "id: a\ntitle: A\ndate: 2017\nsource: https://example.org/a", f"# Titre\n{BODY}\n[b](b.md)")
    write(
        tmp_path,
        "b.md",
        "id: b\ntitle: B\ndate: 2026-11-24",
        "Un tout autre texte, qui parle d'eau, de forêts et de rien d'autre.",
    )
    report = check_corpus(tmp_path, TODAY)
    assert ([note.id for note in report.notes], report.faults, report.warnings) == (["a", "b"], (), ())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_warning_has_its_line(tmp_path: Path, end: str) -> None:
    head = "id: a\n# date: commentaire\ntitle: A\ndate: 2027-01\nsource: https://a..b\noriginal: originals/absent.pdf"
    body = f"\n\n{BODY}\n\n[x](absent.md)\n## Vide\n"
    path = write(tmp_path, "a.md", head, body)
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert warnings(tmp_path) == [
        ("a.md", 5, WarningCode.FUTURE_DATE),
        ("a.md", 6, WarningCode.BROKEN_LINK),
        ("a.md", 7, WarningCode.NO_ORIGINAL),
        ("a.md", 13, WarningCode.BROKEN_LINK),
        ("a.md", 14, WarningCode.EMPTY_SECTION),
    ]


def test_faults_beside_warnings(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "id: a\ntitle: A")
    write(tmp_path, "b.md", "id: a\ntitle: B\ndate: 2017")
    write(tmp_path, "c.md", "id: c\ntitle: [C")
    write(tmp_path, "d.md", "id: d\ntitle: D", body="")
    (tmp_path / "e.md").write_bytes("---\nid: e\ntitle: É\n---\n".encode("latin-1"))
    (tmp_path / "f.md").symlink_to("/proc/self/mem")
    report = check_corpus(tmp_path, TODAY)
    assert [(fault.path.name, fault.code) for fault in report.faults] == [
        ("b.md", FaultCode.DUPLICATE_ID),
        ("c.md", FaultCode.FRONT_MATTER),
        ("d.md", FaultCode.EMPTY),
        ("e.md", FaultCode.ENCODING),
        ("f.md", FaultCode.UNREADABLE),
    ]
    assert [(warning.note_id, warning.code) for warning in report.warnings] == [("a", WarningCode.NO_DATE)]


@pytest.mark.parametrize(
    ("written", "limit", "code"),
    [
        ("2017", date(2018, 1, 1), WarningCode.OLD),
        ("2017", date(2017, 12, 31), None),  # it may be of the last day of its year
        ("2017-11", date(2017, 12, 1), WarningCode.OLD),
        ("2026-11-24", None, None),
        ("2026-11-25", None, WarningCode.FUTURE_DATE),
        ("2026", None, None),
        ("2017", None, None),
    ],
)
def test_dates(tmp_path: Path, written: str, limit: date | None, code: WarningCode | None) -> None:
    write(tmp_path, "a.md", f"id: a\ntitle: A\ndate: {written}")
    assert warnings(tmp_path, limit) == ([] if code is None else [("a.md", 4, code)])


def test_a_repeated_title_names_the_first(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "id: a\ntitle: Le forum\ndate: 2017")
    write(
        tmp_path,
        "b.md",
        'id: b\ntitle: "le  Forum"\ndate: 2018',
        "Un tout autre texte, qui parle d'eau, de forêts et de villes.",
    )
    warning = only(tmp_path)
    assert (warning.note_id, warning.other_id, warning.line, warning.code) == ("b", "a", 3, WarningCode.SAME_TITLE)


@pytest.mark.parametrize(
    ("second", "code", "note"),
    [
        (BODY.upper(), WarningCode.SAME_TEXT, "b"),
        (BODY.replace("séance", "réunion"), WarningCode.NEAR_DUPLICATE, "b"),
        (
            f"Lundi, on a vu ceci et bien d'autres choses.\n{BODY}\nPuis vient {' '.join(map(str, range(60)))}.",
            WarningCode.CONTAINED,
            "a",
        ),
    ],
)
def test_the_same_news_in_two_files(tmp_path: Path, second: str, code: WarningCode, note: str) -> None:
    write(tmp_path, "a.md", "id: a\ntitle: A\ndate: 2017")
    write(tmp_path, "b.md", "id: b\ntitle: B\ndate: 2017", second)
    warning = only(tmp_path)
    assert (warning.code, warning.note_id, {warning.note_id, warning.other_id}) == (code, note, {"a", "b"})
    assert warning.path == tmp_path / f"{note}.md"


def test_a_short_note(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "id: a\ntitle: A\ndate: 2017", "À venir.")
    warning = only(tmp_path)
    assert (warning.code, warning.line) == (WarningCode.SHORT, 6)
    assert "(2 mots)" in warning.message


def test_an_original_that_is_there(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "id: a\ntitle: A\ndate: 2017\noriginal: originals/a.pdf", f"{BODY}\noriginal: rien")
    assert warnings(tmp_path) == [("a.md", 5, WarningCode.NO_ORIGINAL)]
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / "a.pdf").write_bytes(b"x")
    assert warnings(tmp_path) == []


def test_every_kind_has_a_name() -> None:
    assert len({code.label for code in WarningCode}) == len(WarningCode)


def test_an_empty_folder_and_none(tmp_path: Path) -> None:
    assert check_corpus(tmp_path, TODAY).notes == ()
    with pytest.raises(CorpusError, match="n'existe pas"):
        check_corpus(tmp_path / "absent", TODAY)
