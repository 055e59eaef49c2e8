"""A conversation -> Markdown in which no word of a note or a question is a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain

from assistant.language import tr
from assistant.models import Sentence
from assistant.ui.conversation import Conversation
from assistant.ui.export.content import Entry, Source, dates_of, nearest_heading, one_line, sheet
from assistant.ui.export.fragments import Fragment, fragments
from assistant.ui.markup import inline

# Also what only some readers take for a mark: addresses, mentions, formulas, tables, strikethrough, footnotes.
_MARK = re.compile(r"[\\`*_\[\]<>&|~$#@^={}]|(?<=\w):(?=//)|(?<=www)\.", re.IGNORECASE)
_OPENING = re.compile(r"([-+:%]|\d{1,9}(?=[.)]))")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def to_markdown(conversation: Conversation, base_url: str, when: date, title: str) -> str:
    """The conversation with its sources, in CommonMark.

    Args:
        conversation: what to write, as it is shown.
        base_url: where the assistant is served; addresses of notes begin with it.
        when: the day of the export.
        title: of the document.
    """
    said = sheet(conversation, base_url, when, title)
    head = [f"# {escape(said.title)}", escape(said.when)]
    closing = ["---", *(_line(text) for text in said.closing)]
    return "\n\n".join([*head, *chain.from_iterable(map(_entry, said.entries)), *closing]) + "\n"


def escape(text: str) -> str:
    """The text on one line, every mark of Markdown preceded by a backslash."""
    return _MARK.sub(r"\\\g<0>", one_line(_UNSEEN.sub("\ufffd", text)))


def _line(text: str) -> str:
    """The text as a line of its own, which must not open a list or a heading."""
    return _guarded(escape(text))


def _guarded(line: str) -> str:
    opening = _OPENING.match(line)
    if opening is None:
        return line
    number = opening[1].isdigit()
    return f"{opening[1]}\\{line[opening.end() :]}" if number else f"\\{line}"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"## {entry.number}. {escape(entry.question)}"
    yield from map(_line, entry.remarks)
    if entry.notice:
        yield f"**{tr('À noter :')}** {escape(entry.notice)}"
    if entry.sentences:
        yield _guarded(" ".join(map(_sentence, entry.sentences)))
    if entry.after:
        yield _line(entry.after)
    if entry.nearest:
        yield _line(nearest_heading())
        yield "\n".join(f"- [{escape(near.title)}](<{near.address}>) ({escape(near.day)})" for near in entry.nearest)
    if entry.sources:
        yield f"### {tr('Sources')}"
        yield from chain.from_iterable(map(_source, entry.sources))


def _sentence(sentence: Sentence) -> str:
    numbers = "".join(rf"\[{number}\]" for number in sentence.citations)
    return " ".join(filter(None, (_styled(sentence.text), escape(dates_of(sentence)), numbers)))


def _source(source: Source) -> Iterator[str]:
    yield rf"\[{source.number}\] **{escape(source.title)}** — {escape(source.meta)}"
    yield f"> {_guarded(_styled(source.citation.quote))}"
    links = [f"[{tr('Lire la note, telle qu’elle a été citée')}](<{source.address}>)"]
    if source.original:
        links.append(f"[{tr('Publication d’origine')}](<{source.original}>)")
    yield " · ".join(links)


def _styled(text: str) -> str:
    """Words of a note: what is bold there stays so, links become their words."""
    return "".join(map(_fragment, fragments(inline(one_line(text)))))


def _fragment(fragment: Fragment) -> str:
    # `escape` would take the spaces at both ends away.
    before, after = (" " if fragment.text[at].isspace() else "" for at in (0, -1))
    words = escape(fragment.text)
    return f"{before}**{words}**{after}" if fragment.bold and words else f"{before}{words}{after if words else ''}"
