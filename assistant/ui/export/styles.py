"""How an export looks on paper. Bitstream Vera comes with ReportLab, and is embedded in what it is used in."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT, BOLD = "Vera", "VeraBd"
for _name in (FONT, BOLD):
    pdfmetrics.registerFont(TTFont(_name, f"{_name}.ttf"))
pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)

INK, MUTED, LINE = HexColor("#1b2430"), HexColor("#525e6d"), HexColor("#8793a3")
ACCENT, MARK = "#1d4f91", "#ffeb99"

BODY = ParagraphStyle(
    "body",
    fontName=FONT,
    fontSize=9.5,
    leading=14,
    textColor=INK,
    spaceAfter=6,
    bulletFontName=FONT,
    bulletFontSize=9.5,
)


def _style(name: str, **changes: Any) -> ParagraphStyle:
    return ParagraphStyle(name, parent=BODY, **changes)


STYLES = {
    "body": BODY,
    "title": _style("title", fontName=BOLD, fontSize=15, leading=20, spaceAfter=4),
    "meta": _style("meta", fontSize=8, leading=11, textColor=MUTED, spaceAfter=4),
    "question": _style("question", fontName=BOLD, fontSize=11.5, leading=16, spaceBefore=16, keepWithNext=1),
    "notice": _style("notice", leftIndent=8, borderWidth=0),
    "item": _style("item", leftIndent=14, bulletIndent=4, spaceAfter=3),
    "sources": _style("sources", fontName=BOLD, fontSize=10, leading=14, spaceBefore=6, spaceAfter=2, keepWithNext=1),
    "source": _style("source", fontSize=9, leading=12, spaceBefore=4, spaceAfter=1),
    "links": _style("links", fontSize=8, leading=11, spaceAfter=8),
    "quote": _style("quote", fontSize=8.5, leading=12, leftIndent=12, spaceAfter=4),
    "quote heading": _style("quote heading", fontName=BOLD, fontSize=8.5, leading=12, leftIndent=12, spaceAfter=2),
    "quote item": _style("quote item", fontSize=8.5, leading=12, leftIndent=24, bulletIndent=14, spaceAfter=2),
    "cell": _style("cell", fontSize=7.5, leading=10, spaceAfter=0),
}
