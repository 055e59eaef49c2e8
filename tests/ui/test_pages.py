"""`/note/…`, `/notes`, `/agenda` and the calendar files: over HTTP, and as a member meets them in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from icalendar import Calendar

from assistant import Assistant, Settings
from assistant.agenda import events_of
from assistant.listings import Agenda, AgendaEvent, AgendaWanted, Count, NoteHead, NoteLine, NotesFound, NotesWanted
from assistant.models import Kind, Note, PartialDate
from assistant.ui.agenda_page import agenda_page
from assistant.ui.calendar_file import calendar_file
from assistant.ui.note_page import Shown, note_page
from assistant.ui.notes_page import notes_page

from .conftest import running
from .test_server import ask

_PATHS = ("/notes", "/agenda", "/agenda?vue=liste", "/note/forum-interconnectes")
_MADE = datetime(2026, 1, 1, tzinfo=UTC)


class _Shape(HTMLParser):
    """The tags of a page with their attributes' names, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("mark", "h2", "h3", "li", "ul", "br", "strong", "pre", "p"):  # a text of other words has others
            self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def event(text: str, title: str = "Lettre", **more: Any) -> AgendaEvent:
    """The one event of a note with this text."""
    (found,) = events_of(Note("note", title, text, PartialDate(2018, 4, 2), **more))
    return found


def agenda(*events: AgendaEvent, today: date = date(2018, 5, 1)) -> Agenda:
    """An agenda of these events."""
    past = tuple(e for e in events if e.last < today)
    years = (Count("2018", len(events)),)
    return Agenda(tuple(e for e in events if e.last >= today), past, past[-1] if past else None, years, (), _MADE)


def shape(html: str) -> _Shape:
    return _Shape(html)


@pytest.mark.parametrize("path", [*_PATHS, "/connexion", "/note/inconnue", "/nulle-part"])
def test_every_page_has_landmarks_and_ways_to_the_others(chat_url: str, path: str) -> None:
    _, _, html = ask(chat_url, path)
    for part in (
        '<html lang="fr">',
        '<a class="skip" href="#contenu">',
        '<main id="contenu"',
        '<nav aria-label="Site">',
    ):
        assert part in html
    assert html.count("<h1") == 1
    current = re.findall(r'<a href="([^"]*)" aria-current="page"', html)
    assert current == ([path.partition("?")[0]] if path.startswith(("/notes", "/agenda")) else [])
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def test_a_note_says_where_it_stays_and_what_it_dates(chat_url: str) -> None:
    _, _, html = ask(chat_url, "/note/forum-interconnectes?debut=5&fin=60")
    address = f"{chat_url}/note/forum-interconnectes"
    assert f'<link rel="canonical" href="{address}">' in unescape(html)
    assert f'<a href="{address}">{address}</a>' in unescape(html)
    assert '<a href="/notes?theme=innovation">innovation</a>' in html
    assert '<a href="/notes?nature=%C3%A9v%C3%A9nement">Événement</a>' in html
    assert "les 6 et 7 décembre 2017" in html and "(année déduite)" in html
    assert 'href="/agenda/' in html
    assert "Dates annoncées" not in ask(chat_url, "/note/programme-dcant")[2]


def test_old_addresses_of_notes_are_gone(chat_url: str) -> None:
    assert ask(chat_url, "/notes/forum-interconnectes")[0] == 404


def test_notes_are_searched_and_narrowed_down(chat_url: str) -> None:
    html = unescape(ask(chat_url, "/notes?q=INTERCONNECTES&annee=2017&tri=titre")[2])
    assert "1 note." in html
    assert '<a href="/note/forum-interconnectes">14ème édition du Forum des Interconnectés</a>' in html
    assert "<mark>Interconnectés</mark>" in html
    assert '<option value="2017" selected>2017 (1)</option>' in html
    assert '<a href="/notes?annee=2017&tri=titre">Retirer <strong>« INTERCONNECTES »</strong></a>' in html


def test_an_empty_list_says_what_to_loosen(chat_url: str) -> None:
    status, _, html = ask(chat_url, "/notes?q=zorglub+forum&annee=2017&theme=num%C3%A9rique")
    assert (status, "Aucune note ne correspond." in html) == (200, True)
    assert "doit contenir tous les mots" in html
    assert '<a href="/notes?q=zorglub+forum&amp;theme=num%C3%A9rique">Chercher sans 2017</a>' in html


