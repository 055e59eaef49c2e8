"""Exports of a conversation: what they say, that nothing of a note or question is markup in them, who gets them."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from ctypes import create_string_buffer
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
from markdown_it import MarkdownIt
from pypdfium2 import raw

from assistant import Settings
from assistant.models import Filters, Finished, Kind, NearestNote, Note, PartialDate, Reason, Refusal, Sentence
from assistant.ui import memory
from assistant.ui.addresses import citation_url
from assistant.ui.conversation import Conversation, Exchange
from assistant.ui.export import to_markdown, to_pdf
from assistant.ui.exporting import EMPTY

from .conftest import Script, citation, passage, running

DAY = date(2026, 11, 25)
BASE = "https://assistant.example/"
TITLE = "Conversation"
ODD = "😀 العربية 漢字 Brăila e\u0301 x\u0302 \u202e\x07\u00ad fin"
TABLE = "| Ville | Habitants |\n|---|---|\n| Lyon | 500 000 |\n| Nantes <b> | 300 000 |"


@pytest.fixture(scope="module")
def rich() -> Note:
    """A note with all that a note can hold, and an address of its own."""
    lists = "- un *axe*\n- [un site](https://example.org/?a=1&b=2)\n\n1. Fin en 2014."
    text = f"# Les **villes**\n\nAvant.\n\n{TABLE}\n\n{lists}"
    return Note(
        "note-riche", "Les villes", text, PartialDate(2017, 11), True, Kind.STUDY, (), "https://example.org/a b>c)"
    )


@pytest.fixture(scope="module")
def conversation(rich: Note, note: Note, answered: Callable[..., Any]) -> Conversation:
    """An answer with a table and a notice, a refusal, a failure, an answer of a chat model that was stopped."""
    table, end = citation(rich, TABLE[len("| Ville | Habitants |\n|---|---|\n") :]), citation(rich, "Fin en 2014.", 2)
    reply = replace(
        answered("Et les villes ?", "Quelles villes ?"),
        sentences=(Sentence(" ".join(table.quote.split("\n")), (1,)), Sentence("Fin en 2014.", (2,))),
        citations=(table, end),
        passages=(passage(rich),),
        notice="La note ne parle pas de Paris.",
    )
    near = (NearestNote(note.id, note.title, note.date),)
    refusal = Refusal("Tarte ?", "Tarte ?", Reason.NOT_IN_CORPUS, "Rien ici.", near, (), "extractive", "b-2")
    half = Exchange(5, "Le service ?", sentences=(Sentence("Un service pilote.", (1,)),), stopped=True)
    return (
        Exchange(1, "Et les villes ?", Filters(frozenset({Kind.STUDY}))).after(Finished(reply)),
        Exchange(2, "Tarte ?").after(Finished(refusal)),
        Exchange(3, "Quand ?", error="La date « hier » n’est pas valide."),
        replace(half, citations=(citation(note, "Il est piloté par **le service**."),)),
    )


@pytest.fixture(scope="module")
def attack(hostile: Note, answered: Callable[..., Any]) -> Conversation:
    """A hostile note, cited, with a hostile question, notice and date; then as an error and as a refusal."""
    words = f"{hostile.title} {hostile.text}"
    reply = replace(answered(words, hostile.text, about=hostile), notice=words)
    near = (NearestNote(hostile.id, hostile.title, None),)
    refusal = Refusal(words, words, Reason.TOO_VAGUE, words, near, (), "extractive", "b](http://evil.example)<b>")
    return (
        Exchange(1, words).after(Finished(reply)),
        Exchange(2, words).after(Finished(refusal)),
        Exchange(3, "1. - # > x", error=words),
    )


def markdown(conversation: Conversation) -> str:
    return to_markdown(conversation, BASE, DAY, TITLE)


def tokens(text: str) -> list[Any]:
    """Blocks and what is in them, as a reader of CommonMark with tables and strikethrough sees them."""
    found = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    return [token for block in found for token in (block, *(block.children or ()))]


def links(text: str) -> list[str]:
    return [str(token.attrs["href"]) for token in tokens(text) if token.type == "link_open"]


def test_markdown_says_what_the_chat_says(conversation: Conversation) -> None:
    text = markdown(conversation)
    read = "".join(token.content for token in tokens(text) if token.type in ("text", "text_special"))
    for said in (
        *("Exportée le 25 novembre 2026.", "1. Et les villes ?", "Question comprise ainsi : « Quelles villes ? »"),
        *(
            "Filtres : étude",
            "La note ne parle pas de Paris.",
            "Fin en 2014. [2]",
            "novembre 2017 (date déduite) · Étude",
        ),
        *("Rien ici.", "sans garantie qu’elles répondent", "La date « hier » n’est pas valide.", "interrompue"),
        *("dans la version build, b-2.", "rédigées par un modèle"),
    ):
        assert said in read
    assert "> Il est piloté par **le service**." in text
    assert [t.tag for t in tokens(text) if t.type == "heading_open"] == ["h1", *["h2", "h3"], "h2", "h2", *["h2", "h3"]]
    assert links(text)[:2] == [
        BASE[:-1] + citation_url(conversation[0].citations[0], "build"),
        "https://example.org/a%20b%3Ec%29",
    ]
    assert "https://assistant.example/note/note-simple" in links(text)


def test_markdown_of_a_hostile_note_is_only_text(attack: Conversation, hostile: Note) -> None:
    text = markdown(attack)
    kinds = {token.type for token in tokens(text)}
    assert not kinds & {
        "image",
        "html_inline",
        "html_block",
        "code_inline",
        "code_block",
        "fence",
        "table_open",
        "s_open",
    }
    assert all(link.startswith("https://assistant.example/note/note-piegee") for link in links(text))
    plain = "".join(token.content for token in tokens(text) if token.type in ("text", "text_special"))
    assert " ".join(hostile.text.split())[:200] in plain
    # Readers beyond CommonMark make links of bare addresses, people of mentions, formulas of dollars.
    bare = re.sub(r"\(<[^>]*>\)", "", text)
    assert not re.search(r"(?<!\\)[@$]|https?://|www\.|(?<!\\)<", bare)
    headings = [token for token in tokens(text) if token.type == "heading_open"]
    assert len(headings) == 5
    assert not [token for token in tokens(text) if token.type == "ordered_list_open"]


def opened(data: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(data)


def text_of(document: pypdfium2.PdfDocument) -> str:
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def addresses(data: bytes) -> set[str]:
    """Where the links of all pages lead, out of the document."""
    return {found.decode() for found in re.findall(rb"/URI \(((?:[^()\\]|\\.)*)\)", data)}


def fonts(document: pypdfium2.PdfDocument) -> dict[str, bool]:
    """Base name -> whether it is embedded."""
    found = {}
    for page in document:
        for item in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(item.raw)
            name = create_string_buffer(100)
            raw.FPDFFont_GetBaseFontName(font, name, 100)
            found[name.value.decode()] = bool(raw.FPDFFont_GetIsEmbedded(font))
    return found


def test_pdf_says_what_the_chat_says(conversation: Conversation) -> None:
    data = to_pdf(conversation, BASE, DAY, TITLE)
    document = opened(data)
    text = text_of(document)
    for said in (
        *("Exportée le 25 novembre 2026.", "1. Et les villes ?", "Question comprise ainsi : « Quelles villes ? »"),
        *("La note ne parle pas de Paris.", "Fin en 2014. [2]", "novembre 2017 (date déduite) · Étude", "Rien ici."),
        *(
            "Ville",
            "Nantes <b>",
            "300 000",
            "La date « hier » n’est pas valide.",
            "interrompue",
            "dans la version build, b-2.",
        ),
    ):
        assert said in text
    assert "---" not in text, "the line under a table's head is no row"
    assert f"1 / {len(document)}" in text
    assert f"{len(document)} / {len(document)}" in text
    assert [entry.get_title() for entry in document.get_toc()] == [
        *("1. Et les villes ?", "2. Tarte ?", "3. Quand ?", "4. Le service ?")
    ]
    about = document.get_metadata_dict()
    assert (about["Title"], about["CreationDate"][:10]) == (TITLE, "D:20261125")
    assert b"/Lang (fr-FR)" in data
    assert all(fonts(document).values())
    assert {name.rpartition("+")[2] for name in fonts(document)} == {
        "BitstreamVeraSans-Roman",
        "BitstreamVeraSans-Bold",
    }
    assert b"Helvetica" not in data
    assert to_pdf(conversation, BASE, DAY, TITLE) == data
    assert addresses(data) == {
        *("https://example.org/a%20b%3Ec%29", "https://example.org/?a=1&b=2"),
        BASE[:-1] + citation_url(conversation[0].citations[0], "build"),
        *(a for a in addresses(data) if a.startswith("https://assistant.example/note/note-")),
    }


def test_pdf_of_a_hostile_note_is_only_text(attack: Conversation) -> None:
    data = to_pdf(attack, BASE, DAY, "</b><a href='http://evil.example'>&lt;</a> \\) >> endobj")
    document = opened(data)
    text = text_of(document)
    assert "<img src=//evil.example/a.png onerror=alert(1)>" in text
    assert "![](http://evil.example/t.png)" in text
    assert "</b><a href='http://evil.example'>&lt;</a> \\) >> endobj" in text
    assert all(address.startswith("https://assistant.example/note/note-piegee") for address in addresses(data))
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|AA|OpenAction)\b", data)


def test_pdf_replaces_what_it_cannot_draw_by_what_is_seen(answered: Callable[..., Any], note: Note) -> None:
    reply = replace(answered(ODD), notice="Fine\u202fespace, trait\u2011d’union, œuvre, €, ½.")
    text = text_of(opened(to_pdf((Exchange(1, ODD).after(Finished(reply)),), BASE, DAY, TITLE)))
    assert "1. ◊ ◊◊◊◊◊◊◊ ◊◊ Braila é x◊ ◊ fin" in text
    assert "Fine espace, trait-d’union, œuvre, €, ½." in text.replace("\u00a0", " ")
    assert "remplacés par ◊" in text
    plain = (Exchange(1, "Q ?").after(Finished(answered("Q ?"))),)
    assert "remplacés" not in text_of(opened(to_pdf(plain, BASE, DAY, TITLE)))


@pytest.mark.parametrize(
    "text",
    [
        "mot" * 4_000,
        "| " + " | ".join(["a" * 50] * 9) + " |",
        "| " + "long " * 2_000 + "|\n| b |",
        "| a | b |\n| c |\n|||\n|",
        "|---|",
        "# " + "titre " * 2_000,
        "".join(f"- point {n}\n" for n in range(400)),
        "<para><b><i>&nbsp;&#0;&bogus;<br/><img src='/etc/passwd'/></para>",
    ],
    ids=["word", "columns", "cell", "ragged", "rule", "heading", "list", "markup"],
)
def test_pdf_can_be_made_of_anything(text: str, answered: Callable[..., Any]) -> None:
    strange = Note("n", text[:3_000], text)
    reply = replace(
        answered(text[:3_000]), citations=(citation(strange, text.strip()[:2_000]),), passages=(passage(strange),)
    )
    reply = replace(reply, sentences=(Sentence(text, (1,)),))
    document = opened(to_pdf((Exchange(1, text).after(Finished(reply)),), BASE, DAY, TITLE))
    assert text_of(document)


def post(url: str, path: str, body: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request over a real socket: status, headers in lower case, body."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        sent = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        connection.request("POST", path, body.encode(errors="surrogatepass"), sent)
        reply = connection.getresponse()
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
    finally:
        connection.close()


@pytest.fixture
def kept(scripted: Script, answered: Callable[..., Any]) -> str:
    """What the browser sends."""
    return memory.to_json((Exchange(1, "Q ?").after(Finished(answered("Q ?"))),))


def test_exports_are_files_that_are_not_stored(script_url: str, kept: str) -> None:
    for suffix, kind, start in (
        ("md", "text/markdown; charset=utf-8", b"# Conv"),
        ("pdf", "application/pdf", b"%PDF-"),
    ):
        status, headers, body = post(script_url, f"/conversation.{suffix}", kept, Origin=script_url)
        assert (status, headers["content-type"], body[: len(start)]) == (200, kind, start)
        assert headers["cache-control"] == "no-store"
        name = rf"conversation-\d{{4}}-\d\d-\d\d\.{suffix}"
        assert re.fullmatch(
            rf"attachment; filename=\"{name}\"; filename\*=UTF-8''{name}", headers["content-disposition"]
        )
        assert urlsplit(script_url).netloc.encode() in body


@pytest.mark.parametrize("body", ["", "[]", "x", "\ud800", '{"version":1,"exchanges":[]}'])
def test_what_cannot_be_exported_is_one_french_sentence(script_url: str, body: str) -> None:
    status, headers, text = post(script_url, "/conversation.pdf", body)
    expected = EMPTY if "exchanges" in body else memory.UNREADABLE
    assert (status, json.loads(text), headers["cache-control"]) == (400, {"detail": expected}, "no-store")


def test_other_sites_and_forms_get_no_export(script_url: str, kept: str) -> None:
    assert post(script_url, "/conversation.md", kept, Origin="https://evil.example")[0] == 403
    assert post(script_url, "/conversation.md", kept, Content_Type="text/plain")[0] == 415
    assert post(script_url, "/conversation.md", " " * 300_000)[0] == 413


def test_exports_need_the_members_role_where_the_chat_does(scripted: Script, kept: str, tmp_path: Any) -> None:
    settings = Settings(member_login=True, state_dir=tmp_path)
    with running(scripted, settings) as url:
        status, _, body = post(url, "/conversation.pdf", kept)
    assert status == 401
    assert "detail" in json.loads(body)
