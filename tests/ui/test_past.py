"""Conversations that a real Chromium keeps: found again, exported, listed, erased, apart for each tab."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from assistant.ui.memory import UNREADABLE

from .conftest import Script
from .test_chat import QUESTION, UNANSWERABLE, ask, open_chat

_KEPT = "Object.keys(localStorage).filter((key) => key.includes(':conversation:'))"
_DAMAGE = f"{_KEPT}.forEach((key) => localStorage.setItem(key, localStorage[key].replace('exchanges', 'x')))"


def answered(page: Any, question: str) -> None:
    """Ask, and wait until the answer is kept and nothing more is to come: what may be asked next is the last."""
    ask(page, question)
    page.locator("#follow-ups").wait_for()
    number = page.locator("#chat .asked").count()
    page.locator(f'#past li[data-questions="{number}"] .open:disabled').wait_for(state="attached")


def titles(page: Any) -> list[str]:
    return [str(title) for title in page.locator("#past .title").all_text_contents()]


def downloaded(page: Any, button: str, folder: Path) -> Path:
    with page.expect_download() as waited:
        page.locator(button).click()
    name = waited.value.suggested_filename
    page.locator("#past .told", has_text=f"Le fichier « {name} » est téléchargé.").wait_for()
    waited.value.save_as(folder / name)
    return folder / name


def test_a_conversation_is_found_again_and_exported(
    new_page: Callable[..., Any], chat_url: str, tmp_path: Path
) -> None:
    page = new_page()
    open_chat(page, chat_url)
    assert page.locator("#export-md").is_hidden()  # there is nothing to export
    answered(page, QUESTION)
    answered(page, UNANSWERABLE)
    before = [page.locator(place).inner_html() for place in ("#reponse-1", "#reponse-2", "#sources .sources")]
    page.reload()
    page.locator("#reponse-2 p").first.wait_for()
    page.locator("#past .told", has_text="Conversation retrouvée dans ce navigateur.").wait_for()
    assert [page.locator(place).inner_html() for place in ("#reponse-1", "#reponse-2", "#sources .sources")] == before
    assert page.locator("#examples").is_hidden()
    written = downloaded(page, "#export-md", tmp_path).read_text(encoding="utf-8")
    assert written.count("\n## ") == 2
    assert f"(<{chat_url}/note/programme-dcant?debut=0" in written
    document = PdfDocument(downloaded(page, "#export-pdf", tmp_path))
    assert "SGMAP" in document[0].get_textpage().get_text_range()
    document.close()
    answered(page, "Et quand ?")
    assert "tarte aux pommes" in page.locator("#reponse-3 .understood").inner_text(), "it is known what was spoken of"


def test_an_export_holds_the_answer_that_has_just_come(page: Any, chat_url: str, tmp_path: Path) -> None:
    open_chat(page, chat_url)
    # Asked for within the page, in the moment in which the answer is seen: sooner than the browser keeps it.
    page.evaluate(
        """() => new MutationObserver((_, self) => {
          if (!document.querySelector("#reponse-1 .confidence")) return;
          self.disconnect();
          document.querySelector("#export-md").click();
        }).observe(document, { childList: true, subtree: true })"""
    )
    with page.expect_download() as waited:
        ask(page, QUESTION)
    waited.value.save_as(tmp_path / "exported.md")
    assert "SGMAP" in (tmp_path / "exported.md").read_text(encoding="utf-8")


def test_past_conversations_are_listed_opened_and_erased(
    new_page: Callable[..., Any], script_url: str, scripted: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted.proposed = ("Et puis ?",)
    page = new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    open_chat(page, script_url)
    answered(page, "Un ?")
    page.get_by_role("button", name="Nouvelle conversation").click()
    page.locator("#chat .reply").wait_for(state="detached")
    answered(page, "Deux <b>?")
    page.locator("#past summary").click()
    assert titles(page) == ["Deux <b>?", "Un ?"]
    # Another tab begins its own; the same conversation in two tabs becomes two as soon as both go on with it.
    other = page.context.new_page()
    open_chat(other, script_url)
    assert other.locator("#chat .reply").count() == 0
    for tab in (other, page):
        if tab is other:
            tab.locator("#past summary").click()
        tab.locator("#past .open", has_text="Un ?").click()
        tab.locator("#past .open:disabled", has_text="Un ?").wait_for()
    answered(other, "Et là ?")
    ask(page, "Et ici ?")
    page.locator("#past li").nth(2).wait_for()
    assert sorted(titles(page)) == ["Deux <b>?", "Un ?", "Un ?"]
    other.locator("#past li").nth(2).wait_for()  # its list follows
    assert "Et là ?" in other.locator("#chat").inner_text()
    # Nobody else's browser has them.
    stranger = new_page()
    open_chat(stranger, script_url)
    assert stranger.evaluate(_KEPT) == []
    # One that is damaged does not open, but can be removed; then all are, and none is kept any more.
    page.evaluate(_DAMAGE)
    page.locator("#past .open", has_text="Deux").click()
    page.get_by_text(re.compile(re.escape(UNREADABLE[:40]))).wait_for()
    page.get_by_role("button", name="Supprimer la conversation « Deux <b>? »").click()
    assert titles(page) == ["Un ?", "Un ?"]
    assert page.evaluate("document.activeElement.className") == "remove"
    page.get_by_role("button", name="Tout effacer").click()
    page.get_by_text("Toutes les conversations sont effacées").wait_for()
    assert page.evaluate(_KEPT) == []
    page.get_by_label("Garder mes conversations").uncheck()
    ask(page, "Et après ?").get_by_text("Il date de 2014.").wait_for()
    page.locator("#follow-ups").wait_for()  # the last to come: a reload would cut it off
    page.reload()
    page.get_by_placeholder("Votre question").wait_for()
    assert page.evaluate(_KEPT) == []
    assert not page.get_by_label("Garder mes conversations").is_checked()
    assert "Traceback" not in capsys.readouterr().err, "what could not be opened was no error of the server"
