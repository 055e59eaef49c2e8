"""Questions about what the corpus speaks of, that it does not answer: a detail that no note gives, another year,
another town.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.agenda.naming import own_words
from assistant.answering.details import DETAILS
from assistant.answering.subject import folded
from assistant.dates import find_occurrences
from assistant.evaluation.proposing.events import Told, place_of
from assistant.evaluation.proposing.proposal import Proposal, asked, of
from assistant.evaluation.proposing.statements import offices_of
from assistant.french.words import content_words, variants
from assistant.models import Kind, Note
from assistant.proposals.wording import Named, name

_LATER = 2  # years after an event, in which nothing may be told of the next ones
_OF_EVENT = ("À quelle heure {commence} {le}", "Quel est le tarif d'entrée {de}", "Quel est le budget {de}")
_OF_PROGRAMME = ("Quel est le budget {de}",)
_OF_PERSON = ("Quel âge a {le}", "À quel parti politique appartient {le}")
#: What is held once, and costs nobody an entrance.
_ONCE = re.compile(r"^(?:installation|inauguration|ceremonie|reunion|seance|assemblee|jeux|demi-journee|matinee)")
_MAYOR = re.compile(r"\bmaires?\b|\bmairesses?\b")


@dataclass(frozen=True, slots=True)
class _Text:
    """A note's title and text, folded, and the terms that it holds."""

    text: str
    terms: frozenset[str]


def unanswerable_proposals(notes: Iterable[Note], every: Iterable[Note], told: Told) -> Iterator[Proposal]:
    """Of the notes. No note of the corpus that shares half of the words of what is asked about gives the detail."""
    texts = [_text(note) for note in every]
    for note in notes:
        for event, named in told.of(note):
            title = own_words(event.title)
            once = bool(_ONCE.match(folded(title)))
            yield from _details(note, named, _OF_EVENT[:1] if once else _OF_EVENT, texts)
            if not once:
                yield from _later(note, named, title, event.last.year + _LATER, texts)
            yield from _mayors(note, event.citation.quote, texts)
        if note.kind is Kind.PROGRAMME and (programme := name(note.title)) is not None:
            yield from _details(note, programme, _OF_PROGRAMME, texts)
        for _, person, _ in offices_of(note):
            yield from _details(note, Named(person, person), _OF_PERSON, texts)


def _details(note: Note, named: Named, templates: Iterable[str], texts: Sequence[_Text]) -> Iterator[Proposal]:
    about = [one for one in texts if _shares(one, named.subject)]
    turn = sum(map(ord, note.id))  # not the same detail first of every note
    given = list(templates)
    for template in given[turn % len(given) :] + given[: turn % len(given)]:
        verb = "commencent" if named.plural else "commence"
        question = asked(template.format(le=named.subject, de=named.of, commence=verb))
        if not any(_given(question, one.text) for one in about):
            yield Proposal(note, question, "fait-absent", _why(note, "ce détail n'y est pas"))


def _given(question: str, text: str) -> bool:
    """Whether a text may hold the detail that is asked for."""
    found = [gives for asks, gives in DETAILS if asks.search(folded(question))]
    return not found or any(gives.search(text) for gives in found)


def _later(note: Note, named: Named, title: str, year: int, texts: Sequence[_Text]) -> Iterator[Proposal]:
    if re.search(r"\b(?:19|20)\d\d\b", title) or any(str(year) in one.text for one in texts if _shares(one, title)):
        return
    have = "ont" if named.plural else "a"
    question = asked(f"Quand {have} lieu {named.subject} en {year}")
    yield Proposal(note, question, "autre-année", _why(note, f"rien n'y est dit de {year}"))


def _mayors(note: Note, sentence: str, texts: Sequence[_Text]) -> Iterator[Proposal]:
    places = {p for o in find_occurrences(sentence, note.date) if (p := place_of(sentence, o))}
    for place in sorted(places):
        if not any(_MAYOR.search(one.text) for one in texts if folded(place) in one.text):
            question = asked(f"Qui est le maire {of(place)}")
            yield Proposal(note, question, "autre-ville", _why(note, "la ville est citée, son maire non"))


def _why(note: Note, missing: str) -> str:
    return f"Sans réponse, par règle, d'après la note « {note.title} » : {missing}. Aucune autre note n'y répond-elle ?"


def _text(note: Note) -> _Text:
    told = f"{note.title}\n{note.text}"
    return _Text(folded(told), frozenset(term for word in content_words(told) for term in variants(word)))


def _shares(one: _Text, words: str) -> bool:
    """Whether a note holds half of the words at least."""
    wanted = [variants(word) for word in content_words(words)]
    return 2 * sum(not one.terms.isdisjoint(forms) for forms in wanted) >= len(wanted)
