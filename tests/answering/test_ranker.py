"""The ranker over the real embedder: it reads for answers, always alike, and is done without where it cannot be."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant, Refusal, Settings
from assistant.answering import ranker
from assistant.answering.extractive import rank_sentences
from assistant.answering.ranker import Reading, SentenceRanker
from assistant.embedding import Embedder, EmbedderIdentity
from assistant.embedding.backends import EmbeddedBackend
from assistant.errors import EmbeddingError
from assistant.index import Build
from assistant.retrieval import retrieve

SENTENCES = (
    "La Ville de Rennes a ouvert sa maison du numérique en mars 2016.",
    "Elle est dirigée par une femme, ancienne directrice de la médiathèque.",
    "Ses ateliers, gratuits, ont reçu 1 200 habitants la première année.",
)


def reading(*sentences: str, title: str = "La maison du numérique de Rennes") -> Reading:
    spans, at = [], 0
    for sentence in sentences:
        spans.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return Reading(title, " ".join(sentences), spans)


@pytest.fixture(scope="module")
def reader(embedder: Embedder) -> SentenceRanker:
    return SentenceRanker.load(embedder)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Quand la maison du numérique de Rennes a-t-elle ouvert ?", 0),
        ("Qui dirige la maison du numérique de Rennes ?", 1),
        ("Combien d'habitants sont venus aux ateliers de la maison du numérique ?", 2),
    ],
)
def test_the_sentence_that_answers_is_first(reader: SentenceRanker, question: str, best: int) -> None:
    (scores,) = reader.scores(question, [reading(*SENTENCES)])
    assert scores.shape == (3,)
    assert scores.argmax() == best


def test_it_reads_alike_alone_and_beside_others(reader: SentenceRanker) -> None:
    question = "Qui dirige la maison du numérique de Rennes ?"
    (alone,) = reader.scores(question, [reading(*SENTENCES)])
    again, other = reader.scores(question, [reading(*SENTENCES), reading("Une phrase.", title="Autre " * 30)])
    assert np.array_equal(alone, reader.scores(question, [reading(*SENTENCES)])[0])
    assert np.array_equal(again, alone)
    assert len(other) == 1


def test_typographic_apostrophes_change_nothing(reader: SentenceRanker) -> None:
    curly = reader.scores("Où est l’école d’été ?", [reading("L’école d’été est à Nantes.")])[0]
    plain = reader.scores("Où est l'école d'été ?", [reading("L'école d'été est à Nantes.")])[0]
    assert np.array_equal(curly, plain)


def test_what_is_too_long_is_cut_and_scored_low(reader: SentenceRanker) -> None:
    (scores,) = reader.scores("Qui ? " * 400, [reading(*SENTENCES, *["Un mot de plus."] * 200)])
    assert scores.shape == (203,)
    assert np.isfinite(scores).all()
    assert scores[-1] < scores[:3].min()


def test_nothing_to_read(reader: SentenceRanker) -> None:
    assert reader.scores("Qui ?", []) == []
    assert [len(scores) for scores in reader.scores("Qui ?", [reading()])] == [0]


def test_embeddings_are_those_of_the_embedder(reader: SentenceRanker, embedder: Embedder) -> None:
    assert isinstance(embedder.backend, EmbeddedBackend)
    assert reader._encoder.words is embedder.backend.encoder.words


def test_missing_or_altered_weights_are_refused(embedder: Embedder, tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="absents ou abîmés"):
        SentenceRanker.load(embedder, tmp_path / "none.safetensors")
    altered = Path(shutil.copy(ranker.WEIGHTS, tmp_path))
    with altered.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    with pytest.raises(EmbeddingError, match="absents ou abîmés"):
        SentenceRanker.load(embedder, altered)


def test_another_embedder_has_no_ranker(embedder: Embedder, caplog: pytest.LogCaptureFixture) -> None:
    other = Embedder(embedder.backend, "un-autre", "1")
    assert other.identity == EmbedderIdentity("un-autre", "1", 384)
    with caplog.at_level(logging.WARNING):
        assert ranker.load_or_none(other) is None
    assert [record.getMessage() for record in caplog.records] == [
        "Le lecteur de phrases ne va qu'avec multilingual-e5-small, pas un-autre (1, 384 dimensions). "
        "Les phrases sont classées par similarité : les réponses sont moins bonnes."
    ]


@pytest.fixture(scope="module")
def comparing_bot(settings: Settings, embedder: Embedder) -> Iterator[Assistant]:
    made = Assistant(settings.model_copy(update={"sentence_ranker": False}), embedder)
    yield made
    made.close()


def test_it_reads_unless_the_settings_say_no(bot: Assistant, comparing_bot: Assistant) -> None:
    assert bot.ranker is not None
    assert comparing_bot.ranker is None


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Quand et où se tient le Forum des Interconnectés ?", "les 6 et 7 décembre à Lyon"),
        ("Qui pilote le programme DcANT ?", "secrétariat général"),
        ("Que veut dire INP ?", "instance nationale partenariale (INP)"),
        ("Qui a représenté France urbaine ?", "Jean-Louis Fousseret"),
        ("Combien de communes compte le consortium de Dijon ?", "24 communes"),
        ("qui est venu presenter la politique industrielle", "Edouard Philippe"),
        ("When is the Smart City forum?", "28 et 29 novembre"),
    ],
)
def test_the_notes_answer_without_it_too(comparing_bot: Assistant, question: str, part: str) -> None:
    assert part in comparing_bot.ask(question).text


@pytest.mark.parametrize(
    "question", ["Quel est le budget de France urbaine ?", "Quelle est la capitale de l'Australie ?"]
)
def test_it_refuses_without_it_too(comparing_bot: Assistant, question: str) -> None:
    assert isinstance(comparing_bot.ask(question), Refusal)


def test_what_is_read_is_not_compared(bot: Assistant, build: Build, embedder: Embedder) -> None:
    question = "Qui pilote le programme DcANT ?"
    found = retrieve(build, embedder, question, 5)
    compared = rank_sentences(build, embedder, question, found)
    read = rank_sentences(build, embedder, question, found, bot.ranker)
    assert all(candidate.reading is None for candidate in compared)
    assert all(candidate.reading is not None and candidate.similarity == 0 for candidate in read)
