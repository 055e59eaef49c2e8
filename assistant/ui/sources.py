"""A conversation -> the panel of sources: what was cited, in its paragraph. Pure functions; all is escaped."""

from __future__ import annotations

from functools import lru_cache

from assistant.dates import Occurrence, find_occurrences, format_when
from assistant.language import tr
from assistant.models import Citation, Note, Passage
from assistant.ui.addresses import citation_url, escape_url
from assistant.ui.conversation import Conversation, Exchange
from assistant.ui.markup import blocks, escape, escape_line, kind_label, note_date

NO_SOURCE = "Aucun passage n’est cité dans cette réponse."
EMPTY_PANEL = "Les passages cités s’afficheront ici, avec un lien vers la note entière."
READ_NOW = "Passages trouvés, en cours de lecture :"


def panel(conversation: Conversation) -> str:
    """The sources: those of the last answer open, those of earlier ones folded under their question."""
    head = f"<h2>{tr('Sources')}</h2>"
    if not conversation:
        return f'<div class="sources">{head}<p class="hint">{tr(EMPTY_PANEL)}</p></div>'
    *earlier, latest = conversation
    folded = "".join(_folded(exchange) for exchange in reversed(earlier) if exchange.citations)
    rest = f'<h2 class="earlier">{tr("Réponses précédentes")}</h2>{folded}' if folded else ""
    return f'<div class="sources">{head}{_cards(latest)}{rest}</div>'


def meta_line(note: Note) -> str:
    """Date and kind of a note, in words; an inferred date says so."""
    inferred = f' <span class="inferred">({tr("date déduite")})</span>' if note.date and note.date_inferred else ""
    return f"{escape(note_date(note.date))}{inferred} · {escape(kind_label(note.kind).capitalize())}"


def _folded(exchange: Exchange) -> str:
    return f"<details><summary>{escape_line(exchange.question)}</summary>{_cards(exchange)}</details>"


def _cards(exchange: Exchange) -> str:
    if exchange.citations:
        return "".join(_card(exchange, citation) for citation in exchange.citations)
    if exchange.pending and exchange.passages and not exchange.stopped:
        return _being_read(exchange.passages)
    return f'<p class="hint">{tr(EMPTY_PANEL if exchange.pending else NO_SOURCE)}</p>'


def _being_read(passages: tuple[Passage, ...]) -> str:
    notes = dict.fromkeys((passage.note.title, note_date(passage.note.date)) for passage in passages)
    items = "".join(f"<li>{escape_line(title)} ({escape(day)})</li>" for title, day in notes)
    return f'<p class="hint">{tr(READ_NOW)}</p><ul class="found">{items}</ul>'


def _card(exchange: Exchange, citation: Citation) -> str:
    name = f"{exchange.number}-{citation.number}"
    passage = _passage_of(citation, exchange.passages)
    return (
        f'<article class="source" id="source-{name}" tabindex="-1">'
        f'<h3><span class="number">{citation.number}</span> {escape_line(citation.title)}</h3>'
        + (_quoted_in(passage, citation) if passage else _quoted_alone(citation))
        + _links(exchange, citation, passage.note.source if passage else None)
        + "</article>"
    )


def _links(exchange: Exchange, citation: Citation, origin: str | None) -> str:
    url = escape_url(citation_url(citation, exchange.reply.build if exchange.reply else None))
    links = [
        f'<a class="whole" href="{url}" target="_blank" rel="noopener">{tr("Lire la note entière")}</a>',
        f'<a class="share" href="{url}" target="_blank" rel="noopener">{tr("Copier le lien")}</a>',
    ]
    if origin and origin.startswith(("https://", "http://")):
        original = escape(origin)
        words = tr("Publication d’origine")
        links.append(f'<a href="{original}" target="_blank" rel="noopener noreferrer nofollow">{words}</a>')
    links.append(f'<a class="back" href="#reponse-{exchange.number}">{tr("Retour à la réponse")}</a>')
    return f'<p class="links">{" ".join(links)}</p>'


def _passage_of(citation: Citation, passages: tuple[Passage, ...]) -> Passage | None:
    for passage in passages:
        chunk = passage.chunk
        if chunk.note_id == citation.note_id and chunk.start <= citation.start and citation.end <= chunk.end:
            return passage
    return None


def _quoted_in(passage: Passage, citation: Citation) -> str:
    note, chunk = passage.note, passage.chunk
    themes = "".join(f" · {escape_line(theme)}" for theme in note.themes)
    trail = " › ".join(escape_line(title) for title in chunk.headings)
    body = blocks(note.text, (chunk.start, chunk.end), (citation.start, citation.end), top=4)
    return (
        f'<p class="meta">{meta_line(note)}{themes}</p>'
        + _when(note, citation)
        + (f'<p class="trail">{trail}</p>' if trail else "")
        + f"<blockquote>{body}</blockquote>"
    )


def _when(note: Note, citation: Citation) -> str:
    """When what is cited takes place, told apart from the date of the note."""
    found = [o for o in _occurrences(note) if citation.start <= o.mention.start and o.mention.end <= citation.end]
    if not found:
        return ""
    days = " ; ".join(dict.fromkeys(format_when(o.first, o.last) for o in found))
    words = tr("Date de ce qui est cité : {days}").format(days=days)
    return f'<p class="when">{escape_line(words)}</p>'


@lru_cache(maxsize=256)
def _occurrences(note: Note) -> tuple[Occurrence, ...]:
    """Every certain date phrase of the note that is as precise as a month."""
    found = find_occurrences(note.text, note.date)
    return tuple(o for o in found if o.sure and o.fine and not o.open)


def _quoted_alone(citation: Citation) -> str:
    meta = escape(note_date(citation.date))
    return f'<p class="meta">{meta}</p><blockquote><p><mark>{escape_line(citation.quote)}</mark></p></blockquote>'
