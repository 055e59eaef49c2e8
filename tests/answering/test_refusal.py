"""When to refuse, and what is offered instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant import Assistant
from assistant.answering.evidence import Search
from assistant.answering.extractive import rank_sentences
from assistant.answering.refusal import (
    Support,
    coverage,
    measure_support,
    nearest_notes,
    reason_to_refuse,
    speaks_of_dates,
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
    found = measure_support(build, question, retrieval, ranked)
    assert found is not None
    return found


def test_strong_support_answers_and_weak_does_not() -> None:
    assert reason_to_refuse("Qui pilote le programme ?", STRONG) is None
    assert reason_to_refuse("Qui pilote le programme ?", WEAK) is Reason.NOT_IN_CORPUS
    assert reason_to_refuse("Qui pilote le programme ?", None) is Reason.NOT_IN_CORPUS


VAGUE = [
    *(
        "Qui est-ce ?",
        "?",
        "Et où ?",
        "what is it",
        "Et alors ?",
        "parle-moi",
        "c'est quoi ?",
        "et ?",
        "Informations ?",
    ),
    *(
        "les trucs",
        "Dis-m'en plus",
        "Je voudrais savoir quelque chose",
        "Tell me something",
        "des infos svp",
        "et ça ?",
    ),
]
SEARCHABLE = ["forum", "maire", "DcANT", "2017 ?", "Un exemple de forum ?", "Des informations sur le CNI ?"]


@pytest.mark.parametrize("question", SEARCHABLE)
def test_one_word_that_names_something_can_be_searched(question: str) -> None:
    assert reason_to_refuse(question, STRONG) is None


@pytest.mark.parametrize("question", VAGUE)
def test_a_question_without_words_is_too_vague(question: str) -> None:
    assert reason_to_refuse(question, STRONG) is Reason.TOO_VAGUE


@pytest.mark.parametrize("name", ["similarity", "shared", "named", "dated", "known"])
def test_more_support_never_lowers_confidence(name: str) -> None:
    middle = Support(similarity=4, passage=4, shared=0.5, named=0.5, dated=0.5, known=0.5)
    more = replace(middle, **{name: getattr(middle, name) * 1.5})
    assert 0 < middle.confidence < more.confidence < 1


@pytest.mark.parametrize("name", ["reading", "passage", "shared", "named", "dated", "known"])
def test_more_support_never_lowers_confidence_when_read(name: str) -> None:
    middle = Support(similarity=0, passage=4, shared=0.5, named=0.5, dated=0.5, known=0.5, reading=4)
    more = replace(middle, **{name: getattr(middle, name) * 1.5})
    assert 0 < middle.confidence < more.confidence < 1


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_said_in_french(build: Build, reason: Reason) -> None:
    plain, filtered = text(reason, build, filtered=False), text(reason, build, filtered=True)
    assert plain.startswith("Je ")
    assert plain.endswith(".")
    assert filtered == f"{plain} Les filtres choisis écartent peut-être les notes qui répondent."


def test_a_refusal_says_what_the_notes_cover(build: Build) -> None:
    themes = "numérique, innovation, smart city, développement économique, industrie"
    assert coverage(build) == f"Je cherche dans 8 notes, dont 5 datées de 2017. Thèmes : {themes}."
    assert text(Reason.NOT_IN_CORPUS, build, filtered=False).endswith(coverage(build))


#: Question, reason, the day being 2026-11-23.
DATED = [
    ("Que se passera-t-il en 2031 ?", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("Que s'est-il passé en 2031 ?", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("événements en mars 1999", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("Quels événements y a-t-il eu en mars 2016 ?", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("Quand a eu lieu le Forum des Interconnectés de 2012 ?", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("Qui était maire de Mulhouse en 1985 ?", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("Que s'est-il passé hier ?", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("Quelle instance a été créée en 2005 ?", Reason.FUTURE_OR_UNKNOWN_DATE),
    ("Qui a gagné la coupe du monde de football en 1998 ?", Reason.NOT_IN_CORPUS),
    ("Que dit la note de novembre 2017 sur le CNI ?", None),
    ("Que s'est-il passé le 20 novembre 2017 ?", None),
    ("Quelle instance a été créée en 2011 ?", None),
    ("Qu'a fait l'INP dès 2014 ?", None),
    ("Où auront lieu les Jeux Olympiques en 2024 ?", None),
    ("Quel sera l'héritage des Jeux Olympiques dans les années 2030 ?", None),
    ("Quel forum a lieu en décembre 2017 ?", None),
]


@pytest.mark.parametrize(("question", "reason"), DATED)
def test_a_date_of_which_no_note_speaks_is_refused(
    build: Build, embedder: Embedder, question: str, reason: Reason | None
) -> None:
    assert Search(build, embedder, 5, date(2026, 11, 23)).evidence(question).reason == reason


def test_after_a_year_is_about_that_year_too(build: Build, embedder: Embedder) -> None:
    asked = retrieve(build, embedder, "Qu'a fait l'INP après 2014 ?", 5).asked
    assert asked
    assert speaks_of_dates(build, build.catalogue.note("programme-dcant"), asked)
    assert not speaks_of_dates(build, build.catalogue.note("jeux-olympiques-paris-2024"), asked[:0])


def test_nothing_found_is_no_support(build: Build, embedder: Embedder) -> None:
    found = retrieve(build, embedder, "Qui ?", 0)
    assert measure_support(build, "Qui ?", found, ()) is None
    assert reason_to_refuse("Qui pilote le programme ?", None) is Reason.NOT_IN_CORPUS


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
