"""Pure rendering: what is shown, and that nothing of a note or a question is ever markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest

from assistant.errors import QuestionError
from assistant.models import (
    Answer,
    Chunk,
    Citation,
    Filters,
    Finished,
    Kind,
    NearestNote,
    Note,
    PartialDate,
    Passage,
    PassagesFound,
    Reason,
    Refusal,
    Sentence,
    SentenceReady,
    Turn,
)
from assistant.ui import render
from assistant.ui.addresses import fingerprint
from assistant.ui.conversation import MAX_SHOWN, Exchange, following, history, next_number, stopped
from assistant.ui.filters import describe, effect, read_filters
from assistant.ui.markup import blocks, escape, inline, note_date
from assistant.ui.note_page import CHANGED, Shown, note_page
from assistant.ui.sources import NO_SOURCE, panel

_ALLOWED = {
    *("html", "head", "meta", "title", "link", "body", "nav", "main", "header", "footer", "h1"),
    *("div", "p", "a", "br", "ul", "li", "h2", "h3", "h4", "h5", "h6", "article", "span", "blockquote", "mark"),
    *("strong", "details", "summary", "pre"),
}


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _harmless(html: str) -> str:
    """Checks every tag and attribute, and gives the text that a reader sees."""
    tags = _Tags(html)
    for tag, attributes in tags.seen:
        assert tag in _ALLOWED
        assert not any(name.startswith("on") or name in ("style", "src", "srcset") for name in attributes)
        href = attributes.get("href")
        assert href is None or href.startswith(("#", "/", "https://example.org/"))
    return tags.text


def _note_page(note: Note, cited: tuple[int, int]) -> str:
    """The page without the one script that it has."""
    ours = '<script src="/statique/note.js" defer></script>'
    html = note_page(note, Shown(cited))
    assert html.count(ours) == 1
    return html.replace(ours, "")


def _refusal(note: Note) -> Refusal:
    nearest = (NearestNote(note.id, note.title, note.date),)
    return Refusal("Q ?", "Q ?", Reason.NOT_IN_CORPUS, "Rien <b>ici</b>.", nearest, (), "script", "build")


def test_hostile_note_is_shown_as_text_everywhere(hostile: Note, answered: Callable[..., Answer]) -> None:
    answer = Exchange(1, hostile.text).after(Finished(answered(hostile.text, hostile.title, about=hostile)))
    refusal = Exchange(2, hostile.title).after(Finished(_refusal(hostile)))
    failure = Exchange(3, "Q ?", error=hostile.text)
    chat = "".join(message["content"] for message in render.messages((answer, refusal, failure)))
    for html in (chat, panel((answer,)), panel((answer, refusal)), _note_page(hostile, (0, 40))):
        seen = " ".join(_harmless(html).split())
        assert "<img src=//evil.example/a.png onerror=alert(1)>" in seen
        assert "![](http://evil.example/t.png)" in seen


def test_chat_messages_hold_no_markdown(hostile: Note, answered: Callable[..., Answer]) -> None:
    exchange = Exchange(1, hostile.text).after(Finished(answered("Q ?", about=hostile)))
    for message in render.messages((exchange,)):
        assert "\n" not in message["content"]
        assert not re.search(r"[`*_$]|!\[", message["content"].replace("_blank", ""))


@pytest.mark.parametrize(
    "text", ["<b>", "![](x)", "**a**", "$$x$$", "a_b_c", "&lt;", "L’été, à 10 % : « oui » ?", "\x00"]
)
def test_escape_keeps_the_text(text: str) -> None:
    assert unescape(escape(text)) == text.replace("\x00", "�")


def test_citations_link_to_cards(answered: Callable[..., Answer], note: Note) -> None:
    conversation = (Exchange(7, "Q ?").after(Finished(answered("Q ?"))),)
    _, reply = render.messages(conversation)
    links = [attributes["href"] for tag, attributes in _Tags(reply["content"]).seen if tag == "a"]
    cards = [attributes["id"] for tag, attributes in _Tags(panel(conversation)).seen if tag == "article"]
    assert links == ["#source-7-1", "#source-7-2"]
    assert cards == ["source-7-1", "source-7-2"]
    assert "service. [1] Il date de 2014. [2]" in _harmless(reply["content"])


def test_card_says_what_a_reader_needs(answered: Callable[..., Answer]) -> None:
    html = panel((Exchange(1, "Q ?").after(Finished(answered("Q ?"))),))
    text = _harmless(html)
    assert "Un programme" in text
    assert "novembre 2017 (date déduite) · Programme" in text
    assert "Une section" in text
    assert "<mark>Il date de 2014.</mark>" in html
    assert "Lire la note entière" in text
    assert re.search(
        r'href="/note/note-simple\?debut=\d+&amp;fin=\d+&amp;extrait=\w{8}&amp;version=build#extrait"', html
    )


def test_citation_without_its_passage_still_shows_its_quote(answered: Callable[..., Answer]) -> None:
    answer = answered("Q ?")
    event = SentenceReady(answer.sentences[0], answer.citations[:1])
    assert "<mark>" in panel((Exchange(1, "Q ?").after(event),))


def test_earlier_sources_are_folded_under_their_question(answered: Callable[..., Answer], note: Note) -> None:
    first = Exchange(1, "Première ?").after(Finished(answered("Première ?")))
    html = panel((first, Exchange(2, "Deuxième ?").after(Finished(_refusal(note)))))
    assert html.index(NO_SOURCE) < html.index("<details><summary>Première ?</summary>") < html.index("source-1-1")


def test_refusal_offers_the_nearest_notes_without_a_claim(note: Note) -> None:
    html = render.messages((Exchange(1, "Q ?").after(Finished(_refusal(note))),))[1]["content"]
    assert "sans garantie qu’elles répondent" in _harmless(html)
    assert 'href="/note/note-simple"' in html


@pytest.mark.parametrize("corrects", [True, False])
def test_a_notice_stands_before_the_answer(answered: Callable[..., Answer], corrects: bool) -> None:
    reply = replace(answered("Q ?"), notice="La note ne dit pas <Paris>.", corrects=corrects)
    content = render.messages((Exchange(1, "Q ?").after(Finished(reply)),))[1]["content"]
    read = _harmless(content)
    assert read.index("La note ne dit pas <Paris>.") < read.index("Il date de 2014.")
    assert ("corrects" in content) is corrects


def test_only_a_rewritten_question_is_repeated(answered: Callable[..., Answer]) -> None:
    same = Exchange(1, "Q ?").after(Finished(answered("Q ?")))
    other = (
        Exchange(1, "Et lui ?")
        .after(PassagesFound("Et le service ?", ()))
        .after(Finished(answered("Et lui ?", "Et le service ?")))
    )
    assert "comprise" not in render.messages((same,))[1]["content"]
    assert "Question comprise ainsi : « Et le service ? »" in render.messages((other,))[1]["content"]


def test_pending_exchange_says_so_and_what_was_found(answered: Callable[..., Answer]) -> None:
    exchange = Exchange(1, "Q ?")
    assert render.PENDING in render.messages((exchange,))[1]["content"]
    found = exchange.after(PassagesFound("Q ?", answered("Q ?").passages))
    assert "« Un programme »" in _harmless(render.messages((found,))[1]["content"])
    assert "Un programme (novembre 2017)" in _harmless(panel((found,)))


def test_a_stopped_answer_keeps_what_was_said(answered: Callable[..., Answer]) -> None:
    answer = answered("Q ?")
    partial = Exchange(1, "Q ?").after(SentenceReady(answer.sentences[0], answer.citations[:1]))
    for conversation, said in (((partial,), "Il est piloté"), ((Exchange(1, "Q ?"),), "")):
        content = _harmless(render.messages(stopped(conversation))[1]["content"])
        assert render.STOPPED in content
        assert said in content
        assert render.PENDING not in content
    whole = (partial.after(Finished(answer)),)
    assert stopped(whole) == whole
    assert stopped(()) == ()


@pytest.mark.parametrize(("confidence", "words"), [(0.97, "élevée"), (0.6, "moyenne"), (0.1, "faible")])
def test_confidence_is_told_in_words(answered: Callable[..., Answer], confidence: float, words: str) -> None:
    reply = replace(answered("Q ?"), confidence=confidence)
    content = _harmless(render.messages((Exchange(1, "Q ?").after(Finished(reply)),))[1]["content"])
    assert f"Confiance {words}" in content
    assert "0." not in content


def test_a_card_tells_the_day_of_the_event_from_that_of_the_note() -> None:
    text = "Le forum se tient le 6 décembre 2018 à Lyon. Il date de 2014."
    note = Note(
        "n", "Forum", text, PartialDate(2018, 11, 20), False, Kind.EVENT, ("numérique",), "https://example.org/n"
    )
    sentence = Sentence("Le forum se tient le 6 décembre 2018 à Lyon.", (1,))
    cited = Citation(1, "n", "Forum", note.date, False, 0, len(sentence.text), sentence.text)
    passage = Passage(Chunk("c", "n", 0, 0, len(text), text, (), "Forum"), note, 1, 1.0, 1.0, 1.0)
    answer = Answer("Q ?", "Q ?", (sentence,), (cited,), (passage,), "script", "b")
    html = panel((Exchange(1, "Q ?").after(Finished(answer)),))
    seen = _harmless(html)
    assert "20 novembre 2018 · Événement · numérique" in seen
    assert "Date de ce qui est cité : le 6 décembre 2018" in seen
    assert ("a", "https://example.org/n") in [(tag, a.get("href")) for tag, a in _Tags(html).seen]


@pytest.mark.parametrize(
    ("passing", "words"),
    [(0, "Aucune note ne passe"), (1, "1 note sur 8 peut"), (3, "3 notes sur 8 peuvent")],
)
def test_filters_say_what_they_do(passing: int, words: str) -> None:
    assert effect(Filters(kinds=frozenset({Kind.STUDY})), passing, 8).startswith(words)
    assert effect(Filters(), 8, 8) == "Aucun filtre : les 8 notes peuvent répondre."


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (None, "sans date"),
        (PartialDate(2017), "2017"),
        (PartialDate(2017, 8), "août 2017"),
        (PartialDate(2017, 11, 20), "20 novembre 2017"),
        (PartialDate(2017, 12, 1), "1er décembre 2017"),
    ],
)
def test_dates_in_french(day: PartialDate | None, text: str) -> None:
    assert note_date(day) == text


def test_blocks_of_a_note(note: Note) -> None:
    assert blocks(note.text) == (
        "<h3>Le programme</h3><p>Il est piloté par <strong>le service</strong>. Il date de 2014.</p>"
        '<ul><li>un axe</li><li><a href="https:&#47;&#47;example.org&#47;" target="_blank" '
        'rel="noopener noreferrer nofollow">un site</a></li></ul>'
    )


@pytest.mark.parametrize(
    "text", ["1. un\n2. deux", "- a\n\n- b", "| a | b |", "ligne\nligne", "**gras", "#sans espace", ""]
)
def test_blocks_lose_no_word(text: str) -> None:
    assert re.findall(r"\w", _harmless(blocks(text))) == re.findall(r"\w", text)


def test_highlight_crosses_bold_and_paragraphs() -> None:
    text = "un **deux** trois\n\nquatre cinq"
    marked = blocks(text, marked=(5, 25))
    assert re.findall("<mark>(.*?)</mark>", marked) == ["deux", " trois", "quatre"]
    assert inline(text, (0, 17), (0, 2)) == "<mark>un</mark> <strong>deux</strong> trois"


def test_note_page_marks_the_quote_once(note: Note) -> None:
    start = note.text.index("Il date")
    html = note_page(note, Shown((start, start + 16)))
    assert html.count("<mark") == 1
    assert '<mark id="extrait">Il date de 2014.</mark>' in html


@pytest.mark.parametrize("cited", [(0, 0), (5, 2), (-3, 4), (0, 10**6)])
def test_note_page_ignores_an_impossible_span(note: Note, cited: tuple[int, int]) -> None:
    assert "<mark" not in note_page(note, Shown(cited))


def test_note_page_says_when_the_note_has_changed(note: Note) -> None:
    html = note_page(note, Shown((0, 5), fingerprint("autre texte")))
    assert CHANGED in html
    assert "<mark" not in html


def test_history_is_plain_text_of_what_was_answered(answered: Callable[..., Answer], note: Note) -> None:
    conversation = (
        Exchange(1, "Q1 ?").after(Finished(answered("Q1 ?"))),
        Exchange(2, "Q2 ?", error="panne"),
        Exchange(3, "Q3 ?").after(Finished(_refusal(note))),
    )
    assert history(conversation) == (
        Turn("user", "Q1 ?"),
        Turn("assistant", "Il est piloté par **le service**. Il date de 2014.", ("note-simple",)),
        Turn("user", "Q3 ?"),
        Turn("assistant", "Rien <b>ici</b>."),
    )


def test_conversation_is_bounded_and_numbers_are_never_reused() -> None:
    conversation: tuple[Exchange, ...] = ()
    for _ in range(MAX_SHOWN + 5):
        conversation = following(conversation, Exchange(next_number(conversation), "Q ?"))
    assert len(conversation) == MAX_SHOWN
    assert conversation[-1].number == MAX_SHOWN + 5


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("", "", Filters()),
        ("2017", "2017", Filters(since=date(2017, 1, 1), until=date(2017, 12, 31))),
        (" 2016-02 ", "2016-02", Filters(since=date(2016, 2, 1), until=date(2016, 2, 29))),
        ("2017-11-20", "", Filters(since=date(2017, 11, 20))),
        ("5/3/2017", "03/2017", Filters(since=date(2017, 3, 5), until=date(2017, 3, 31))),
    ],
)
def test_filters_are_read(since: str, until: str, expected: Filters) -> None:
    assert read_filters([], [], since, until) == expected


def test_filters_are_described() -> None:
    filters = read_filters(["étude", "autre"], ["industrie"], "2017-03", "2018")
    assert filters.kinds == {Kind.STUDY, Kind.OTHER}
    assert describe(filters) == "autre, étude, thème : industrie, depuis le 1er mars 2017, jusqu’au 31 décembre 2018"


@pytest.mark.parametrize("typed", ["hier", "2017-13", "2017-02-30", "17", "2017/11", "31/02/2017"])
def test_wrong_date_is_named_in_french(typed: str) -> None:
    with pytest.raises(QuestionError, match=f"champ « Depuis » : la date « {typed} » n’est pas valide"):
        read_filters([], [], typed, "")


def test_upside_down_range_is_refused() -> None:
    with pytest.raises(QuestionError, match=r"début \(2018\) vient après la date de fin \(mars 2017\)"):
        read_filters([], [], "2018", "2017-03")
