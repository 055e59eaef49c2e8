"""The evaluation cases of `evals/cases/corpus_*.jsonl`: read, checked, and held against a reply."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assistant.dates import format_day_range
from assistant.models import Answer, Citation, Reason, Refusal, Reply, Turn
from assistant.questions import turns

CASES = Path(__file__).parent.parent / "evals" / "cases"
DEVELOPMENT = CASES / "corpus_development.jsonl"
DEVELOPMENT2 = CASES / "corpus_development2.jsonl"
SEEN = CASES / "corpus_seen.jsonl"
REPORT = CASES / "corpus_report.jsonl"

_EXPECTED = ("answer", "refuse", "correct")
_REQUIRED = frozenset({"id", "question", "expected", "tags"})
_FIELDS = _REQUIRED | {"history", "today", "facts", "must_not", "sources", "reasons"}
_PLAIN = str.maketrans("\u2018\u2019\u02bc\u2032\u2010\u2011", "''''--")


class CaseError(ValueError):
    """A fault of a case file, after the file and the line."""


@dataclass(frozen=True, slots=True)
class Source:
    """Words of a note that support the answer."""

    note_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question, and what a right reply to it is.

    `expected`: `answer`; `refuse`; `correct` for a false premise, where both a refusal and an answer that is marked as
    a correction are right. An answer holds one wording of each of `facts`, none of `must_not`, and cites one of
    `sources`. `reasons` are the codes that a refusal may give, any where there is none.
    """

    id: str
    question: str
    expected: str
    tags: tuple[str, ...]
    history: tuple[Turn, ...] = ()
    today: date | None = None
    facts: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    reasons: frozenset[Reason] = frozenset()


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, one JSON object a line; blank lines are passed over.

    Raises:
        CaseError: a line is no case, or its id has been used.
    """
    cases: dict[str, Case] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = _case(json.loads(line))
            if case.id in cases:
                raise ValueError(f"id {case.id!r} is used twice")
        except ValueError as error:
            raise CaseError(f"{path}:{number}: {error}") from None
        cases[case.id] = case
    return list(cases.values())


def _case(fields: Any) -> Case:
    if not isinstance(fields, dict):
        raise ValueError(f"expected an object, got {fields!r}")
    if unknown := sorted(fields.keys() - _FIELDS):
        raise ValueError(f"unknown field {unknown[0]!r}")
    if missing := sorted(_REQUIRED - fields.keys()):
        raise ValueError(f"field {missing[0]!r} is missing")
    case = Case(
        _text(fields, "id"),
        _text(fields, "question"),
        _text(fields, "expected"),
        _texts(fields, "tags"),
        turns(fields.get("history", [])),
        date.fromisoformat(_text(fields, "today")) if "today" in fields else None,
        tuple(_texts({"facts": fact}, "facts") for fact in _list(fields, "facts")),
        _texts(fields, "must_not"),
        tuple(_source(source) for source in _list(fields, "sources")),
        frozenset(Reason(reason) for reason in _texts(fields, "reasons")),
    )
    _check_kind(case)
    return case


def _check_kind(case: Case) -> None:
    """Fields that do not go with what is expected."""
    if case.expected not in _EXPECTED:
        raise ValueError(f"'expected' is one of {', '.join(_EXPECTED)}, got {case.expected!r}")
    answerable = case.expected != "refuse"
    if answerable != bool(case.facts) or answerable != bool(case.sources):
        raise ValueError("'facts' and 'sources' go with 'answer' and 'correct', and only with these")
    if case.must_not and not answerable:
        raise ValueError("'must_not' does not go with 'refuse'")
    if case.reasons and case.expected == "answer":
        raise ValueError("'reasons' does not go with 'answer'")


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name!r} must be a text that is not blank, got {value!r}")
    return value


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    """A list that is not empty, or [] where the field is left out."""
    value = fields.get(name)
    if name in fields and (not isinstance(value, list) or not value):
        raise ValueError(f"{name!r} must be a list that is not empty, got {value!r}")
    return value or []


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_text({name: item}, name) for item in _list(fields, name))


def _source(fields: Any) -> Source:
    if not isinstance(fields, dict) or fields.keys() != {"note", "quote"}:
        raise ValueError(f"a source is an object with 'note' and 'quote', got {fields!r}")
    return Source(_text(fields, "note"), _text(fields, "quote"))


def even(text: str) -> str:
    """Small letters without accents, plain apostrophes and hyphens, single plain spaces: what wordings compare by."""
    letters = unicodedata.normalize("NFKD", text.translate(_PLAIN)).casefold()
    return " ".join("".join(char for char in letters if not unicodedata.combining(char)).split())


def judge(case: Case, reply: Reply, texts: Mapping[str, str]) -> list[str]:
    """What is wrong with a reply, nothing when it is right. `texts` are those of all notes, by id."""
    if isinstance(reply, Refusal):
        return list(_faults_of_refusal(case, reply))
    return [*_faults_of_answer(case, reply), *_faults_of_citations(case, reply, texts)]


def _faults_of_refusal(case: Case, reply: Refusal) -> Iterator[str]:
    if case.expected == "answer":
        yield f"refused ({reply.reason})"
    elif case.reasons and reply.reason not in case.reasons:
        yield f"refused for {reply.reason}, not {' or '.join(sorted(case.reasons))}"


def _faults_of_answer(case: Case, reply: Answer) -> Iterator[str]:
    if case.expected == "refuse":
        yield "answered"
        return
    if case.expected == "correct" and not reply.corrects:
        yield "answered without correcting the premise"
    said = even(readable(reply))
    for wordings in case.facts:
        if not any(_holds(said, wording) for wording in wordings):
            yield f"fact missing: {' | '.join(wordings)}"
    for wording in case.must_not:
        if _holds(said, wording):
            yield f"must not be said: {wording}"


def _holds(said: str, wording: str) -> bool:
    """Whether an evened text has the wording as whole words: "4ème édition" is not in "14ème édition"."""
    sought = even(wording)
    start = said.find(sought)
    while start >= 0:
        before, after = said[:start][-1:], said[start + len(sought) :][:1]
        if not before.isalnum() and not after.isalnum():
            return True
        start = said.find(sought, start + 1)
    return False


def readable(reply: Answer) -> str:
    """The answer, and the meaning of its relative dates: « … mardi 17 octobre dernier. [1] 17 octobre 2017 »."""
    dates = [format_day_range(d.first, d.last) for sentence in reply.sentences for d in sentence.dates]
    return " ".join([reply.text, *dates])


def _faults_of_citations(case: Case, reply: Answer, texts: Mapping[str, str]) -> Iterator[str]:
    if not reply.sentences:
        yield "answer without a sentence"
    numbers = {citation.number for citation in reply.citations}
    for sentence in reply.sentences:
        if not numbers.intersection(sentence.citations):
            yield f"sentence without citation: {sentence.text}"
    for citation in reply.citations:
        if not citation.quote or texts.get(citation.note_id, "")[citation.start : citation.end] != citation.quote:
            yield f"[{citation.number}] is not verbatim in {citation.note_id}"
    if case.sources:
        yield from _faults_of_sources(case.sources, reply.citations, texts)


def _faults_of_sources(
    sources: Iterable[Source], citations: Iterable[Citation], texts: Mapping[str, str]
) -> Iterator[str]:
    """One right citation is enough: that several notes are needed shows in the facts."""
    pairs = [(s, c) for s in sources for c in citations if s.note_id == c.note_id]
    if not pairs:
        yield f"cites none of {', '.join(sorted({s.note_id for s in sources}))}"
    elif not any(_overlap(source, citation, texts.get(source.note_id, "")) for source, citation in pairs):
        yield "cites the right note, but not the words that answer"


def _overlap(source: Source, citation: Citation, text: str) -> bool:
    start = text.find(source.quote)
    return start >= 0 and citation.start < start + len(source.quote) and start < citation.end
