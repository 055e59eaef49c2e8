"""Typing errors, capitals, abbreviations and chatty frames, mended with the words of the project's own notes."""

from __future__ import annotations

import json

import pytest

from assistant.answering.wording import Wording, unframed
from assistant.embedding import Embedder
from assistant.index import Build
from tests.conftest import SHARED

MENDED = [
    ("Qui pilote le progrmme DcANT ?", "Qui pilote le programme DcANT ?"),
    ("Qui pilote le rpogramme DcANT ?", "Qui pilote le programme DcANT ?"),
    ("Quand a lieu le forum des interconectés ?", "Quand a lieu le forum des Interconnectés ?"),
    ("Qui a présenté la politque industrielle ?", "Qui a présenté la politique industrielle ?"),
    ("Combien de comunes compte le consortium ?", "Combien de communes compte le consortium ?"),
    ("Qui anime l'instance nationale partenarialle ?", "Qui anime l'instance nationale partenariale ?"),
    ("Quelle gouvernence pour le numérique ?", "Quelle gouvernance pour le numérique ?"),
    ("Que fait Syntec numérqiue ?", "Que fait Syntec numérique ?"),
    ("Pourqoi une gouvernance ?", "Pourquoi une gouvernance ?"),
    ("Commbien de communes ?", "Combien de communes ?"),
    ("Jean Rotner est maire de quelle ville ?", "Jean Rottner est maire de quelle ville ?"),
    ("Qui est Jean-Louis Fouseret ?", "Qui est Jean-Louis Fousseret ?"),
    ("QUI PILOTE LE PROGRAMME DCANT ?", "Qui pilote le programme DcANT ?"),
    ("QUE VEUT DIRE INP ?", "Que veut dire INP ?"),
    ("OÙ SE TIENT LE FORUM DES INTERCONNECTÉS ?", "Où se tient le Forum des Interconnectés ?"),
    ("QUI EST LE MAIRE DE MARSEILLE ?", "Qui est le maire de Marseille ?"),
    ("quel maire à marseille ?", "quel maire à Marseille ?"),
    ("c koi l'INP", "C'est quoi l'INP"),
    ("ki pilote le programme DcANT ?", "qui pilote le programme DcANT ?"),
    ("kan a lieu le forum ?", "quand a lieu le forum ?"),
    ("What does INP stand for?", "Que veut dire INP ?"),
]
LEFT = [
    *("Quelle est la capitale de l'Australie ?", "Quelle est la recette du gâteau ?", "Où vendre sa maison ?"),
    *("Qui est le maire de Marseille ?", "Qui est Jean Rotten ?", "Que fait Denis Hamel ?", "Bianca est-elle maire ?"),
    *("CNI ?", "DcANT", "Le PIB et la TVA", "C. Dupont est-il là ?", "Qui est secretaire general ?"),
    *("Who runs the programme?", "When was it organised?", "Écrire à elu@ville.example ou www.ville.example"),
    *("", "?", "🏙️", "l'apéritif des élus", "le 20 novembre 2017", "5G et 4G", "Quoi ?"),
]
FRAMED = [
    ("Salut, est-ce que tu pourrais me dire stp quand a lieu le forum ?", "Quand a lieu le forum ?"),
    ("Bonjour, pourriez-vous m'indiquer qui préside s'il vous plaît ? Merci d'avance", "Qui préside ?"),
    ("Dis-moi qui est Olivier Bianchi", "Qui est Olivier Bianchi"),
    ("Bonjour à tous ! Je voudrais savoir où se tient le forum svp", "Où se tient le forum"),
    ("tu sais qui est Luc Belot ?", "Qui est Luc Belot ?"),
    ("Une petite question : vous pouvez me dire combien ils sont ?", "Combien ils sont ?"),
    ("Could you please tell me when the forum is?", "When the forum is?"),
    ("ok merci, et à Lyon ?", "Et à Lyon ?"),
]
UNFRAMED = [
    *("Bonjour", "Merci beaucoup !", "Tu peux développer ?", "Peux-tu m'en dire plus ?", "Qui préside ?"),
    "Le Bonjour de Paris est-il un journal ?",
]


@pytest.fixture(scope="module")
def wording(build: Build, embedder: Embedder) -> Wording:
    return Wording(build.catalogue, embedder)


@pytest.mark.parametrize(("typed", "expected"), MENDED)
def test_is_mended(wording: Wording, typed: str, expected: str) -> None:
    assert wording.mended(typed) == expected


@pytest.mark.parametrize("typed", LEFT)
def test_is_left_as_it_is(wording: Wording, typed: str) -> None:
    assert wording.mended(typed) == typed


@pytest.mark.parametrize(("typed", "expected"), MENDED)
def test_what_was_mended_needs_no_mending(wording: Wording, typed: str, expected: str) -> None:
    assert wording.mended(expected) == expected


@pytest.mark.parametrize(("typed", "expected"), FRAMED)
def test_a_frame_is_taken_off(typed: str, expected: str) -> None:
    assert unframed(typed) == expected


@pytest.mark.parametrize("typed", UNFRAMED)
def test_a_question_or_a_greeting_alone_is_kept_whole(typed: str) -> None:
    assert unframed(typed) == typed


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder shared/ beside the project")
def test_words_foreign_to_the_notes_are_not_turned_into_theirs(wording: Wording) -> None:
    """PIAF's 3,012 questions share no subject with the notes: what is mended is a typing error or a mistake."""
    names = ("questions_dev.jsonl", "questions_unanswerable_dev.jsonl")
    lines = [line for name in names for line in (SHARED / "data/piaf" / name).read_text("utf-8").split("\n") if line]
    asked = [str(json.loads(line)["question"]) for line in lines]
    folded = [question.casefold() for question in asked]
    mended = [q for q, low in zip(asked, folded, strict=True) if wording.mended(q).casefold() != low]
    assert len(mended) < 0.005 * len(asked), mended
