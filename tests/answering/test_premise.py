"""False premises, over the project's own notes: corrected or refused, never confirmed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant import Answer, Assistant, Refusal, Settings
from assistant.embedding import Embedder

CORRECTED = [
    ("Pourquoi le Forum des Interconnectés s'est-il tenu à Paris ?", "« Paris »", "à Lyon"),
    ("Pourquoi le Forum des Interconnectés se tient-il à Marseille ?", "« Marseille »", "à Lyon"),
    ("Que dit Jean Rottner, maire de Lyon ?", "« maire de Lyon »", "maire de Mulhouse"),
    ("Qu'a dit Jean Rottner, le maire de Dijon ?", "« maire de Dijon »", "maire de Mulhouse"),
    ("Olivier Bianchi, maire de Lille, que dit-il ?", "« maire de Lille »", "maire de Clermont-Ferrand"),
    ("Pourquoi Edouard Philippe a-t-il supprimé le CNI ?", "« supprimé »", "l’installation du nouveau Conseil"),
    ("Comment Emmanuel Macron a-t-il installé le Conseil National de l'Industrie ?", "« Emmanuel Macron »", "Edouard"),
    ("Quelles sont les 30 communes du consortium de Dijon ?", "« 30 communes »", "24 communes"),
    ("Pourquoi Microsoft organise-t-il le Forum Smart City du Grand Paris ?", "« Microsoft »", "La Tribune organise"),
    ("Pourquoi les Jeux Olympiques ont-ils lieu à Londres en 2024 ?", "« Londres »", "à Paris en 2024"),
    ("Pourquoi le SGMAP a-t-il abandonné le programme DcANT ?", "« abandonné »", "Piloté par le secrétariat général"),
    ("Pourquoi la 15ème édition du Forum des Interconnectés se tient-elle à Lyon ?", "« 15ème édition »", "14ème"),
    ("Le Forum des Interconnectés a-t-il lieu à Paris ?", "« Paris »", "à Lyon"),
    ("Est-ce que La Tribune organise le Forum Smart City avec Nokia ?", "« Nokia »", "La Tribune organise"),
    ("Pourquoi le consortium de Dijon ne compte-t-il que 5 communes ?", "« 5 communes »", "24 communes"),
    ("Pourquoi le CNI a-t-il été installé le 12 mars 2016 ?", "« 12 mars 2016 »", "20 novembre 2017"),
]
NEVER_CONFIRMED = [
    "Pourquoi l'INP a-t-elle été créée en 2005 ?",
    "Qui a porté la création de l'INP en 2005 ?",
    "Quand le CNI a-t-il été dissous ?",
    "Pourquoi le forum des interconnectés a-t-il été annulé ?",
    "Pourquoi Syntec organise-t-il le Forum Smart City ?",
    "Comment Luc Belot, maire de Toulouse, a-t-il rédigé son rapport ?",
    "Pourquoi les Jeux Olympiques de Paris ont-ils lieu en 2028 ?",
]
REFUSED = [
    "Qu'a annoncé le Premier ministre Manuel Valls à l'installation du CNI ?",
    "Quel événement se tient à Lille ?",
    "Qui préside la commission numérique ?",
    "De quel parti politique est Jean-Louis Fousseret ?",
    "Quel forum aura lieu à Bordeaux ?",
    "Qui est le maire de Dijon ?",
    "Qui préside France urbaine ?",
    "Qui préside l'AMF ?",
    "Combien de communes compte la métropole de Strasbourg ?",
    "Que pense Anne Hidalgo de la smart city ?",
    "Quel est le budget du programme DcANT ?",
    "Combien coûte l'entrée au Forum Smart City ?",
    "À quelle heure démarre le Forum des Interconnectés ?",
]
BORNE_OUT = [
    "Pourquoi le programme DcANT est-il piloté par le SGMAP ?",
    "Pourquoi Dijon met-elle en place un poste de pilotage unique ?",
    "Comment Olivier Bianchi décrit-il sa ville ?",
    "Que dit Jean Rottner, maire de Mulhouse ?",
    "Qui est maire de Besançon ?",
    "Qui est le président de Clermont Auvergne Métropole ?",
    "Quelles sont les 24 communes du consortium de Dijon ?",
    "Pourquoi le CNI a-t-il été installé le 20 novembre 2017 ?",
]


@pytest.fixture(scope="module")
def reader(settings: Settings, embedder: Embedder) -> Iterator[Assistant]:
    """The assistant with the sentence ranker."""
    made = Assistant(settings.model_copy(update={"sentence_ranker": True}), embedder)
    yield made
    made.close()


@pytest.mark.parametrize(("question", "unsaid", "said"), CORRECTED)
def test_is_corrected_by_what_the_note_says(reader: Assistant, question: str, unsaid: str, said: str) -> None:
    reply = reader.ask(question)
    assert isinstance(reply, Answer), reply.text
    assert reply.corrects
    assert reply.notice == f"La note la plus proche ne dit pas {unsaid} ; voici ce qu'elle dit."
    assert said in reply.text
    assert len({citation.note_id for citation in reply.citations}) == 1


@pytest.mark.parametrize("question", NEVER_CONFIRMED)
def test_is_never_confirmed(reader: Assistant, question: str) -> None:
    reply = reader.ask(question)
    assert isinstance(reply, Refusal) or reply.corrects


@pytest.mark.parametrize("question", REFUSED)
def test_what_is_asked_of_the_missing_is_refused(reader: Assistant, question: str) -> None:
    assert isinstance(reader.ask(question), Refusal)


@pytest.mark.parametrize("question", BORNE_OUT)
def test_what_the_notes_bear_out_is_answered_without_a_word(reader: Assistant, question: str) -> None:
    reply = reader.ask(question)
    assert isinstance(reply, Answer), reply.text
    assert (reply.notice, reply.corrects) == (None, False)


@pytest.fixture(scope="module")
def comparer(settings: Settings, embedder: Embedder) -> Iterator[Assistant]:
    """The assistant without it."""
    made = Assistant(settings.model_copy(update={"sentence_ranker": False}), embedder)
    yield made
    made.close()


@pytest.mark.parametrize("question", [question for question, *_ in CORRECTED] + NEVER_CONFIRMED)
def test_nor_is_it_without_the_ranker(comparer: Assistant, question: str) -> None:
    reply = comparer.ask(question)
    assert isinstance(reply, Refusal) or reply.corrects


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Pourquoi les collectivités ont-elles été écartées du Conseil national de l'industrie ?", "écartées"),
        ("Syntec numérique est-il un syndicat de fonctionnaires ?", "fonctionnaires"),
        ("Est-ce que des élus siègent au Conseil national de l'industrie ?", None),
    ],
)
def test_a_word_that_the_sentence_resists_is_told(reader: Assistant, question: str, word: str | None) -> None:
    reply = reader.ask(question)
    assert isinstance(reply, Answer), reply.text
    assert reply.corrects is (word is not None)
    assert word is None or f"« {word} »" in (reply.notice or "")
