"""Acronyms learned from the texts that introduce them."""

from __future__ import annotations

import pytest

from assistant.french.acronyms import Acronym, Acronyms, find_acronyms

INP = Acronym("INP", "instance nationale partenariale")
KNOWN = Acronyms([INP, Acronym("CNI", "Conseil National de l'Industrie")])


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("la création d’une instance nationale partenariale (INP) portée par l’Etat", "INP", INP.long),
        ("Une INP (instance nationale partenariale) est née.", "INP", INP.long),
        ("le nouveau Conseil National de l’Industrie (CNI), lundi", "CNI", "Conseil National de l'Industrie"),
        (
            "le programme de développement concerté de l’administration numérique territoriale (DcANT) découle",
            "DcANT",
            "développement concerté de l'administration numérique territoriale",
        ),
        (
            "Piloté par le secrétariat général pour la modernisation de l’action publique (SGMAP)",
            "SGMAP",
            "secrétariat général pour la modernisation de l'action publique",
        ),
        ("la Caisse nationale de l'assurance maladie (C.N.A.M.)", "C.N.A.M.", ""),
        ("les établissements publics de coopération intercommunale ( EPCI )", "EPCI", ""),
        ("la commission d'État (CE)", "CE", "commission d'État"),
    ],
)
def test_an_acronym_is_learned(text: str, short: str, long: str) -> None:
    (found,) = find_acronyms(text)
    assert found.short == short
    assert found.long == long or (not long and found.long in text)


@pytest.mark.parametrize(
    "text",
    [
        "une réunion (Lyon) et un forum (en 2017)",
        "l’Association des maires (AMF)",
        "Une instance. Nationale partenariale (INP)",
        "la ville (VILLE)",
        "INP (voir plus bas)",
        "le projet (P)",
        "(INP)",
        "",
    ],
)
def test_what_its_initials_do_not_tell_is_not(text: str) -> None:
    assert list(find_acronyms(text)) == []


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("Que veut dire INP ?", "Que veut dire instance nationale partenariale ?"),
        ("c'est quoi l'inp", "c'est quoi l'instance nationale partenariale"),
        ("Qui anime l'Instance nationale partenariale ?", "Qui anime l'INP ?"),
        ("les instances nationales partenariales", "les INP"),
        ("Et le conseil national de l’industrie ?", "Et le CNI ?"),
    ],
)
def test_a_question_is_phrased_the_other_way(question: str, other: str) -> None:
    assert KNOWN.phrasings(question) == (other,)


def test_the_embedded_question_holds_both_forms() -> None:
    assert KNOWN.both("Que veut dire INP ?") == "Que veut dire INP (instance nationale partenariale) ?"
    assert KNOWN.both("Le conseil national de l'industrie ?") == "Le conseil national de l'industrie (CNI) ?"
    assert KNOWN.both("Qui pilote ?") == "Qui pilote ?"


def test_a_text_holds_both_forms() -> None:
    assert KNOWN.terms("L'INP siège") >= {"inp", "instanc", "national", "partenarial", "sieg"}
    assert "inp" in KNOWN.terms("Une instance nationale partenariale siège")
    assert "inp" not in KNOWN.terms("Une instance partenariale siège au conseil national")


def test_an_acronym_with_several_meanings_has_several_phrasings() -> None:
    both = Acronyms([INP, Acronym("INP", "institut national polytechnique")])
    assert both.phrasings("L'INP ?") == ("L'instance nationale partenariale ?", "L'institut national polytechnique ?")


def test_an_ordinary_word_is_an_acronym_only_in_capitals() -> None:
    known = Acronyms([Acronym("AIDE", "association interne des élus")], frozenset({"aide"}))
    assert known.phrasings("une aide") == ()
    assert known.phrasings("une AIDE") == ("une association interne des élus",)
