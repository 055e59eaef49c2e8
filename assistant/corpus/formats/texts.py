"""Plain text, Markdown and Org files -> Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from assistant.corpus.formats.decode import decode
from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.found_dates import printed_date, read_date
from assistant.corpus.formats.headers import split_header
from assistant.errors import DocumentError
from assistant.models import PartialDate

# Every pattern here is linear in the text, whatever it holds: a search that fails does not look far, or again.
_MARK = re.compile(r"^(`{3,}|~{3,})(.*)$", re.MULTILINE)
_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|blockquote|br|button|center|code|details|div|em|figure|figcaption|font|hr|i|iframe|"
    r"img|li|nav|ol|p|picture|script|section|small|source|span|strong|style|sub|summary|sup|table|tbody|td|th|thead|tr|u|"
    r"ul|video)(?:\s[^<>]*)?/?>",
    re.I,
)
#: Comments, scripts, commands of site generators: (how it begins, how it ends).
_ASIDES = tuple(
    (re.compile(rf"{begins}.*?{ends}", re.I | re.DOTALL), re.compile(ends, re.I))
    for begins, ends in (
        ("<!--", "-->"),
        (r"<script\b", r"</script\s*>"),
        (r"<style\b", r"</style\s*>"),
        (r"\{%", r"%\}"),
        (r"\{\{", r"\}\}"),
    )
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,1000}\]\([^)\n]{0,2000}\)(?:\{[^}\n]{0,500}\})?")
_ATTRIBUTES = re.compile(r"(?<![ \t])[ \t]*\{:?[ \t]{0,20}(?:[.#]|[\w-]{1,60}=)[^}\n]{0,500}\}")
#: To a page of the site that the file was part of.
_INNER_LINK = re.compile(r"(?<!!)\[([^\[\]\n]+)\]\((?!https?:)[^)\[\s]*\)")
_HEADING = re.compile(r"#{1,6}[ \t]+(.+)$", re.MULTILINE)
_UNDERLINED = re.compile(r"\A([^\n]+)\n=+[ \t]*$", re.MULTILINE)


def read_markdown(data: bytes, name: str) -> Extracted:
    """The text as written, without header, HTML tags, images and the commands of site generators.

    Raises:
        DocumentError: nothing is left.
    """
    header, text = split_header(decode(data))
    text = _outside_code(text).strip("\n \t")
    return _found(text, name, header)


def read_org(data: bytes, name: str) -> Extracted:
    """Org mode: headings, links and quotes become Markdown.

    Raises:
        DocumentError: it holds no text.
    """
    text = decode(data)
    header = {
        key.lower(): value.strip() for key, value in re.findall(r"^#\+(title|date|author):(.*)$", text, re.I | re.M)
    }
    text = re.sub(r"^#\+.*\n?", "", text, flags=re.M)
    text = re.sub(r"^(\*{1,6})(?= )", lambda stars: "#" * len(stars[1]), text, flags=re.M)
    text = re.sub(r"\[\[([^\[\]]+)\]\[([^\[\]]+)\]\]", r"[\2](\1)", text)
    return _found(re.sub(r"\[\[(https?:[^\[\]]+)\]\]", r"<\1>", text).strip("\n \t"), name, header)


def read_plain(data: bytes, name: str) -> Extracted:
    """The text as written, without what Markdown would take for code: indentation.

    Raises:
        DocumentError: it holds no text.
    """
    text = "\n".join(line.strip() for line in decode(data).expandtabs(4).splitlines())
    return _found(re.sub(r"\n{3,}", "\n\n", text).strip("\n \t"), name, {})


def _found(text: str, name: str, header: dict[str, str]) -> Extracted:
    if not re.search(r"\w", text):
        raise DocumentError("le document ne contient pas de texte")
    heading = _HEADING.search(text) or _UNDERLINED.search(text)
    first_line = next((line for line in text.splitlines() if re.search(r"\w", line)), "")
    title = header.get("title") or (heading[1].rstrip(" \t#") if heading else None) or first_line
    date, origin, inferred = find_date(header.get("date"), name, text)
    return Extracted(plain_title(title, name), text, date, origin, inferred, header.get("author"))


def find_date(declared: str | None, name: str, text: str) -> tuple[PartialDate | None, str, bool]:
    """The date that a header gives, else the name of the file (`2019-07-03-…`), else its first lines."""
    if declared and (date := read_date(declared)):
        return date, "l'en-tête du fichier", False
    if printed := printed_date(text):
        return printed[0], f"le texte (« {printed[1]} »)", printed[2]
    base = PurePosixPath(name).name
    if re.match(r"\d{4}-\d{2}", base) and (
        date := read_date(base[:10] if base[7:8] == "-" and base[8:10].isdigit() else base[:7])
    ):
        return date, "le nom du fichier", True
    return None, "", False


def plain_title(title: str, name: str) -> str:
    """A title of one line, without Markdown's marks, at most 200 characters; else the name of the file."""
    title = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", title[:2000])
    title = " ".join(re.sub(r"^#+ |[*`]|(?<!\w)_|_(?!\w)", "", title).split())
    if len(title) > 200:
        title = title[:199].rsplit(" ", 1)[0] + "…"
    return title or re.sub(r"[-_]+", " ", PurePosixPath(name).stem).strip() or "Document"


def _outside_code(text: str) -> str:
    """The text with its HTML taken out, but within fenced code, where it is what is told of."""
    made, at = [], 0
    for start, end in _fences(text):
        made += [_without_markup(text[at:start]), text[start:end]]
        at = end
    return "".join([*made, _without_markup(text[at:])])


def _fences(text: str) -> Iterator[tuple[int, int]]:
    """Where fenced code begins and ends: at a mark at least as long as the first; a mark that none closes is text."""
    marks = list(_MARK.finditer(text))
    longest, closing = {"`": 0, "~": 0}, []
    for mark in reversed(marks):  # what closes later, so that no mark is looked for in vain
        closing.append(longest[mark[1][0]])
        if not mark[2].strip():
            longest[mark[1][0]] = max(longest[mark[1][0]], len(mark[1]))
    opened = None
    for mark, most in zip(marks, reversed(closing), strict=True):
        if opened is None:
            opened = mark if most >= len(mark[1]) else None
        elif mark[1].startswith(opened[1]) and not mark[2].strip():
            yield opened.start(), mark.end()
            opened = None


def _without_asides(text: str) -> str:
    for whole, ends in _ASIDES:
        # What follows the last end is left alone: each beginning in it would be followed in vain to the text's end.
        last = max((found.end() for found in ends.finditer(text)), default=0)
        text = whole.sub("", text[:last]) + text[last:]
    return text


def _without_markup(text: str) -> str:
    text = _ATTRIBUTES.sub("", _IMAGE.sub("", _without_asides(text)))
    text = _INNER_LINK.sub(r"\1", text)
    text = _TAG.sub(lambda tag: "\n" if tag[0].lower().startswith("<br") else "", text)
    return re.sub(r"\n[ \t]*(?:\n[ \t]*){2,}", "\n\n", text)
