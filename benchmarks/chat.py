"""The chat under one member, twenty at once and a hundred: `python -m benchmarks.chat`.

One page is a real Chromium, which times itself; the other members are clients that send what the page sends and read
what it reads. All share the machine's cores with the server. The reaction is the first thing shown after Enter; the
answer is whole with its last sentence. Gradio's own share is the same page over an assistant that answers at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
from playwright.async_api import Page, async_playwright

from benchmarks.data import open_notes, piaf_questions, seed_notes
from benchmarks.latency import SEED_QUESTIONS

_FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-background-networking")
_HEADERS = {"content-type": "application/json"}
#: The page's own clock: Enter, the question shown, the last answer whole. Read and cleared after each question.
_CLOCK = """() => {
  window.clock = {};
  addEventListener('keydown', (e) => {
    if (e.key === 'Enter') clock = { asked: count(), enter: performance.now() };
  }, true);
  const count = () => document.querySelectorAll('#chat .asked').length;
  new MutationObserver(() => {
    if (!clock.enter || count() <= clock.asked && !document.querySelector('#chat .pending, #sent')) return;
    clock.reaction ??= performance.now() - clock.enter;
    const replies = document.querySelectorAll('#chat .reply');
    const last = replies[replies.length - 1];
    if (replies.length > clock.asked && last.querySelector('.confidence, .refused, .failed'))
      clock.answer ??= performance.now() - clock.enter;
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
_DONE = "#chat .message-row:nth-last-child(-n+2) .reply :is(.confidence, .refused, .failed)"


@dataclass
class Times:
    """Seconds of every question asked, and what went wrong with the others."""

    reaction: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    waited: int = 0
    turned_away: int = 0
    errors: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """One row of the report."""
        told = [f"{kind} p50 {_ms(v, 50)} p95 {_ms(v, 95)}" for kind, v in _kinds(self)]
        more = f", {self.waited} saw their place in the queue" if self.waited else ""
        more += f", {self.turned_away} asked to come back" if self.turned_away else ""
        return f"{name:34}{len(self.answer):4} answers: {'; '.join(told)}; {len(self.errors)} errors{more}"


def _kinds(times: Times) -> list[tuple[str, list[float]]]:
    return [(kind, values) for kind, values in (("reaction", times.reaction), ("answer", times.answer)) if values]


def _ms(values: Sequence[float], quantile: int) -> str:
    return f"{1000 * np.percentile(values, quantile):.0f} ms"


class Member:
    """A client of the page's protocol, in a session of its own."""

    def __init__(self, http: httpx.AsyncClient, url: str, config: dict[str, Any], times: Times) -> None:
        self.http, self.url, self.times = http, f"{url}/gradio_api/queue", times
        self.session = f"{random.getrandbits(52):x}"
        box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
        event = next(d for d in config["dependencies"] if [box, "submit"] in d["targets"])
        inputs = {c["id"]: c["props"] for c in config["components"]}
        self.function, self.trigger = event["id"], box
        self.rest = [inputs[number].get("value") for number in event["inputs"][1:]]

    async def ask(self, question: str) -> None:
        """One question; its times are counted from here."""
        start = time.perf_counter()
        body = {"data": [question, *self.rest], "fn_index": self.function, "trigger_id": self.trigger}
        try:
            joined = await self.http.post(f"{self.url}/join", json=body | {"session_hash": self.session})
            if joined.status_code == 503:
                self.times.turned_away += 1
                return
            joined.raise_for_status()
            await self._read(start)
        except (httpx.HTTPError, RuntimeError) as error:
            self.times.errors.append(repr(error))

    async def _read(self, start: float) -> None:
        reacted, queued, answered = False, False, False
        async with self.http.stream("GET", f"{self.url}/data", params={"session_hash": self.session}) as stream:
            async for line in stream.aiter_lines():
                passed = time.perf_counter() - start
                queued = queued or ('"estimation"' in line and '"rank":0' not in line.replace(" ", ""))
                if '"process_generating"' in line and not reacted:
                    reacted = True
                    self.times.reaction.append(passed)
                if not answered and any(f'class=\\"{name}\\"' in line for name in ("confidence", "refused")):
                    answered = True
                    self.times.answer.append(passed)
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
        self.times.waited += queued
        if not answered:
            raise RuntimeError("the stream ended without an answer")


@contextlib.contextmanager
def started(*command: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`python -m` the command, with a free port as its last argument, once it serves the chat; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", *command, str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(3600):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{url}/config", timeout=5).is_success:
                    break
            if server.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.5)
        yield url, server
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # streams are open
            server.kill()
            server.wait(30)


@contextlib.contextmanager
def served(which: str) -> Iterator[str]:
    """The server in a process of its own: over 1,796 notes, or (`instant`) answering at once."""
    with started("benchmarks.chat", "serve", which) as (url, _):
        yield url


@contextlib.asynccontextmanager
async def opened(url: str) -> Any:
    """The chat in Chromium, its clock running."""
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"))),
        None,
    )
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=found, args=list(_FLAGS))
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(url)
        await page.get_by_placeholder("Votre question").wait_for()
        await page.evaluate(_CLOCK)
        yield page
        await browser.close()