@pytest.mark.parametrize(
    "query",
    [
        "?page=-1&annee=x&nature=rien&tri=%00&theme=" + "a" * 500,
        "?page=99999&annee=99999&q=%22%20OR%20*%27)%3B--",
        "?q=%3Cscript%3Ealert(1)%3C/script%3E&theme=%22%3E%3Cimg%20src=x%3E",
        "?vue=%22%3E%3Cscript%3E&theme=javascript:alert(1)",
    ],
)
@pytest.mark.parametrize("path", ["/notes", "/agenda", "/agenda.ics"])
def test_any_query_is_borne_and_none_becomes_markup(chat_url: str, path: str, query: str) -> None:
    status, _, text = ask(chat_url, path + query)
    assert status == 200
    assert "<script" not in text and "<img" not in text


def test_a_page_of_twenty_leads_to_the_next() -> None:
    heads = [NoteHead(str(n), f"Note {n}", None, False, Kind.OTHER, ()) for n in range(20)]
    found = NotesFound(tuple(NoteLine(head, "Texte.") for head in heads), 45, 2, 3, (), (), ())
    html = notes_page(NotesWanted(words="texte"), found)
    assert "45 notes." in html and "Page 2 sur 3" in html
    assert '<a href="/notes?q=texte" rel="prev">' in html and '<a href="/notes?q=texte&amp;page=3" rel="next">' in html


def test_the_agenda_says_that_nothing_comes_and_lists_the_past(chat_url: str) -> None:
    _, _, html = ask(chat_url, "/agenda")
    assert "Aucun événement à venir n’est annoncé dans les notes. Dernière date connue : en 2024." in html
    years = re.findall("<h3>(\\d+)</h3>", html)
    assert years == ["2024", "2017"]
    assert re.findall("<h4>(.*?)</h4>", html) == ["Dans l’année", "Décembre", "Novembre", "Octobre"]
    assert re.search(r'<a href="/note/forum-interconnectes\?debut=0&amp;fin=\d+&amp;extrait=\w+#extrait"', html)
    assert "1 événement dont le jour n’est pas connu n’y est pas." in html
    assert html.count("Ajouter à mon agenda</a>") == 4


def test_the_agenda_as_a_list_and_narrowed_down(chat_url: str) -> None:
    _, _, html = ask(chat_url, "/agenda?vue=liste&annee=2017&theme=smart+city")
    assert html.count("<tr id=") == 2
    assert '<a href="/agenda?theme=smart+city&amp;annee=2017">Frise</a>' in html
    assert 'href="/agenda.ics?theme=smart+city&amp;annee=2017"' in html
    assert "ne correspond à ces filtres" in html


def test_coming_events_stand_first() -> None:
    coming, past = event("Forum de l’eau, le 3 mai 2018."), event("Salon du bois, le 3 mars 2018.")
    html = agenda_page(AgendaWanted(), agenda(past, coming), {})
    assert html.index("À venir") < html.index("Forum de l’eau") < html.index("Passés") < html.index("Salon du bois")
    assert "Aucun événement" not in html


def test_calendar_files_are_read_back(chat_url: str, bot: Assistant) -> None:
    status, headers, text = ask(chat_url, "/agenda.ics?annee=2017")
    assert (status, headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    entries = Calendar.from_ical(text).walk("VEVENT")
    known = {e.id: e for e in bot.agenda(AgendaWanted(2017)).past}
    assert len(entries) == 4 == len(known)
    for entry in entries:
        source = known[str(entry["UID"]).partition("@")[0]]
        assert (entry["DTSTART"].dt, (entry["DTEND"].dt - source.last).days) == (source.first, 1)
        assert str(entry["SUMMARY"]) == source.title
        assert source.citation.title in str(entry["DESCRIPTION"])
        assert " ".join(source.citation.quote.split()) in str(entry["DESCRIPTION"])
        path = str(entry["URL"]).removeprefix(chat_url).partition("#")[0]
        assert '<mark id="extrait">' in ask(chat_url, path)[2]
        alone = Calendar.from_ical(ask(chat_url, f"/agenda/{source.id}.ics")[2]).walk("VEVENT")
        assert [str(e["UID"]) for e in alone] == [str(entry["UID"])]
    again = Calendar.from_ical(ask(chat_url, "/agenda.ics?annee=2017")[2]).walk("VEVENT")
    assert [e["DTSTAMP"].dt for e in again] == [e["DTSTAMP"].dt for e in entries]
    assert ask(chat_url, "/agenda/inconnu.ics")[0] == 404


def test_only_known_days_go_into_a_calendar() -> None:
    day, month = event("Forum de l’eau, les 3 et 4 mai."), event("Le forum de l’eau a lieu en mai 2018.")
    (entry,) = Calendar.from_ical(calendar_file([day, month], "https://exemple.fr", _MADE)).walk("VEVENT")
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2018, 5, 3), date(2018, 5, 5))
    assert str(entry["URL"]).startswith("https://exemple.fr/note/note?debut=0&fin=")


