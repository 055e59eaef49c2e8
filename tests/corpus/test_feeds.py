"""RSS and Atom: which entries are new, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.corpus.feeds import FeedEntry, draft_entry, new_entries, read_feed
from assistant.corpus.fetching import Fetched
from assistant.corpus.formats import Extractor
from assistant.errors import DocumentError
from assistant.models import PartialDate

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Fil</title>
<item><title>Le plan vélo</title><link>https://exemple.fr/velo</link><pubDate>Mon, 05 Mar 2018 09:30:00 +0100</pubDate>
<description>Résumé.</description><content:encoded><![CDATA[<p>Le conseil a <b>adopté</b> le plan.</p>
<ul><li>un</li></ul><script>alert(1)</script>]]></content:encoded></item>
<item><title>Le plan bus</title><link>/bus</link><author>Ana</author></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Fil</title><entry><title>Un &amp; deux</title>
<link href="https://exemple.fr/a#haut"/><updated>2021-02-03T04:05:06Z</updated><summary>Court.</summary></entry></feed>"""


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor() as made:
        yield made


def feed(text: str) -> Fetched:
    return Fetched("https://exemple.fr/fil.xml", "fil.xml", text.encode())


def not_allowed(url: str) -> Fetched:
    raise DocumentError("l'hôte n'est pas permis")


def test_rss(extractor: Extractor) -> None:
    bike, bus = read_feed(feed(RSS), extractor)
    assert (bike.title, bike.link, bike.date) == ("Le plan vélo", "https://exemple.fr/velo", PartialDate(2018, 3, 5))
    assert "adopté" in bike.content and "alert" not in bike.content
    assert (bus.link, bus.author, bus.date, bus.content) == ("https://exemple.fr/bus", "Ana", None, "")


def test_atom(extractor: Extractor) -> None:
    (entry,) = read_feed(feed(ATOM), extractor)
    assert entry == FeedEntry("Un & deux", "https://exemple.fr/a#haut", PartialDate(2021, 2, 3), None, "Court.")


@pytest.mark.parametrize("text", ["<html><body>Une page</body></html>", "rien", "<rss"])
def test_what_is_no_feed(extractor: Extractor, text: str) -> None:
    with pytest.raises(DocumentError, match=r"ce n'est pas un fil RSS ou Atom"):
        read_feed(feed(text), extractor)


def test_external_entities_of_a_feed_are_not_read(extractor: Extractor) -> None:
    evil = RSS.replace("?>", '?><!DOCTYPE rss [<!ENTITY s SYSTEM "file:///etc/passwd">]>', 1).replace("Résumé.", "&s;")
    assert "root:" not in str(read_feed(feed(evil), extractor))


def test_entries_of_which_there_is_a_note_are_left(extractor: Extractor) -> None:
    entries = read_feed(feed(RSS), extractor)
    assert [e.title for e in new_entries(entries, {"http://exemple.fr/velo/"})] == ["Le plan bus"]


def test_the_page_of_an_entry_is_read_and_dated_by_the_feed(extractor: Extractor) -> None:
    bike, _ = read_feed(feed(RSS), extractor)
    page = Fetched(bike.link, "velo.html", b"<main><h1>Autre titre</h1><p>Le texte entier de la page.</p></main>")
    draft = draft_entry(bike, lambda url: page, {"le-plan-velo"}, extractor)
    assert (draft.note.id, draft.note.title, draft.note.source) == ("le-plan-velo-2", "Le plan vélo", bike.link)
    assert (draft.note.date, draft.note.date_inferred) == (PartialDate(2018, 3, 5), False)
    assert draft.date_origin == "le fil (date de publication)"
    assert "Le texte entier de la page." in draft.note.text
    assert draft.data == page.data


def test_without_its_page_an_entry_is_its_own_text_and_says_so(extractor: Extractor) -> None:
    bike, bus = read_feed(feed(RSS), extractor)
    draft = draft_entry(bike, not_allowed, set(), extractor)
    assert draft.note.text == "Le conseil a **adopté** le plan.\n\n- un"
    assert draft.warnings[-1].startswith("Le texte est celui du fil") and "n'est pas permis" in draft.warnings[-1]
    with pytest.raises(DocumentError, match="n'est pas permis"):
        draft_entry(bus, not_allowed, set(), extractor)