async def type_in(page: Page, question: str, times: Times) -> None:
    """One question in the browser, in a conversation of its own."""
    if await page.locator("#chat .reply").count():
        await page.locator("#restart").click()
        await page.locator("#chat .reply").first.wait_for(state="detached")
    box = page.get_by_placeholder("Votre question")
    await box.fill(question)
    await box.press("Enter")
    await page.locator(_DONE).first.wait_for(timeout=60_000)
    clock = await page.evaluate("clock")
    times.reaction.append(clock["reaction"] / 1000)
    times.answer.append(clock["answer"] / 1000)
    await page.locator("#question .submit-button").wait_for()
    await page.wait_for_timeout(300)


async def one(url: str, questions: Sequence[str], name: str) -> None:
    """One member, one question after the other."""
    times = Times()
    async with opened(url) as page:
        for question in questions[:3]:
            await type_in(page, question, Times())
        for question in questions[3:]:
            await type_in(page, question, times)
    print(times.line(name), flush=True)


async def at_once(url: str, questions: Sequence[str], count: int, rounds: int) -> None:
    """Everybody presses Enter at the same moment."""
    others, watched = Times(), Times()
    async with _clients() as http, opened(url) as page:
        config = (await http.get(f"{url}/config")).json()
        for start in range(rounds):
            members = [Member(http, url, config, others) for _ in range(count - 1)]
            asked = [questions[(start * count + rank) % len(questions)] for rank in range(count)]
            await asyncio.gather(
                type_in(page, asked[-1], watched), *(m.ask(q) for m, q in zip(members, asked, strict=False))
            )
    print(others.line(f"{count} at once, clients"), flush=True)
    print(watched.line(f"{count} at once, the browser"), flush=True)


async def spread(url: str, questions: Sequence[str], count: int, every: float, rounds: int) -> None:
    """Each member asks once in `every` seconds, at a moment of their own."""
    others, watched = Times(), Times()

    async def member(rank: int, http: httpx.AsyncClient, config: dict[str, Any]) -> None:
        asking = Member(http, url, config, others)
        async with http.stream("GET", f"{url}/gradio_api/heartbeat/{asking.session}"):  # an open page
            for turn in range(rounds):
                await asyncio.sleep(random.uniform(0, every) if turn == 0 else every)
                await asking.ask(questions[(rank * rounds + turn) % len(questions)])

    async with _clients() as http, opened(url) as page:
        config = (await http.get(f"{url}/config")).json()
        members = [asyncio.create_task(member(rank, http, config)) for rank in range(count - 1)]
        for question in questions[: int(every * rounds / 3)]:
            await type_in(page, question, watched)
            await asyncio.sleep(3)
        await asyncio.gather(*members)
    print(others.line(f"{count} members, 1 question / {every:.0f} s"), flush=True)
    print(watched.line("  and the browser meanwhile"), flush=True)


async def overload(url: str, questions: Sequence[str], count: int) -> None:
    """More than the queue holds."""
    times = Times()
    async with _clients() as http:
        config = (await http.get(f"{url}/config")).json()
        members = [Member(http, url, config, times) for _ in range(count)]
        await asyncio.gather(*(m.ask(questions[rank % len(questions)]) for rank, m in enumerate(members)))
    print(times.line(f"{count} at once"), flush=True)


def _clients() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(timeout=180, limits=limits, headers=_HEADERS)


def serve(which: str, port: int) -> None:
    """What `served` runs."""
    import uvicorn

    from assistant import runtime

    runtime.prepare()
    from assistant import Settings
    from assistant.ui.listening import listen
    from assistant.ui.server import build_app, server_config
    from benchmarks.data import assistant_over
    from benchmarks.instant import Instant

    bot: Any = assistant_over("open", [*seed_notes(), *open_notes()])
    if which == "instant":
        bot = Instant(bot)
    app = build_app(bot, Settings.load(questions_per_minute=0))
    uvicorn.Server(server_config(app)).run(sockets=[listen("127.0.0.1", port)])


def questions() -> list[str]:
    """Those of PIAF, whose notes are not in the index, and those of the seed: refused and answered."""
    others = [q.text for q in piaf_questions() if q.standalone][::23]
    return [question for pair in zip(SEED_QUESTIONS * 20, others, strict=False) for question in pair]


def main() -> None:
    """Print every scenario."""
    asked = questions()
    print(f"{os.cpu_count()} cores, {len(asked)} questions, 1,796 notes", flush=True)
    with served("instant") as url:
        asyncio.run(one(url, asked[:43], "one member, answers at once"))
        asyncio.run(at_once(url, asked, 20, 5))
    with served("real") as url:
        asyncio.run(one(url, asked[:63], "one member"))
        asyncio.run(at_once(url, asked, 20, 5))
        asyncio.run(spread(url, asked, 100, 30, 4))
        asyncio.run(overload(url, asked, 200))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        main()
