"""Which questions stand alone, and what is put behind those that do not."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest

from assistant.answering.followup import Reading, last_subject, needs_context, readings, topic
from assistant.models import Turn

SUBJECT = "Qui pilote le programme DcANT ?"
HISTORY = (Turn("user", SUBJECT), Turn("assistant", "Il est piloté par le SGMAP. [1]"))
CITED = (HISTORY[0], Turn("assistant", "Il est piloté par le SGMAP. [1]", ("programme-dcant",)))

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
    *("Tu peux développer ?", "Pouvez-vous préciser ?", "C'est où ?", "Et lui ?", "Depuis quand existe-t-elle ?"),
    *("Que fait-il à Lyon ?", "Explique", "Dis-m'en plus", "Par qui ?"),
    *("Quels sont les objectifs ?", "À quelle date ?", "Quel est son rôle à France urbaine ?"),
    "Aux côtés de quelles autres associations ?",
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
    *(
        "Et l'INP, c'est quoi ?",
        "Qui est le maire de Dijon ?",
        "Et qui pilote le Forum des Interconnectés ?",
    ),
]
#: Earlier questions, the follow-up, and what it is understood as.
UNDERSTOOD = [
    ([SUBJECT], "Et depuis quand ?", f"Et depuis quand ? ({SUBJECT})"),
    ([SUBJECT], "Pourquoi ?", f"Pourquoi ? ({SUBJECT})"),
    ([SUBJECT], "And when?", f"And when? ({SUBJECT})"),
    ([SUBJECT], "Qui l'organise ?", "Qui organise le programme DcANT ?"),
    ([SUBJECT], "Qui l’a lancé ?", "Qui a lancé le programme DcANT ?"),
    ([SUBJECT], "Who runs it?", "Who runs it? (le programme DcANT)"),
    ([SUBJECT], "Quel est son rôle ?", "Quel est son rôle ? (le programme DcANT)"),
    ([SUBJECT], "Depuis quand existe-t-elle ?", "Depuis quand existe-t-elle ? (le programme DcANT)"),
    ([SUBJECT], "Et son budget ?", "Et son budget ? (le programme DcANT)"),
    ([SUBJECT], "Donne-moi plus de détails", "Plus de détails : le programme DcANT"),
    ([SUBJECT], "Pouvez-vous développer ?", "Plus de détails : le programme DcANT"),
    ([SUBJECT], "Tu peux m'en dire plus ?", "Plus de détails : le programme DcANT"),
    ([SUBJECT], "Et le CNI ?", "Qui pilote le CNI ?"),
    ([SUBJECT], "Et à Lyon ?", "Qui pilote le programme DcANT à Lyon ?"),
    ([SUBJECT], "Et en 2018 ?", "Qui pilote le programme DcANT en 2018 ?"),
    ([SUBJECT, "Et à Lyon ?"], "Et en 2018 ?", "Qui pilote le programme DcANT à Lyon en 2018 ?"),
    ([SUBJECT, "Et à Lyon ?", "Et en 2018 ?"], "Et à Dijon ?", "Qui pilote le programme DcANT à Dijon en 2018 ?"),
    (["Quels événements ont eu lieu en 2017 ?"], "Et en 2018 ?", "Quels événements ont eu lieu en 2018 ?"),
    (["Quels événements en novembre 2017 ?"], "Et en décembre ?", "Quels événements en décembre 2017 ?"),
    (["Quels événements à Paris en 2017 ?"], "Et à Lyon ?", "Quels événements à Lyon en 2017 ?"),
    (["Quels événements à Paris en 2017 ?", "Et à Lyon ?"], "Et en 2018 ?", "Quels événements à Lyon en 2018 ?"),
    (["Quels événements à Paris en 2017 ?"], "Et à Lyon en 2019 ?", "Quels événements à Lyon en 2019 ?"),
    (["Qui est maire de Besançon ?"], "Et de Clermont-Ferrand ?", "Qui est maire de Clermont-Ferrand ?"),
    (["Qui est Denis Hameau ?"], "Et Jean Rottner ?", "Qui est Jean Rottner ?"),
    (["Que veut dire INP ?"], "Et SGMAP ?", "Que veut dire SGMAP ?"),
    (["Où aura lieu le forum ?", "Merci !"], "Et quand ?", "Et quand ? (Où aura lieu le forum ?)"),
    (
        ["Quand a lieu le Forum Smart City ?", "Qui l'organise ?"],
        "Et depuis quand ?",
        "Et depuis quand ? (Qui organise le Forum Smart City ?)",
    ),
]


def meant(question: str, history: Sequence[Turn]) -> str:
    """The likeliest reading of a question."""
    return readings(question, history)[0].question


@pytest.mark.parametrize("question", FOLLOW_UPS)
def test_a_follow_up_gets_its_subject(question: str) -> None:
    assert "DcANT" in meant(question, HISTORY) or meant(question, HISTORY) == "Qui pilote le CNI ?"


@pytest.mark.parametrize(("asked", "question", "expected"), UNDERSTOOD)
def test_a_follow_up_is_understood_as_a_whole_question(asked: list[str], question: str, expected: str) -> None:
    history = [turn for said in asked for turn in (Turn("user", said), Turn("assistant", "Voici. [1]"))]
    assert meant(question, history) == expected
    assert readings(question, history)[0].question == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (SUBJECT, "le programme DcANT"),
        ("Quand et où se tient le Forum des Interconnectés ?", "le Forum des Interconnectés"),
        ("Combien de communes compte le consortium de Dijon ?", "le consortium de Dijon"),
        ("Que veut dire INP ?", "INP"),
        ("Qui est Denis Hameau ?", "Denis Hameau"),
        ("Quand la commission se réunit-elle ?", "la commission"),
        ("Quels événements à Lyon ?", "Quels événements à Lyon ?"),
    ],
)
def test_the_topic_is_what_a_question_is_about(question: str, expected: str) -> None:
    assert topic(question) == expected


def test_a_question_with_a_subject_has_one_reading() -> None:
    for question in ("Qui est le maire de Dijon ?", "Quelle est la recette de la tarte aux pommes ?"):
        assert readings(question, CITED) == (Reading(question),)


def test_a_question_that_names_nothing_is_read_by_itself_first_then_on_the_notes_just_cited() -> None:
    first, second = readings("Quelles sont les stratégies ?", CITED)
    assert first == Reading("Quelles sont les stratégies ?")
    assert second.question == "Quelles sont les stratégies ? (le programme DcANT)"
    assert (second.meant.things, second.meant.notes) == (("strategies",), frozenset({"programme-dcant"}))
    assert readings("Quelles sont les stratégies ?", HISTORY) == (first,)


def test_a_follow_up_must_be_answered_by_what_speaks_of_its_own_words() -> None:
    assert readings("Et son budget ?", HISTORY)[0].meant.things == ("budget",)
    assert readings("Et à Lyon ?", HISTORY)[0].meant.things == ("Lyon",)
    assert readings("Combien de visiteurs attend-il ?", HISTORY)[0].meant.things == ("visiteurs", "attend")
    assert readings("Quel est son rôle ?", HISTORY)[0].meant.things == ()


def test_a_question_on_the_same_notes_keeps_the_subject() -> None:
    asked = (Turn("user", "Quels sont les objectifs ?"), Turn("assistant", "Converger. [1]", ("programme-dcant",)))
    elsewhere = (Turn("user", "Quels sont les membres ?"), Turn("assistant", "Des élus. [1]", ("autre",)))
    assert last_subject((*CITED, *asked)) == SUBJECT
    assert last_subject((*CITED, *elsewhere)) == "Quels sont les membres ?"


def test_turns_are_worded_as_the_notes_are() -> None:
    history = (Turn("user", "Qui pilote le progrmme DcANT ?"), *HISTORY[1:])
    found = readings("Et qand ?", history, lambda said: said.replace("progrmme", "programme").replace("qand", "quand"))
    assert found[0].question == f"Et quand ? ({SUBJECT})"


@pytest.mark.parametrize("question", ALONE)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert meant(question, HISTORY) == question


@pytest.mark.parametrize("question", [*FOLLOW_UPS, *ALONE, "", "  ?  "])
def test_without_turns_before_nothing_changes(question: str) -> None:
    assert meant(question, ()) == question


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
    assert meant("Pourquoi ?", (*history[:-1],)) == f"Pourquoi ? ({SUBJECT})"


@pytest.mark.parametrize(
    "history",
    [
        (Turn("assistant", "Bonjour, posez votre question sur le programme DcANT."),),
        (Turn("user", "Et quand ?"), Turn("assistant", "?")),
        (Turn("user", ""), Turn("user", "   "), Turn("user", "Qui est-ce ?")),
    ],
)
def test_turns_without_a_subject_add_nothing(history: tuple[Turn, ...]) -> None:
    assert meant("Et depuis quand ?", history) == "Et depuis quand ?"


def test_a_subject_of_several_lines_becomes_one() -> None:
    history = (Turn("user", "  Qui pilote\n\nle programme\tDcANT ? "),)
    assert meant(" Et quand ?\n", history) == f"Et quand ? ({SUBJECT})"


def test_a_rewritten_question_is_as_short_as_its_parts() -> None:
    history = tuple(Turn("user", f"Qui préside le conseil numéro {number} de Lyon ?") for number in range(50))
    assert meant("Et quand ?", history) == "Et quand ? (Qui préside le conseil numéro 49 de Lyon ?)"


def test_an_endless_turn_makes_no_endless_question() -> None:
    history = (Turn("user", "Qui préside le conseil de Lyon ? " + "Mot " * 100_000),)
    rewritten = meant("Et quand ?", history)
    assert rewritten.startswith("Et quand ? (Qui préside le conseil de Lyon ?")
    assert len(rewritten) < 2000
