"""The values that cross rooms: frozen, without input or output."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, Self

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class Kind(StrEnum):
    """What a note is about."""

    PROGRAMME = "programme"
    GOVERNANCE = "gouvernance"
    EVENT = "événement"
    STUDY = "étude"
    OTHER = "autre"


class Reason(StrEnum):
    """Why a question was refused."""

    NOT_IN_CORPUS = "not_in_corpus"
    TOO_VAGUE = "too_vague"
    FUTURE_OR_UNKNOWN_DATE = "future_or_unknown_date"
    OUT_OF_SCOPE = "out_of_scope"


class Role(StrEnum):
    """What a person may do; the two others include what a member may."""

    MEMBER = "member"
    STAFF = "staff"
    EVALUATOR = "evaluator"


@dataclass(frozen=True, slots=True)
class User:
    """A person whom we know, for the length of one request. `source` is who vouches: `file`, `proxy` or `oidc`."""

    name: str
    roles: frozenset[Role] = frozenset()
    source: str = "file"

    def may(self, role: Role) -> bool:
        """Whether the person has the role, or one that includes it."""
        return role in self.roles or (role is Role.MEMBER and bool(self.roles))


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, the month or the year (ISO 8601 calendar dates of reduced precision)."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

        Raises:
            ValueError: the text has another form, or names a day that no calendar has.
        """
        match = _ISO.fullmatch(text)
        if match is None:
            raise ValueError(f"expected YYYY, YYYY-MM or YYYY-MM-DD, got {text!r}")
        year, month, day = (int(part) if part else None for part in match.groups())
        date(year or 0, 1 if month is None else month, 1 if day is None else day)
        return cls(year or 0, month, day)

    @property
    def first(self) -> date:
        """The first day that it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The last day that it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        month = f"-{self.month:02}" if self.month else ""
        day = f"-{self.day:02}" if self.day else ""
        return f"{self.year:04}{month}{day}"


@dataclass(frozen=True, slots=True)
class Note:
    """One source document. `text` is its Markdown body: every span of the project is an offset into it."""

    id: str
    title: str
    text: str
    date: PartialDate | None = None
    date_inferred: bool = False
    kind: Kind = Kind.OTHER
    themes: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a note, as indexed: `text == note.text[start:end]`.

    `context` (title, date, headings) goes before the text to the embedder but is never cited; `headings` are the
    Markdown headings above the piece, outermost first.
    """

    id: str
    note_id: str
    ordinal: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    context: str

    @property
    def embedded_text(self) -> str:
        """What the embedder reads."""
        return f"{self.context}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as retrieved. `score` in 0..1 orders the passages of one question; it is no probability.

    `dense` is the cosine of question and chunk; `lexical` is the BM25 score, 0 where no word is shared.
    """

    chunk: Chunk
    note: Note
    rank: int
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Which notes may answer: any of the kinds, any of the themes, a date that meets the range (bounds included)."""

    kinds: frozenset[Kind] = frozenset()
    themes: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.kinds or self.themes or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact span of a note, as read in one build: `quote == note.text[start:end]`."""

    number: int
    note_id: str
    title: str
    date: PartialDate | None
    date_inferred: bool
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class DateReading:
    """Words of a note that mean a day or a range only beside its date, and what they mean (bounds included)."""

    text: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, the numbers of the citations that support it, and its relative dates resolved."""

    text: str
    citations: tuple[int, ...]
    dates: tuple[DateReading, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `cited` are the ids of the notes that an answer cited, where they are known."""

    role: Literal["user", "assistant"]
    content: str
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NearestNote:
    """A note offered with a refusal: near the question, without the claim that it answers."""

    note_id: str
    title: str
    date: PartialDate | None


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of wall time that each stage took."""

    rewrite: float = 0.0
    retrieve: float = 0.0
    answer: float = 0.0

    @property
    def total(self) -> float:
        """The sum of the stages."""
        return self.rewrite + self.retrieve + self.answer


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences in reading order, each with its citations.

    `confidence` is the estimated probability that the notes answer the question, 0 to 1. `notice` is what the reader
    should know beside the sentences, in French; `corrects` whether they contradict what the question takes for granted.
    `dropped` is how many written sentences were not verified and so are not among them.
    """

    question: str
    standalone_question: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    answerer: str
    build: str
    timings: Timings = field(default_factory=Timings)
    confidence: float = 1.0
    notice: str | None = None
    corrects: bool = False
    dropped: int = 0

    @property
    def text(self) -> str:
        """The sentences with their numbers: `Fait. [1] Autre fait. [2]`."""
        return " ".join(f"{s.text} " + "".join(f"[{n}]" for n in s.citations) for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer, and why: a value, never an exception. `confidence` as in `Answer`."""

    question: str
    standalone_question: str
    reason: Reason
    text: str
    nearest: tuple[NearestNote, ...]
    passages: tuple[Passage, ...]
    answerer: str
    build: str
    timings: Timings = field(default_factory=Timings)
    confidence: float = 0.0


Reply = Answer | Refusal


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """Stream event: what retrieval found, before the answer."""

    standalone_question: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class SentenceReady:
    """Stream event: one more sentence, with the citations that it needs."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """Stream event, always the last: the whole reply."""

    reply: Reply


Event = PassagesFound | SentenceReady | Finished
