"""Retrieval over the project's own notes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from assistant import Assistant, Filters, Note, Settings
from assistant.embedding import Embedder
from assistant.index import Build
from assistant.models import Kind
from assistant.retrieval import question_terms, retrieve


@pytest.fixture(scope="module")
def build(settings: Settings, embedder: Embedder) -> Iterator[Build]:
    """The build that `bot` answers from."""
    opened = Build.open_current(settings.index_dir, embedder.identity)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "note_id"),
    [
        ("Quand et où se tient le Forum des Interconnectés ?", "forum-interconnectes"),
        ("Qui pilote le programme DcANT ?", "programme-dcant"),
        ("Que veut dire INP ?", "programme-dcant"),
        ("Qui a représenté France urbaine ?", "gouvernance-du-conseil"),
        ("Combien de communes compte le consortium de Dijon ?", "demi-journee-smart-city-syntec"),
        ("qui est venu presenter la politique industrielle", "conseil-national-industrie"),
        ("When is the Smart City forum?", "forum-smart-city-grand-paris"),
        ("fousseret", "gouvernance-du-conseil"),
        ("les JO dans la capitale", "jeux-olympiques-paris-2024"),
        ("SGMAP", "programme-dcant"),
        ("DCANT", "programme-dcant"),
    ],
)
def test_the_right_note_comes_first(bot: Assistant, question: str, note_id: str) -> None:
    assert bot.retrieve(question)[0].note.id == note_id


@pytest.mark.parametrize("question", ["Qui pilote le programme DcANT ?", "bonjour", "?", "🏙️", "xyzzy", "a" * 2000])
def test_what_holds_for_every_question(bot: Assistant, notes: list[Note], question: str) -> None:
    passages = bot.retrieve(question)
    assert len(passages) == 5
    assert [passage.rank for passage in passages] == [1, 2, 3, 4, 5]
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    assert all(0 <= passage.score <= 1 for passage in passages)
    assert all(passage.lexical >= 0 and -1 <= passage.dense <= 1.001 for passage in passages)
    assert all(passage.note in notes for passage in passages)
    assert all(p.chunk.text == p.note.text[p.chunk.start : p.chunk.end] for p in passages)
    assert len({passage.chunk.id for passage in passages}) == 5


def test_dense_is_the_cosine_and_lexical_the_shared_words(bot: Assistant, build: Build) -> None:
    found = retrieve(build, bot.embedder, "Qui pilote le programme DcANT ?", 20)
    for passage in found.passages:
        (vector,) = bot.embedder.encode_documents([passage.chunk.embedded_text])
        assert passage.dense == pytest.approx(float(vector @ found.vector), abs=0.01)
    asked = build.catalogue.acronyms.both("Qui pilote le programme DcANT ?")
    assert asked.startswith("Qui pilote le programme DcANT (développement concerté")
    np.testing.assert_allclose(found.vector, bot.embedder.encode_query(asked))
    assert found.passages[0].lexical > 0
    assert all(passage.lexical == 0 for passage in bot.retrieve("zéphyr introuvable"))


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_as_many_as_asked_or_as_there_are(bot: Assistant, build: Build, count: int) -> None:
    found = retrieve(build, bot.embedder, "numérique", count).passages
    assert len(found) == min(count, build.catalogue.chunk_count)


@pytest.mark.parametrize(
    "question", ["Qui a représenté l'association à l'été ?", "Où se tient l'événement « numérique » ?"]
)
def test_spelling_does_not_change_what_is_found(bot: Assistant, question: str) -> None:
    expected = [passage.chunk.id for passage in bot.retrieve(question)][:3]
    for other in (
        unicodedata.normalize("NFD", question),
        question.replace("'", "’"),
        question.replace(" ?", "\u00a0?").replace(" ", "\u202f"),
    ):
        assert [passage.chunk.id for passage in bot.retrieve(other)][:3] == expected


def test_a_filter_keeps_what_it_allows_in_order(bot: Assistant, build: Build, notes: list[Note]) -> None:
    question = "Quelles stratégies pour le numérique ?"
    everything = retrieve(build, bot.embedder, question, 100).passages
    for filters, kept in (
        (Filters(kinds=frozenset({Kind.EVENT})), [n.id for n in notes if n.kind is Kind.EVENT]),
        (Filters(themes=frozenset({"numérique"})), [n.id for n in notes if "numérique" in n.themes]),
        (Filters(since=date(2017, 11, 1), until=date(2017, 11, 30)), [n.id for n in notes if meets_november(n)]),
    ):
        assert kept
        found = retrieve(build, bot.embedder, question, 100, filters).passages
        assert [p.chunk.id for p in found] == [p.chunk.id for p in everything if p.note.id in kept]
        assert [p.rank for p in found] == list(range(1, len(found) + 1))


def meets_november(note: Note) -> bool:
    return bool(note.date and note.date.first <= date(2017, 11, 30) and note.date.last >= date(2017, 11, 1))


@pytest.mark.parametrize(
    "filters",
    [Filters(since=date(2030, 1, 1)), Filters(themes=frozenset({"rien"})), Filters(kinds=frozenset({Kind.STUDY}))],
)
def test_a_filter_that_nothing_passes_finds_nothing(bot: Assistant, filters: Filters) -> None:
    assert bot.retrieve("Qui pilote le programme DcANT ?", filters) == ()


def test_undated_notes_pass_no_date_filter(bot: Assistant, notes: list[Note]) -> None:
    undated = {note.id for note in notes if note.date is None}
    found = bot.retrieve("Qui pilote le programme DcANT ?", Filters(since=date(1900, 1, 1), until=date(2100, 1, 1)))
    assert undated
    assert found
    assert undated.isdisjoint(passage.note.id for passage in found)


def test_question_terms_are_distinct_and_ordered() -> None:
    assert question_terms("Le maire, le MAIRE et la ville du maire ?") == ["mair", "vill"]
    assert question_terms("Qui est-ce ?") == []