def test_hostile_notes_add_no_tag_and_lose_no_word(hostile: Note) -> None:
    title, plain = hostile.title, "Une note simple"
    said = "Forum de l’eau <img src=//evil.example/a.png onerror=alert(1)> [clic](javascript:alert(1)), le 3 mai 2018."

    def pages(title: str, said: str, theme: str) -> list[str]:
        more = {"kind": Kind.EVENT, "themes": (theme,), "source": f"https://example.org/{theme}"}
        note = Note("note", title, said, PartialDate(2018), **more)  # type: ignore[arg-type]
        one = event(said, title, kind=Kind.EVENT, themes=(theme,))
        line = NoteLine(NoteHead("note", title, None, False, Kind.OTHER, (theme,)), said, ((0, 5),))
        found = NotesFound((line,), 1, 1, 1, (Count(theme, 1),), (), ())
        wanted = AgendaWanted(theme=theme, words=said)
        return [
            note_page(note, Shown((0, 8), events=[one], site="https://exemple.fr")),
            notes_page(NotesWanted(words=said, theme=theme), found),
            agenda_page(wanted, agenda(one), {}),
            agenda_page(wanted, agenda(one), {"vue": "liste"}),
        ]

    attacked = pages(title, said, '"><script>alert(1)</script>')
    for hostile_page, plain_page in zip(attacked, pages(plain, "Forum de l’eau, le 3 mai 2018.", "eau"), strict=True):
        assert shape(hostile_page).tags == shape(plain_page).tags
        assert "onerror=alert(1)" in shape(hostile_page).text
    (entry,) = Calendar.from_ical(calendar_file([event(said, title)], "", _MADE)).walk("VEVENT")
    assert "\r" not in str(entry["SUMMARY"]) and "onerror" in str(entry["DESCRIPTION"])


@pytest.fixture(scope="module")
def closed_url(bot: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site where only members may read."""
    with running(bot, Settings(member_login=True, state_dir=tmp_path_factory.mktemp("state"))) as url:
        yield url


@pytest.mark.parametrize("path", ["/note/forum-interconnectes", "/notes", "/agenda", "/agenda.ics", "/agenda/x.ics"])
def test_what_is_for_members_alone_is_closed(closed_url: str, path: str) -> None:
    assert ask(closed_url, path)[0] == 401
    status, headers, _ = ask(closed_url, path, headers={"Accept": "text/html"})
    assert (status, headers["location"].startswith("/connexion?retour=/")) == (303, True)


def test_what_is_sent_to_a_plain_page_does_not_exist(chat_url: str) -> None:
    for path in ("/notes", "/agenda", "/agenda.ics", "/note/forum-interconnectes"):
        assert ask(chat_url, path, "POST")[0] == 404
        assert ask(chat_url, path, "HEAD")[0] == 200


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_by_keyboard_from_the_agenda_to_the_note(
    new_page: Callable[..., Any], chat_url: str, width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 700}, color_scheme=scheme, java_script_enabled=False)
    page.goto(f"{chat_url}/agenda")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Aller au contenu"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("interconnectes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/agenda?q=interconnectes**")
    page.get_by_role("link", name=re.compile("^14ème édition du Forum")).press("Enter")
    page.locator("#extrait").wait_for()
    assert "invite à participer" in page.locator("#extrait").inner_text()


def test_nothing_scrolls_sideways_on_a_phone_and_all_is_readable(new_page: Callable[..., Any], chat_url: str) -> None:
    for scheme in ("light", "dark"):
        page = new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
        for path in (*_PATHS, "/notes?q=forum", "/note/conseil-national-industrie"):
            page.goto(chat_url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
            assert page.evaluate(_FAINT) == [], path


#: The texts whose contrast with what is behind them is below 4.5.
_FAINT = """() => {
  const read = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = read(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const holdsText = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const contrast = (e) => {
    const [high, low] = [light(read(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    return (high + .05) / (low + .05);
  };
  return [...document.querySelectorAll("main *, header *")].filter((e) => holdsText(e) && contrast(e) < 4.5)
    .map((e) => `${e.tagName} ${e.className} ${contrast(e)}`);
}"""


def test_the_address_is_copied_where_scripts_run(new_page: Callable[..., Any], chat_url: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{chat_url}/note/forum-interconnectes?debut=0&fin=5")
    page.get_by_role("button", name="Copier l’adresse").click()
    page.get_by_text("Adresse copiée").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{chat_url}/note/forum-interconnectes"
