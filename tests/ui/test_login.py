"""Logging in and out: over real sockets by those who attack it, in a real Chromium by those who use it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from assistant import Settings
from assistant.access import Door
from assistant.access.passwords import Passwords
from assistant.audit import entries
from assistant.models import Role
from assistant.ui.gate import UNAVAILABLE
from assistant.ui.login import local_path
from assistant.ui.server import _exposed
from tests.oidc_server import CLIENT, SECRET, FakeProvider, oidc_provider

from .conftest import Script, running
from .places import PLACES
from .test_chat import _CONTRAST

PASSWORD = "quatre mots sans lien"
WRONG = "Le nom ou le mot de passe n’est pas juste."
_FIELD = re.compile(r'name="jeton" value="([^"]*)"')


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with oidc_provider() as made:
        yield made


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, provider: FakeProvider) -> Settings:
    folder = tmp_path_factory.mktemp("state")
    return Settings(
        state_dir=folder,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def door(settings: Settings) -> Iterator[Door]:
    """The accounts of the site, as the command line would reach them."""
    made = Door(settings, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    made.users.add("claire", PASSWORD, [Role.STAFF])
    made.users.add("marc", PASSWORD, [Role.MEMBER])
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(script: Script, settings: Settings, door: Door) -> Iterator[str]:
    with running(script, settings, PLACES[:1], door) as address:
        yield address


_clients = iter(range(1, 250))


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """A browser at an address of its own: failures of one test are not those of another."""
    headers = {"X-Forwarded-For": f"203.0.113.{next(_clients)}", "X-Forwarded-Proto": "http", "Accept": "text/html"}
    with httpx.Client(base_url=url, headers=headers, timeout=20) as made:
        yield made


@pytest.fixture
def local(url: str) -> Iterator[httpx.Client]:
    """A browser on this machine."""
    with httpx.Client(base_url=url, headers={"Accept": "text/html"}, timeout=20) as made:
        yield made


def said(answer: httpx.Response) -> str:
    """The page, without its entities."""
    return unescape(answer.text)


def fill(client: httpx.Client, name: str = "claire", password: str = PASSWORD, **more: str) -> httpx.Response:
    """Open the form and send it."""
    field = _FIELD.search(client.get("/connexion").text)
    sent = {"jeton": field[1] if field else "", "nom": name, "mot_de_passe": password} | more
    return client.post("/connexion", data=sent)


def test_a_login_opens_what_was_asked_for(local: httpx.Client) -> None:
    asked = local.get("/corpus/?vue=1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/connexion?retour=/corpus/%3Fvue%3D1")
    form = local.get(asked.headers["location"])
    assert 'name="retour" value="/corpus/?vue=1"' in said(form)
    assert form.headers["cache-control"] == "no-store"
    done = fill(local, retour="/corpus/?vue=1")
    assert (done.status_code, done.headers["location"]) == (303, "/corpus/?vue=1")
    assert local.get("/corpus/").status_code == 200
    assert "Session ouverte au nom de claire" in local.get("/connexion").text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(local: httpx.Client) -> None:
    cookie = next(c for c in fill(local).headers.get_list("set-cookie") if c.startswith("session="))
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=lax"}


def test_over_https_the_cookie_is_of_this_host_alone(url: str) -> None:
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.251"}
    form = httpx.get(f"{url}/connexion", headers=https)
    held = form.headers["set-cookie"].partition(";")[0]
    assert held.startswith("__Host-form=")
    assert "Secure" in form.headers["set-cookie"]
    field = _FIELD.search(form.text)
    assert field
    data = {"jeton": field[1], "nom": "claire", "mot_de_passe": PASSWORD}
    done = httpx.post(f"{url}/connexion", data=data, headers=https | {"Cookie": held})
    cookie = next(c for c in done.headers.get_list("set-cookie") if "session=" in c)
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    session = cookie.partition(";")[0]
    assert httpx.get(f"{url}/corpus/config", headers=https | {"Cookie": session}).status_code == 200
    # The name without the prefix can be set by a neighbouring host: over https it counts for nothing.
    forged = {"Cookie": session.removeprefix("__Host-")}
    assert httpx.get(f"{url}/corpus/config", headers=https | forged).status_code == 401


def test_passwords_are_not_taken_in_clear_from_another_machine(client: httpx.Client, door: Door) -> None:
    told = fill(client)
    assert told.status_code == 403
    assert "La connexion n’est pas chiffrée (http)" in said(told)
    assert "session" not in client.cookies


@pytest.mark.parametrize(("name", "password"), [("claire", "faux mot de passe"), ("personne", PASSWORD), ("", "")])
def test_a_wrong_login_is_told_without_saying_what_was_wrong(
    client: httpx.Client, name: str, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.headers["X-Forwarded-Proto"] = "https"
    form = client.get("/connexion")
    field = _FIELD.search(form.text)
    assert field
    held = {"Cookie": form.headers["set-cookie"].partition(";")[0]}
    with caplog.at_level(logging.DEBUG, "assistant"):
        sent = {"jeton": field[1], "nom": name, "mot_de_passe": password}
        told = client.post("/connexion", data=sent, headers=held)
    assert told.status_code == 401
    assert f'<p id="erreur" class="warning" role="alert">{WRONG}</p>' in told.text
    assert not password or (password not in told.text and password not in caplog.text)


def test_many_wrong_passwords_wait(local: httpx.Client, door: Door) -> None:
    door.users.add("lente", PASSWORD, [Role.MEMBER])
    try:
        answers = [fill(local, "lente", f"faux mot de passe {number}") for number in range(6)]
    finally:
        fill(local, "marc")  # so that the next test begins anew
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "Trop d’essais : attendez 1 s avant de recommencer." in answers[-1].text
    assert answers[-1].headers["retry-after"] == "1"


def test_a_token_brought_along_is_not_kept(local: httpx.Client, door: Door) -> None:
    theirs = door.log_in("marc", PASSWORD, "203.0.113.250")
    form = httpx.get(f"{local.base_url}/connexion")
    held = form.headers["set-cookie"].partition(";")[0]
    field = _FIELD.search(form.text)
    assert field
    data = {"jeton": field[1], "nom": "claire", "mot_de_passe": PASSWORD}
    done = httpx.post(f"{local.base_url}/connexion", data=data, headers={"Cookie": f"{held}; session={theirs}"})
    assert done.status_code == 303
    mine = done.cookies["session"]
    assert mine != theirs
    assert door.user(theirs) is None
    found = door.user(mine)
    assert found and found.name == "claire"


@pytest.mark.parametrize("jeton", ["", "x", "é", None])
def test_a_form_of_another_site_logs_nobody_in(local: httpx.Client, jeton: str | None) -> None:
    stolen = _FIELD.search(httpx.get(f"{local.base_url}/connexion").text)  # sent to another browser
    assert stolen
    told = fill(local, jeton=stolen[1] if jeton is None else jeton)
    assert told.status_code == 403
    assert "Ce formulaire a expiré" in told.text
    assert "session" not in local.cookies


def test_logging_out_needs_its_own_button(local: httpx.Client) -> None:
    fill(local)
    page = local.get("/deconnexion")
    assert local.post("/deconnexion", data={"jeton": "x"}).headers["location"] == "/deconnexion"
    assert local.get("/corpus/").status_code == 200
    token = local.cookies["session"]
    field = _FIELD.search(page.text)
    assert field
    assert local.post("/deconnexion", data={"jeton": field[1]}).headers["location"] == "/connexion"
    assert "session" not in local.cookies
    local.cookies.set("session", token)  # as a thief would
    assert local.get("/corpus/").status_code == 303


def test_logins_and_logouts_are_in_the_journal_and_secrets_nowhere(
    local: httpx.Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        fill(local)
        field = _FIELD.search(local.get("/deconnexion").text)
        token = local.cookies["session"]
        local.post("/deconnexion", data={"jeton": field[1] if field else ""})
    assert [(e.who, e.what) for e in entries(settings.state_dir)][-2:] == [
        ("claire", "connexion"),
        ("claire", "déconnexion"),
    ]
    server = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    kept = [file.read_bytes() for file in settings.state_dir.iterdir() if file.is_file()]
    for secret in (PASSWORD, token):
        assert secret not in "".join(server)
        assert not [content for content in kept if secret.encode() in content]


@pytest.mark.parametrize(
    "wanted",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"),
        *("///evil.example", "/\t/evil.example", "/\n/evil.example", "", "corpus", "http:evil.example", "/ok\r\nX: y"),
        *("/" + "x" * 1000, "/connexion?retour=/connexion", "/deconnexion", "data:text/html,x", " //evil.example"),
    ],
)
def test_a_return_to_elsewhere_leads_home(local: httpx.Client, wanted: str) -> None:
    assert local_path(wanted) == "/"
    page = local.get("/connexion", params={"retour": wanted})
    assert 'name="retour" value="/"' in said(page)


@pytest.mark.parametrize("wanted", ["/", "/corpus/", "/corpus/?a=b&c=d", "/note/x?debut=1#extrait", "/é"])
def test_a_return_within_is_kept(wanted: str) -> None:
    assert local_path(wanted) == wanted


def test_a_return_cannot_break_out_of_the_form(local: httpx.Client) -> None:
    page = local.get("/connexion", params={"retour": '/"><script>alert(1)</script>'}).text
    assert "<script" not in page
    assert "default-src 'none'" in local.get("/connexion").headers["content-security-policy"]


def test_one_logs_in_through_the_organisation(local: httpx.Client, provider: FakeProvider, settings: Settings) -> None:
    assert 'href="/connexion/organisation?retour=/corpus/"' in local.get("/connexion?retour=/corpus/").text
    leaving = local.get("/connexion/organisation?retour=/corpus/")
    assert leaving.headers["location"].startswith(f"{provider.issuer}/authorize?")
    back = httpx.get(leaving.headers["location"]).headers["location"]
    assert back.startswith(f"{local.base_url}/connexion/organisation/retour?")
    with httpx.Client() as another:  # another browser cannot finish it, nor this one afterwards
        assert "commencée ailleurs" in another.get(back).text
    assert local.get(back).status_code == 401
    back = httpx.get(local.get("/connexion/organisation?retour=/corpus/").headers["location"]).headers["location"]
    arrived = local.get(back)
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/corpus/")
    assert local.get("/corpus/").status_code == 200
    assert entries(settings.state_dir)[-1].detail == "par oidc, depuis 127.0.0.1"


def test_who_has_no_role_at_the_organisation_is_told(local: httpx.Client, provider: FakeProvider) -> None:
    provider.lies = {"roles": ["autre"]}
    try:
        back = httpx.get(local.get("/connexion/organisation").headers["location"]).headers["location"]
        told = local.get(back)
    finally:
        provider.lies = {}
    assert (told.status_code, "n’a aucun rôle ici" in told.text) == (401, True)


def test_a_page_of_another_site_cannot_frame_or_read_the_form(local: httpx.Client) -> None:
    headers = local.get("/connexion", headers={"Origin": "http://evil.example"}).headers
    assert headers["x-frame-options"] == "DENY"
    assert not [name for name in headers if name.startswith("access-control-")]


def test_a_damaged_file_of_accounts_lets_nobody_in(
    script: Script, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "users.json").write_text("{", encoding="utf-8")
    with running(script, Settings(state_dir=tmp_path)) as url, httpx.Client(base_url=url) as local:
        told = fill(local)
        assert (told.status_code, UNAVAILABLE in said(told)) == (503, True)
        assert str(tmp_path) not in said(told)
        assert str(tmp_path) in caplog.text
        assert local.get("/").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_nothing_is_said_of_this_machine_alone(host: str) -> None:
    assert _exposed(Settings(host=host)) == ""


def test_an_open_address_is_warned_about() -> None:
    assert "refusée en http" in _exposed(Settings(host="0.0.0.0"))
    assert "ASSISTANT_INSECURE_LOGIN" in _exposed(Settings(host="192.0.2.1", insecure_login=True))


def test_keyboard_alone_logs_in_without_javascript_and_out(new_page: Callable[..., Any], url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{url}/connexion?retour=/note/note-simple")
    page.locator("#nom:focus").wait_for()
    page.keyboard.type("marc")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/note/note-simple")
    page.goto(f"{url}/deconnexion")
    page.get_by_role("button", name="Se déconnecter").click()
    assert page.get_by_role("heading", name="Connexion").is_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_form_is_readable_named_and_says_what_went_wrong(
    new_page: Callable[..., Any], url: str, width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 780}, color_scheme=scheme)
    page.goto(f"{url}/connexion")
    for label, completion in (("Nom", "username"), ("Mot de passe", "current-password")):
        assert page.get_by_label(label, exact=True).get_attribute("autocomplete") == completion
    page.locator("#nom:focus").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.get_by_role("button", name="Se connecter").bounding_box()["height"] >= 44
    for selector in ("h1", ".meta", "label", "input#nom", ".form button", ".other a", "nav a"):
        assert page.evaluate(_CONTRAST, selector) >= 4.5, selector


def test_an_error_is_read_with_the_field_it_is_about(browser: Any, url: str) -> None:
    # Not `new_page`: the console reports the status of the refusal, as it should.
    page = browser.new_context().new_page()
    page.goto(f"{url}/connexion")
    page.get_by_label("Nom").fill("personne")
    page.get_by_label("Mot de passe").fill("faux mot de passe")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert page.title().startswith("Erreur : Connexion")
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "erreur"
    assert page.locator("#erreur").inner_text() == WRONG
    assert page.evaluate(_CONTRAST, "#erreur") >= 4.5
    page.context.close()


def test_staff_find_their_page_from_the_chat_and_learn_that_the_session_ended(
    browser: Any, url: str, door: Door
) -> None:
    token = door.log_in("claire", PASSWORD, "203.0.113.252")
    # Not `new_page`: the console reports the status of the refusal, as it should.
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "session", "value": token, "url": url}])
    page = context.new_page()
    page.goto(url)
    page.get_by_placeholder("Votre question").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    page.locator("#site").get_by_role("link", name="Notes").last.click()
    page.get_by_label("Texte").fill("bonjour")
    page.get_by_role("button", name="Saluer").click()
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect(page.get_by_label("Réponse")).to_have_value("claire : bonjour", timeout=20_000)
    door.log_out(token)
    page.get_by_role("button", name="Saluer").click()
    page.get_by_text("Votre session a pris fin : reconnectez-vous.").wait_for(timeout=5000)
    context.close()
