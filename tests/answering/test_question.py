"""What a question asks for, what a sentence holds, and the names in a question."""

from __future__ import annotations

import pytest

from assistant.answering.question import Asked, asked_for, holds, names
from assistant.french.words import normalise, variants

P, T, L, N, M = Asked.PERSON, Asked.TIME, Asked.PLACE, Asked.NUMBER, Asked.MEANING


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Qui pilote le programme DcANT ?", {P}),
        ("Quand et où se tient le Forum ?", {T, L}),
        ("Ou se tient le forum ?", {L}),
        ("OÙ SE TIENT LE FORUM ?", {L}),
        ("ou\u0300 se tient le forum ?", {L}),
        ("Que veut dire INP ?", {M}),
        ("que signifie INP", {M}),
        ("Combien de communes compte le consortium ?", {N}),
        ("Quel est le budget ?", {N}),
        ("Quelle est la date du forum ?", set()),
        ("Quelle date pour le forum ?", {T}),
        ("En quelle année ?", {T}),
        ("Dans quelle ville ?", {L}),
        ("Le maire ou le président parle ?", set()),
        ("Quel maire a parlé ?", {P}),
        ("Quels ministres étaient là ?", {P}),
        ("When is the Smart City forum?", {T}),
        ("Who and where?", {P, L}),
        ("How many cities?", {N}),
        ("What does INP stand for?", {M}),
        ("À quoi sert le programme ?", {Asked.PURPOSE}),
        ("Quel est l'objectif du conseil ?", {Asked.PURPOSE}),
        ("Qui siège au conseil ?", {Asked.MEMBERS}),
        ("Qui en fait partie ?", {Asked.MEMBERS}),
        ("Le programme", set()),
        ("", set()),
        ("la liquidité et la quantité", set()),
        ("pourquoi", set()),
    ],
)
def test_asked_for(question: str, kinds: set[Asked]) -> None:
    assert asked_for(question) == kinds


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Le maire, Jean Rottner, est venu.", P),
        ("Selon Jean-Louis Fousseret, c'est fait.", P),
        ("Le rapport de Charles de Gaulle.", P),
        ("Le forum a lieu les 6 et 7 décembre.", T),
        ("Le forum a lieu en DÉCEMBRE.", T),
        ("La création remonte à 2011.", T),
        ("Réunion mardi.", T),
        ("Le forum a lieu à Lyon.", L),
        ("La réunion est à l’Hôtel de ville.", L),
        ("Le consortium compte 24 communes.", N),
        ("Le consortium compte vingt communes.", N),
        ("Une instance nationale partenariale (INP).", M),
        ("Ce mot désigne un lieu.", M),
        ("Il a pour objectif de mutualiser.", Asked.PURPOSE),
        ("Le conseil regroupe des élus.", Asked.MEMBERS),
    ],
)
def test_holds(sentence: str, kind: Asked) -> None:
    assert holds(sentence, kind)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Le maire est venu.", P),
        ("Les métropoles innovent.", T),
        ("Le maire mardisait.", T),
        ("Il va à la gare.", L),
        ("Les communes sont là.", N),
        ("Une instance (nationale).", M),
        ("", P),
    ],
)
def test_does_not_hold(sentence: str, kind: Asked) -> None:
    assert not holds(sentence, kind)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Qui pilote le programme DcANT ?", ["DcANT"]),
        ("Que veut dire INP ?", ["INP"]),
        ("INP et CNI, quel lien entre les deux ?", ["INP", "CNI"]),
        ("Paris accueille quoi ?", []),
        ("Quelle est la capitale de l'Australie ?", ["Australie"]),
        ("Quelle est la capitale de l’Australie ?", ["Australie"]),
        ("Que dit Jean-Louis Fousseret ?", ["Jean-Louis", "Fousseret"]),
        ("Que dit la loi n° 2015-991 de 2015 ?", ["2015-991", "2015"]),
        ("qui pilote le programme", []),
        ("QUI PILOTE LE PROGRAMME DCANT ?", []),
        ("Où est l'Élysée ?", ["Élysée"]),
        ("« Quand » commence Lyon ?", ["Lyon"]),
        ("", []),
        ("  ?", []),
        ("Que fait M. Dupont ?", ["Dupont"]),
    ],
)
def test_names(question: str, expected: list[str]) -> None:
    assert names(question) == [variants(normalise(name)) for name in expected]
