"""Whether cited words bear a sentence out: our deterministic check in the place of ALCE's language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.answering.verification import Doubt, doubt_of
from assistant.evaluation.models import Cited, Said, Trial
from assistant.evaluation.wording import even, holds_even

#: Why citations together do not bear a sentence out, in French; empty where they do.
Doubting = Callable[[Said, Sequence[Cited], Trial], str]

_TOLD = {
    Doubt.UNSUPPORTED: "moins de la moitié de ses mots s'y trouvent",
    Doubt.NUMBER: "un nombre ou une date ne s'y trouve pas",
    Doubt.NAME: "un nom ne s'y trouve pas",
    Doubt.OFFICE: "une fonction ne s'y trouve pas",
    Doubt.NEGATION: "nie ce que la note ne nie pas",
    Doubt.QUOTE: "une citation entre guillemets ne s'y trouve pas",
}


def cited_by(said: Said, trial: Trial) -> list[Cited]:
    """The citations of a sentence whose span holds words of a note."""
    found = [citation for citation in trial.response.citations if citation.number in said.citations]
    return [citation for citation in found if words_of(citation, trial).strip()]


def words_of(citation: Cited, trial: Trial) -> str:
    """What stands in the cited span, whatever the quote claims."""
    return trial.texts.get(citation.span.note_id, "")[citation.span.start : citation.span.end]


def doubt(said: Said, citations: Sequence[Cited], trial: Trial) -> str:
    """Why the citations together do not bear the sentence out, in French; empty where they do.

    A sentence that stands there word for word is. Else its numbers, dates, names, offices, negations and quotes must
    all be there, and half of its content words (`assistant.answering.verification`).
    """
    if not citations:
        return "sans citation"
    premise = "\n\n".join(words_of(citation, trial) for citation in citations)
    if holds_even(even(premise), said.text):
        return ""
    titles = " | ".join(dict.fromkeys(citation.title for citation in citations))
    found = doubt_of(said.text, titles, premise)
    return _TOLD[found] if found else ""
