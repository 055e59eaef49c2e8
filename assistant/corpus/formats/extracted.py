"""What is taken from one document."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.models import PartialDate


@dataclass(frozen=True, slots=True)
class Extracted:
    """The main text of a document, as Markdown, and what the document says of itself.

    `date_origin` says in French where the date was read (« l'en-tête Date du message »), empty without a date;
    `date_inferred` whether that place is something else than a publication date given as such. `warnings` are French
    sentences for the person who confirms.
    """

    title: str
    text: str
    date: PartialDate | None = None
    date_origin: str = ""
    date_inferred: bool = False
    author: str | None = None
    source: str | None = None
    warnings: tuple[str, ...] = ()
