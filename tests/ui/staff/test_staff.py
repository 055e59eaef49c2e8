"""The staff's page in a real Chromium: from a document to a cited answer, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from ..test_accessibility import audit
from .conftest import Office
from .documents import pdf

TITLE = "Rencontres de la sobriété numérique"
TEXT = (
    "Rencontres de la sobriété numérique",
    "France urbaine réunit les élus au numérique à Dijon le 14 mars 2019.",
    "Les Rencontres de la sobriété numérique sont animées par la ville de Dijon.",
)
QUESTION = "Qui anime les Rencontres de la sobriété numérique ?"


def tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def told(page: Any, place: str, words: str | re.Pattern[str]) -> None:
    # A plain string would be searched without its case: « Rien n'est enregistré » would pass for « Enregistré ».
    pattern = re.compile(re.escape(words)) if isinstance(words, str) else words
    page.locator(f"#{place}").get_by_text(pattern).first.wait_for()


def ask(page: Any, office: Office, question: str) -> Any:
    page.goto(office.url)
    page.get_by_placeholder("Votre question").fill(question)
    page.keyboard.press("Enter")
    reply = page.locator("#chat .reply").first
    reply.locator(":scope:not(:has(.pending))").wait_for()
    return reply


def add(page: Any, folder: Path, **fields: str) -> None:
    """Drop a PDF, correct what it proposes, keep it."""
    document = folder / "rencontres.pdf"
    document.write_bytes(pdf(TEXT))
    tab(page, "Ajouter")
    page.locator("#documents input[type=file]").set_input_files(str(document))
    told(page, "adding-said", "1 document lu")
    draft = page.locator("#draft")
    for label, value in fields.items():
        draft.get_by_label(label).fill(value)
    draft.get_by_role("button", name="Ajouter au corpus").click()
    told(page, "adding-said", "est dans le corpus")


@pytest.mark.slow
def test_a_document_becomes_a_cited_answer_and_goes_again(
    office: Office, log_in: Callable[..., Any], tmp_path: Path
) -> None:
    page = log_in()
    page.locator("#notes-table").get_by_role("link", name="Forum des Interconnectés").first.wait_for()
    add(page, tmp_path, **{"Date de publication": "2019-02-01", "Titre": TITLE})
    assert "Dijon" in (office.corpus / "rencontres-de-la-sobriete-numerique.md").read_text(encoding="utf-8")

    tab(page, "Publier")
    told(page, "plan", TITLE)
    page.get_by_label("Question").fill(QUESTION)
    page.get_by_role("button", name="Chercher").click()
    told(page, "found", "sont animées par la ville de Dijon")
    before = ask(log_in(), office, QUESTION)
    assert "ville de Dijon" not in before.inner_text()  # found by staff, not published yet

    page.get_by_role("button", name="Publier", exact=True).click()
    told(page, "publish-said", re.compile("Publié : 1 note ajoutée"))
    reader = log_in()
    after = ask(reader, office, QUESTION)
    assert "animées par la ville de Dijon" in after.inner_text()
    after.locator("a.cite").first.click()
    card = reader.locator(".source.opened")
    assert TITLE in card.inner_text()
    assert "1er février 2019" in card.inner_text()

    tab(page, "Versions")
    page.locator("#builds").get_by_text("claire").first.wait_for()
    page.get_by_role("button", name="Revenir à cette version…").click()
    page.get_by_role("button", name="Oui, y revenir").click()
    told(page, "versions-said", "est en service")
    gone = ask(log_in(), office, QUESTION)
    assert "ville de Dijon" not in gone.inner_text()
    tab(page, "Versions")
    journal = page.locator("#journal").inner_text()
    assert all(word in journal for word in ("note ajoutée", "publication", "retour à une version", "claire"))


def test_a_note_is_found_corrected_and_taken_out(office: Office, log_in: Callable[..., Any]) -> None:
    page = log_in()
    page.locator("#notes-table caption").wait_for()  # all of them: from now on the page listens
    page.get_by_label("Chercher").fill("programme dcant développement concerté")
    link = page.locator("#notes-table").get_by_role("link")
    page.locator("#notes-table caption").get_by_text("1 note", exact=True).wait_for()
    link.click()
    editor = page.locator("#editor")
    editor.get_by_label("Titre").fill("Programme DcANT (corrigé)")
    editor.get_by_role("button", name="Enregistrer").click()
    told(page, "note-said", "Enregistré")
    told(page, "notes-table", "à publier : modifiée")
    file = office.corpus / "programme-dcant.md"
    assert "title: Programme DcANT (corrigé)" in file.read_text(encoding="utf-8")

    editor.get_by_label("Date de publication").fill("hier")
    editor.get_by_role("button", name="Enregistrer").click()
    told(page, "note-said", "Rien n'est enregistré")
    assert editor.get_by_label("Date de publication").input_value() == "hier"  # what was typed is not lost

    file.write_text(file.read_text(encoding="utf-8") + "\nUne ligne de plus.\n", encoding="utf-8")
    editor.get_by_label("Date de publication").fill("2015")
    editor.get_by_role("button", name="Enregistrer").click()
    told(page, "note-said", "a changé pendant votre modification")

    link.click()
    expect(editor.get_by_label("Date de publication")).to_have_value("")  # read anew: what was asked for is closed
    editor.get_by_role("button", name="Retirer du corpus…").click()
    page.get_by_role("button", name="Oui, la retirer").click()
    told(page, "note-said", "est dans la corbeille")
    assert not file.exists()
    tab(page, "Vérifier")
    page.get_by_role("button", name="Remettre dans le corpus").click()
    told(page, "trash-said", "de nouveau dans le corpus")
    assert file.exists()


def test_a_file_with_faults_is_mended_on_the_page(office: Office, log_in: Callable[..., Any]) -> None:
    file = office.corpus / "abimee.md"
    file.write_text("---\nid: abimee\ntitle: Note abîmée\ndate: hier\n---\nTexte.\n", encoding="utf-8")
    page = log_in()
    page.locator("#notes-table a").first.click()
    editor = page.locator("#editor")
    editor.get_by_label("Titre").wait_for()
    tab(page, "Vérifier")
    page.locator("#report").get_by_role("link", name="abimee.md").click()
    whole = editor.get_by_label("Le fichier entier")
    whole.wait_for()
    assert not editor.get_by_label("Titre").is_visible()  # those of the note that was open before
    whole.fill(whole.input_value().replace("hier", "avant-hier"))
    editor.get_by_role("button", name="Enregistrer").click()
    told(page, "note-said", "Rien n'est enregistré")
    whole.fill(whole.input_value().replace("avant-hier", "2019"))
    editor.get_by_role("button", name="Enregistrer").click()
    told(page, "note-said", "Enregistré")
    assert "date: 2019" in file.read_text(encoding="utf-8")
    assert editor.get_by_label("Titre").input_value() == "Note abîmée"
    file.unlink()


def test_what_cannot_be_read_is_refused_with_its_reason(
    log_in: Callable[..., Any], office: Office, tmp_path: Path
) -> None:
    page = log_in()
    before = sorted(office.corpus.rglob("*"))
    bad = tmp_path / "vide.pdf"
    bad.write_bytes(pdf(()))
    archive = tmp_path / "photos.zip"
    archive.write_bytes(b"PK\x05\x06" + bytes(18))
    tab(page, "Ajouter")
    page.locator("#documents input[type=file]").set_input_files([str(bad), str(archive)])
    told(page, "adding-said", "vide.pdf")
    said = page.locator("#adding-said").inner_text()
    assert "photos.zip" in said
    assert sorted(office.corpus.rglob("*")) == before


def test_the_page_serves_a_narrow_screen_and_the_keyboard(log_in: Callable[..., Any]) -> None:
    page = log_in(viewport={"width": 390, "height": 844})
    page.locator("#notes-table a").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("tab", name="Notes").focus()
    page.locator("#notes-table a").first.focus()
    page.keyboard.press("Enter")
    page.locator("#editor").get_by_label("Titre").wait_for()
    assert page.evaluate("document.documentElement.lang") == "fr"


@pytest.mark.parametrize("name", ["membre", None])
def test_others_reach_neither_page_nor_api(
    office: Office, log_in: Callable[..., Any], new_page: Callable[..., Any], name: str | None
) -> None:
    page = log_in(name, "/connexion") if name else new_page()
    for path in ("/corpus/", "/corpus/config", "/corpus/gradio_api/info", "/corpus/gradio_api/queue/join"):
        reply = page.request.get(office.url + path, headers={"Accept": "application/json"}, max_redirects=0)
        assert reply.status in (401, 403, 404), path
    join = page.request.post(f"{office.url}/corpus/gradio_api/queue/join", data={"data": [], "fn_index": 0})
    assert join.status in (401, 403)


def test_every_tab_is_accessible(log_in: Callable[..., Any]) -> None:
    page = log_in()
    page.locator("#notes-table a").first.wait_for()
    for name, place in (
        ("Ajouter", "#documents"),
        ("Publier", "#plan :is(p, table)"),
        ("Vérifier", "#report :is(p, table)"),
    ):
        audit(page)
        tab(page, name)
        page.locator(place).first.wait_for()
    tab(page, "Versions")
    page.locator("#builds table").wait_for()
    audit(page)
