"""Sentence splitting: a table of cases that a naive splitter gets wrong, and what holds for every text.

In a case "|" marks where one sentence ends and the next begins; it is no part of the text.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from assistant.french.sentences import sentence_spans, trim

CASES = [
    # titles and initials
    "M. Dupont ouvre la séance. |Mme Durand la clôt.",
    "MM. Dupont et Durand président. |Le vote suit.",
    "Le Dr. Martin et Me. Petit sont là.",
    "J.-L. Fousseret préside le réseau. |Il est maire.",
    "Le rapport de J. Rottner est paru. |Il fait date.",
    "C'est la thèse de Mme. Roux. |Elle est connue.",
    # acronyms
    "La S.N.C.F. a répondu. |La réponse est brève.",
    "Le budget de la S.N.C.F. et celui de la R.A.T.P. augmentent.",
    # numbers, references, hours
    "La 14ème édition du Forum se tient à Lyon. |Elle dure deux jours.",
    "Voir la fiche n° 3. |Elle est en ligne.",
    "Le n° 3 est paru. |Le n° 4 suivra.",
    "Le taux est de 2,5 %. |Il montera à 3.7 % en 2018.",
    "Le coût est de 1.200.000 euros. |Il est stable.",
    "Selon l'art. 3 de la loi, le délai est d'un mois. |Il court.",
    "Voir p. 12 et fig. 3 du rapport. |La suite est à la p. 14.",
    "Rendez-vous à 14 h. 30 à l'hôtel de ville. |Entrée libre.",
    "L'ordonnance n° 2015-991 du 7 août 2015 s'applique. |Elle est en vigueur.",
    "La loi du 3 janv. 2018 est parue. |Elle s'applique.",
    "Ils étaient sept. |Trois sont partis.",
    # an initial that is no initial
    "Il faut un plan B. |Il est prêt.",
    "C'est la catégorie A. |Les autres attendront.",
    # end marks
    "Pour qui ? |Pour quoi ! |Pour rien…",
    "Et alors ?! |Rien.",
    "Les sujets sont là (open data, simplification…) et les stratégies aussi. |Fin.",
    "Le maire hésite… puis signe. |Le conseil approuve.",
    "Le maire hésite… |Puis il signe.",
    "Le maire hésite... |Puis il signe.",
    "Le maire hésite... puis il signe.",
    "Il liste les villes, les régions, etc., et signe. |Fin.",
    # guillemets
    "Il a dit : « Nous y serons. » |Puis il est parti.",
    "Le rapport, « De la smart city aux territoires d’intelligence », est paru. |Il compte.",
    'Il cite "Dijon métropole connectée 3.0" ici. |Fin.',
    # non-breaking spaces before French punctuation
    "Qui\u00a0vient\u202f? |Tout le monde\u00a0! |C'est dit.",
    "M.\u00a0Dupont est là. |Il parle.",
    "Le n°\u00a03 est paru. |Le coût\u00a0: 2,5\u00a0%.",
    # lists and wrapped lines
    "Trois axes :\n|- le premier ;\n|- le deuxième ;\n|- le troisième.",
    "1. Ouverture de la séance\n|2. Vote du budget\n|3. Clôture",
    "* un point\n|* un autre point",
    "Le programme est piloté par le secrétariat\ngénéral pour la modernisation. |Il dure.",
    "Une ligne coupée\navant la fin.\n|Une autre phrase.",
    # paragraphs without a full stop
    "Construire les territoires innovants\n\n|La séance est ouverte.",
    "Titre sans point\n\n\n|Autre titre",
    # web addresses
    "Voir https://www.example.org/a.b.html pour la suite. |Fin.",
    "Écrire à contact@example.org. |Une réponse suit.",
]


@pytest.mark.parametrize("case", CASES)
def test_cuts_where_a_reader_would(case: str) -> None:
    text = case.replace("|", "")
    expected = [part.strip() for part in case.split("|")]
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0\n\t", "\u202f"])
def test_no_sentence_in_white_space(text: str) -> None:
    assert sentence_spans(text) == []


def assert_sound(text: str) -> None:
    spans = sentence_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans)), text
    covered = {position for span in spans for position in range(*span)}
    lost = [position for position, char in enumerate(text) if not char.isspace() and position not in covered]
    assert not lost, f"lost {lost} of {text!r}"
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_lost_of_the_table(case: str) -> None:
    assert_sound(case)


_ATOMS = [
    *("M.", "n°", "3.", "14 h.", "Le", "plan", "B.", "Il", "S.N.C.F.", "…", "«", "»", '"', "(", ")", "?", "!", ";"),
    *(" ", "  ", "\n", "\n\n", "\n- ", "\n1. ", "\u00a0", "\u202f", "\t", "\r\n", "\x0b", "\u2028", "\u200b"),
    *("é", "e\u0301", "🏙️", "中文。", "a.b", "2,5", "…?", "---", "|", "<b>", "art.", "-", "•", "\x00", "\x85", "\x1c"),
]


@pytest.mark.parametrize("seed", range(200))
def test_nothing_is_lost_of_any_text(seed: int) -> None:
    chance = random.Random(seed)
    assert_sound("".join(chance.choice(_ATOMS) for _ in range(chance.randrange(1, 40))))


def test_nothing_is_lost_of_the_notes(notes) -> None:
    for note in notes:
        assert_sound(note.text)


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [("  un  ", (0, 6), (2, 4)), ("un", (0, 2), (0, 2)), ("a   b", (1, 4), None), ("\u00a0x\n", (0, 3), (1, 2))],
)
def test_trim(text: str, span: tuple[int, int], expected: tuple[int, int] | None) -> None:
    assert trim(text, *span) == expected
