"""When to refuse, and what is offered instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant import Assistant
from assistant.answering.extractive import rank_sentences
from assistant.answering.refusal import (
    Support,
    measure_support,
    nearest_notes,
    reason_to_refuse,
    text,
)
from assistant.embedding import Embedder
from assistant.index import Build
from assistant.models import Reason
from assistant.retrieval import retrieve

STRONG = Support(similarity=8, passage=8, shared=1, named=1)
WEAK = Support(similarity=0, passage=0, shared=0, named=0)


def support(build: Build, embedder: Embedder, question: str) -> Support:
    retrieval = retrieve(build, embedder, question, 5)
    ranked = rank_sentences(build, embedder, question, retrieval)
    found = measure_support(build, question, retrieval.passages, ranked)
    assert found is not None
    return found


def test_strong_support_answers_and_weak_does_not() -> None:
    assert reason_to_refuse("Qui pilote le programme ?", STRONG) is None
    assert reason_to_refuse("Qui pilote le programme ?", WEAK) is Reason.NOT_IN_CORPUS
    assert reason_to_refuse("Qui pilote le programme ?", None) is Reason.NOT_IN_CORPUS


@pytest.mark.parametrize("question", ["Qui est-ce ?", "?", "Et où ?", "what is it"])
def test_a_question_without_words_is_too_vague(question: str) -> None:
    assert reason_to_refuse(question, STRONG) is Reason.TOO_VAGUE


@pytest.mark.parametrize("name", ["similarity", "passage", "shared", "named"])
def test_more_support_never_lowers_confidence(name: str) -> None:
    middle = Support(similarity=4, passage=4, shared=0.5, named=0.5)
    more = replace(middle, **{name: getattr(middle, name) * 1.5})
    assert 0 < middle.confidence < more.confidence < 1


@pytest.mark.parametrize("name", ["reading", "passage", "shared", "named"])
def test_more_support_never_lowers_confidence_when_read(name: str) -> None:
    middle = Support(similarity=0, passage=4, shared=0.5, named=0.5, reading=4)
    more = replace(middle, **{name: getattr(middle, name) * 1.5})
    assert 0 < middle.confidence < more.confidence < 1


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_said_in_french(reason: Reason) -> None:
    plain, filtered = text(reason, filtered=False), text(reason, filtered=True)
    assert plain.startswith("Je ")
    assert plain.endswith(".")
    assert filtered == f"{plain} Les filtres choisis écartent peut-être les notes qui répondent."


def test_nothing_found_is_no_support(build: Build) -> None:
    assert measure_support(build, "Qui ?", (), ()) is None


def test_support_tells_the_known_from_the_unknown(build: Build, embedder: Embedder) -> None:
    known = support(build, embedder, "Qui pilote le programme DcANT ?")
    unknown = support(build, embedder, "Quelle est la capitale de l'Australie ?")
    assert known.confidence > unknown.confidence
    assert (known.named, known.shared) == (1, pytest.approx(1, abs=0.5))
    assert (unknown.named, unknown.shared) == (0, 0)


def test_support_without_names_counts_as_named(build: Build, embedder: Embedder) -> None:
    assert support(build, embedder, "qui pilote le programme ?").named == 1


def test_nearest_notes_are_few_and_different(bot: Assistant) -> None:
    passages = bot.retrieve("Quelle est la capitale de l'Australie ?")
    found = nearest_notes((*passages, *passages))
    assert 1 <= len(found) <= 3
    assert len({note.note_id for note in found}) == len(found)
    assert found[0].note_id == passages[0].note.id
    assert nearest_notes(()) == ()
