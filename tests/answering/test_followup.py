"""Which questions stand alone, and what is put behind those that do not."""

from __future__ import annotations

import unicodedata

import pytest

from assistant.answering.followup import needs_context, stand_alone
from assistant.models import Turn

SUBJECT = "Qui pilote le programme DcANT ?"
HISTORY = (Turn("user", SUBJECT), Turn("assistant", "Il est piloté par le SGMAP. [1]"))

FOLLOW_UPS = [
    *("Et depuis quand ?", "Quand ?", "Pourquoi ?", "Combien ?", "Où ?", "Comment ?", "Lequel ?", "et quand"),
    *("Et à Lyon ?", "Et en 2018 ?", "Mais pourquoi ?", "Et son budget ?", "Et le CNI ?"),
    *("Qui le pilote ?", "Qui la préside ?", "Qui l'anime ?", "Qui l’anime ?"),
    *("Quand a-t-il été lancé ?", "Où se tient-il ?", "Combien de membres compte-t-elle ?", "Qui sont-ils ?"),
    *("Depuis quand existe-t-il ?", "Que dit-elle sur le numérique ?", "Il a commencé en quelle année ?"),
    *("Quel est son objectif ?", "Quels sont ses objectifs ?", "Qui en est membre ?", "Qui y participe ?"),
    *("À quoi sert ce programme ?", "Quelle est la date de cet événement ?", "Celui-ci est-il récent ?"),
    *("Peux-tu en dire plus ?", "Je veux en savoir plus", "Plus de détails ?", "Donne-moi plus de précisions"),
    *("What about its budget?", "Who runs it?", "And when?", "When did they start?"),
]
ALONE = [
    *("Qui pilote le programme DcANT ?", "Quand et où se tient le Forum des Interconnectés ?", "Que veut dire INP ?"),
    *("Qui a représenté France urbaine ?", "Combien de communes compte le consortium de Dijon ?", "CNI ?"),
    *("qui est venu presenter la politique industrielle", "When is the Smart City forum?", "Forum de Lyon"),
    *("Quel est le budget de France urbaine ?", "Quelle est la capitale de l'Australie ?", "Qu'est-ce que le CNI ?"),
    *("Y a-t-il un forum à Lyon ?", "Combien y a-t-il de communes à Dijon ?", "Est-il possible d'adhérer à l'AMF ?"),
    *("Comment le programme DcANT est-il financé ?", "Olivier Bianchi est-il maire de Clermont-Ferrand ?"),
    "Le Premier ministre a-t-il présenté la politique industrielle ?",
    "Où est né Jean Rottner et quand a-t-il été élu maire ?",
    "Comment fonctionne la commission numérique ?",
    "comment la politique industrielle est-elle présentée ?",
    "Quels sont les membres du Conseil National de l'Industrie ?",
    "De quoi parle la note sur les Jeux Olympiques ?",
    "Faut-il une gouvernance du numérique ?",
    "Quel rôle joue l’État dans la transformation numérique des collectivités ?",
    "quels leviers pour les grands projets d'aménagement",
    "Is it possible to visit the forum in Lyon?",
]


@pytest.mark.parametrize("question", FOLLOW_UPS)
def test_a_follow_up_gets_the_subject_behind_it(question: str) -> None:
    assert stand_alone(question, HISTORY) == f"{question} ({SUBJECT})"


@pytest.mark.parametrize("question", ALONE)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert stand_alone(question, HISTORY) == question


@pytest.mark.parametrize("question", [*FOLLOW_UPS, *ALONE, "", "  ?  "])
def test_without_turns_before_nothing_changes(question: str) -> None:
    assert stand_alone(question, ()) == question


@pytest.mark.parametrize("question", [*FOLLOW_UPS, *ALONE])
def test_accent_composition_and_space_change_nothing(question: str) -> None:
    expected = needs_context(question)
    assert needs_context(unicodedata.normalize("NFD", question)) == expected
    assert needs_context(f"  {question}\n") == expected


def test_the_subject_is_the_last_question_that_stood_alone() -> None:
    history = (
        Turn("user", "Que veut dire INP ?"),
        Turn("assistant", "Une instance nationale partenariale. [1]"),
        *HISTORY,
        Turn("user", "Et depuis quand ?"),
        Turn("assistant", "Depuis 2014. [1]"),
        Turn("user", "Merci"),
    )
    assert stand_alone("Pourquoi ?", (*history[:-1],)) == f"Pourquoi ? ({SUBJECT})"


@pytest.mark.parametrize(
    "history",
    [
        (Turn("assistant", "Bonjour, posez votre question sur le programme DcANT."),),
        (Turn("user", "Et quand ?"), Turn("assistant", "?")),
        (Turn("user", ""), Turn("user", "   "), Turn("user", "Qui est-ce ?")),
    ],
)
def test_turns_without_a_subject_add_nothing(history: tuple[Turn, ...]) -> None:
    assert stand_alone("Et depuis quand ?", history) == "Et depuis quand ?"


def test_a_subject_of_several_lines_becomes_one() -> None:
    history = (Turn("user", "  Qui pilote\n\nle programme\tDcANT ? "),)
    assert stand_alone(" Et quand ?\n", history) == f"Et quand ? ({SUBJECT})"


def test_a_rewritten_question_is_as_short_as_its_parts() -> None:
    history = tuple(Turn("user", f"Qui préside le conseil numéro {number} de Lyon ?") for number in range(50))
    assert stand_alone("Et quand ?", history) == "Et quand ? (Qui préside le conseil numéro 49 de Lyon ?)"


def test_an_endless_turn_makes_no_endless_question() -> None:
    history = (Turn("user", "Qui préside le conseil de Lyon ? " + "Mot " * 100_000),)
    rewritten = stand_alone("Et quand ?", history)
    assert rewritten.startswith("Et quand ? (Qui préside le conseil de Lyon ?")
    assert len(rewritten) < 2000
