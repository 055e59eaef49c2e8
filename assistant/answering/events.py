"""« Le prochain forum », « les événements passés »: told apart by the day on which they are asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.answering import extractive
from assistant.answering.chosen import Choice
from assistant.answering.evidence import Evidence, Search
from assistant.answering.extractive import Candidate
from assistant.answering.question import Asked, asked_for
from assistant.answering.subject import NOUN, Subject, folded, noun_of, subject_of
from assistant.answering.telling import READ_CHARS, Told, about, tell, tells_itself, undated_year
from assistant.dates import DayRange, Occurrence, find_occurrences, format_when, read_asked
from assistant.language import tr
from assistant.models import Kind, Note, Reason

_CHARS = 900
_COMING = re.compile(
    rf"\b(?:(?:prochaine?s?|future?s?|next|upcoming|forthcoming) (?:grande?s? )?(?P<noun>{NOUN})"
    rf"|(?P<noun2>{NOUN})(?: [\w'-]+){{0,8}}? (?:(?:a venir|prochaine?s?|future?s?|coming up)\b))"
)
_PAST = re.compile(
    rf"\b(?:(?:derni\w+|precedente?s?|last|latest|previous|past|most recent) (?:grande?s? )?(?P<noun>{NOUN})"
    rf"|(?P<noun2>{NOUN})(?: [\w'-]+){{0,8}}? (?:(?:passee?s?|precedente?s?|deja (?:eu lieu|passee?s?|tenue?s?)"
    rf"|already taken place)\b))"
)
# What asks for the event itself, not for something about it (« le thème du prochain forum »).
_WHICHEVER = rf"(?:le |la |les |the )?(?:prochain|derni|futur|precedent|next|last|upcoming|latest|{NOUN})"
_DIRECT = re.compile(
    r"^\W*(?:(?:et|alors|bonjour)[ ,]+)*(?:(?:quel(?:le)?s? (?:est|sont|etaient|etait|a ete|ont ete)"
    rf"|what (?:is|are|was|were)) (?:(?:la |les |the )dates? (?:du |de |des |of ))?{_WHICHEVER}"
    r"|quels|quelles|quand|a quelles? dates?|ou\b|c'est (?:quand|ou)|y a-t-il|est-ce qu'il y a|list\w*|donne\w*"
    rf"|cite\w*|montre\w*|when|where|which|{_WHICHEVER})"
)
_ANY_EVENT = re.compile(r"^(?:edition|reunion|journee)$")
_NOW = re.compile(
    r"\b(?:a lieu|ont lieu|aura lieu|auront lieu|se tien\w+|se deroul(?:e|ent|era|eront)|commenc\w+|est|sont"
    r"|is|are|will|does|do|prevu\w*)\b"
)
_THEN = re.compile(r"\b(?:eu lieu|tenus?|tenues?|deroule|etait|etaient|passe\w*|was|were|did|took|ete|avait|avaient)\b")

#: What is said where nothing is ahead, by whether the noun is feminine and whether a topic was asked for.
_NONE_AHEAD = {
    (False, False): "Aucun {noun} à venir n’est annoncé dans les notes.",
    (True, False): "Aucune {noun} à venir n’est annoncée dans les notes.",
    (False, True): "Aucun {noun} à venir correspondant à la question n’est annoncé dans les notes.",
    (True, True): "Aucune {noun} à venir correspondant à la question n’est annoncée dans les notes.",
}
#: The nouns of events, as the catalogue of other languages has them.
_NAMES = (
    *("événement", "rendez-vous", "forum", "colloque", "salon", "congrès", "sommet", "séminaire", "atelier"),
    *("webinaire", "festival", "manifestation", "rencontre", "conférence", "journée", "demi-journée", "assises"),
    *("édition", "réunion", "assemblée"),
)


def coming_or_past(search: Search, evidence: Evidence, max_sentences: int) -> Choice | None:
    """The next event or the last, the coming ones or the past; None where the question asks for none, or the notes
    tell of no day.
    """
    text = folded(read_asked(evidence.question, search.today).rest)
    coming, past = _COMING.search(text), _PAST.search(text)
    match = coming or past
    if match is None:
        return None
    word = match["noun"] or match["noun2"]
    subject = _subject(evidence.question, word, search.today)
    if subject.noun.kind is not Kind.EVENT or subject.dated:
        return None
    several = word.endswith("s") and word not in ("congres", "rendez-vous", "assises")
    most = 2 * max_sentences if several else 1
    notes = subject.notes(search.build, search.filters)
    if not notes:
        known = subject.topic or subject.noun.loose
        return None if known else Choice(reason=Reason.NOT_IN_CORPUS)
    ahead, behind = _ahead_and_behind(search, evidence, subject, notes)
    if not _DIRECT.search(text):
        return _beside(search, evidence, subject, max_sentences) if coming and behind and not ahead else None
    if coming:
        return _next(subject, ahead, behind, search.today, most)
    return _listed(_latest(behind, most), search.today) if behind else None


def passed(search: Search, evidence: Evidence, candidates: Sequence[Candidate]) -> str | None:
    """What to say beside an answer to « quand a lieu … ? » all of whose days are past."""
    text = folded(evidence.question)
    if Asked.TIME not in asked_for(evidence.question) or not _NOW.search(text) or _THEN.search(text):
        return None
    days = [
        o
        for c in candidates[:1]
        for o in find_occurrences(c.passage.note.text, c.passage.note.date)
        if c.start <= o.mention.start and o.mention.end <= c.end and o.fine and not o.open
    ]
    return tr("Cette date est passée.") if days and all(o.latest < search.today for o in days) else None


def _subject(question: str, word: str, today: date) -> Subject:
    noun = noun_of(word)
    if _ANY_EVENT.match(folded(noun.singular)):
        noun = replace(noun, loose=True)
    return subject_of(question, noun, word, today)


def _ahead_and_behind(
    search: Search, evidence: Evidence, subject: Subject, ids: set[str]
) -> tuple[list[Told], list[Told]]:
    """What is ahead, today's included, and what is behind; where the year is not told, by the likeliest. What is likely
    behind but may be ahead is both, and comes last of what is ahead.

    Notes that speak of days to come are read first, then the latest, as far as time allows.
    """
    catalogue, today = search.build.catalogue, search.today
    coming = catalogue.notes_of(catalogue.speaking_of(DayRange(today, None)))
    notes = list(catalogue.notes(sorted(ids)).values())
    notes.sort(key=lambda n: (n.id in coming, n.date.last if n.date else date.min, n.id), reverse=True)
    told, read = list[Told](), 0
    for note in notes:
        if read <= READ_CHARS:
            told += _told_of(search, evidence, subject, note)
        read += len(note.text)
    told.sort(key=lambda t: (t.day, t.note.id))
    ahead = [t for t in told if t.when and t.when.last >= today]
    behind = [t for t in told if t not in ahead]
    return ahead + [t for t in behind if t.when and t.when.latest >= today], behind


def _told_of(search: Search, evidence: Evidence, subject: Subject, note: Note) -> list[Told]:
    """The note's dated sentences about such events: the one that says most, and those that tell of others."""
    found: dict[date, Told] = {}
    for sentences in tell(search, evidence, subject, [note.id]):
        dated = [t for t in sentences if t.when and about(t, subject)]
        for told in dated:
            if told.candidate.span == dated[0].candidate.span or tells_itself(told, subject):
                found.setdefault(told.day, told)
    return list(found.values())


