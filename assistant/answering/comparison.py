"""« Compare A et B » -> the sentence of each of two notes that says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.answering.chosen import Choice
from assistant.answering.evidence import Evidence, Search
from assistant.answering.subject import Noun, Subject, subject_of
from assistant.answering.telling import Told, holds_words, tell
from assistant.french.words import content_words, index_terms
from assistant.language import quoted, tr
from assistant.models import Note

_COMPARES = re.compile(
    r"^\W*(?:(?:peux-tu|pouvez-vous|pourriez-vous|merci de|can you|could you|please|me)[ ,]+)*"
    r"(?:compare[rz]?|comparaison|(?:quelles?|what) .{0,12}diff[ée]rences?(?: y a-t-il)?|diff[ée]rences?)"
    r"(?: (?:entre|between|de|of|with))?\s+(?P<things>.+?)[\s?.!]*$",
    re.I,
)
_WHICH = re.compile(r"^\W*(?:lequel|laquelle|which)\b.*?(?:,|:|\bentre\b|\bbetween\b)\s*(?P<things>.+?)[\s?.!]*$", re.I)
_FIRST = re.compile(r"^\W*(?:entre|between)\s+(?P<things>.+?),\s*(?:lequel|laquelle|qui|which)\b.*$", re.I)
_ALIKE = re.compile(
    r"^\W*(?:est-ce que )?(?P<things>(?:les?|la|l['’]).+?\bet\s.+?)\s+(?:se\s|s['’]|ont-|sont-|est-|a-t-|ont\b|sont\b)"
    r".*\b(?:m[êe]mes?|en commun|différen\w+|ensemble)\b.*$",
    re.I,
)
# Wherever it stands, it sets two things side by side; they are then found by the notes that they name.
_SIDE_BY_SIDE = re.compile(
    r"\b(?:compar\w+|diff[ée]r\w+|distingu\w+|respectivement|lequel|laquelle|lesquels|which|m[êe]mes?|en commun"
    r"|points? communs?|ressembl\w+|versus|vs|(?:plus|moins|aussi|mieux)\b.* qu(?:e\b|['’])|than)\b",
    re.I,
)
_THAT = re.compile(r"^(?:celui|celle|ceux|celles)\s+", re.I)
_WORDS = 9  # of a thing, at most
_BETWEEN = re.compile(r",?\s+(?:et|avec|and|with|versus|vs\.?|à|au|aux|ou|or)\s+", re.I)
_LINK = re.compile(r"\s*(?:,\s*|\b(?:et|ou|que|avec|and|or|than|versus|vs\.?|à|au|de)\s+|\bqu['’])", re.I)
_ARTICLE = re.compile(r"^(?:(?:les?|la|du|des|de|the)\s+|(?:l|d)['’]\s*)", re.I)
_THING = Noun("note", None, loose=True)
_ENOUGH = 0.6  # of a thing's words in a title: « le Forum Smart City » is the « Forum Smart City du Grand Paris »


def compare(search: Search, evidence: Evidence, max_sentences: int) -> Choice | None:
    """A sentence on each of two things that have a note each; None where that is not sure."""
    things = compared(evidence.question)
    if max_sentences < 2:
        return None
    choice = _compare(search, evidence, things) if things else None
    if choice is None and _SIDE_BY_SIDE.search(evidence.question):
        return next((c for pair in _pairs(search, evidence.question) if (c := _compare(search, evidence, pair))), None)
    return choice


def _compare(search: Search, evidence: Evidence, things: tuple[str, str]) -> Choice | None:
    subjects = [subject_of(thing, _THING, "", search.today) for thing in things]
    if any(not subject.topic for subject in subjects) or _told_together(search, subjects):
        return None
    found = [_note_of(search, subject) for subject in subjects]
    notes = [note for note in found if note is not None]
    if not notes or len({note.id for note in notes}) < len(notes):
        return None
    told = [_best(search, evidence, subject, note) for subject, note in zip(subjects, found, strict=True) if note]
    told.sort(key=lambda t: (t.day, t.note.id))
    missing = [thing for thing, note in zip(things, found, strict=True) if note is None]
    notice = tr("Aucune note trouvée sur {thing}.").format(thing=quoted(missing[0])) if missing else None
    return Choice(tuple(t.candidate for t in told), notice=notice)


def _pairs(search: Search, question: str) -> Iterator[tuple[str, str]]:
    """The longest words on either side of « et », « ou », « que » that name a note each."""
    for link in _LINK.finditer(question):
        before, after = (
            question[: link.start()].split()[-_WORDS:],
            question[link.end() :].strip(" ?!.").split()[:_WORDS],
        )
        first = _naming(search, [" ".join(before[at:]) for at in range(len(before))])
        if first is None:
            continue
        noun = f"{next(iter(content_words(first)), '')} "
        ends = [_THAT.sub(noun, " ".join(after[:count])) for count in range(len(after), 0, -1)]
        second = _naming(search, ends)
        if second is not None:
            yield first, second


def _naming(search: Search, phrases: list[str]) -> str | None:
    """The first of the phrases that names one note."""
    for phrase in phrases:
        thing = _ARTICLE.sub("", phrase)
        subject = subject_of(thing, _THING, "", search.today)
        if subject.topic and _note_of(search, subject):
            return thing
    return None


def compared(question: str) -> tuple[str, str] | None:
    """The two things that a question compares, in its words; None where it compares none."""
    patterns = (_COMPARES, _WHICH, _FIRST, _ALIKE)
    match = next((found for pattern in patterns if (found := pattern.search(question))), None)
    parts = _BETWEEN.split(match["things"]) if match else []
    if len(parts) != 2:
        return None
    first, second = (_ARTICLE.sub("", part.strip()) for part in parts)
    return (first, second) if first and second else None


def _told_together(search: Search, subjects: list[Subject]) -> bool:
    """Whether one note holds the words of both: then its own sentences say how they compare."""
    first, second = (subject.notes(search.build, search.filters) for subject in subjects)
    shared = search.build.catalogue.notes(sorted(first & second)).values()
    return any(all(_titled(note, subject) < _ENOUGH for subject in subjects) for note in shared)


def _note_of(search: Search, subject: Subject) -> Note | None:
    """The note whose title names a thing best, of those that hold its words, or the only one that does."""
    notes = search.build.catalogue.notes(sorted(subject.notes(search.build, search.filters))).values()
    best = max(notes, key=lambda note: (_titled(note, subject), -len(note.title)), default=None)
    return best if best and (_titled(best, subject) >= _ENOUGH or len(notes) == 1) else None


def _titled(note: Note, subject: Subject) -> float:
    return holds_words(set(index_terms(note.title).split()), subject.topic)


def _best(search: Search, evidence: Evidence, subject: Subject, note: Note) -> Told:
    (sentences,) = tell(search, evidence, subject, [note.id])
    return sentences[0]
