"""Small documents of each format, made here: what their readers are tried on."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}"'
    for name, space in {
        "office": "office:1.0",
        "text": "text:1.0",
        "table": "table:1.0",
        "meta": "meta:1.0",
        "style": "style:1.0",
    }.items()
)
PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Le plan vélo est adopté | Métropole</title>
<meta property="article:published_time" content="2019-05-03T10:00:00+02:00"><meta name="author" content="Rédaction">
<link rel="canonical" href="https://exemple.fr/plan-velo"></head>
<body><header><a href="/">Métropole</a></header>
<nav><ul><li><a href="/accueil">Accueil du site</a></li><li><a href="/services">Tous les services</a></li></ul></nav>
<main><h1>Le plan vélo est adopté</h1>
<p>Le conseil a <strong>adopté</strong> le plan vélo, doté de 3&nbsp;millions d’euros.</p>
<h2>Les étapes</h2><ol><li>Concertation<ul><li>avec les habitants</li></ul></li><li>Travaux</li></ol>
<table><tr><th>Année</th><th>Budget</th></tr><tr><td>2019</td><td>1 M€</td></tr></table>
<p>Voir <a href="https://exemple.fr/carte">la carte</a> et <a href="/interne">le détail</a>.<a href="#n1">[1]</a></p>
</main>
<div id="cookie-banner">Nous utilisons des cookies pour mesurer l’audience.</div>
<footer>Mentions légales — Plan du site</footer><script>alert("non")</script></body></html>"""


def zipped(parts: dict[str, str]) -> bytes:
    """An archive of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


def docx(body: str, title: str = "", created: str = "2020-02-01T08:00:00Z", author: str = "") -> bytes:
    """A Word document with this `w:body`."""
    rels = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    core = (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>'
        f"<dcterms:created>{created}</dcterms:created></cp:coreProperties>"
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Titre{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2)
    )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
            "_rels/.rels": f'{rels}<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{_W}">{styles}</w:styles>',
            "docProps/core.xml": core,
        }
    )


def word_paragraph(text: str, style: str = "") -> str:
    """One paragraph of a Word document."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def word_table(*rows: tuple[str, ...]) -> str:
    """One table of a Word document."""
    cells = ["".join(f"<w:tc>{word_paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def odt(
    body: str, title: str = "", created: str = "2021-06-05T09:00:00", manifest: str = "", doctype: str = ""
) -> bytes:
    """A LibreOffice document with this `office:text`."""
    meta = f"<dc:title>{title}</dc:title><meta:initial-creator>Jeanne</meta:initial-creator>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
            "content.xml": f"{doctype}<office:document-content {_ODF}><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
            "meta.xml": f'<office:document-meta {_ODF} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>{meta}'
            f"<meta:creation-date>{created}</meta:creation-date></office:meta></office:document-meta>",
        }
    )


def mail(text: str, html: str | None = None, attached: str | None = None) -> bytes:
    """A mail of 5 March 2018."""
    message = EmailMessage()
    message["From"] = "Service de presse <presse@exemple.fr>"
    message["To"] = "liste@exemple.fr"
    message["Date"] = "Mon, 05 Mar 2018 09:30:00 +0100"
    message["Subject"] = "TR: Fwd: Réunion du réseau à Nantes"
    message.set_content(text, charset="iso-8859-1")
    if html:
        message.add_alternative(html, subtype="html")
    if attached:
        message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename=attached)
    return message.as_bytes()
