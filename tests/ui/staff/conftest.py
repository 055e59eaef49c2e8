"""A server of its own over a copy of the notes, with accounts, so that tests may change and publish what they like."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings
from assistant.access import UserFile
from assistant.desk import Desk
from assistant.embedding import Embedder
from assistant.models import Role
from assistant.ui.staff import staff_place

from ..conftest import running

ROOT = Path(__file__).parents[3]
PASSWORD = "une phrase assez longue"


@dataclass(frozen=True)
class Office:
    """A served installation: its address, its settings, and the desk that the page uses."""

    url: str
    settings: Settings
    desk: Desk

    @property
    def corpus(self) -> Path:
        return self.settings.corpus_dir


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, settings: Settings, embedder: Embedder) -> Iterator[Office]:
    """The whole installation, on a copy of the notes and of their index."""
    home = tmp_path_factory.mktemp("office")
    shutil.copytree(ROOT / "corpus", home / "corpus")
    shutil.copytree(settings.index_dir, home / "index")
    made = Settings.load(corpus_dir=home / "corpus", index_dir=home / "index", state_dir=home / "state")
    accounts = UserFile(made.state_dir)
    accounts.add("claire", PASSWORD, [Role.STAFF])
    accounts.add("membre", PASSWORD, [Role.MEMBER])
    bot = Assistant(made, embedder)
    desk = Desk(bot, made)
    try:
        with running(bot, made, (staff_place(desk),)) as url:
            yield Office(url, made, desk)
    finally:
        desk.close()
        bot.close()


@pytest.fixture
def log_in(office: Office, new_page: Callable[..., Any]) -> Callable[..., Any]:
    """Logs somebody in on the way to a page, the staff's by default."""

    def enter(name: str = "claire", path: str = "/corpus", **options: Any) -> Any:
        page = new_page(**options)
        page.goto(office.url + path)
        page.get_by_label("Nom").fill(name)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        return page

    return enter
