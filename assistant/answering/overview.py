"""A question over several notes -> one sentence a note, in date order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from assistant.answering.chosen import Choice
from assistant.answering.evidence import Evidence, Search
from assistant.answering.subject import NOUN, Noun, Subject, folded, noun_of, subject_of
from assistant.answering.telling import READ_CHARS, Told, about, tell, undated_year
from assistant.dates import Occurrence
from assistant.language import quoted, tr
from assistant.models import Kind, Note, Reason

_CHARS = 900
_TITLES = 3
_LOOKED_FOR = 5  # times as long, where nothing has been found yet
_FEW_DAYS = timedelta(days=16)
_ASKS = (
    r"quels?|quelles?|lesquels|lesquelles|which|what|(?:la |une |the |a )?list(?:e[rz]?)?|enumere[rz]?|cite[rz]?"
    r"|recense[rz]?|donne[rz]?|montre[rz]?|indique[rz]?|presente[rz]?|resume[rz]?|show|give|tell|tou(?:s|tes) les"
    r"|(?:est-ce qu'il )?y a-?t-?il|je cherche|rappelle[rz]?"
)
_BEFORE = (
    r"(?:[- ](?:moi|nous|me|us))?(?: (?:sont|est|etaient|seront|ont ete|furent|are|were|il y a))?"
    r"(?: (?:la|une|the|a) liste?)?(?: ?(?:about|de|des|du|d'|of|les|all|tou(?:s|tes)|the|tes|vos|ces|mes|any|autres|"
    r"principa\w+|grands?|grandes?|differente?s|divers\w*|derni\w+|prochaine?s|futurs|recente?s|deux|trois|quatre|\d+|"
    r"upcoming|past|last|next|latest|recent|main))*"
)
_POLITE = (
    r"(?:(?:et|alors|bonjour|hello|hi|svp|s'il (?:te|vous) plait|peux-tu|pouvez-vous|pourriez-vous|pourrais-tu|"
    r"can you|could you|please|me|nous)[ ,]+)*"
)
_LIST = re.compile(rf"^\W*{_POLITE}(?P<asks>{_ASKS}){_BEFORE} ?(?<!\w)(?P<noun>{NOUN})")
_BARE = re.compile(rf"^\W*{_POLITE}(?:les |the |toutes les |tous les )?(?P<noun>{NOUN})")
_DATED_FIRST = re.compile(
    rf"^(?:en|in|avant|apres|depuis|entre|au|fin|debut|pour)\b[^?]*,? (?P<asks>{_ASKS}){_BEFORE} (?P<noun>{NOUN})"
)
# Any noun, where the question itself says that it is of all the notes.
_ACROSS = re.compile(
    rf"^\W*{_POLITE}(?:{_ASKS})\b.* (?:dans|par|selon|d'apres|parmi|in) (?:les |vos |tes |ces |toutes les |the )"
    r"(?P<noun>notes|articles|actualites|textes|documents)\W*$"
)
_WONDERS = re.compile(
    r"\b(?:combien|comment|pourquoi|(?<!qu'est-ce )qui|quand|ou|quoi(?! de)|quel(?:le)?s?|how|why|who|when|where)\b"
)
_ANYTHING = Noun("événement", None, loose=True)
_SAME_IN_PLURAL = ("rendez-vous", "congres", "assises")


def list_subject(question: str, today: date) -> Subject | None:
    """What a question asks for a list of; None for one that asks for something else."""
    text = folded(question)
    if match := _LIST.search(text) or _DATED_FIRST.search(text):
        plural = match["noun"].endswith("s") and match["noun"] not in _SAME_IN_PLURAL
        subject = subject_of(question, noun_of(match["noun"]), match["noun"], today)
        if plural or match["asks"] in ("quels", "quelles") or "les" in match["asks"]:
            return subject
        return subject if subject.dated and not subject.topic else None
    if match := _ACROSS.search(text):
        return subject_of(question, noun_of(match["noun"]), match["noun"], today)
    if _WONDERS.search(text):
        return None
    if (match := _BARE.search(text)) and match["noun"].endswith("s"):
        subject = subject_of(question, noun_of(match["noun"]), match["noun"], today)
        return subject if len(subject.topic) <= 3 else None
    # Beside the date nothing is left but that something takes place: « Rien de prévu cette semaine ? ».
    subject = subject_of(question, _ANYTHING, "passe événement", today)
    return subject if subject.dated and not subject.topic else None


def overview(search: Search, evidence: Evidence, max_sentences: int) -> Choice | None:
    """One sentence a note for a question that asks for several; None where it does not, or no note is sure to fit."""
    subject = list_subject(evidence.question, search.today)
    if subject is None:
        return None
    ids = subject.notes(search.build, search.filters)
    if subject.dated:
        return _dated(search, evidence, subject, ids, 2 * max_sentences)
    if len(ids) < _enough(subject):
        return None
    ranks = {passage.note.id: -passage.rank for passage in evidence.passages if subject.topic}
    notes = sorted(_latest_first(search, ids), key=lambda n: ranks.get(n.id, -len(ids) - len(ranks)), reverse=True)
    told, unread = _gather(search, evidence, subject, notes, 2 * max_sentences)
    if len(told) < _enough(subject):
        return None
    return _listed(told, 2 * max_sentences, unread)


def _enough(subject: Subject) -> int:
    """Of how many notes a list must be: what is asked of one note alone is better answered by its best sentences."""
    return 2 if subject.topic and subject.noun.kind is not None else 1


def _dated(search: Search, evidence: Evidence, subject: Subject, ids: set[str], most: int) -> Choice | None:
    """The notes that tell of the dates asked for; refused where the notes tell of other days only."""
    speaking = ids
    if not subject.dates.yearless:
        chunks = set[str]().union(*(search.build.catalogue.speaking_of(days) for days in subject.dates.ranges))
        speaking = ids & search.build.catalogue.notes_of(chunks)
    if subject.noun.kind is not Kind.EVENT and subject.noun is not _ANYTHING:
        speaking = speaking | {note.id for note in _notes(search, ids) if _published(note, subject)}
    told, unread = _gather(search, evidence, subject, _latest_first(search, speaking), most)
    if told:
        return _listed(told, most, unread, undated_year(told))
    events = subject.noun.kind is Kind.EVENT or subject.noun is _ANYTHING
    return Choice(reason=Reason.FUTURE_OR_UNKNOWN_DATE) if events and ids and not unread else None


def _gather(
    search: Search, evidence: Evidence, subject: Subject, notes: Sequence[Note], enough: int
) -> tuple[list[Told], list[Note]]:
    """The best sentence of each note that fits, until there are enough, and the notes that were not read."""
    told, read = list[Told](), 0
    days = subject.dated or subject.noun.kind is not None
    for number, note in enumerate(notes):
        read += len(note.text)
        if len(told) == enough or (days and read > READ_CHARS * (1 if told else _LOOKED_FOR)):
            return told, list(notes[number:])
        (sentences,) = list(tell(search, evidence, subject, [note.id], days=days)) or [[]]
        fitting = [t for t in sentences if about(t, subject) and _fits(t, subject)]
        fitting.sort(key=lambda t: subject.dated and not (t.when and _within(t.when, subject)))
        told += fitting[:1]
    return told, []


def _fits(told: Told, subject: Subject) -> bool:
    if not subject.dated:
        return True
    if told.when and _within(told.when, subject):
        return True
    own = subject.noun.kind is not Kind.EVENT and subject.noun is not _ANYTHING
    return own and _published(told.note, subject)


def _within(when: Occurrence, subject: Subject) -> bool:
    """Whether the days are of those asked for: all of them, or some of a few days, or of a month within a season."""
    ranges = subject.dates.in_year_of(when.first)
    if any(days.holds(when.first, when.last) for days in ranges):
        return True
    met = [d for d in ranges if (d.first or date.min) <= when.last and when.first <= (d.last or date.max)]
    few = when.last - when.first < _FEW_DAYS
    return any(few or (when.fine and (d.last or date.max) - (d.first or date.min) > 2 * _FEW_DAYS) for d in met)


def _published(note: Note, subject: Subject) -> bool:
    return note.date is not None and any(d.holds(note.date.first, note.date.last) for d in subject.dates.ranges)


def _notes(search: Search, ids: set[str]) -> list[Note]:
    return list(search.build.catalogue.notes(sorted(ids)).values())


def _latest_first(search: Search, ids: set[str]) -> list[Note]:
    return sorted(_notes(search, ids), key=lambda n: (n.date.last if n.date else date.min, n.id), reverse=True)


def _listed(told: Sequence[Told], most: int, unread: Sequence[Note], said: str | None = None) -> Choice:
    """As many as there is room for, in date order; what is left out is named."""
    kept: list[Told] = []
    for one in told:
        length = sum(len(t.candidate.text) for t in kept) + len(one.candidate.text)
        if not kept or (len(kept) < most and length <= _CHARS):
            kept.append(one)
    left = [t.note for t in told if t not in kept] + list(unread)
    kept.sort(key=lambda t: (t.day, t.note.id))
    notices = [text for text in (said, _left_out(left)) if text]
    return Choice(tuple(t.candidate for t in kept), notice=" ".join(notices) or None)


def _left_out(notes: Sequence[Note]) -> str | None:
    if not notes:
        return None
    titles = ", ".join(quoted(note.title) for note in notes[:_TITLES])
    if len(notes) == 1:
        return tr("Une autre note peut répondre : {titles}.").format(titles=titles)
    if len(notes) <= _TITLES:
        return tr("{count} autres notes peuvent répondre : {titles}.").format(count=len(notes), titles=titles)
    return tr("{count} autres notes peuvent répondre, dont {titles}.").format(count=len(notes), titles=titles)
