"""Gradio's own words on the page, in a browser that speaks neither of our languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from assistant import language
from assistant.language import Language
from assistant.models import Role
from assistant.ui.places import Place
from tests.ui.conftest import Script, running

LABELS = {
    Language.FRENCH: ("Copier le message", "Connexion perdue"),
    Language.ENGLISH: ("Copy the message", "Connection lost"),
}


@pytest.mark.parametrize("spoken", Language)
def test_gradio_speaks_the_language_of_the_setting(
    spoken: Language, scripted: Script, new_page: Callable[..., Any]
) -> None:
    language.use(spoken)
    try:
        with running(scripted) as url:
            page = new_page(locale="de-DE")
            response = page.goto(url)
            copy, lost = LABELS[spoken]
            assert re.search(rf'<html\s+lang="{spoken}"', response.text())
            assert page.evaluate("navigator.language") == spoken
            words = page.locator('meta[name="gradio-words"]').get_attribute("content")
            assert json.loads(words)["Connection Lost"] == lost
            page.locator("#question textarea").fill("Quoi ?")
            page.locator("#question textarea").press("Enter")
            page.get_by_label(re.compile(f"^{copy}$")).first.wait_for(state="attached")
            page.close()  # before its server
    finally:
        language.use(Language.FRENCH)


def test_only_the_pages_of_members_follow_the_setting(english: None) -> None:
    pages = [Place("/lieu", "Un lieu", role, lambda: None) for role in (Role.MEMBER, Role.STAFF, Role.EVALUATOR)]
    assert [place.language for place in pages] == [Language.ENGLISH, Language.FRENCH, Language.FRENCH]
