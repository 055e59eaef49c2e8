"""Example questions made from the notes' own titles."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.index.catalogue import Catalogue
from assistant.language import tr
from assistant.models import Kind, Note

_LONGEST_TITLE = 90
_BY_KIND = {
    Kind.EVENT: "Quand se tient «\u00a0{title}\u00a0»\u00a0?",
    Kind.PROGRAMME: "À quoi sert «\u00a0{title}\u00a0»\u00a0?",
    Kind.GOVERNANCE: "Que disent les notes sur «\u00a0{title}\u00a0»\u00a0?",
    Kind.STUDY: "Que montre «\u00a0{title}\u00a0»\u00a0?",
    Kind.OTHER: "Que disent les notes sur «\u00a0{title}\u00a0»\u00a0?",
}
_AT_MOST = 200  # notes looked at


def example_questions(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """`(note id, question)` in the language of members, the kinds of note in turn so that the first few differ."""
    notes = list(catalogue.notes(catalogue.note_ids()[:_AT_MOST]).values())
    by_kind = [[note for note in notes if note.kind == kind] for kind in Kind]
    for rank in range(max((len(some) for some in by_kind), default=0)):
        for some in by_kind:
            if rank < len(some) and len(some[rank].title) <= _LONGEST_TITLE:
                yield some[rank].id, _question(some[rank])


def _question(note: Note) -> str:
    return tr(_BY_KIND[note.kind]).format(title=note.title)
