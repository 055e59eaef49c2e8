"""A document -> a draft -> a file of the corpus."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.corpus import load_corpus
from assistant.corpus.drafts import guess_kind, keep, propose, propose_id, written_date, written_source
from assistant.corpus.front_matter import parse_origin
from assistant.corpus.inventory import Inventory
from assistant.errors import DocumentError
from assistant.models import Kind, PartialDate
from tests.documents import PAGE

NOTE = """---
id: mon-id
title: "Un titre : le mien"
date: 2019-05
kind: étude
themes: [a, b]
source: https://exemple.fr/a
author: Léa
---
Le corps.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def test_a_page_becomes_a_note_with_its_original(corpus: Path) -> None:
    draft = propose(PAGE.encode(), "page.html", set())
    path = keep(corpus, draft)
    (note,) = load_corpus(corpus)
    assert path == corpus / "le-plan-velo-est-adopte.md"
    assert note == draft.note
    assert (note.id, note.date, note.date_inferred) == ("le-plan-velo-est-adopte", PartialDate(2019, 5, 3), False)
    origin = parse_origin(path.read_text(encoding="utf-8"))
    assert origin.author == "Rédaction"
    assert (corpus / (origin.original or "")).read_bytes() == PAGE.encode()
    assert origin.original == "originals/le-plan-velo-est-adopte.html"
    assert origin.sha256 == hashlib.sha256(PAGE.encode()).hexdigest() == draft.sha256


def test_the_same_document_is_refused_with_the_name_of_its_note(corpus: Path) -> None:
    keep(corpus, propose(PAGE.encode(), "page.html", set()))
    again = propose(PAGE.encode(), "autre.html", Inventory.of(corpus).ids)
    with pytest.raises(DocumentError, match="ce document est déjà la note « le-plan-velo-est-adopte »"):
        keep(corpus, again)
    assert len(load_corpus(corpus)) == 1


def test_a_note_keeps_its_fields(corpus: Path) -> None:
    draft = propose(NOTE.encode(), "n.md", set())
    keep(corpus, draft)
    (note,) = load_corpus(corpus)
    assert (note.id, note.title, note.kind, note.themes) == ("mon-id", "Un titre : le mien", Kind.STUDY, ("a", "b"))
    assert (draft.author, draft.date_origin) == ("Léa", "l'en-tête du fichier")
    with pytest.raises(DocumentError, match="une note a déjà l'id « mon-id »"):
        propose(NOTE.encode(), "n.md", {"mon-id"})


def test_a_header_that_is_not_ours_is_only_read(corpus: Path) -> None:
    data = b"---\ntitle: Un titre\nlayout: post\ndate: 2020-01-02 10:00\n---\nCorps."
    note = propose(data, "n.md", set()).note
    assert (note.id, note.text, note.date) == ("un-titre", "Corps.", PartialDate(2020, 1, 2))


def test_a_header_made_to_hang_is_read_by_the_child() -> None:
    nested = b"---\nid: a\ntitle: " + b"[" * 1200 + b"\n---\nCorps."
    with pytest.raises(DocumentError, match="s'emboîtent sans fin"):
        propose(nested, "n.md", set())


def test_never_over_an_existing_file(corpus: Path) -> None:
    (corpus / "le-plan-velo-est-adopte.md").write_text("à moi", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"un fichier porte déjà le nom le-plan-velo-est-adopte\.md"):
        keep(corpus, propose(PAGE.encode(), "page.html", set()))
    assert (corpus / "le-plan-velo-est-adopte.md").read_text(encoding="utf-8") == "à moi"
    assert not (corpus / "originals").exists()


def test_an_original_left_by_a_crash_is_taken_again_or_left_alone(corpus: Path) -> None:
    (corpus / "originals").mkdir()
    (corpus / "originals" / "le-plan-velo-est-adopte.html").write_bytes(b"un autre")
    path = keep(corpus, propose(PAGE.encode(), "page.html", set()))
    assert parse_origin(path.read_text(encoding="utf-8")).original == "originals/le-plan-velo-est-adopte-2.html"
    path.unlink()
    keep(corpus, propose(PAGE.encode(), "page.html", set()))
    assert len(list((corpus / "originals").iterdir())) == 2


