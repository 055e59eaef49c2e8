"""Payloads in questions and in notes: shown as text, they run and fetch nothing (`new_page` checks what is fetched)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.models import Answer, Kind, Note

from .conftest import Script
from .payloads import PAYLOADS
from .test_chat import ask, open_chat

#: What no word of a note or a question may become; links of ours are told apart by where they lead.
_FOREIGN = (
    "script, iframe, object, embed, form, input, select, video, audio, picture, img, svg, math, style, link, base, "
    "meta, template, marquee, .katex, .mermaid, [style], a[href^='http://evil'], a[href^='//evil'], "
    "a[href^=javascript], a[href^=data]"
)
_SHOWN = ":is(#chat .asked, #chat .reply, #sources .sources)"


def harmless(page: Any, place: str) -> None:
    inside = ", ".join(f"{place} {tag.strip()}" for tag in _FOREIGN.split(","))
    assert page.locator(inside).evaluate_all("all => all.map((e) => e.outerHTML.slice(0, 120))") == []
    assert page.evaluate("window.attacked") is None


def test_there_are_enough() -> None:
    assert len(set(PAYLOADS)) >= 40


def test_payloads_run_and_fetch_nothing(
    page: Any, script_url: str, scripted: Script, answered: Callable[..., Answer]
) -> None:
    open_chat(page, script_url)
    for rank in range(0, len(PAYLOADS), 14):
        some = PAYLOADS[rank : rank + 14]
        question = " ".join(" ".join(some).split()).replace("\0", "")
        text = "\n\n".join(some)
        note = Note(f"note-{rank}", some[0] + some[-1], text, None, False, Kind.OTHER, (some[1],), some[2])
        scripted.notes[note.id] = note
        scripted.replies[question] = answered(question, some[3], about=note)
        reply = ask(page, question)
        reply.locator(".cite").first.wait_for()
        assert reply.inner_text().count("evil.example") + reply.inner_text().count("attacked") >= 14
        harmless(page, _SHOWN)
    reply.locator(".cite").first.click()
    page.locator(".source.opened a.whole").wait_for()
    for rank in range(0, len(PAYLOADS), 14):
        page.goto(f"{script_url}/note/note-{rank}")
        assert page.evaluate("window.attacked") is None
        assert "attacked" in page.locator("article").inner_text()
        harmless(page, "article")
