"""Notes -> the sentence of each that tells of a subject, and when what it tells takes place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answering.evidence import Evidence, Search
from assistant.answering.extractive import Candidate
from assistant.answering.subject import Subject
from assistant.dates import Occurrence, find_occurrences, format_date
from assistant.french.sentences import sentence_spans
from assistant.french.words import content_words, index_terms, variants
from assistant.language import quoted, tr
from assistant.models import Kind, Note, Passage

_END_MARKS = tuple('.!?…»")”')
_LEAST_CHARS = 25
#: Of notes read for their dates: what a question may take.
READ_CHARS = 20_000
# Days by which something must be done, or on which something appears, are no days of an event.
_NO_EVENT = re.compile(
    r"(?:inscri|candidat|date limite|cl[oô]tur|d[ée]p[oô]t|d[ée]pos|parution|paru|publi|r[ée]pon)[^.;:!?]{0,50}$", re.I
)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a note, and the days it tells of; None where it tells none."""

    candidate: Candidate
    when: Occurrence | None = None

    @property
    def note(self) -> Note:
        """The note of the sentence."""
        return self.candidate.passage.note

    @property
    def day(self) -> date:
        """What it is ordered by: the event's day, else the note's; undated last."""
        return self.when.first if self.when else self.note.date.first if self.note.date else date.max


def tell(
    search: Search, evidence: Evidence, subject: Subject, note_ids: Iterable[str], *, days: bool = True
) -> Iterator[list[Told]]:
    """Each note's sentences about the subject, best first, in the notes' order. To read the days takes time."""
    for note, passages in _passages(search, evidence, list(note_ids)):
        yield _of_note(note, passages, subject, days)


def _passages(search: Search, evidence: Evidence, ids: Sequence[str]) -> Iterator[tuple[Note, list[Passage]]]:
    """Each note with all its chunks: a chunk that was not retrieved has no rank and no score."""
    found = {passage.chunk.id: passage for passage in evidence.passages}
    for note_id in ids:
        chunks = search.build.catalogue.chunks_of([note_id])
        passages = [
            found.get(key) or Passage(*pair, rank=0, score=0, dense=0, lexical=0) for key, pair in chunks.items()
        ]
        if passages:
            yield passages[0].note, passages


def _of_note(note: Note, passages: Sequence[Passage], subject: Subject, days: bool) -> list[Told]:
    occurrences = _days_of(note, subject.noun.kind) if days else []
    # What only the title dates is told by the sentence that says most of the note.
    titled = _days_of(Note(note.id, note.title, note.title, note.date), subject.noun.kind) if days else []
    told: list[tuple[float, Told]] = []
    for order, candidate in enumerate(_sentences(passages)):
        within = [o for o in occurrences if candidate.start <= o.mention.start and o.mention.end <= candidate.end]
        gist = _gist(candidate, subject) - 0.02 * order
        told += [(gist, Told(candidate, when)) for when in (within or titled)] or [(gist, Told(candidate))]
    return [one for _, one in sorted(told, key=lambda pair: -pair[0])]


def _days_of(note: Note, kind: Kind | None) -> list[Occurrence]:
    """The days that a note tells. An event's are the most precise; years beside them are its background."""
    found = find_occurrences(note.text, note.date)
    if kind is Kind.EVENT:
        found = [o for o in found if not o.open and not _NO_EVENT.search(note.text[: o.mention.start][-90:])]
    return [o for o in found if o.fine] or found if kind in (Kind.EVENT, None) else found


def _sentences(passages: Sequence[Passage]) -> list[Candidate]:
    """The sentences, each once; labels and slogans only where nothing else is there."""
    found: dict[int, Candidate] = {}
    for passage in passages:
        first = passage.chunk.start
        for start, end in sentence_spans(passage.chunk.text):
            found.setdefault(first + start, Candidate(passage, first + start, first + end, 0.0))
    full = [c for c in found.values() if c.text[-1:] in _END_MARKS and len(c.text) >= _LEAST_CHARS]
    return full or list(found.values())


def _gist(candidate: Candidate, subject: Subject) -> float:
    """How much a sentence says of the topic, and of its note's title."""
    held = set(index_terms(candidate.text).split())
    noun = 0.5 * holds_words(held, content_words(subject.noun.singular))
    return 2 * holds_words(held, subject.topic) + holds_words(held, content_words(candidate.passage.note.title)) + noun


def holds_words(terms: set[str], words: Sequence[str]) -> float:
    """The part of the words that are among the index terms, 0 to 1; 0 where there are no words."""
    return sum(not terms.isdisjoint(variants(word)) for word in words) / len(words) if words else 0.0


def about(told: Told, subject: Subject) -> bool:
    """Whether the sentence or its note's title holds the noun that names what is asked for; a loose noun needs none."""
    if subject.noun.loose:
        return True
    terms = set(index_terms(f"{told.note.title} {told.candidate.text}").split())
    return holds_words(terms, content_words(subject.noun.singular)) == 1


def tells_itself(told: Told, subject: Subject) -> bool:
    """Whether a sentence tells of an event by itself: it names it, or is a line of a list."""
    text, start = told.note.text, told.candidate.start
    line = text[text.rfind("\n", 0, start) + 1 : start + 1].lstrip()
    held = set(index_terms(told.candidate.text).split())
    return line[:1] in "-*•–" or holds_words(held, content_words(subject.noun.singular)) == 1


def undated_year(told: Sequence[Told]) -> str | None:
    """What to say of days that their note bounds but does not tell; None where there are none."""
    guessed = [(" ".join(t.when.mention.text.split()), t.note.date) for t in told if t.when and not t.when.sure]
    template = tr("{words} : date déduite de celle de la note ({date}).")
    said = [template.format(words=quoted(text), date=format_date(day)) for text, day in guessed if day]
    return " ".join(dict.fromkeys(said)) or None
