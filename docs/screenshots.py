"""Takes the pictures of the guides: `make screenshots`. A server of its own over a copy of the notes, real Chromium."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from assistant import runtime

runtime.prepare()

import uvicorn  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from assistant import Assistant, Settings  # noqa: E402
from assistant.access import UserFile  # noqa: E402
from assistant.corpus import load_corpus  # noqa: E402
from assistant.desk import Desk  # noqa: E402
from assistant.evaluation.cases import read_cases  # noqa: E402
from assistant.evaluation.running import Bench, describe, run  # noqa: E402
from assistant.evaluation.runs import RUNS, Recorder  # noqa: E402
from assistant.index import Recipe, sync  # noqa: E402
from assistant.models import Role  # noqa: E402
from assistant.ui.evaluation import evaluation_place  # noqa: E402
from assistant.ui.listening import listen  # noqa: E402
from assistant.ui.server import build_app, server_config  # noqa: E402
from assistant.ui.staff import staff_place  # noqa: E402

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.ui.staff.documents import pdf  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PASSWORD = "une phrase assez longue"
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-background-networking")
DOCUMENT = (
    "Rencontres de la sobriété numérique",
    "France urbaine réunit les élus au numérique à Dijon le 14 mars 2019.",
    "Les Rencontres de la sobriété numérique sont animées par la ville de Dijon.",
)
QUESTION = "Qui anime les Rencontres de la sobriété numérique ?"


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The whole installation over a copy of the notes; gives its address."""
    shutil.copytree(ROOT / "corpus", home / "corpus")
    settings = Settings.load(
        corpus_dir=home / "corpus", index_dir=home / "index", state_dir=home / "state", evals_dir=home / "evals"
    )
    sync(settings.index_dir, load_corpus(settings.corpus_dir), Recipe.from_settings(settings))
    UserFile(settings.state_dir).add("equipe", PASSWORD, [Role.STAFF])
    UserFile(settings.state_dir).add("evaluation", PASSWORD, [Role.EVALUATOR])
    bot = Assistant.open(settings)
    _evaluate(bot)
    desk = Desk(bot, settings)
    listener = listen("127.0.0.1", 0)
    config = server_config(build_app(bot, settings, (staff_place(desk), evaluation_place(settings.evals_dir))))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)
        desk.close()
        bot.close()


def _evaluate(bot: Assistant) -> None:
    """Two runs of the development cases, so that one follows another."""
    placed = read_cases([ROOT / "evals" / "cases" / "corpus_development.jsonl"])
    for name in ("premier essai", "après la mise à jour"):
        bench, cases = Bench(bot, "corpus"), [each.case for each in placed]
        info = describe(bench, cases, name)
        run(bench, cases, Recorder(bot.settings.evals_dir / RUNS / info.id, info))


def take(page: Page, name: str) -> None:
    """One picture of the window, in 64 colours: as clear as it was, and a third of the size."""
    page.wait_for_timeout(700)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size >> 10} KiB")


def staff(page: Page, url: str, home: Path) -> None:
    """The guide of the staff, in the order in which it tells."""
    page.goto(f"{url}/corpus")
    take(page, "equipe-connexion")
    page.get_by_label("Nom").fill("equipe")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#notes-table a").first.wait_for()
    take(page, "equipe-notes")
    document = home / "rencontres.pdf"
    document.write_bytes(pdf(DOCUMENT))
    _tab(page, "Ajouter")
    page.locator("#documents input[type=file]").set_input_files(str(document))
    page.locator("#draft h2").wait_for()
    page.locator("#draft").get_by_label("Date de publication").fill("2019-02-01")
    take(page, "equipe-ajouter")
    page.get_by_role("button", name="Ajouter au corpus").click()
    page.locator("#adding-said").get_by_text("dans le corpus").wait_for()
    _tab(page, "Vérifier")
    page.locator("#report table").first.wait_for()
    take(page, "equipe-verifier")
    _tab(page, "Publier")
    page.locator("#plan table").wait_for()
    page.get_by_label("Question").fill(QUESTION)
    page.get_by_role("button", name="Chercher").click()
    page.locator("#found .chunk").first.wait_for()
    take(page, "equipe-publier")
    page.get_by_role("button", name="Publier", exact=True).click()
    page.locator("#publish-said").get_by_text("Publié :").wait_for()
    _tab(page, "Versions")
    page.locator("#builds table").wait_for()
    take(page, "equipe-versions")
    page.goto(url)
    page.get_by_placeholder("Votre question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#chat .reply a.cite").first.wait_for()
    take(page, "equipe-reponse")


