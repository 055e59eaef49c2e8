"""A served assistant that is told to stop: answers in progress end, and open pages hold nothing up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import Settings
from assistant.ui.server import LAST_WORDS
from tests.answering.chat_server import KEY, Script, said, served

from .served import ROOT, Served, serving

QUESTION = "Qui pilote le programme DcANT ?"


@contextmanager
def open_page(live: Served) -> Iterator[None]:
    """The stream that each page keeps open, read as a browser does."""
    with (
        httpx.Client(base_url=live.url, timeout=60) as other,
        other.stream("GET", "/gradio_api/heartbeat/essai") as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines) == "data: ALIVE"
        reading = threading.Thread(target=lambda: list(lines))
        reading.start()
        yield
        reading.join(10)


def stopped(live: Served, by: signal.Signals) -> float:
    """Seconds that it took to end, in order."""
    begun = time.monotonic()
    live.process.send_signal(by)
    assert live.process.wait(30) == 0
    assert "Traceback" not in live.written
    return time.monotonic() - begun


def test_an_answer_in_progress_ends(settings: Settings, tmp_path: Path, free_port: int) -> None:
    with (
        served(Script()) as chat,
        serving(settings, free_port, tmp_path, chat_model="m", chat_base_url=chat.url, chat_api_key=KEY) as live,
        open_page(live),
        ThreadPoolExecutor(1) as member,
    ):
        chat.play(said("Le programme DcANT est piloté par le SGMAP.", before=2.0))
        asked = member.submit(live.call, QUESTION)
        while not chat.requests:
            time.sleep(0.02)
        assert 1 < stopped(live, signal.SIGINT) < 15
        told = asked.result()
        assert "event: complete" in told and "SGMAP" in told


@pytest.mark.long
def test_an_answer_that_does_not_end_is_given_up(settings: Settings, tmp_path: Path, free_port: int) -> None:
    given = {"chat_model": "m", "chat_api_key": KEY, "chat_timeout": "100"}
    with (
        served(Script()) as chat,
        serving(settings, free_port, tmp_path, chat_base_url=chat.url, **given) as live,
        ThreadPoolExecutor(1) as member,
    ):
        chat.play(said("Trop tard.", before=40.0))
        asked = member.submit(live.call, QUESTION)
        while not chat.requests:
            time.sleep(0.02)
        assert LAST_WORDS <= stopped(live, signal.SIGTERM) < LAST_WORDS + 8
        with pytest.raises(httpx.RemoteProtocolError):
            asked.result()


@pytest.mark.parametrize("program", [["-m", "assistant.cli", "serve"], ["app.py"]])
def test_before_it_is_ready(settings: Settings, free_port: int, program: list[str]) -> None:
    environment = os.environ | {"ASSISTANT_INDEX_DIR": str(settings.index_dir), "ASSISTANT_PORT": str(free_port)}
    with subprocess.Popen(
        [sys.executable, *program],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout and "Chargement" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        said = process.stdout.read()
    assert process.returncode == 1
    assert "Traceback" not in said


def test_a_page_goes_on_with_the_next_process(
    browser: Browser, settings: Settings, tmp_path: Path, free_port: int
) -> None:
    page = browser.new_page()
    with serving(settings, free_port, tmp_path) as live:
        page.goto(live.url)
        asked(page, QUESTION, "SGMAP")
        assert stopped(live, signal.SIGTERM) < 10
    with serving(settings, free_port, tmp_path):
        asked(page, "Et depuis quand ?", "Question comprise")  # it is known what was spoken of
        expect(page.locator("#reponse-2")).to_contain_text("DcANT")
        expect(page.locator("#reponse-1")).to_contain_text("SGMAP")
    page.close()


def asked(page: Page, question: str, told: str) -> None:
    page.get_by_placeholder("Votre question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#chat .reply", has_text=told).wait_for(timeout=20_000)