def test_corrections() -> None:
    draft = propose(PAGE.encode(), "page.html", set())
    changed = draft.corrected({"le-plan"}, title="Le plan", date=PartialDate(2018), author=None)
    assert (changed.note.id, changed.note.title, changed.note.date) == ("le-plan-2", "Le plan", PartialDate(2018))
    assert (changed.author, changed.date_origin, changed.note.date_inferred) == (None, "votre saisie", False)
    assert draft.corrected(date=None).date_origin == ""
    assert draft.corrected(kind=Kind.EVENT).note.id == draft.note.id


def test_a_correction_that_changes_no_date_keeps_it_inferred() -> None:
    draft = propose(b"# Titre\n\nUn texte.", "2019-07-03-a.md", set())
    assert draft.note.date_inferred
    assert draft.corrected(date=PartialDate(2019, 7, 3)).note.date_inferred


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Le Forum « Interconnectés » : 14e édition", "le-forum-interconnectes-14e-edition"),
        ("Œuvre d'État à Nîmes", "oeuvre-d-etat-a-nimes"),
        ("???", "note"),
        ("mot " * 40, "mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot-mot"),
        ("x" * 90, "x" * 60),
    ],
)
def test_ids(title: str, expected: str) -> None:
    assert propose_id(title, set()) == expected
    assert propose_id(title, {expected, f"{expected}-2"}) == f"{expected}-3"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("14e édition du Forum des Interconnectés", Kind.EVENT),
        ("Rapport sur le logement", Kind.STUDY),
        ("Élection au conseil de la métropole", Kind.GOVERNANCE),
        ("Le programme DcANT", Kind.PROGRAMME),
        ("Un mot du maire", Kind.OTHER),
    ],
)
def test_kinds(title: str, kind: Kind) -> None:
    assert guess_kind(title) is kind


def test_what_a_person_types() -> None:
    assert written_date(" 2019-05 ") == PartialDate(2019, 5)
    assert written_date("") is written_source(" ") is None
    with pytest.raises(DocumentError, match="« hier » n'est pas une date"):
        written_date("hier")
    with pytest.raises(DocumentError, match="n'est pas une adresse"):
        written_source("exemple.fr")


def test_the_inventory_passes_over_what_cannot_be_read(corpus: Path) -> None:
    keep(corpus, propose(NOTE.encode(), "n.md", set()))
    (corpus / "faux.md").write_text("---\nid: faux-id\nkind: rien\n---\n", encoding="utf-8")
    (corpus / "binaire.md").write_bytes(b"\xff\xfe\xff")
    known = Inventory.of(corpus)
    assert known.ids == {"mon-id", "faux-id"}
    assert known.sources == {"https://exemple.fr/a"}
    assert list(known.originals.values()) == ["mon-id"]


def test_killed_at_any_moment_a_note_is_whole_or_absent(corpus: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from assistant.corpus.drafts import draft_from, keep\n"
        "from assistant.corpus.formats import Extracted; from assistant.corpus.inventory import Inventory\n"
        "folder = Path(sys.argv[1]); known = Inventory()\n"
        "print('ready', flush=True)\n"
        "for n in range(100_000):\n"
        "    data = f'{n} '.encode() * 20_000\n"
        "    draft = draft_from(Extracted(f'Note {n} de {sys.argv[2]}', data.decode()), data, 'n.txt', ())\n"
        "    keep(folder, draft, known)\n"
    )
    for attempt in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(corpus), str(attempt)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(0.02 + 0.027 * attempt)
            os.kill(process.pid, signal.SIGKILL)
    for note in load_corpus(corpus):  # raises where one is cut
        origin = parse_origin((corpus / f"{note.id}.md").read_text(encoding="utf-8"))
        original = (corpus / (origin.original or "")).read_bytes()
        assert hashlib.sha256(original).hexdigest() == origin.sha256
        assert original.decode().strip() == note.text
