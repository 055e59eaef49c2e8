"""Word (DOCX) and LibreOffice (ODT) documents -> Markdown."""

from __future__ import annotations

import io
import re

import mammoth
from lxml import etree, html

from assistant.corpus.formats.archives import Archive
from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.found_dates import file_date
from assistant.corpus.formats.from_html import to_markdown
from assistant.corpus.formats.odt import body_as_html
from assistant.corpus.formats.texts import plain_title
from assistant.errors import DocumentError

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titre'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Titre 1'] => h1:fresh
p[style-name='Titre 2'] => h2:fresh
p[style-name='Titre 3'] => h3:fresh
p[style-name^='toc '] =>
p[style-name^='TOC '] =>
"""
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_NAMELESS = re.compile(r"(?:document|sans titre|untitled|microsoft word)\b", re.I)


def read_docx(data: bytes, name: str) -> Extracted:
    """A Word document's text: headers, footers, comments and the table of contents are left out.

    Raises:
        DocumentError: it is damaged, protected or holds no text.
    """
    archive = Archive(data)
    archive.xml("word/document.xml")  # bounded and well formed, before mammoth unpacks it
    made = mammoth.convert_to_html(
        io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(_no_image)
    )
    about = _properties(archive, "docProps/core.xml")
    return _found(html.document_fromstring(made.value or "<p></p>"), name, about, f"{_TERMS}created", f"{_DC}creator")


def read_odt(data: bytes, name: str) -> Extracted:
    """A LibreOffice document's text: headers, footers, comments and tables of contents are left out.

    Raises:
        DocumentError: it is damaged, protected or holds no text.
    """
    archive = Archive(data)
    if "META-INF/manifest.xml" in archive.names and b"encryption-data" in archive.part("META-INF/manifest.xml"):
        raise DocumentError("le fichier est protégé par un mot de passe : enregistrez-le sans protection")
    body = body_as_html(archive.xml("content.xml"))
    return _found(body, name, _properties(archive, "meta.xml"), f"{_META}creation-date", f"{_META}initial-creator")


def _no_image(_: object) -> dict[str, str]:
    return {"src": ""}


def _properties(archive: Archive, part: str) -> dict[str, str]:
    """Tag -> text of a part of metadata; none where it is missing or damaged, for the text matters more."""
    try:
        tree = archive.xml(part)
    except DocumentError:
        return {}
    return {str(item.tag): " ".join(item.text.split()) for item in tree.iter(etree.Element) if item.text}


def _found(body: html.HtmlElement, name: str, about: dict[str, str], created: str, creator: str) -> Extracted:
    text = to_markdown(body)
    if not re.search(r"\w", text):
        raise DocumentError("le document ne contient pas de texte (des images seulement ?)")
    heading = re.search(r"^#{1,2} (.+)$", text, re.MULTILINE)
    title = about.get(f"{_DC}title", "")
    if not title or _NAMELESS.match(title) or re.search(r"\.(?:docx?|odt|dotx?|ott)$", title, re.I):
        title = heading[1] if heading else text.lstrip("#*-| \n").split("\n")[0]
    date, origin, inferred = file_date(about.get(created, ""), text)
    author = about.get(creator) or about.get(f"{_DC}creator")
    return Extracted(plain_title(title, name), text, date, origin, inferred, author)
