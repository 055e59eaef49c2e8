"""What the assistant knows, and what it does not, in two lines."""

from __future__ import annotations

from assistant.language import tr
from assistant.listings import Knowledge
from assistant.models import PartialDate
from assistant.ui.markup import escape_line, note_date

_LIMITS = "L’assistant ne sait rien d’autre : ni l’actualité depuis, ni le web, ni vos documents."


def knows(knowledge: Knowledge) -> str:
    """Two lines of markup."""
    made = knowledge.updated.astimezone().date()
    updated = note_date(PartialDate(made.year, made.month, made.day))
    if knowledge.first is None or knowledge.last is None:
        span = tr("{notes} notes, sans date, mises à jour le {updated}.")
    elif knowledge.first.year == knowledge.last.year:
        span = tr("{notes} notes, publiées en {first}, mises à jour le {updated}.")
    else:
        span = tr("{notes} notes, publiées de {first} à {last}, mises à jour le {updated}.")
    years = {
        "first": knowledge.first.year if knowledge.first else "",
        "last": knowledge.last.year if knowledge.last else "",
    }
    line = span.format(notes=knowledge.notes, updated=updated, **years)
    return f"<p>{escape_line(line)}</p><p>{escape_line(tr(_LIMITS))}</p>"
