"""The facade: open once, then retrieve, ask or stream. Picks up a newly published build at the next question."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from assistant import questions
from assistant.agenda import Shelves
from assistant.answering.generative import Generator
from assistant.answering.ranker import load_or_none
from assistant.browse import browse
from assistant.chain import Chain, Request
from assistant.embedding import Embedder
from assistant.index import Build, Reader, Server, note_as_cited, published_build_id
from assistant.listings import Agenda, AgendaEvent, AgendaWanted, Knowledge, NotesFound, NotesWanted
from assistant.models import Event, Filters, Finished, Note, Passage, Reply, Turn
from assistant.observing import Observer, Recorder
from assistant.proposals import Proposer
from assistant.replies import Replies, events, lasts
from assistant.retrieval import Retrieval, retrieve
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.observing.metrics import State


class Assistant:
    """Answers questions from the published build. Safe to share between threads."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self.observer = Observer.from_settings(settings)
        self._generator = Generator.from_settings(settings)
        server = Server.from_settings(settings)
        self.reader = Reader(settings.index_dir, embedder.identity, server)
        self._shelves = Shelves()
        self.ranker = load_or_none(embedder) if settings.sentence_ranker else None
        self._in_progress = Count()
        self._replies = Replies(settings.cached_answers)
        self._proposer = Proposer(self._ask_quoting, lambda: self._in_progress.value == 0)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Load the embedder and open the published build.

        Raises:
            SettingsError: a chat model is set without its address, or the reverse; a service's address leads over the
                Internet unprotected.
            EmbeddingError: the model cannot be loaded.
            IndexStoreError: there is no index, or it is damaged or made with another embedder.
        """
        Server.from_settings(settings)  # what is refused and a missing index are said before the model loads
        published_build_id(settings.index_dir)
        return cls(settings, Embedder.from_settings(settings))

    @property
    def build(self) -> str:
        """The id of the build that the next question will be answered from."""
        with self.reader.lease() as build:
            return build.id

    def state(self) -> State:
        """What metrics tell of the moment."""
        from assistant.observing.metrics import State

        with self.reader.lease() as build:
            return State(
                build=build.id,
                embedder=str(self.embedder.identity),
                notes=build.manifest.notes,
                chunks=build.manifest.chunks,
                created=datetime.fromisoformat(build.manifest.created),
                in_progress=self._in_progress.value,
                followed=self.reader.followed,
            )

    def retrieve(self, question: str, filters: Filters | None = None, count: int | None = None) -> tuple[Passage, ...]:
        """The best passages for a stand-alone question, best first; as many as the settings say, or `count`.

        Raises:
            QuestionError: the question is empty or too long.
        """
        questions.check(question, self.settings)
        with self.reader.lease() as build:
            return self._found(build, question, count or self.settings.passages, filters, None).passages

    def ranking(self, question: str, count: int, today: date | None = None) -> tuple[Passage, ...]:
        """The `count` best passages as `ask` finds them on the day `today`. The question, such as
        `Reply.standalone_question`, may have any length.
        """
        with self.reader.lease() as build:
            return self._found(build, question, count, None, today).passages

    def _found(self, build: Build, question: str, count: int, filters: Filters | None, today: date | None) -> Retrieval:
        return retrieve(build, self.embedder, question, count, filters, today, self.settings.lexical_weight)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        today: date | None = None,
    ) -> Reply:
        """An `Answer`, or a `Refusal` where the corpus is silent.

        Args:
            question: in French, or in English.
            history: the turns before it, oldest first.
            filters: which notes may answer.
            today: the day on which it is asked, the current one where left out.

        Raises:
            QuestionError: the question is empty or too long.
        """
        return _last(self.stream(question, history, filters, today))

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        today: date | None = None,
    ) -> Iterator[Event]:
        """`PassagesFound`, one `SentenceReady` a sentence, then `Finished` with the same reply as `ask`.

        Raises:
            QuestionError: the question is empty or too long.
        """
        questions.check(question, self.settings)
        request = Request(question, tuple(history), filters or Filters(), today or date.today())
        return self._stream(request, self._generator)

    def _stream(self, request: Request, generator: Generator | None) -> Iterator[Event]:
        with (
            self._in_progress,
            self.reader.lease() as build,
            self.observer.asking(request.question, build.id) as asking,
        ):
            known = self._replies.get(build.id, request)
            if known is not None:
                asking.finished(known, remembered=True)
                yield from events(known)
                return
            for event in self._chain(build, generator, asking.recorder).stream(request):
                if isinstance(event, Finished):
                    asking.finished(event.reply)
                    if lasts(event.reply, written=generator is not None):
                        self._replies.put(request, event.reply)
                yield event

    def _chain(self, build: Build, generator: Generator | None, recorder: Recorder | None = None) -> Chain:
        return Chain(
            build,
            self.embedder,
            self.settings.passages,
            self.settings.max_sentences,
            generator,
            self.ranker,
            self.settings.lexical_weight,
            self.settings.refusal_threshold,
            recorder or Recorder(),
        )

    def _ask_quoting(self, build: Build, question: str, filters: Filters) -> Reply:
        """Without a chat model: what is proposed must cost no request."""
        return _last(self._chain(build, None).stream(Request(question, filters=filters)))

    def note(self, note_id: str, build: str | None = None) -> Note:
        """One note of the published build, or as it was in an earlier one, such as `Answer.build` names.

        Raises:
            KeyError: no note has this id, or its text in that build was not kept.
        """
        with self.reader.lease() as current:
            if build in (None, current.id):
                return current.catalogue.note(note_id)
        found = note_as_cited(self.settings.index_dir, str(build), note_id)
        if found is None:
            raise KeyError(note_id)
        return found

    def agenda(self, wanted: AgendaWanted | None = None, today: date | None = None) -> Agenda:
        """The events that the notes tell of. The first call on a build reads all its notes: a second for 1,800.

        Args:
            wanted: which of them; all where left out.
            today: what tells the coming from the past, the current day where left out.
        """
        with self.reader.lease() as build:
            return self._shelves.of(build).wanted(AgendaWanted() if wanted is None else wanted, today or date.today())

    def event(self, event_id: str) -> AgendaEvent:
        """One event of the agenda or of a note.

        Raises:
            KeyError: no note tells of it, or no longer does.
        """
        with self.reader.lease() as build:
            return self._shelves.of(build).event(event_id)

    def events_of(self, note_id: str) -> tuple[AgendaEvent, ...]:
        """The events that a note of the published build tells of, in reading order; none for an unknown note."""
        with self.reader.lease() as build:
            return self._shelves.of(build).of_note(note_id)

    def browse(self, wanted: NotesWanted | None = None) -> NotesFound:
        """One page of the list of notes; all of them, the latest first, where nothing is wanted in particular."""
        with self.reader.lease() as build:
            return browse(build.catalogue, NotesWanted() if wanted is None else wanted)

    def knowledge(self) -> Knowledge:
        """What the published build holds."""
        with self.reader.lease() as build:
            dates = build.catalogue.dates()
            return Knowledge(
                notes=build.manifest.notes,
                first=min(dates, key=lambda day: day.first, default=None),
                last=max(dates, key=lambda day: day.last, default=None),
                updated=datetime.fromisoformat(build.manifest.created),
                build=build.id,
            )

    def themes(self) -> tuple[tuple[str, int], ...]:
        """The themes of the notes, each with how many notes bear it; the most frequent first."""
        with self.reader.lease() as build:
            return tuple(build.catalogue.themes())

    def count(self, filters: Filters) -> int:
        """How many notes pass the filters."""
        with self.reader.lease() as build:
            return build.catalogue.passing(filters)

    def examples(self, limit: int = 4) -> tuple[str, ...]:
        """Questions made from the published build; the answer to each cites the note that it was made from."""
        with self.reader.lease() as build:
            return self._proposer.examples(build, limit)

    def follow_ups(
        self, reply: Reply, history: Sequence[Turn] = (), filters: Filters | None = None, limit: int = 3
    ) -> tuple[str, ...]:
        """Questions worth asking after a reply: the notes answer them, and tell more than was told. None are looked for
        while others wait for an answer.

        Args:
            reply: the last one.
            history: the turns before its question.
            filters: which notes may answer.
            limit: how many at most.
        """
        with self.reader.lease() as build:
            return self._proposer.follow_ups(build, reply, history, filters or Filters(), limit)

    def close(self) -> None:
        """Release the index's files."""
        self.reader.close()
        self.observer.close()


class Count:
    """How many blocks are being run, over all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def __enter__(self) -> None:
        with self._lock:
            self.value += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.value -= 1


def _last(events: Iterator[Event]) -> Reply:
    *_, last = events
    assert isinstance(last, Finished)
    return last.reply
