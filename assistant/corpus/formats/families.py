"""Which format a document has, by its content first and then by its name, and the reader of that format."""

from __future__ import annotations

import importlib
import re
import unicodedata
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from assistant.corpus.formats.archives import Archive
from assistant.corpus.formats.decode import decode
from assistant.corpus.formats.extracted import Extracted
from assistant.errors import DocumentError

TAKEN = "Markdown, texte, HTML, PDF, DOCX, ODT et EML"
_MAX_TEXT = 5_000_000
_LONGEST_TITLE = 300
_NO_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_READERS = {  # imported when one is needed: a child that reads text files stays small
    "pdf": ("pdf", "read"),
    "docx": ("office", "read_docx"),
    "odt": ("office", "read_odt"),
    "html": ("html_pages", "read"),
    "mail": ("mail", "read"),
    "markdown": ("texts", "read_markdown"),
    "org": ("texts", "read_org"),
    "text": ("texts", "read_plain"),
}
_SIGNATURES = (
    (rb"\{\\rtf", "RTF"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|BM.{4}\0\0\0\0|RIFF.{4}WEBP", "image"),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", "archive"),
    (rb"ID3|OggS|RIFF.{4}WAVE|.{4}ftyp|\x1a\x45\xdf\xa3", "son ou vidéo"),
    (rb"MZ|\x7fELF", "programme"),
    (rb"SQLite format", "base de données"),
)
_SUFFIXES = {
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".txt", ".text", ""), "text"),
    ".eml": "mail",
    ".org": "org",
}
_OTHER = {
    ".csv": "tableau CSV",
    ".tsv": "tableau TSV",
    ".json": "données JSON",
    ".jsonl": "données JSON",
    ".xml": "XML",
}
_HEADERS = re.compile(
    r"(?:(?:from|to|cc|date|subject|received|return-path|message-id|mime-version|content-type|delivered-to|reply-to|"
    r"x-[\w-]+|dkim-signature|arc-[\w-]+|authentication-results)\s*:.*\n(?:[ \t].*\n)*){3,}",
    re.I,
)
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.DOTALL)


def read(data: bytes, name: str) -> Extracted:
    """The document read by the reader of its format; its title and text in NFC, its text without stray blanks.

    Raises:
        DocumentError: no text can be taken from it, and why.
    """
    if not data.strip():
        raise DocumentError("le fichier est vide")
    module, function = _READERS[family(data, name)]
    found: Extracted = getattr(importlib.import_module(f"assistant.corpus.formats.{module}"), function)(data, name)
    text = "\n".join(line.rstrip(" \t") for line in _clean(found.text).split("\n")).strip("\n \t")
    if not re.search(r"\w", text):
        raise DocumentError("le document ne contient pas de texte")
    if len(text) > _MAX_TEXT:
        raise DocumentError("le document est trop long : découpez-le")
    title, author = _one_line(found.title), _one_line(found.author or "")
    warnings = found.warnings
    if title == PurePosixPath(name).stem:
        warnings = (*warnings, "Le document ne dit pas son titre : celui-ci est le nom du fichier.")
    return replace(found, text=_without_title(text, title), title=title, author=author or None, warnings=warnings)


def _clean(text: str) -> str:
    """In NFC, without control characters and the halves of characters that damaged files give."""
    return unicodedata.normalize("NFC", _NO_CHARACTER.sub("", text))


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())[:_LONGEST_TITLE]


def read_feed(data: bytes) -> list[dict[str, Any]]:
    """See `feed.read_feed`."""
    from assistant.corpus.formats import feed

    return feed.read_feed(data)


def family(data: bytes, name: str) -> str:
    """`pdf`, `docx`, `odt`, `html`, `mail`, `markdown`, `org` or `text`.

    Raises:
        DocumentError: it is none of them, and what it is.
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK"):
        return _office(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(_compound(data))
    for signature, what in _SIGNATURES:
        if re.match(signature, data, re.DOTALL):
            raise _unsupported(what)
    return _textual(decode(data[:200_000] if len(data) > 400_000 else data), PurePosixPath(name).suffix.lower())


def _textual(text: str, suffix: str) -> str:
    head = text[:20_000]
    if re.search(r"<(?:rss|feed|rdf:RDF)\b", head[:2000]):
        raise DocumentError("c'est un fil RSS ou Atom : donnez son adresse avec --feed")
    if suffix in _OTHER:
        raise _unsupported(_OTHER[suffix])
    if _HTML.match(head):
        return "html"
    if _HEADERS.match(head) and re.search(r"^from\s*:", head, re.I | re.MULTILINE):
        return "mail"
    known = _SUFFIXES.get(suffix)
    if known:
        return known
    if re.match(r"\s*<\?xml", head):
        raise _unsupported("XML")
    raise _unsupported(suffix)


def _office(data: bytes) -> str:
    archive = Archive(data)
    names = archive.names
    if "word/document.xml" in names:
        return "docx"
    kind = archive.part("mimetype").decode("ascii", "replace") if "mimetype" in names else ""
    if kind.startswith("application/vnd.oasis.opendocument.text"):
        return "odt"
    for prefix, what in (("xl/", "classeur Excel"), ("ppt/", "présentation PowerPoint")):
        if any(part.startswith(prefix) for part in names):
            raise _unsupported(what)
    others = {"spreadsheet": "classeur", "presentation": "présentation", "epub": "livre EPUB"}
    raise _unsupported(next((french for word, french in others.items() if word in kind), "archive ZIP"))


def _compound(data: bytes) -> str:
    """The container of Word's old format, and of protected new ones."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "le fichier est protégé par un mot de passe : enregistrez-le sans protection"
    return "ancien format de Microsoft Office (.doc, .xls, .ppt, .msg) : enregistrez-le en .docx"


def _unsupported(what: str) -> DocumentError:
    return DocumentError(f"format non pris en charge ({what}) : seuls {TAKEN} le sont")


def _without_title(text: str, title: str) -> str:
    """The title stands in the front matter: a first heading that repeats it goes, unless nothing else is there."""
    match = re.match(r"#{1,6} (.+)\n+(?=\S)", text)
    if match and _plain(match[1]) == _plain(title):
        return text[match.end() :]
    return text


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`]", "", text).casefold().split())
