"""The chat in a real Chromium. `new_page` checks after every test that no request left and nothing complained."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright import sync_api

from assistant import Assistant
from assistant.errors import QuestionError
from assistant.models import Answer, Filters, Kind, Note, Turn
from assistant.ui.apology import APOLOGY

from .conftest import Script, running

QUESTION = "Qui pilote le programme DcANT ?"
UNANSWERABLE = "Quelle est la recette de la tarte aux pommes ?"
_IN_VIEW = "e => { const b = e.getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight }"
_CONTRAST = """selector => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => channels(colour).slice(0, 3)
    .map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const element = document.querySelector(selector);
  let behind = element;
  while (channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const pair = [light(getComputedStyle(element).color), light(getComputedStyle(behind).backgroundColor)].sort();
  return (pair[1] + 0.05) / (pair[0] + 0.05);
}"""


def open_chat(page: Any, url: str) -> None:
    page.goto(url)
    page.get_by_placeholder("Votre question").wait_for()


def ask(page: Any, question: str) -> Any:
    """Type and press Enter; gives the place of the answer."""
    number = page.locator("#chat .asked").count() + 1
    page.get_by_placeholder("Votre question").fill(question)
    page.keyboard.press("Enter")
    reply = page.locator("#chat .reply").nth(number - 1)
    reply.locator(":scope:not(:has(.pending))").wait_for()
    return reply


def test_question_gets_a_cited_answer_whose_source_opens(page: Any, chat_url: str, bot: Assistant) -> None:
    open_chat(page, chat_url)
    assert page.title() == "Assistant France urbaine"
    reply = ask(page, QUESTION)
    citation = reply.locator("a.cite").first
    citation.wait_for()
    assert "SGMAP" in reply.inner_text()
    citation.click()
    card = page.locator(".source.opened")
    card.wait_for()
    assert card.evaluate(_IN_VIEW)
    assert card.evaluate("card => card === document.activeElement")
    quoted = "".join(card.locator("mark").all_inner_texts())
    with page.expect_popup() as opened:
        card.get_by_role("link", name="Lire la note entière").click()
    note = opened.value
    assert note.locator("#extrait").evaluate(_IN_VIEW)
    assert "".join(note.locator("mark").all_inner_texts()) == quoted


def test_note_opens_without_javascript(new_page: Callable[..., Any], chat_url: str) -> None:
    page = new_page()
    open_chat(page, chat_url)
    ask(page, QUESTION)
    href = page.get_by_role("link", name="Lire la note entière").first.get_attribute("href")
    plain = new_page(java_script_enabled=False)
    plain.goto(chat_url + href)
    assert plain.locator("h1").is_visible()
    assert plain.locator("#extrait").is_visible()


def test_refusal_names_the_nearest_notes(page: Any, chat_url: str) -> None:
    open_chat(page, chat_url)
    reply = ask(page, UNANSWERABLE)
    assert reply.locator("a.cite").count() == 0
    links = reply.locator(".nearest + ul a")
    assert links.count() >= 1
    with page.expect_popup() as opened:
        links.first.click()
    assert opened.value.locator("article h1").is_visible()


def test_example_button_asks_its_question(page: Any, chat_url: str) -> None:
    open_chat(page, chat_url)
    button = page.locator("#examples button").first
    text = button.inner_text()
    button.click()
    page.locator("#chat .reply a.cite").first.wait_for()
    assert page.locator("#chat .asked").inner_text().replace("\u00a0", " ") == text.replace("\u00a0", " ")
    assert page.locator("#examples").is_hidden()


def test_keyboard_alone_is_enough(page: Any, script_url: str, scripted: Script) -> None:
    open_chat(page, script_url)
    page.locator("#question textarea").focus()
    page.keyboard.type("Une question ?")
    page.keyboard.press("Enter")
    page.locator(".cite").nth(1).wait_for()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.cite')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "source-1-2"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Lire la note entière"


def test_sentences_appear_one_by_one(page: Any, script_url: str, scripted: Script) -> None:
    scripted.gate.clear()
    open_chat(page, script_url)
    page.get_by_placeholder("Votre question").fill("Une question ?")
    page.keyboard.press("Enter")
    reply = page.locator("#reponse-1")
    reply.get_by_text("Il est piloté").wait_for()
    assert "Il date" not in reply.inner_text()
    assert page.locator(".source").count() == 1
    scripted.gate.set()
    reply.get_by_text("Il date de 2014.").wait_for()


def test_follow_up_shows_how_it_was_understood(
    page: Any, script_url: str, scripted: Script, answered: Callable[..., Answer]
) -> None:
    scripted.replies["Et lui ?"] = answered("Et lui ?", "Et le service ?")
    open_chat(page, script_url)
    assert ask(page, "Une question ?").locator(".understood").count() == 0
    page.locator("#source-1-2").wait_for()
    assert ask(page, "Et lui ?").locator(".understood").inner_text() == "Question comprise ainsi : « Et le service ? »"
    assert scripted.asked[-1][1] == (
        Turn("user", "Une question ?"),
        Turn("assistant", "Il est piloté par **le service**. Il date de 2014.", ("note-simple",)),
    )
    page.locator("#source-2-2").wait_for()
    page.locator("#reponse-1 .cite").first.click()
    assert page.locator("#source-1-1").is_visible()


def test_hostile_note_and_question_stay_text(
    page: Any, script_url: str, scripted: Script, hostile: Note, answered: Callable[..., Answer]
) -> None:
    question = " ".join(hostile.text.split())
    scripted.replies[question] = answered(question, hostile.title, about=hostile)
    open_chat(page, script_url)
    reply = ask(page, question)
    reply.locator(".cite").wait_for()
    assert "<img src=//evil.example/a.png onerror=alert(1)> ![](http://evil.example/x.png)" in reply.inner_text()
    assert page.locator(":is(#chat, #sources) :is(img, form, input, video, script, .katex, code)").count() == 0
    assert page.locator(":is(#chat, #sources) :is([onerror], [onmouseover], a[href*=evil])").count() == 0
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Lire la note entière").click()
    assert opened.value.locator(":is(img, form, input, video, script:not([src='/statique/note.js']))").count() == 0


def test_copied_answer_is_what_is_read(new_page: Callable[..., Any], script_url: str, scripted: Script) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    open_chat(page, script_url)
    reply = ask(page, "Une question ?")
    reply.get_by_text("Il date de 2014.").wait_for()
    page.get_by_role("button", name="Copier le message").last.click()
    page.get_by_role("button", name="Message copié").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    said, *references = copied.split("\n\n")
    assert said == "Il est piloté par le service. [1] Il date de 2014. [2]"
    assert [line.partition(" http")[0] for line in references] == [
        f"[{number}] Un programme (novembre 2017 (date déduite))" for number in (1, 2)
    ]
    page.locator("#sources a.share").first.click()
    page.get_by_role("link", name="Lien copié").wait_for()
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    assert "".join(page.locator("mark").all_inner_texts()) == "Il est piloté par le service."


def test_an_answer_is_stopped_asked_again_and_its_question_corrected(
    page: Any, script_url: str, scripted: Script
) -> None:
    scripted.gate.clear()
    open_chat(page, script_url)
    page.get_by_placeholder("Votre question").fill("Une question ?")
    page.keyboard.press("Enter")
    page.locator("#reponse-1").get_by_text("Il est piloté").wait_for()
    assert page.locator("#actions").is_hidden()
    page.get_by_role("button", name="Arrêter la réponse").click()
    page.locator("#reponse-1").get_by_text("Réponse interrompue à votre demande.").wait_for()
    assert "Il est piloté" in page.locator("#reponse-1").inner_text()
    scripted.gate.set()

    page.get_by_role("button", name="Reposer la question").click()
    page.locator("#reponse-1").get_by_text("Il date de 2014.").wait_for()
    assert page.locator("#chat .asked").count() == 1
    page.get_by_role("button", name="Modifier la question").click()
    page.locator("#editing").get_by_text("la nouvelle réponse remplacera la précédente").wait_for()
    page.get_by_role("button", name="Annuler").click()
    page.locator("#editing").wait_for(state="hidden")
    page.get_by_role("button", name="Modifier la question").click()
    sync_api.expect(page.get_by_placeholder("Votre question")).to_have_value("Une question ?")
    page.get_by_placeholder("Votre question").fill("Une meilleure question ?")
    page.keyboard.press("Enter")
    page.locator("#chat .asked", has_text="Une meilleure question ?").wait_for()
    page.locator("#reponse-1").get_by_text("Il date de 2014.").wait_for()
    assert page.locator("#chat .asked").all_inner_texts() == ["Une meilleure question ?"]
    assert scripted.asked[-1][:2] == ("Une meilleure question ?", ())


def test_what_is_proposed_is_asked_by_a_press(page: Any, script_url: str, scripted: Script) -> None:
    scripted.proposed = ("Et ensuite ?", "Et avant ?")
    open_chat(page, f"{script_url}/?question=Une%20question%20%3F")
    box = page.get_by_placeholder("Votre question")
    page.locator("#knows").get_by_text("2 notes, publiées de 2016 à 2018, mises à jour le 1er mars 2026.").wait_for()
    sync_api.expect(box).to_have_value("Une question ?")  # as the address asks
    box.focus()
    page.keyboard.press("Enter")
    page.locator("#follow-ups button").nth(1).wait_for()
    assert page.locator("#follow-ups button:visible").all_inner_texts() == list(scripted.proposed)
    page.get_by_role("button", name="Et ensuite ?").click()
    page.locator("#reponse-2").get_by_text("Il date de 2014.").wait_for()
    assert [question for question, *_ in scripted.asked] == ["Une question ?", "Et ensuite ?"]


def test_on_a_phone_sources_are_a_sheet(new_page: Callable[..., Any], script_url: str, scripted: Script) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    open_chat(page, script_url)
    ask(page, "Une question ?").get_by_text("Il date de 2014.").wait_for()
    panel, cite = page.locator("#panel"), page.locator("#reponse-1 .cite").first
    assert panel.is_hidden()
    cite.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Sources").locator(".source.opened").wait_for()
    assert page.locator("#talk").evaluate("talk => talk.inert")
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert cite.evaluate("cite => cite === document.activeElement")
    cite.click()
    page.get_by_role("button", name="Fermer les sources").click()
    panel.wait_for(state="hidden")
    assert not page.locator("#talk").evaluate("talk => talk.inert")


def test_two_browsers_never_see_each_others_words(
    new_page: Callable[..., Any], script_url: str, scripted: Script
) -> None:
    pages = [new_page(), new_page()]
    for rank, page in enumerate(pages):
        open_chat(page, script_url)
        ask(page, f"Secret numéro {rank} ?").get_by_text("Il date de 2014.").wait_for()
    for rank, page in enumerate(pages):
        assert page.locator("#chat .asked").all_inner_texts() == [f"Secret numéro {rank} ?"]
        ask(page, f"Suite {rank} ?")
        assert f"Secret numéro {1 - rank}" not in page.content()
    told = {question: [turn.content for turn in turns] for question, turns, _ in scripted.asked}
    assert "Secret numéro 0 ?" in told["Suite 0 ?"]
    assert "Secret numéro 0 ?" not in told["Suite 1 ?"]


def test_filters_are_passed_on(page: Any, script_url: str, scripted: Script) -> None:
    open_chat(page, script_url)
    page.get_by_role("button", name="Filtres").click()
    effect = page.locator("#filter-effect")
    effect.get_by_text("Aucun filtre : les 2 notes peuvent répondre.").wait_for()
    page.get_by_label("Étude").check()
    effect.get_by_text("Aucune note ne passe ces filtres : retirez-en un.").wait_for()
    page.get_by_label("Programme").check()
    effect.get_by_text("1 note sur 2 peut répondre.").wait_for()
    page.get_by_label("Thèmes").click()
    page.get_by_role("option", name="numérique (1)").click()
    page.keyboard.press("Escape")
    page.get_by_label("Depuis").fill("2017-11")
    reply = ask(page, "Une question ?")
    told = "Filtres : programme, étude, thème : numérique, depuis le 1er novembre 2017"
    assert told in reply.inner_text()
    filters = scripted.asked[-1][2]
    assert filters.kinds == {Kind.STUDY, Kind.PROGRAMME}
    assert filters.themes == {"numérique"}
    assert str(filters.since) == "2017-11-01"
    page.get_by_role("button", name="Effacer les filtres").click()
    effect.get_by_text("Aucun filtre").wait_for()
    assert "Filtres :" not in ask(page, "Une autre ?").inner_text()


def test_wrong_date_is_explained_and_the_question_kept(page: Any, script_url: str, scripted: Script) -> None:
    open_chat(page, script_url)
    page.get_by_role("button", name="Filtres").click()
    page.get_by_label("Jusqu’à").fill("hier")
    assert "la date « hier » n’est pas valide" in ask(page, "Une question ?").inner_text()
    assert page.get_by_placeholder("Votre question").input_value() == "Une question ?"
    assert scripted.asked == []


def test_errors_are_one_french_message(
    page: Any, script_url: str, scripted: Script, caplog: pytest.LogCaptureFixture
) -> None:
    scripted.replies |= {"Trop ?": QuestionError("La question est trop longue."), "Boum ?": RuntimeError("secret")}
    open_chat(page, script_url)
    assert ask(page, "Trop ?").inner_text() == "La question est trop longue."
    assert ask(page, "Boum ?").inner_text() == APOLOGY
    assert "secret" in caplog.text


def test_who_has_to_wait_sees_their_question_and_their_place(
    new_page: Callable[..., Any], scripted: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # two answers at once
    scripted.gate.clear()
    with running(scripted) as url:
        pages = [new_page() for _ in range(4)]
        for rank, page in enumerate(pages):
            open_chat(page, url)
            page.get_by_placeholder("Votre question").fill(f"Question {rank} ?")
            page.keyboard.press("Enter")
            page.locator("#reponse-1" if rank < 2 else "#sent").wait_for()
        place = pages[3].get_by_role("status").get_by_text(re.compile(r"Votre place dans la file : [12] / 2"))
        place.wait_for()
        assert place.evaluate(_IN_VIEW)
        assert pages[3].locator("#sent").inner_text() == "Question 3 ?"
        scripted.gate.set()
        for page in pages:
            page.locator("#reponse-1").get_by_text("Il date de 2014.").wait_for()
            assert page.locator("#sent").count() == 0
            page.close()


def test_empty_question_is_ignored(page: Any, script_url: str, scripted: Script) -> None:
    open_chat(page, script_url)
    page.get_by_placeholder("Votre question").fill("   ")
    with page.expect_response("**/queue/join*"):
        page.keyboard.press("Enter")
    page.wait_for_timeout(1000)  # until Gradio takes the next one
    ask(page, "Une question ?")
    assert [question for question, _, _ in scripted.asked] == ["Une question ?"]


def test_new_conversation_starts_from_nothing(page: Any, script_url: str, scripted: Script) -> None:
    open_chat(page, script_url)
    ask(page, "Une question ?").get_by_text("Il date de 2014.").wait_for()
    page.get_by_role("button", name="Nouvelle conversation").click()
    page.locator("#chat .reply").wait_for(state="detached")
    assert page.locator("#examples").is_visible()
    assert page.locator(".source").count() == 0
    ask(page, "Une autre ?")
    assert scripted.asked[-1] == ("Une autre ?", (), Filters())


def test_question_is_bounded_by_the_box(page: Any, script_url: str) -> None:
    open_chat(page, script_url)
    assert page.get_by_placeholder("Votre question").get_attribute("maxlength") == "2000"


@pytest.mark.parametrize("width", [320, 360, 390, 768])
def test_nothing_is_wider_than_a_phone(new_page: Callable[..., Any], chat_url: str, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 780}, reduced_motion="reduce")  # the sheet does not slide
    open_chat(page, chat_url)
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(overflow) <= 0
    ask(page, QUESTION).locator(".cite").first.click()
    assert page.locator(".source.opened").evaluate(_IN_VIEW)
    assert page.evaluate(overflow) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_both_schemes(
    new_page: Callable[..., Any], script_url: str, scripted: Script, answered: Callable[..., Answer], scheme: str
) -> None:
    scripted.replies["Une question ?"] = answered("Une question ?", "Une autre ?")
    page = new_page(color_scheme=scheme)
    open_chat(page, script_url)
    ask(page, "Une question ?").get_by_text("Il date de 2014.").wait_for()
    page.get_by_role("button", name="Filtres").click()
    for selector in (
        *(
            "#title p",
            "#restart",
            ".asked",
            ".reply p:last-child",
            ".cite",
            ".understood",
            ".source h3",
            ".source .number",
        ),
        *(
            ".source .meta",
            ".source .inferred",
            ".source .trail",
            ".source blockquote p",
            ".source mark",
            ".source .links a",
        ),
        *("#question textarea", "#filters > button", "#filters label span"),
    ):
        assert page.evaluate(_CONTRAST, selector) >= 4.5, selector
    page.goto(script_url + "/note/note-simple?debut=18&fin=40")
    for selector in ("h1", ".meta", "article p", "mark", "nav a"):
        assert page.evaluate(_CONTRAST, selector) >= 4.5, selector


def test_words_are_french_in_any_browser(new_page: Callable[..., Any], script_url: str, scripted: Script) -> None:
    page = new_page(locale="en-US")
    open_chat(page, script_url)
    ask(page, "Une question ?").get_by_text("Il date de 2014.").wait_for()
    assert page.evaluate("document.documentElement.lang") == "fr"
    labels = page.locator("button:visible, [aria-label]:visible").evaluate_all(
        "all => all.map((e) => (e.getAttribute('aria-label') || '') + ' ' + (e.innerText || ''))"
    )
    assert not re.search(r"\b(copy|submit|clear|message:|chatbot|share)\b", " ".join(labels), re.IGNORECASE)
