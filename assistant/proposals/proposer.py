"""Proposes questions that were really asked first, and answered from the note that they were made of."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from assistant.french.words import content_words
from assistant.index import Build
from assistant.language import current
from assistant.models import Answer, Filters, Kind, Note, Refusal, Reply, Turn
from assistant.proposals.wording import question_on, questions_of

_AT_MOST = 200  # notes looked at for examples
_SURE = 0.5  # confidence of an answer that is worth proposing its question
_REMEMBERED = 2_000  # questions already asked
_PATIENCE = 1.0  # seconds for what is proposed beside an answer

Ask = Callable[[Build, str, Filters], Reply]


@dataclass(frozen=True, slots=True)
class _Found:
    """What asking gave: the spans that are cited, by note; none for a refusal or a doubtful answer."""

    spans: frozenset[tuple[str, int, int]] = frozenset()

    def tells_more(self, told: Collection[tuple[str, int, int]]) -> bool:
        """Whether half of it at least is new."""
        return bool(self.spans) and 2 * len(self.spans.difference(told)) >= len(self.spans)

    def cites(self, note_id: str) -> bool:
        return any(span[0] == note_id for span in self.spans)


class Proposer:
    """Remembers what it has asked, by build. Safe to share between threads: one asks, others take what is known.

    Args:
        ask: answers a question from a build, without a chat model.
        is_idle: whether nobody waits for an answer; while somebody does, nothing is asked here.
    """

    def __init__(self, ask: Ask, is_idle: Callable[[], bool]) -> None:
        self._ask = ask
        self._is_idle = is_idle
        self._asking = threading.Lock()
        self._known: OrderedDict[tuple[str, str, Filters], _Found] = OrderedDict()
        self._examples: tuple[tuple[str, str] | None, tuple[str, ...]] = (None, ())

    def examples(self, build: Build, limit: int) -> tuple[str, ...]:
        """The first questions of a build, the kinds of notes in turn. While they are made anew, those of before."""
        made_for, questions = self._examples
        wanted = (build.id, current().value)
        if made_for == wanted and len(questions) >= limit:
            return questions[:limit]
        if self._asking.acquire(blocking=made_for is None):
            try:
                found = self._answered(build, _candidates(build), Filters(), wait=True)
                questions = tuple(question for question, _ in zip(found, range(limit), strict=False))
                self._examples = (wanted, questions)
            finally:
                self._asking.release()
        return questions[:limit]

    def follow_ups(
        self, build: Build, reply: Reply, history: Sequence[Turn], filters: Filters, limit: int
    ) -> tuple[str, ...]:
        """Questions that go on from a reply, about the notes that it cites or names, and tell more than it."""
        ids = _notes_of(reply)
        notes = build.catalogue.notes(ids)
        candidates = _next_candidates(build, [notes[note_id] for note_id in ids if note_id in notes])
        said = {_key(turn.content) for turn in history if turn.role == "user"}
        said |= {_key(reply.question), _key(reply.standalone_question)}
        told = _spans(reply)
        found: list[str] = []
        deadline = time.monotonic() + _PATIENCE
        may_ask = self._asking.acquire(blocking=False)
        try:
            for note_id, question in candidates:
                if len(found) == limit:
                    break
                if _key(question) in said:
                    continue
                ask = may_ask and time.monotonic() < deadline and self._is_idle()
                answer = (
                    self._asked(build, question, filters) if ask else self._known.get((build.id, question, filters))
                )
                if answer is not None and answer.tells_more(told) and (note_id is None or answer.cites(note_id)):
                    found.append(question)
                    told |= answer.spans
        finally:
            if may_ask:
                self._asking.release()
        return tuple(found)

    def _answered(
        self, build: Build, candidates: Iterable[tuple[str, str]], filters: Filters, *, wait: bool
    ) -> Iterator[str]:
        for note_id, question in candidates:
            if (wait or self._is_idle()) and self._asked(build, question, filters).cites(note_id):
                yield question

    def _asked(self, build: Build, question: str, filters: Filters) -> _Found:
        key = (build.id, question, filters)
        if key not in self._known:
            reply = self._ask(build, question, filters)
            self._known[key] = _Found(frozenset(_spans(reply)) if reply.confidence >= _SURE else frozenset())
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]


def _candidates(build: Build) -> Iterator[tuple[str, str]]:
    """`(note id, question)`: one question a note, the kinds in turn, then the notes' second questions, and so on."""
    catalogue = build.catalogue
    notes = list(catalogue.notes(catalogue.note_ids()[:_AT_MOST]).values())
    by_kind = [[note for note in notes if note.kind == kind] for kind in Kind]
    in_turn = [note for rank in zip_longest(*by_kind) for note in rank if note is not None]
    for round_ in zip_longest(*([(note.id, question) for question in questions_of(note)] for note in in_turn)):
        yield from (candidate for candidate in round_ if candidate is not None)


def _next_candidates(build: Build, notes: Sequence[Note]) -> Iterator[tuple[str | None, str]]:
    """Those of the first note, then of the others in turn, then of their themes."""
    yield from ((note.id, question) for note in notes[:1] for question in questions_of(note))
    for round_ in zip_longest(*([(note.id, question) for question in questions_of(note)] for note in notes[1:])):
        yield from (candidate for candidate in round_ if candidate is not None)
    shared = {theme for theme, count in build.catalogue.themes() if count > 1}
    themes = dict.fromkeys(theme for note in notes for theme in note.themes if theme in shared)
    yield from ((None, question_on(theme)) for theme in themes)


def _notes_of(reply: Reply) -> list[str]:
    """Those that it cites or names, then those that were found beside them."""
    named = [n.note_id for n in reply.nearest] if isinstance(reply, Refusal) else [c.note_id for c in reply.citations]
    return list(dict.fromkeys([*named, *(passage.note.id for passage in reply.passages)]))


def _spans(reply: Reply) -> set[tuple[str, int, int]]:
    cited = reply.citations if isinstance(reply, Answer) else ()
    return {(citation.note_id, citation.start, citation.end) for citation in cited}


def _key(question: str) -> tuple[str, ...]:
    """Two questions with the same words of content are the same."""
    return tuple(sorted(content_words(question)))
