"""Parts that several tabs of the staff's page show."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from assistant.models import Chunk, Kind, Note, Passage
from assistant.ui.filters import kind_choices
from assistant.ui.markup import blocks, escape_line
from assistant.ui.sources import meta_line
from assistant.ui.staff.tables import note_link

DATE_HINT = "AAAA, AAAA-MM ou AAAA-MM-JJ ; vide si elle est inconnue"


def html(value: str = "", elem_id: str | None = None, *, live: bool = False) -> gr.Markdown:
    """A piece of our own HTML, read aloud when it changes if it is `live`."""
    classes = ["staff", "live"] if live else ["staff"]
    return gr.Markdown(
        value, elem_id=elem_id, elem_classes=classes, sanitize_html=True, latex_delimiters=[], padding=False
    )


def metadata_fields() -> list[gr.components.Component]:
    """Title, date, whether it was inferred, kind, themes and source, in this order."""
    title = gr.Textbox(label="Titre", max_length=300)
    with gr.Row():
        date = gr.Textbox(label="Date de publication", info=DATE_HINT, max_length=10, min_width=200)
        kind = gr.Dropdown(kind_choices(), value=Kind.OTHER.value, label="Nature", min_width=200)
    inferred = gr.Checkbox(label="Date déduite : elle n’est pas imprimée dans le document")
    with gr.Row():
        themes = gr.Textbox(label="Thèmes", info="Séparés par des virgules", max_length=300, min_width=200)
        source = gr.Textbox(label="Adresse d’origine", info="https://… ; facultatif", max_length=1000, min_width=200)
    return [title, date, inferred, kind, themes, source]


def metadata_values(note: Note) -> list[str | bool]:
    """The values of `metadata_fields` for a note."""
    date = str(note.date) if note.date else ""
    return [note.title, date, note.date_inferred, note.kind.value, ", ".join(note.themes), note.source or ""]


def changes(
    title: str, date: str, inferred: bool, kind: str, themes: str, source: str
) -> dict[str, str | tuple[str, ...] | None]:
    """The fields of a front matter from what was typed; None takes a field out."""
    return {
        "title": title.strip(),
        "date": date.strip() or None,
        "date_inferred": "true" if inferred and date.strip() else None,
        "kind": kind,
        "themes": tuple(theme.strip() for theme in themes.split(",") if theme.strip()) or None,
        "source": source.strip() or None,
    }


def preview(note: Note) -> str:
    """The note as members will read it."""
    return f'<div class="preview"><p class="meta">{meta_line(note)}</p>{blocks(note.text, top=3)}</div>'


def chunk_list(chunks: Sequence[Chunk]) -> str:
    """The pieces in which a note is searched."""
    items = "".join(_chunk(number, chunk) for number, chunk in enumerate(chunks, start=1))
    return f'<ol class="chunks">{items}</ol>'


def _chunk(number: int, chunk: Chunk) -> str:
    trail = " › ".join(escape_line(heading) for heading in chunk.headings)
    where = f"Passage {number}{f' · {trail}' if trail else ''} · {len(chunk.text)} caractères"
    return f'<li class="chunk"><p class="meta">{where}</p><p>{_lines(chunk.text)}</p></li>'


def passage_list(passages: Sequence[Passage]) -> str:
    """What a question finds, best first, with its scores."""
    items = "".join(
        f'<li class="chunk"><p class="meta">{passage.rank}. {note_link(passage.note.id, passage.note.title)} · '
        f"{meta_line(passage.note)} · {_scores(passage)}</p><p>{_lines(passage.chunk.text)}</p></li>"
        for passage in passages
    )
    return f'<ol class="chunks">{items}</ol>'


def _scores(passage: Passage) -> str:
    return f"score {passage.score:.2f} (sens {passage.dense:.2f}, mots {passage.lexical:.1f})".replace(".", ",")


def _lines(text: str) -> str:
    return "<br>".join(escape_line(line) for line in text.splitlines() if line.strip())
