"""The evaluators' pages in a real browser, over runs of real cases: who may open them, what they show and keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant import Assistant, Settings
from assistant.access import UserFile
from assistant.evaluation.labels import labels
from assistant.evaluation.models import Verdict
from assistant.evaluation.runs import RUNS, Recorder, Run, read_run, run_folder
from assistant.models import Role
from assistant.ui.evaluation import evaluation_place

from .conftest import running
from .test_accessibility import LOOKS, audit

COUNT = 10
PASSWORD = "une phrase assez longue"


@pytest.fixture(scope="module")
def made(evaluated: Run, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with accounts, and two runs of the same cases."""
    results = evaluated.results[10 : 10 + COUNT]
    home = tmp_path_factory.mktemp("evaluation")
    own = settings.model_copy(update={"evals_dir": home / "evals", "state_dir": home / "state"})
    for name, role in (("eva", Role.EVALUATOR), ("ada", Role.EVALUATOR), ("claire", Role.STAFF), ("max", Role.MEMBER)):
        UserFile(own.state_dir).add(name, PASSWORD, [role])
    for number in (1, 2):
        ids = tuple(result.case.id for result in results)
        info = replace(evaluated.info, id=f"20261125-10000{number}-abcdef", name=f"essai {number}", cases=ids)
        recorder = Recorder(own.evals_dir / RUNS / info.id, info)
        for result in results:
            recorder.add(result)
        recorder.close(1.0, complete=True)
    return own


@pytest.fixture(scope="module")
def latest(made: Settings) -> Run:
    return read_run(run_folder(made.evals_dir))


@pytest.fixture(scope="module")
def url(bot: Assistant, made: Settings) -> Iterator[str]:
    with running(bot, made, (evaluation_place(made.evals_dir),)) as address:
        yield address


@pytest.fixture
def log_in(url: str, new_page: Callable[..., Any]) -> Callable[..., Any]:
    def enter(name: str = "eva", path: str = "/evaluation", **options: Any) -> Any:
        page = new_page(**options)
        page.goto(url + path)
        page.get_by_label("Nom").fill(name)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        return page

    return enter


@pytest.mark.parametrize("name", ["claire", "max"])
def test_others_may_not_open_them(made: Settings, url: str, latest: Run, name: str) -> None:
    with httpx.Client(base_url=url, follow_redirects=True) as client:
        form = client.get("/connexion").text
        token = form.split('name="jeton" value="')[1].split('"')[0]
        client.post("/connexion", data={"nom": name, "mot_de_passe": PASSWORD, "jeton": token, "retour": "/"})
        one = f"/evaluation/{latest.info.id}"
        for path in ("/evaluation", "/evaluation/", one, f"{one}/rapport", f"{one}/cas/1", "/evaluation/style.css"):
            assert client.get(path, headers={"accept": "text/html"}).status_code == 403, path
        assert client.post(f"{one}/cas/1", data={"avis": "right"}).status_code == 403


def test_a_stranger_is_sent_to_log_in(url: str) -> None:
    found = httpx.get(f"{url}/evaluation/", headers={"accept": "text/html"})
    assert found.status_code == 303 and found.headers["location"].startswith("/connexion")


def test_the_runs_and_one_of_them(log_in: Callable[..., Any], latest: Run) -> None:
    page = log_in()
    assert page.locator("tbody th a").all_inner_texts() == ["essai 2", "essai 1"]
    page.get_by_role("link", name="essai 2").click()
    page.get_by_role("heading", name="Évaluation essai 2").wait_for()
    assert page.locator("figure").count() == 5  # the last compares the two runs
    right = sum(result.scores["right"].value for result in latest.results)
    shown = page.get_by_role("row", name="Réponses justes").first.locator("td").first.inner_text()
    assert shown == f"{right / COUNT:.3f}".replace(".", ",")
    assert page.locator("ol.cases li").count() == COUNT


def test_filters_and_what_a_figure_stands_on(log_in: Callable[..., Any], latest: Run) -> None:
    page = log_in(path=f"/evaluation/{latest.info.id}")
    low = sum(result.scores["right"].value == 0 for result in latest.results)
    page.locator("a[data-below=right]").click()
    page.get_by_text(f"{low} cas sur {COUNT}").wait_for()
    page.get_by_role("link", name="Tout montrer").click()
    cases = [result.case for result in latest.results]
    tag = cases[0].tags[0]
    page.get_by_label("Étiquette").select_option(tag)
    page.get_by_role("button", name="Montrer", exact=True).click()
    page.get_by_text(f"{sum(tag in case.tags for case in cases)} cas sur {COUNT}").wait_for()


