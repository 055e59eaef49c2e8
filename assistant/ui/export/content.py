"""A conversation -> what its export says, whatever the format: plain texts and absolute addresses, nothing escaped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from assistant.dates import format_day_range
from assistant.language import tr
from assistant.models import Answer, Citation, PartialDate, Passage, Sentence
from assistant.ui.addresses import citation_url, note_url
from assistant.ui.conversation import Conversation, Exchange
from assistant.ui.export.fragments import plain
from assistant.ui.filters import describe
from assistant.ui.markup import note_date
from assistant.ui.memory import is_proven
from assistant.ui.render import NEAREST
from assistant.ui.sources import meta_line

TITLE = "Conversation avec l’assistant France urbaine"
_WHEN = "Exportée le {day}."
_WHAT = (
    "Cet export vient de l’assistant France urbaine, qui répond aux questions par des passages de notes d’actualité. "
    "Chaque phrase porte le numéro de la source qui l’appuie."
)
_BUILDS = "Les notes sont citées telles qu’elles étaient dans la version {builds}."
_WRITTEN = (
    "Des phrases ont été rédigées par un modèle de langue, puis vérifiées dans les notes au moment de la réponse ; "
    "elles sont reprises telles que le navigateur les a gardées."
)
_STOPPED = "Cette réponse a été interrompue."
_SAFE = "!#$%&'*+,-./:;=?@_~"  # what an address may hold as it is: no bracket, quotation mark or space


@dataclass(frozen=True, slots=True)
class Source:
    """What a number refers to. `original` is the address of the publication, where the note has one."""

    number: int
    title: str
    meta: str
    address: str
    original: str | None
    citation: Citation
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Near:
    """A note offered with a refusal."""

    title: str
    day: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and what came of it. `remarks` come before the answer, `after` follows it."""

    number: int
    question: str
    remarks: tuple[str, ...]
    notice: str | None
    sentences: tuple[Sentence, ...]
    after: str | None
    nearest: tuple[Near, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole document."""

    title: str
    when: str
    entries: tuple[Entry, ...]
    closing: tuple[str, ...]


def sheet(conversation: Conversation, base_url: str, when: date, title: str) -> Sheet:
    """What a document says of a conversation; `base_url` is where the assistant is served, such as `https://a.example`."""
    builds = dict.fromkeys(exchange.reply.build for exchange in conversation if exchange.reply)
    closing = [tr(_WHAT)]
    if builds:
        closing.append(tr(_BUILDS).format(builds=", ".join(builds)))
    if not is_proven(conversation):
        closing.append(tr(_WRITTEN))
    entries = (_entry(rank, exchange, base_url) for rank, exchange in enumerate(conversation, start=1))
    day = note_date(PartialDate(when.year, when.month, when.day))
    return Sheet(title, tr(_WHEN).format(day=day), tuple(entries), tuple(closing))


def nearest_heading() -> str:
    """What stands above the notes that a refusal offers."""
    return tr(NEAREST)


def dates_of(sentence: Sentence) -> str:
    """What the sentence's relative dates mean, in brackets; empty where it has none."""
    read = [f"{d.text} : {format_day_range(d.first, d.last)}" for d in sentence.dates]
    return f"({' ; '.join(read)})" if read else ""


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def _entry(rank: int, exchange: Exchange, base_url: str) -> Entry:
    refusal = exchange.refusal
    build = exchange.reply.build if exchange.reply else None
    return Entry(
        rank,
        one_line(exchange.question),
        tuple(_remarks(exchange)),
        exchange.reply.notice if isinstance(exchange.reply, Answer) else None,
        exchange.sentences,
        exchange.error or (refusal.text if refusal else tr(_STOPPED) if exchange.reply is None else None),
        tuple(
            Near(one_line(note.title), note_date(note.date), _address(base_url, note_url(note.note_id)))
            for note in (refusal.nearest if refusal else ())
        ),
        tuple(_source(citation, exchange, base_url, build) for citation in exchange.citations),
    )


def _remarks(exchange: Exchange) -> list[str]:
    remarks = []
    if exchange.understood and exchange.understood != exchange.question:
        remarks.append(tr("Question comprise ainsi : « {question} »").format(question=one_line(exchange.understood)))
    if exchange.filters:
        remarks.append(tr("Filtres : {filters}").format(filters=one_line(describe(exchange.filters))))
    return remarks


def _source(citation: Citation, exchange: Exchange, base_url: str, build: str | None) -> Source:
    of_note = [passage for passage in exchange.passages if passage.note.id == citation.note_id]
    note = of_note[0].note if of_note else None
    original = note.source if note and note.source and note.source.startswith(("https://", "http://")) else None
    around = (p for p in of_note if p.chunk.start <= citation.start and citation.end <= p.chunk.end)
    return Source(
        citation.number,
        one_line(citation.title),
        plain(meta_line(note)) if note else note_date(citation.date),
        _address(base_url, citation_url(citation, build)),
        quote(original, safe=_SAFE) if original else None,
        citation,
        next(around, None),
    )


def _address(base_url: str, path: str) -> str:
    return quote(f"{base_url.rstrip('/')}{path}", safe=_SAFE + "[]")
