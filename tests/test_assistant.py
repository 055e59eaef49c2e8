"""The facade: a new build is picked up at the next question, and nobody who is reading notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Note, Refusal, Settings
from assistant.corpus import Corpus
from assistant.embedding import Embedder
from assistant.errors import IndexMissingError
from assistant.index import Publisher, Recipe, current_build_id, sync
from assistant.models import Finished, PassagesFound

NEW = Note(
    "assises-nantes",
    "Assises de la mobilité à Nantes",
    "Johanna Rolland, maire de Nantes, ouvre les Assises de la mobilité urbaine le 12 mars.",
)
QUESTION = "Qui ouvre les Assises de la mobilité urbaine ?"


@pytest.fixture
def own(tmp_path: Path, notes: list[Note], recipe: Recipe, embedder: Embedder) -> Iterator[Assistant]:
    """An assistant over an index of its own, to be changed."""
    settings = Settings.load(index_dir=tmp_path / "index")
    sync(settings.index_dir, notes, recipe)
    made = Assistant(settings, embedder)
    yield made
    made.close()


def test_a_new_build_is_picked_up_at_the_next_question(own: Assistant, notes: list[Note], recipe: Recipe) -> None:
    before = own.build
    assert isinstance(own.ask(QUESTION), Refusal)
    report = sync(own.settings.index_dir, [*notes, NEW], recipe)
    assert report.embedded == 1
    reply = own.ask(QUESTION)
    assert isinstance(reply, Answer)
    assert [citation.note_id for citation in reply.citations] == [NEW.id]
    assert reply.build == own.build == report.build != before
    assert own.note(NEW.id) == NEW
    sync(own.settings.index_dir, notes, recipe)
    assert isinstance(own.ask(QUESTION), Refusal)
    with pytest.raises(KeyError):
        own.note(NEW.id)


def test_an_answer_begun_is_finished_in_its_build(own: Assistant, notes: list[Note], recipe: Recipe) -> None:
    before = own.build
    events = own.stream("Qui pilote le programme DcANT ?")
    first = next(events)
    for number in range(3):
        sync(own.settings.index_dir, [*notes, replace(NEW, title=f"Titre {number}")], recipe)
        own.retrieve(QUESTION)
    *_, last = events
    assert isinstance(first, PassagesFound)
    assert isinstance(last, Finished)
    assert isinstance(last.reply, Answer)
    assert (last.reply.build, last.reply.passages) == (before, first.passages)
    assert own.build != before


def publish_under_load(own: Assistant, notes: list[Note], recipe: Recipe, times: int) -> set[str]:
    """Publish while two threads ask without a pause; gives the builds that answered.

    Every publication says another title and another text of one note: an answer that mixed builds would show it.
    """
    failures: list[BaseException] = []
    builds: set[str] = set()
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                reply = own.ask(QUESTION)
                builds.add(reply.build)
                for citation in reply.citations if isinstance(reply, Answer) else ():
                    assert citation.title.split()[-1] in citation.quote
                    cited = own.note(citation.note_id, reply.build)
                    assert citation.quote == cited.text[citation.start : citation.end]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    with Publisher(own.settings.index_dir, recipe) as publisher:
        for number in range(times):
            text = f"Johanna Rolland ouvre les Assises de la mobilité urbaine numéro n{number} le 12 mars."
            new = replace(NEW, title=f"Assises de la mobilité, édition n{number}", text=text)
            publisher.publish(Corpus((*notes, new), {}, ()), "essai")
            if failures:
                break
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    return builds


def test_readers_see_no_error_while_builds_are_published(own: Assistant, notes: list[Note], recipe: Recipe) -> None:
    assert len(publish_under_load(own, notes, recipe, 3)) >= 2
    assert own.build == current_build_id(own.settings.index_dir)


@pytest.mark.long
def test_readers_see_no_error_during_twenty_publications(own: Assistant, notes: list[Note], recipe: Recipe) -> None:
    assert len(publish_under_load(own, notes, recipe, 20)) >= 5
    assert own.build == current_build_id(own.settings.index_dir)


def test_a_note_opens_as_it_was_in_an_earlier_build(own: Assistant, notes: list[Note], recipe: Recipe) -> None:
    first = own.build
    sync(own.settings.index_dir, [*notes, NEW], recipe)
    second = own.build
    sync(own.settings.index_dir, [*notes, replace(NEW, text="Tout autre texte.")], recipe)
    assert own.note(NEW.id, second) == NEW
    assert own.note(NEW.id).text == own.note(NEW.id, own.build).text == "Tout autre texte."
    for earlier in (first, "inconnue"):
        with pytest.raises(KeyError):
            own.note(NEW.id, earlier)


def test_an_index_that_was_emptied_refuses_every_question(own: Assistant, notes: list[Note], recipe: Recipe) -> None:
    sync(own.settings.index_dir, [], recipe, force=True)
    for question in (QUESTION, "Quels événements en décembre 2017 ?", "Que veut dire INP ?"):
        reply = own.ask(question)
        assert isinstance(reply, Refusal)
        assert reply.passages == ()
    assert own.examples() == ()
    sync(own.settings.index_dir, notes, recipe)
    assert isinstance(own.ask("Qui pilote le programme DcANT ?"), Answer)


def test_opened_without_an_index(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(IndexMissingError):
        Assistant(Settings.load(index_dir=tmp_path), embedder)


def test_unknown_notes(bot: Assistant) -> None:
    with pytest.raises(KeyError):
        bot.note("../corpus")
