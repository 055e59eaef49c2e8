"""What a member does in one sitting, at both widths and in both schemes, with the mouse and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings
from assistant.feedback import FeedbackReason, FeedbackStore

from .conftest import running
from .test_chat import QUESTION, UNANSWERABLE, ask, open_chat

LOOKS = [
    *((1280, "light"), (390, "dark")),  # each width and each scheme; the other two by `make test-long`
    *(pytest.param(width, scheme, marks=pytest.mark.long) for width, scheme in ((1280, "dark"), (390, "light"))),
]


@pytest.fixture(scope="module")
def served(bot: Assistant, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real assistant, its feedback in a folder of its own."""
    made = settings.model_copy(update={"state_dir": tmp_path_factory.mktemp("state")})
    with running(bot, made) as url:
        yield url, FeedbackStore.from_settings(made)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_sitting(new_page: Callable[..., Any], served: Any, tmp_path: Path, width: int, scheme: str) -> None:
    url, store = served
    page = new_page(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        permissions=["clipboard-read", "clipboard-write"],
    )
    open_chat(page, url)
    reply = ask(page, QUESTION)
    reply.locator(".cite").first.click()
    page.locator(".source.opened a.share").click()
    page.locator(".source.opened").get_by_role("link", name="Lien copié").wait_for()
    shared = page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    page.locator("#follow-ups").wait_for()
    follow_up = ask(page, "Et depuis quand ?")
    assert "Question comprise ainsi" in follow_up.inner_text()
    page.locator("#follow-ups").wait_for()
    assert "Pas de réponse dans les notes" in ask(page, UNANSWERABLE).inner_text()
    page.locator("#follow-ups").wait_for()

    page.get_by_role("button", name="Réponse à revoir").click()
    page.get_by_label("L’assistant aurait dû répondre").check()
    page.locator("#feedback").get_by_role("button", name="Envoyer").click()
    page.locator("#feedback").get_by_text("Merci, votre avis est enregistré.").wait_for()
    newest = max(store.select(), key=lambda feedback: feedback.when)
    assert (newest.question, newest.helpful) == (UNANSWERABLE, False)
    assert newest.reason is FeedbackReason.SHOULD_HAVE_ANSWERED

    # The browser keeps a reply a moment after it is shown, and exports what it keeps.
    page.wait_for_function(
        "words => Object.values(localStorage).some((kept) => kept.includes(words))", arg=UNANSWERABLE.split("'")[-1]
    )
    with page.expect_download() as waited:
        page.get_by_role("button", name="Exporter en Markdown").click()
    waited.value.save_as(tmp_path / "c.md")
    assert (tmp_path / "c.md").read_text(encoding="utf-8").count("\n## ") == 3

    page.locator("#filters > button").click()
    page.get_by_label("Étude").check()
    page.locator("#filter-effect").get_by_text("Aucune note ne passe ces filtres").wait_for()
    assert "Filtres : étude" in ask(page, QUESTION).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    # In a page of its own: left while something is proposed, the first one would complain of what it no longer gets.
    opened = page.context.new_page()
    opened.goto(shared)
    opened.locator("#extrait").wait_for()
    assert opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_keyboard_alone(page: Any, served: Any) -> None:
    url, _ = served
    open_chat(page, url)

    def tab_to(selector: str, key: str = "Tab") -> None:
        for _ in range(60):
            if page.evaluate("s => !!document.activeElement.matches(s)", selector):
                return
            page.keyboard.press(key)
        raise AssertionError(f"the keyboard does not reach {selector}")

    tab_to("#question textarea")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#reponse-1 .confidence").wait_for()
    page.locator("#follow-ups").wait_for()
    tab_to("a.cite", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator(".source.opened:focus").wait_for()
    tab_to("#edit", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("#editing").wait_for()
    tab_to("#cancel-edit")
    page.keyboard.press("Enter")
    page.locator("#editing").wait_for(state="hidden")
    tab_to("#filters > button")
    page.keyboard.press("Enter")
    tab_to("#kinds input")
    page.keyboard.press("Space")
    page.locator("#filter-effect").get_by_text("peut répondre").wait_for()
    tab_to("#follow-ups button", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("#reponse-2").wait_for()