def _next(subject: Subject, ahead: list[Told], behind: list[Told], today: date, most: int) -> Choice | None:
    if ahead:
        return _listed(ahead[:most], today)
    if not behind:
        return None
    last = _latest(behind, most=1)
    return _listed(last, today, f"{_none_ahead(subject)} {_last_known(last)}")


def _none_ahead(subject: Subject) -> str:
    noun = next((tr(name) for name in _NAMES if name == subject.noun.singular), subject.noun.singular)
    return tr(_NONE_AHEAD[subject.noun.feminine, bool(subject.topic)]).format(noun=noun)


def _last_known(last: Sequence[Told]) -> str:
    days = [t.when for t in last if t.when]
    if len(days) == 1 and days[0].sure:
        return tr("Dernière date connue : {when}.").format(when=format_when(days[0].first, days[0].last))
    if len(days) > 1:
        return tr("Les dernières dates connues sont passées.")
    return tr("La dernière date connue est passée.")


def _latest(behind: Sequence[Told], most: int) -> list[Told]:
    """The last ones; for one alone, also those that may be later, as far as their bounds tell."""
    if most > 1:
        return list(behind[-most:])
    known = max((t.when.first for t in behind if t.when and t.when.sure), default=date.min)
    return [t for t in behind if t.when and t.when.latest >= known and (not t.when.sure or t.when.first == known)][-3:]


def _listed(told: Sequence[Told], today: date, said: str | None = None) -> Choice:
    kept: list[Told] = []
    for one in told:
        length = sum(len(t.candidate.text) for t in kept) + len(one.candidate.text)
        if one.candidate.span not in [t.candidate.span for t in kept] and (not kept or length <= _CHARS):
            kept.append(one)
    open_years = [t for t in kept if t.when and not _settled(t.when, today)]
    notices = [text for text in (said, undated_year(open_years)) if text]
    return Choice(tuple(t.candidate for t in kept), notice=" ".join(notices) or None)


def _settled(when: Occurrence, today: date) -> bool:
    """Whether the bounds alone tell that it is past, or ahead."""
    return when.sure or when.latest < today or when.earliest >= today


def _beside(search: Search, evidence: Evidence, subject: Subject, max_sentences: int) -> Choice | None:
    """The plain answer to a question about a coming event of which there is none, saying so."""
    if evidence.reason is not None:
        return None
    return Choice(tuple(extractive.select(evidence.ranked, max_sentences)), notice=_none_ahead(subject))
