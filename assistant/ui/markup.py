"""Text of notes, questions and answers -> HTML that shows it as it is: no tag, image or script of theirs survives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from assistant.dates import format_date
from assistant.language import tr
from assistant.models import Kind, PartialDate

Span = tuple[int, int]
NO_SPAN: Span = (0, 0)

_HEADING = re.compile(r"(#{1,6})[ \t]+")
_BULLET = re.compile(r"[ \t]*[-*+][ \t]+")
_NUMBERED = re.compile(r"[ \t]*\d{1,3}[.)][ \t]+")
_INLINE = re.compile(
    r"(?P<mark>\*\*|__)(?=\S)(?P<strong>[^\n]+?)(?<=\S)(?P=mark)"
    r"|(?<!!)\[(?P<label>[^\]\n]+)\]\((?P<url>https?://[^\s()<>\"']+)\)"
)
_KINDS = {
    Kind.PROGRAMME: "programme",
    Kind.GOVERNANCE: "gouvernance",
    Kind.EVENT: "événement",
    Kind.STUDY: "étude",
    Kind.OTHER: "autre",
}
_UNSAFE = re.compile(r"[^\w\s.,;:'’«»?…–—-]")


def escape(text: str) -> str:
    """The text as HTML, with the marks of Markdown as entities too: the chat reads its messages as Markdown."""
    return _UNSAFE.sub(lambda match: f"&#{ord(match[0])};", text)


def escape_line(text: str) -> str:
    """Like `escape`, on one line: a blank line would end the HTML block and start Markdown again."""
    return escape(" ".join(text.split()))


def note_date(day: PartialDate | None) -> str:
    """`20 novembre 2017`, `novembre 2017`, `2017`, or `sans date`, in the language of members."""
    return format_date(day) if day else tr("sans date")


def kind_label(kind: Kind) -> str:
    """What members read of a kind, in small letters."""
    return tr(_KINDS[kind])


def inline(text: str, span: Span | None = None, marked: Span = NO_SPAN) -> str:
    """One run of text: bold and web links are kept, `marked` is highlighted, all else is literal.

    Args:
        text: the whole text that the spans are offsets into.
        span: what to render; all of it by default.
        marked: what to highlight within it.
    """
    position, end = span or (0, len(text))
    parts = []
    for match in _INLINE.finditer(text, position, end):
        parts.append(_highlight(text, (position, match.start()), marked))
        parts.append(_styled(text, match, marked))
        position = match.end()
    return "".join([*parts, _highlight(text, (position, end), marked)])


def blocks(text: str, span: Span | None = None, marked: Span = NO_SPAN, *, top: int = 2) -> str:
    """Paragraphs, headings and lists of a note. A `#` heading becomes `<h{top}>`; see `inline` for the rest."""
    lines = [(line, _tag(text[slice(*line)])) for line in _lines(text, span or (0, len(text)))]
    html = []
    for tag, group in groupby(lines, key=lambda line: line[1]):
        spans = [line for line, _ in group]
        if tag.startswith("#"):
            level = min(len(tag) - 1 + top, 6)
            html += [f"<h{level}>{inline(text, _after(_HEADING, text, s), marked)}</h{level}>" for s in spans]
        elif tag in ("ul", "ol"):
            html.append(_list(text, spans, marked, numbered=tag == "ol"))
        elif tag:
            separator = "\n" if tag == "pre" else " "
            html.append(f"<{tag}>{separator.join(inline(text, s, marked) for s in spans)}</{tag}>")
    return "".join(html)


def _lines(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    while start < end:
        newline = text.find("\n", start, end)
        stop = end if newline < 0 else newline
        yield start, stop
        start = stop + 1


def _tag(line: str) -> str:
    heading = _HEADING.match(line)
    if heading:
        return heading[1]
    if not line.strip():
        return ""
    if _BULLET.match(line):
        return "ul"
    if _NUMBERED.match(line):
        return "ol"
    return "pre" if line.startswith("|") else "p"


def _list(text: str, spans: list[Span], marked: Span, *, numbered: bool) -> str:
    # Numbers stay literal: a passage may start in the middle of a list.
    items = spans if numbered else [_after(_BULLET, text, span) for span in spans]
    opening = '<ul class="numbered">' if numbered else "<ul>"
    return opening + "".join(f"<li>{inline(text, item, marked)}</li>" for item in items) + "</ul>"


def _after(marker: re.Pattern[str], text: str, span: Span) -> Span:
    match = marker.match(text, *span)
    return (match.end() if match else span[0], span[1])


def _styled(text: str, match: re.Match[str], marked: Span) -> str:
    if match["strong"] is not None:
        return f"<strong>{_highlight(text, match.span('strong'), marked)}</strong>"
    label = _highlight(text, match.span("label"), marked)
    return f'<a href="{escape(match["url"])}" target="_blank" rel="noopener noreferrer nofollow">{label}</a>'


def _highlight(text: str, span: Span, marked: Span) -> str:
    start, end = max(span[0], marked[0]), min(span[1], marked[1])
    if start >= end:
        return escape(text[slice(*span)])
    before, inside, after = text[span[0] : start], text[start:end], text[end : span[1]]
    return f"{escape(before)}<mark>{escape(inside)}</mark>{escape(after)}"
