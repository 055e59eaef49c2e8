"""A conversation -> the messages of the chat and the panel of sources. Pure functions; all that is shown is escaped."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal, TypedDict
from urllib.parse import quote, urlencode

from assistant.dates import format_day_range
from assistant.models import Answer, Citation, NearestNote, Note, Passage, Refusal, Sentence
from assistant.ui.conversation import Conversation, Exchange
from assistant.ui.filters import describe
from assistant.ui.markup import blocks, escape, escape_line, inline, note_date

PENDING = "Recherche dans les notes…"
NO_SOURCE = "Aucun passage n’est cité dans cette réponse."
EMPTY_PANEL = "Les passages cités s’afficheront ici, avec un lien vers la note entière."
NEAREST = "Notes les plus proches, sans garantie qu’elles répondent :"


class Message(TypedDict):
    """A message as Gradio's Chatbot takes it."""

    role: Literal["user", "assistant"]
    content: str


def messages(conversation: Conversation) -> list[Message]:
    """The whole chat: two messages an exchange."""
    return [message for exchange in conversation for message in _pair(exchange)]


def panel(conversation: Conversation) -> str:
    """The sources: those of the last answer open, those of earlier ones folded under their question."""
    if not conversation:
        return f'<div class="sources"><h2>Sources</h2><p class="hint">{EMPTY_PANEL}</p></div>'
    *earlier, latest = conversation
    folded = "".join(_folded(exchange) for exchange in reversed(earlier) if exchange.citations)
    rest = f'<h2 class="earlier">Réponses précédentes</h2>{folded}' if folded else ""
    return f'<div class="sources"><h2>Sources</h2>{_cards(latest)}{rest}</div>'


def note_url(note_id: str) -> str:
    """The page of a whole note: an address that stays."""
    return f"/note/{quote(note_id, safe='')}"


def citation_url(citation: Citation, build: str | None = None) -> str:
    """The page of a note with one span highlighted, as it was in the build that the answer was read in.

    `extrait` tells the page whether the text that it found still reads the same.
    """
    query = {"debut": citation.start, "fin": citation.end, "extrait": fingerprint(citation.quote)}
    version = {"version": build} if build else {}
    return f"{note_url(citation.note_id)}?{urlencode(query | version)}#extrait"


def fingerprint(quoted: str) -> str:
    """Eight hexadecimal digits that change with the quoted text."""
    return sha256(quoted.encode()).hexdigest()[:8]


def meta_line(note: Note) -> str:
    """Date and kind of a note, in words; an inferred date says so."""
    inferred = ' <span class="inferred">(date déduite)</span>' if note.date and note.date_inferred else ""
    return f"{escape(note_date(note.date))}{inferred} · {escape(note.kind.value.capitalize())}"


def _pair(exchange: Exchange) -> tuple[Message, Message]:
    question = "<br>".join(escape_line(line) for line in exchange.question.splitlines())
    return (
        {"role": "user", "content": f'<div class="asked">{question}</div>'},
        {"role": "assistant", "content": f'<div class="reply" id="reponse-{exchange.number}">{_reply(exchange)}</div>'},
    )


def _reply(exchange: Exchange) -> str:
    if exchange.error:
        return f'<p class="failed">{escape_line(exchange.error)}</p>'
    if exchange.pending:
        return _understood(exchange) + f'<p class="pending">{PENDING}</p>'
    body = _refusal(exchange.refusal) if exchange.refusal else _answer(exchange)
    return _understood(exchange) + body


def _understood(exchange: Exchange) -> str:
    lines = []
    if exchange.understood and exchange.understood != exchange.question:
        lines.append(f"Question comprise ainsi : « {escape_line(exchange.understood)} »")
    if exchange.filters:
        lines.append(f"Filtres : {escape_line(describe(exchange.filters))}")
    return "".join(f'<p class="understood">{line}</p>' for line in lines)


def _answer(exchange: Exchange) -> str:
    titles = {citation.number: citation.title for citation in exchange.citations}
    said = f"<p>{' '.join(_sentence(sentence, exchange.number, titles) for sentence in exchange.sentences)}</p>"
    return _notice(exchange.reply) + said if isinstance(exchange.reply, Answer) else said


