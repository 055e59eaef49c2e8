"""What an evaluation is made of: cases, what was said, scores. Frozen, no input or output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from assistant.models import Reason, Turn

Text = Annotated[str, StringConstraints(pattern=r"\S")]
_WORDINGS = "Formulations admises du même fait : la réponse doit en contenir une, en mots entiers."


class Expected(StrEnum):
    """What a right reply is. `correct`: the question takes something false for granted; both a refusal and an answer
    that is marked as a correction are right.
    """

    ANSWER = "answer"
    REFUSE = "refuse"
    CORRECT = "correct"


class Status(StrEnum):
    """Whether a person has read the case. A candidate counts in no figure."""

    REVIEWED = "reviewed"
    CANDIDATE = "candidate"


class Source(BaseModel):
    """Words of a note that support the answer. Without a quote, any passage of the note does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: Text = Field(description="L'identifiant de la note.")
    quote: str = Field("", description="Les mots exacts de la note ; vide : toute la note.")


class EvalCase(BaseModel):
    """One question, and what a right reply to it is. The field descriptions are the schema's, in French."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Cas de test")

    id: Text = Field(description="Unique dans tous les fichiers.")
    question: Text = Field(description="Telle qu'une personne la poserait.")
    expected: Expected = Field(
        description="answer : répondre ; refuse : refuser ; correct : la question suppose une chose fausse."
    )
    tags: tuple[Text, ...] = Field((), description="Ce que le cas met à l'épreuve : qui, suite, fait-absent…")
    history: tuple[Turn, ...] = Field((), description="Les tours précédents, le plus ancien d'abord.")
    today: date | None = Field(None, description="Le jour où la question est posée, AAAA-MM-JJ.")
    facts: tuple[Annotated[tuple[Text, ...], Field(min_length=1, description=_WORDINGS)], ...] = Field(
        (), description="Ce que la réponse doit contenir : un fait par élément."
    )
    must_not: tuple[Text, ...] = Field((), description="Ce que la réponse ne doit pas contenir.")
    sources: tuple[Source, ...] = Field((), description="Les mots des notes qui répondent ; en citer un suffit.")
    reasons: frozenset[Reason] = Field(frozenset(), description="D'un refus, les raisons admises ; vide : toutes.")
    status: Status = Field(Status.REVIEWED, description="candidate : pas encore relu, ne compte dans aucun chiffre.")
    comment: str = Field("", description="Pour qui relit : d'où vient le cas, ce qui est en doute.")

    @model_validator(mode="after")
    def _fields_go_together(self) -> Self:
        if fault := _misfit(self):
            raise PydanticCustomError("misfit", "{fault}", {"fault": fault})
        return self

    @property
    def answerable(self) -> bool:
        """Whether the notes hold what is asked, be it to correct the question."""
        return self.expected is not Expected.REFUSE


def _misfit(case: EvalCase) -> str:
    """Which fields do not go with what is expected; empty where all do."""
    if not case.answerable and (case.facts or case.sources or case.must_not):
        return "« facts », « sources » et « must_not » ne vont pas avec « refuse »"
    if case.answerable and case.status is Status.REVIEWED and not case.facts and not case.sources:
        return f"« facts » ou « sources » doit dire ce qui répond, puisque « expected » vaut « {case.expected} »"
    if case.reasons and case.expected is Expected.ANSWER:
        return "« reasons » ne va pas avec « answer »"
    return ""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (excluded) of a note."""

    note_id: str
    start: int
    end: int

    def meets(self, other: Span) -> bool:
        """Whether both hold a character of the same note."""
        return self.note_id == other.note_id and max(self.start, other.start) < min(self.end, other.end)


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it was given: its number, its span, its words."""

    number: int
    span: Span
    quote: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as it was given, the numbers of its citations, and what its relative dates mean, in words."""

    text: str
    citations: tuple[int, ...]
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """A reply as it is recorded, ours or another system's. `error` says what went wrong instead of one.

    `ranking` are the passages that were found, best first, as deep as the run looked; `milliseconds` is wall time.
    """

    kind: str
    text: str
    reason: str | None = None
    sentences: tuple[Said, ...] = ()
    citations: tuple[Cited, ...] = ()
    ranking: tuple[Span, ...] = ()
    confidence: float | None = None
    corrects: bool = False
    standalone_question: str = ""
    milliseconds: float | None = None
    error: str = ""

    @property
    def answered(self) -> bool:
        """Whether it claims to answer."""
        return self.kind == "answer" and not self.error

    @property
    def refused(self) -> bool:
        """Whether it says that it does not answer. An error is neither."""
        return self.kind == "refusal" and not self.error

    @property
    def empty(self) -> bool:
        """Whether it claims to answer, and says nothing."""
        return self.answered and not any(said.text.strip() for said in self.sentences)

    @property
    def readable(self) -> str:
        """What a reader reads: the text without the numbers of its citations, the meaning of its relative dates."""
        text = self.text
        for number in {number for said in self.sentences for number in said.citations}:
            text = text.replace(f"[{number}]", "")
        return " ".join([text, *(date for said in self.sentences for date in said.dates)])


@dataclass(frozen=True, slots=True)
class Trial:
    """One case put to an assistant: what metrics score. `texts` are those of the notes, by id; `gold` are the spans of
    the case's sources, each with all places where its quote stands.
    """

    case: EvalCase
    response: Response
    texts: Mapping[str, str]
    gold: tuple[tuple[Span, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """One measured figure of one case, and why it is so, in French."""

    value: float
    why: str


class Verdict(StrEnum):
    """What a person thinks of a reply."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Label:
    """One person's verdict on one reply of a run. `when` is UTC, ISO 8601."""

    case: str
    who: str
    verdict: Verdict
    comment: str
    when: str


@dataclass(frozen=True, slots=True)
class Result:
    """One case of a run: the case, what was said, and its scores by metric."""

    case: EvalCase
    response: Response
    scores: Mapping[str, Score] = field(default_factory=dict)
    gold: tuple[tuple[Span, ...], ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
