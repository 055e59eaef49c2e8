"""OpenDocument's `content.xml` -> an HTML tree of its headings, paragraphs, lists, tables, links and notes."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree, html
from lxml.html import builder as e

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"

_SKIPPED = {
    f"{_TEXT}table-of-content",
    f"{_TEXT}alphabetical-index",
    f"{_TEXT}tracked-changes",
    f"{_TEXT}sequence-decls",
    f"{_TEXT}variable-decls",
    f"{_TEXT}user-field-decls",
    f"{_TEXT}note-citation",
    f"{_OFFICE}annotation",
    f"{_OFFICE}forms",
}
_MOST_REPEATED = 50  # columns: a spreadsheet's empty ones are repeated by the thousand


def body_as_html(content: etree._Element) -> html.HtmlElement:
    """The text of a document; what is only drawn is left out, but for the text in its frames."""
    return _Reader(content).body()


class _Reader:
    def __init__(self, content: etree._Element) -> None:
        self._content = content
        self._notes: list[html.HtmlElement] = []
        self._numbered = {
            style.get(f"{_STYLE}name")
            for style in content.iter(f"{_TEXT}list-style")
            if len(style) and style[0].tag == f"{_TEXT}list-level-style-number"
        }
        self._bold = {
            style.get(f"{_STYLE}name")
            for style in content.iter(f"{_STYLE}style")
            if any(p.get(f"{_FO}font-weight") == "bold" for p in style.iter(f"{_STYLE}text-properties"))
            and style.get(f"{_STYLE}family") == "text"
        }
        self._makers: dict[str, Callable[[etree._Element], html.HtmlElement]] = {
            f"{_TEXT}h": lambda item: e.E(f"h{min(int(item.get(f'{_TEXT}outline-level', '1')), 6)}"),
            f"{_TEXT}p": lambda item: e.P(),
            f"{_TEXT}list": self._list,
            f"{_TEXT}list-item": lambda item: e.LI(),
            f"{_TEXT}list-header": lambda item: e.LI(),
            f"{_TABLE}table": lambda item: e.TABLE(),
            f"{_TABLE}table-row": lambda item: e.TR(),
            f"{_TABLE}table-cell": self._cell,
            f"{_TEXT}a": lambda item: e.A(href=item.get(f"{_XLINK}href", "")),
            f"{_TEXT}span": lambda item: e.STRONG() if item.get(f"{_TEXT}style-name") in self._bold else e.SPAN(),
        }

    def body(self) -> html.HtmlElement:
        root = e.BODY()
        text = self._content.find(f"{_OFFICE}body/{_OFFICE}text")
        if text is not None:
            self._fill(root, text)
        if self._notes:  # footnotes, after the text as in Word documents
            root.append(e.OL(*self._notes))
        return root

    def _list(self, item: etree._Element) -> html.HtmlElement:
        style = next((name for up in (item, *item.iterancestors()) if (name := up.get(f"{_TEXT}style-name"))), None)
        return e.OL() if style in self._numbered else e.UL()

    def _cell(self, item: etree._Element) -> html.HtmlElement:
        return e.TD(colspan=item.get(f"{_TABLE}number-columns-spanned", "1"))

    def _fill(self, made: html.HtmlElement, source: etree._Element) -> None:
        """Append to `made` what `source` holds: elements without a maker are read through."""
        _append(made, source.text or "")
        for child in source:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self._one(made, child)
            _append(made, child.tail or "")

    def _one(self, made: html.HtmlElement, child: etree._Element) -> None:
        if child.tag == f"{_TEXT}line-break":
            made.append(e.BR())
        elif child.tag in (f"{_TEXT}s", f"{_TEXT}tab"):
            _append(made, " ")
        elif child.tag == f"{_TEXT}note":
            note = e.LI()
            self._fill(note, child)
            self._notes.append(note)
        elif maker := self._makers.get(child.tag):
            inner = maker(child)
            made.append(inner)
            self._fill(inner, child)
            if child.tag == f"{_TABLE}table-cell":
                _repeat(made, child)
        else:
            self._fill(made, child)


def _repeat(row: html.HtmlElement, cell: etree._Element) -> None:
    times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
    for _ in range(min(times, _MOST_REPEATED) - 1):
        row.append(e.TD())


def _append(element: html.HtmlElement, text: str) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