def evaluators(page: Page, url: str) -> None:
    """The guide of the evaluators."""
    page.goto(f"{url}/evaluation")
    page.get_by_label("Nom").fill("evaluation")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="après la mise à jour").wait_for()
    take(page, "evaluateur-liste")
    page.get_by_role("link", name="après la mise à jour").click()
    page.get_by_role("heading", name="En bref").wait_for()
    take(page, "evaluateur-chiffres")
    page.locator(".plots").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.plots').scrollIntoView()")
    take(page, "evaluateur-courbes")
    page.goto(f"{page.url.split('?')[0]}?revoir=right#cas")
    page.locator("ol.cases a").first.click()
    page.get_by_text("Votre avis sur la réponse").wait_for()
    take(page, "evaluateur-cas")


def members(browser: Browser, url: str) -> None:
    """The guide of members, in the order in which it tells, then the same states in the dark and on a phone."""
    page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="fr-FR")
    page.goto(url)
    page.locator("#examples button").first.wait_for()
    take(page, "membre-accueil")
    _ask(page, "Qui pilote le programme DcANT ?")
    page.locator("#chat .reply a.cite").first.click()
    take(page, "membre-reponse")
    _ask(page, "Quelle est la capitale de l’Australie ?")
    take(page, "membre-refus")
    page.get_by_role("button", name="Réponse à revoir").click()
    page.get_by_label("L’assistant aurait dû répondre").check()
    page.locator("#feedback").scroll_into_view_if_needed()
    take(page, "membre-avis")
    page.locator("#filters > button").click()
    page.get_by_label("Événement").check()
    page.locator("#filter-effect").get_by_text("peuvent répondre").wait_for()
    take(page, "membre-filtres")
    page.get_by_role("button", name="Nouvelle conversation").click()
    page.locator("#chat .reply").first.wait_for(state="detached")
    page.locator("#filters > button").click()
    page.locator("#past summary").click()
    take(page, "membre-conversations")
    for path, name in (
        ("/agenda", "membre-agenda"),
        ("/notes", "membre-notes"),
        ("/note/forum-interconnectes", "membre-note"),
    ):
        page.goto(url + path)
        take(page, name)
    page.close()
    _elsewhere(browser, url)


def _elsewhere(browser: Browser, url: str) -> None:
    for name, options in (
        ("membre-sombre", {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"}),
        ("membre-telephone", {"viewport": {"width": 390, "height": 844}}),
        ("membre-telephone-sombre", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
    ):
        page = browser.new_page(locale="fr-FR", **options)
        page.goto(url)
        _ask(page, "Quand et où se tient le Forum des Interconnectés ?")
        if "telephone" in name:
            take(page, name)
            page.locator("#chat .reply a.cite").first.click()
            take(page, f"{name}-source")
        else:
            take(page, name)
        page.close()


def _ask(page: Page, question: str) -> None:
    page.get_by_placeholder("Votre question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#chat .reply").last.locator(":scope:not(.unfinished)").wait_for()
    page.locator("#follow-ups").wait_for()


def _tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def main() -> None:
    """Take them all."""
    IMAGES.mkdir(exist_ok=True)
    names: tuple[Any, ...] = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url, sync_playwright() as driver:
        found = next(filter(None, map(shutil.which, names)), None)
        browser = driver.chromium.launch(executable_path=found, args=list(FLAGS))
        members(browser, url)
        evaluators(browser.new_page(viewport={"width": 1280, "height": 860}, locale="fr-FR"), url)
        staff(browser.new_page(viewport={"width": 1280, "height": 860}, locale="fr-FR"), url, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
