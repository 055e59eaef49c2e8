"""The form of the feedback in a real Chromium, over a real SQLite file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import Settings
from assistant.feedback import FeedbackReason, FeedbackStore
from assistant.models import Answer, Kind
from assistant.serialise import reply_to_json
from assistant.ui.conversation import Exchange
from assistant.ui.feedback import CHOSEN_HELPFUL, CHOSEN_TO_REVIEW, FAILED, THANKS, WITHDRAWN, FeedbackForm

from .conftest import Script, running


def ask(page: Any, question: str) -> None:
    page.get_by_placeholder("Votre question").fill(question)
    page.keyboard.press("Enter")


def test_an_opinion_is_given_changed_and_withdrawn(
    page: Any, scripted: Script, answered: Callable[..., Answer], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(state_dir=tmp_path / "state", feedback_days=30)
    store = FeedbackStore.from_settings(settings)
    with running(scripted, settings) as url:
        page.goto(url)
        page.get_by_role("button", name="Filtres").click()
        page.get_by_label("Étude").check()
        form = page.locator("#feedback")
        assert form.is_hidden()
        ask(page, "Qui pilote ?")
        form.get_by_text("pendant 30 jours, sans votre nom").wait_for()

        form.get_by_role("button", name="Réponse à revoir").click()
        form.get_by_label("Commentaire").fill("C’est <b>faux</b>")
        form.get_by_label("La source citée n’est pas la bonne").check()
        assert not (tmp_path / "state").exists(), "nothing is kept before it is sent"
        (tmp_path / "state").write_text("not a folder")
        form.get_by_role("button", name="Envoyer").click()
        form.get_by_role("status").get_by_text(FAILED).wait_for()
        assert form.get_by_label("Commentaire").input_value() == "C’est <b>faux</b>"
        assert str(tmp_path) in caplog.text
        (tmp_path / "state").unlink()
        form.get_by_role("button", name="Envoyer").focus()
        page.keyboard.press("Enter")
        form.get_by_role("status").get_by_text(THANKS).wait_for()
        page.locator("#feedback .after button:focus").wait_for()
        assert form.get_by_role("button", name=CHOSEN_TO_REVIEW).bounding_box()["height"] >= 44
        (kept,) = store.select()
        assert (kept.helpful, kept.reason, kept.comment) == (False, FeedbackReason.BAD_SOURCE, "C’est <b>faux</b>")
        assert kept.question == "Qui pilote ?"
        assert kept.reply == reply_to_json(answered("Qui pilote ?"))
        assert kept.filters.kinds == {Kind.STUDY}
        assert (kept.history, kept.settings["passages"]) == ((), 5)

        form.get_by_role("button", name="Modifier mon commentaire").click()
        assert form.get_by_label("La source citée n’est pas la bonne").is_checked()
        form.get_by_label("Commentaire").fill("Finalement non")
        form.get_by_role("button", name="Réponse utile").click()
        form.get_by_role("button", name=CHOSEN_HELPFUL).wait_for()
        assert form.get_by_role("group").count() == 0, "a helpful reply has no reason"
        form.get_by_role("button", name="Envoyer").click()
        form.get_by_role("button", name="Retirer mon avis").wait_for()
        (changed,) = store.select()
        assert (changed.id, changed.when) == (kept.id, kept.when)
        assert (changed.helpful, changed.reason, changed.comment) == (True, None, "Finalement non")

        scripted.gate.clear()
        ask(page, "Et depuis quand ?")
        form.wait_for(state="hidden")
        scripted.gate.set()
        form.get_by_role("button", name="Réponse utile").click()
        form.get_by_role("button", name="Ajouter un commentaire").wait_for()
        second = list(store.select())[-1]
        assert second.history[0].content == "Qui pilote ?"
        form.get_by_role("button", name="Retirer mon avis").click()
        form.get_by_text(WITHDRAWN).wait_for()
        assert list(store.select()) == [changed]
        assert b"depuis quand" not in b"".join(f.read_bytes() for f in settings.state_dir.iterdir())

        page.get_by_role("button", name="Nouvelle conversation").click()
        form.wait_for(state="hidden")
    shutil.rmtree(settings.state_dir)


def test_where_none_is_taken_there_is_no_form(answered: Callable[..., Answer], tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, feedback_days=0)
    form = FeedbackForm(FeedbackStore.open(settings), settings)
    assert form.outputs == []
    assert form.reset() == form.shown(Exchange(1, "Qui ?", reply=answered("Qui ?"))) == {}
