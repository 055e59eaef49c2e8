"""Plain text, Markdown and Org files -> Markdown."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from assistant.corpus.formats.decode import decode
from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.found_dates import printed_date, read_date
from assistant.corpus.formats.headers import split_header
from assistant.errors import DocumentError
from assistant.models import PartialDate

_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|blockquote|br|button|center|code|details|div|em|figure|figcaption|font|hr|i|iframe|"
    r"img|li|nav|ol|p|picture|script|section|small|source|span|strong|style|sub|summary|sup|table|tbody|td|th|thead|tr|u|"
    r"ul|video)(?:\s[^<>]*)?/?>",
    re.I,
)
_SCRIPTED = re.compile(r"<(script|style)\b.*?</\1\s*>", re.I | re.DOTALL)
_LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)(?:\{[^}\n]*\})?")
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*(?:[.#]|[\w-]+=)[^}\n]*\}")
_INNER_LINK = re.compile(
    r"(?<!!)\[([^\]\n]+)\]\((?!https?:)[^)\s]*\)"
)  # to a page of the site that the file was part of
_HEADING = re.compile(r"#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
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
    text = re.sub(r"\[\[([^\]]+)\]\[([^\]]+)\]\]", r"[\2](\1)", text)
    return _found(re.sub(r"\[\[(https?:[^\]]+)\]\]", r"<\1>", text).strip("\n \t"), name, header)


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
    title = header.get("title") or (heading[1] if heading else None) or first_line
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
    title = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", title)
    title = " ".join(re.sub(r"^#+ |[*`]|(?<!\w)_|_(?!\w)", "", title).split())
    if len(title) > 200:
        title = title[:199].rsplit(" ", 1)[0] + "…"
    return title or re.sub(r"[-_]+", " ", PurePosixPath(name).stem).strip() or "Document"


def _outside_code(text: str) -> str:
    """The text with its HTML taken out, but within fenced code, where it is what is told of."""
    made, at = [], 0
    for fence in _FENCE.finditer(text):
        made += [_without_markup(text[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*made, _without_markup(text[at:])])


def _without_markup(text: str) -> str:
    for pattern in (_COMMENT, _SCRIPTED, _LIQUID, _IMAGE, _ATTRIBUTES):
        text = pattern.sub("", text)
    text = _INNER_LINK.sub(r"\1", text)
    text = _TAG.sub(lambda tag: "\n" if tag[0].lower().startswith("<br") else "", text)
    return re.sub(r"\n[ \t]*(?:\n[ \t]*){2,}", "\n\n", text)