def _notice(answer: Answer) -> str:
    """Before the sentences: that they correct the question, or answer another, must not be read last."""
    if answer.notice is None:
        return ""
    return f'<p class="notice{" corrects" if answer.corrects else ""}">{escape_line(answer.notice)}</p>'


def _sentence(sentence: Sentence, exchange: int, titles: dict[int, str]) -> str:
    links = "".join(_cite(f"#source-{exchange}-{number}", number, titles) for number in sentence.citations)
    return f"{inline(' '.join(sentence.text.split()))}{_dates(sentence)} {links}"


def _dates(sentence: Sentence) -> str:
    """What the sentence's relative dates mean: the reader does not have the note's date before their eyes."""
    read = [f"{d.text} : {format_day_range(d.first, d.last)}" for d in sentence.dates]
    return f' <span class="dates">({escape_line(" ; ".join(read))})</span>' if read else ""


def _cite(anchor: str, number: int, titles: dict[int, str]) -> str:
    return f'<a class="cite" href="{anchor}" title="{escape_line(titles.get(number, ""))}">[{number}]</a>'


def _refusal(refusal: Refusal) -> str:
    text = f"<p>{escape_line(refusal.text)}</p>"
    if not refusal.nearest:
        return text
    return f'{text}<p class="nearest">{NEAREST}</p><ul>{"".join(map(_nearest, refusal.nearest))}</ul>'


def _nearest(note: NearestNote) -> str:
    link = f'<a href="{note_url(note.note_id)}" target="_blank" rel="noopener">{escape_line(note.title)}</a>'
    return f"<li>{link} ({escape(note_date(note.date))})</li>"


def _folded(exchange: Exchange) -> str:
    return f"<details><summary>{escape_line(exchange.question)}</summary>{_cards(exchange)}</details>"


def _cards(exchange: Exchange) -> str:
    if exchange.citations:
        return "".join(_card(exchange, citation) for citation in exchange.citations)
    return f'<p class="hint">{EMPTY_PANEL if exchange.pending else NO_SOURCE}</p>'


def _card(exchange: Exchange, citation: Citation) -> str:
    name = f"{exchange.number}-{citation.number}"
    passage = _passage_of(citation, exchange.passages)
    build = exchange.reply.build if exchange.reply else None
    return (
        f'<article class="source" id="source-{name}" tabindex="-1">'
        f'<h3><span class="number">{citation.number}</span> {escape_line(citation.title)}</h3>'
        + (_quoted_in(passage, citation) if passage else _quoted_alone(citation))
        + f'<p class="links"><a href="{escape_url(citation_url(citation, build))}" target="_blank" rel="noopener">'
        f'Lire la note entière</a> <a class="back" href="#reponse-{exchange.number}">Retour à la réponse</a></p>'
        "</article>"
    )


def escape_url(url: str) -> str:
    """A URL as the value of an attribute; `urlencode` and `quote` left only `&` and `'` to escape."""
    return url.replace("&", "&amp;").replace("'", "&#39;")


def _passage_of(citation: Citation, passages: tuple[Passage, ...]) -> Passage | None:
    for passage in passages:
        chunk = passage.chunk
        if chunk.note_id == citation.note_id and chunk.start <= citation.start and citation.end <= chunk.end:
            return passage
    return None


def _quoted_in(passage: Passage, citation: Citation) -> str:
    note, chunk = passage.note, passage.chunk
    trail = " › ".join(escape_line(title) for title in chunk.headings)
    body = blocks(note.text, (chunk.start, chunk.end), (citation.start, citation.end), top=4)
    return (
        f'<p class="meta">{meta_line(note)}</p>'
        + (f'<p class="trail">{trail}</p>' if trail else "")
        + f"<blockquote>{body}</blockquote>"
    )


def _quoted_alone(citation: Citation) -> str:
    meta = escape(note_date(citation.date))
    return f'<p class="meta">{meta}</p><blockquote><p><mark>{escape_line(citation.quote)}</mark></p></blockquote>'