def test_verdicts_are_kept_and_agreement_is_told(log_in: Callable[..., Any], latest: Run) -> None:
    page = log_in(path=f"/evaluation/{latest.info.id}")
    page.get_by_role("link", name="Donner un avis sur le suivant").click()
    page.get_by_label("juste", exact=True).check()
    page.get_by_label("Commentaire").fill("Bien <b>dit</b>.")
    page.get_by_role("button", name="Garder, et passer au suivant").click()
    page.get_by_text("Vos avis : 1 sur 10").wait_for()
    assert page.url.endswith("/cas/2")
    page.get_by_label("fausse").check()
    page.get_by_role("button", name="Garder", exact=True).click()
    page.get_by_text("Avis gardé").wait_for()
    page.reload()
    assert page.get_by_label("fausse").is_checked()

    other = log_in("ada", f"/evaluation/{latest.info.id}/cas/1")
    other.get_by_text("eva : juste — Bien <b>dit</b>.").wait_for()
    for choice in ("juste", "en partie juste"):
        other.get_by_label(choice, exact=True).check()
        other.get_by_role("button", name="Garder, et passer au suivant").click()
        other.wait_for_url("**/cas/*")
    other.goto(other.url.split("/cas/")[0])
    row = other.get_by_role("row", name="ada et eva").locator("td").all_inner_texts()
    assert row[:2] == ["2", "50,0 %"]
    assert {(each.who, each.verdict) for each in labels(latest.folder)} == {
        ("eva", Verdict.RIGHT),
        ("eva", Verdict.WRONG),
        ("ada", Verdict.RIGHT),
        ("ada", Verdict.PARTLY),
    }
    page.get_by_label("retirer mon avis").check()
    page.get_by_role("button", name="Garder", exact=True).click()
    page.get_by_text("Vos avis : 1 sur 10").wait_for()


def test_a_verdict_needs_the_form_and_a_choice(log_in: Callable[..., Any], url: str, latest: Run) -> None:
    page = log_in(path=f"/evaluation/{latest.info.id}/cas/3")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    address = f"{url}/evaluation/{latest.info.id}/cas/3"
    before = labels(latest.folder)
    stale = httpx.post(address, data={"avis": "right", "jeton": "x", "commentaire": "gardé"}, cookies=cookies)
    assert stale.status_code == 422 and "trop ancien" in stale.text and "gardé" in stale.text
    token = page.locator("input[name=jeton]").get_attribute("value")
    none = httpx.post(address, data={"avis": "", "jeton": token}, cookies=cookies)
    assert none.status_code == 422 and "Choisissez d&#39;abord" in none.text
    foreign = httpx.post(
        address, data={"avis": "right", "jeton": token}, cookies=cookies, headers={"origin": "http://x"}
    )
    assert foreign.status_code == 403
    assert labels(latest.folder) == before


def test_the_report_is_downloaded(log_in: Callable[..., Any], latest: Run) -> None:
    page = log_in(path=f"/evaluation/{latest.info.id}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le rapport").click()
    assert download.value.suggested_filename == f"evaluation-{latest.info.id}.html"
    assert "Évaluation essai 2" in download.value.path().read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["20000101-000000-000000", "..%2f..%2fetc", "x/cas/1", "{id}/cas/99", "{id}/cas/x"])
def test_what_is_not_there(log_in: Callable[..., Any], url: str, latest: Run, path: str) -> None:
    page = log_in()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    found = httpx.get(f"{url}/evaluation/{path.format(id=latest.info.id)}", cookies=cookies)
    assert found.status_code in (404, 422)


def test_without_runs_it_says_how_to_make_one(bot: Assistant, made: Settings, tmp_path: Path, page: Any) -> None:
    with running(bot, made, (evaluation_place(tmp_path),)) as address:
        page.goto(f"{address}/evaluation")
        page.get_by_label("Nom").fill("eva")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("assistant eval run").wait_for()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_they_can_be_read_by_all(log_in: Callable[..., Any], latest: Run, width: int, scheme: str) -> None:
    page = log_in(viewport={"width": width, "height": 844}, color_scheme=scheme)
    audit(page)
    one = page.url.rstrip("/") + f"/{latest.info.id}"
    for address in (one, f"{one}/cas/1"):
        page.goto(address)
        audit(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("main").count() == page.locator("h1").count() == 1
