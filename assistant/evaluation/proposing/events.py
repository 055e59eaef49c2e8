"""Questions about the events that notes tell of: when, where, by whom, which edition."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from assistant.agenda import events_of
from assistant.agenda.naming import own_words
from assistant.dates import Occurrence, find_occurrences, format_day_range
from assistant.evaluation.proposing.proposal import Proposal, asked
from assistant.evaluation.wording import even, holds
from assistant.french.calendar import MONTHS
from assistant.listings import AgendaEvent, Precision
from assistant.models import Note
from assistant.proposals.wording import Named, name

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
#: A name of its own: a capital or a digit beyond the first word.
_PROPER = re.compile(r"\s(?:[\w'’]*['’])?(?:[A-ZÀ-Ý]|\d)")
_CITY = r"[A-ZÀ-Ý][a-zà-ÿ]+(?:(?:-|[ -](?:sur|sous|en|le|la|les|de|du|des)[ -]|-[ldLD]['’])[A-ZÀ-Ý][a-zà-ÿ]+)*"
_AFTER = re.compile(rf"[\s,(]{{1,3}}à (?P<place>{_CITY})(?=[\s,.;)]|$)")
_BEFORE = re.compile(rf"\bà (?P<place>{_CITY}),? (?:(?:le|les|du|en) )?$")
_WHO = re.compile(
    r"(?P<who>(?:L[ae]s? |L['’])?[A-ZÀ-Ý][\w'’-]*(?: [\w'’-]+){0,6}?)(?:,[^,.;:]{1,80},)? "
    r"(?:(?:a|ont|avait|va|vont) )?(?:co-?)?organis(?:e|ent|é|ait|aient|era|eront|er)\b"
)
_BY = re.compile(
    r"\borganisée?s? par (?P<who>(?:l['’]|la |le |les )?[^,.;:()\n]{2,60}?)"
    r"(?= (?:(?:le|les|du|au) \d|(?:à|en|dans|pour|qui|avec|sur|se)\b)|[,.;:()\n]|$)"
)
_NOBODY = re.compile(r"(?:il|elle|ils|elles|on|nous|vous|ce|cet|cette|ces|celui|celle|son|sa|ses|notre|nos)\b", re.I)
_SMALL_ARTICLE = re.compile(r"^(?:l['’]|la |le |les )")  # « La Tribune » keeps its own
_ORDINAL = re.compile(
    r"(?P<written>(?P<number>\d{1,3}) ?(?:e|è|ème|eme) édition)(?= (?:du|de la|de l['’]|des|d['’]))", re.IGNORECASE
)


class Told:
    """The events of a corpus, each note read once, and how a question speaks of one so that no other is meant."""

    def __init__(self, notes: Iterable[Note]) -> None:
        self._of_note = {note.id: events_of(note) for note in notes}
        self._days: dict[str, set[tuple[date, date]]] = defaultdict(set)
        for event in (event for events in self._of_note.values() for event in events):
            self._days[even(own_words(event.title))].add((event.first, event.last))

    def of(self, note: Note) -> Iterator[tuple[AgendaEvent, Named]]:
        """The events of a note that have a name of their own; those of « la journée d'échanges » are left out.

        Where the corpus tells of several of one name, the year is in the name; where that leaves several, it is none.
        """
        for event in self._of_note[note.id]:
            named = self._named(event)
            if named is not None:
                yield event, named

    def _named(self, event: AgendaEvent) -> Named | None:
        title = own_words(event.title)
        named = name(title)
        if named is None or named.subject.startswith("«") or title.endswith("…") or "http" in title:
            return None
        if not _PROPER.search(title):
            return None
        days = self._days[even(title)]
        if len(days) == 1:
            return named
        year = event.first.year
        same_year = [first for first, last in days if first.year <= year <= last.year]
        if len(same_year) > 1 or not event.year_sure or _YEAR.search(title):
            return None
        return Named(f"{named.subject} de {year}", f"{named.of} de {year}", named.plural)


def event_proposals(notes: Iterable[Note], told: Told) -> Iterator[Proposal]:
    """About the events of the notes."""
    for note in notes:
        for event, named in told.of(note):
            yield from _of_event(note, event, named)


def _of_event(note: Note, event: AgendaEvent, named: Named) -> Iterator[Proposal]:
    quote = event.citation.quote
    dated = [o for o in find_occurrences(quote, note.date) if (o.first, o.last) == (event.first, event.last)]
    if len(dated) != 1:
        return
    when, have = dated[0], "ont" if named.plural else "a"
    why = f"Proposé par règle, d'après un événement de la note « {note.title} »"
    yield Proposal(
        note,
        asked(f"Quand {have} lieu {named.subject}"),
        "quand",
        f"{why}. La date est-elle bien celle de l'événement ?",
        quote,
        (wordings_of(when, event.precision),),
    )
    if place := place_of(quote, when):
        held = "se tiennent" if named.plural else "se tient"
        told = f"{why}. Le lieu est-il bien celui de l'événement ?"
        yield Proposal(note, asked(f"Où {held} {named.subject}"), "où", told, quote, ((place,),))
    if who := _organiser(quote):
        told = f"{why}. Est-ce bien l'organisateur, et le seul ?"
        yield Proposal(note, asked(f"Qui organise {named.subject}"), "qui", told, quote, ((who,),))
    if nth := _ORDINAL.search(quote):
        written = (nth["written"], f"{nth['number']}e édition", f"{nth['number']}ème édition")
        asking = asked(f"À quelle édition en est {named.subject}")
        yield Proposal(note, asking, "combien", f"{why}. L'édition est-elle la sienne ?", quote, (_once(written),))


def wordings_of(when: Occurrence, precision: Precision) -> tuple[str, ...]:
    """How a right answer may write a date of a note: the day as the note has it, else its words and what they mean."""
    written = when.mention.text
    full = format_day_range(when.first, when.last)
    without_year = _YEAR.sub("", full).strip()
    least = full if precision is not Precision.DAY or _YEAR.search(written) else without_year
    if holds(written, least):
        return (least,)
    return _once((written, full)) if when.sure else (written,)


def place_of(sentence: str, when: Occurrence) -> str | None:
    """The town that stands just before or just after a date; None where there is none."""
    mention = when.mention
    found = _AFTER.match(sentence, mention.end) or _BEFORE.search(sentence[: mention.start])
    return found["place"] if found and found["place"].lower() not in MONTHS else None


def _organiser(sentence: str) -> str | None:
    found = _WHO.match(sentence) or _BY.search(sentence)
    if found is None or _NOBODY.match(found["who"]) or not re.search(r"[A-ZÀ-Ý]", found["who"]):
        return None
    return _SMALL_ARTICLE.sub("", found["who"])


def _once(wordings: Iterable[str]) -> tuple[str, ...]:
    """Without those that say the same."""
    return tuple({even(wording): wording for wording in reversed(tuple(wordings))}.values())[::-1]
