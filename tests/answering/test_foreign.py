"""What a question says that a text does not."""

from __future__ import annotations

import pytest

from assistant.answering.foreign import (
    foreign_count,
    foreign_detail,
    foreign_end,
    foreign_names,
    foreign_numbers,
    foreign_office,
)

TEXT = "Jean Martin, maire de Brest et vice-président de l'Union, ouvre le 14ème salon : 24 communes, le 3 mai 2016."


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Que dit Jean Martin à Brest ?", ()),
        ("Que dit Paul Martin à Brest ?", ("Paul",)),
        ("Que dit Anne Le Guen à Brest ?", ("Anne", "Guen")),
        ("Que dit Marie-Claude Durand ?", ("Marie-Claude Durand",)),
        ("Que dit Jean Martine à Breste ?", ()),
        ("Pourquoi le salon est-il à Rennes ?", ("Rennes",)),
        ("Que dit-on au XIXe siècle ?", ()),
        ("QUI OUVRE LE SALON A RENNES ?", ()),
        ("qui ouvre le salon ?", ()),
    ],
)
def test_names(question: str, found: tuple[str, ...]) -> None:
    assert foreign_names(question, TEXT) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Quelles sont les 24 communes ?", ()),
        ("Quelles sont les 30 communes ?", ("30",)),
        ("Où se tient le 14e salon ?", ()),
        ("Où se tient la 15ème édition ?", ("15",)),
        ("Que s'est-il passé le 4 mai 2017 ?", ()),
        ("Qui régnait dans les années 80 ?", ()),
        ("Que dire des 50 dernières années ?", ()),
        ("Qui sont les deux maires ?", ()),
    ],
)
def test_numbers(question: str, found: tuple[str, ...]) -> None:
    assert foreign_numbers(question, TEXT) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Qui est le maire de Brest ?", None),
        ("Qui est le maire de Rennes ?", "maire de rennes"),
        ("Qui préside l'Union ?", "qui preside l'union"),
        ("Qui est le vice-président de l'Union ?", None),
        ("Qui est le président de l'Union ?", "president de l'union"),
        ("Qui est le maire de la ville ?", None),
    ],
)
def test_offices(question: str, found: str | None) -> None:
    assert foreign_office(question, [TEXT]) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Pourquoi le salon a-t-il été annulé ?", "annule"),
        ("Pourquoi le salon a-t-il été ouvert ?", None),
        ("Quand a-t-on supprimé l'Union ?", "supprime"),
    ],
)
def test_ends(question: str, found: str | None) -> None:
    assert foreign_end(question, TEXT) == found
    assert foreign_end(question, f"{TEXT} Il est annulé.") is None


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Quel est le budget du salon ?", "budget"),
        ("Combien coûte l'entrée ?", "coute"),
        ("À quelle heure ouvre le salon ?", "quelle heure"),
        ("Combien de communes ?", None),
    ],
)
def test_details(question: str, found: str | None) -> None:
    assert foreign_detail(question, TEXT) == found
    assert foreign_detail(question, f"{TEXT} Entrée : 12 €, dès 9 h.") is None


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("À quelle adresse mail écrire ?", "Écrivez à salon@exemple.fr."),
        ("Quel est le numéro de téléphone du salon ?", "Tél. : 01 02 03 04 05"),
        ("Quel âge a le maire ?", "Le maire a 50 ans."),
        ("De quel parti politique est le maire ?", "Le maire, socialiste, est là."),
        ("Dans quel bâtiment a lieu le salon ?", "Il a lieu au palais des congrès."),
        ("Comment s'inscrire au salon ?", "Les inscriptions sont ouvertes."),
        ("Quel est le thème de la table ronde ?", "Elle est consacrée au vélo."),
        ("Quand le programme s'achèvera-t-il ?", "Il se termine en 2030."),
        ("Qui préside la commission ?", "Une élue la préside."),
        ("Quand le maire a-t-il été élu ?", "Il est maire depuis les élections de 2014."),
    ],
)
def test_a_detail_is_known_by_what_tells_it(question: str, told: str) -> None:
    assert foreign_detail(question, "Rien de cela n'est dit ici.") is not None
    assert foreign_detail(question, told) is None


def test_a_vice_president_presides_over_nothing() -> None:
    assert foreign_detail("Qui préside l'association ?", "Son premier vice-président est venu.") is not None


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("La 4ème édition a lieu les 28 et 29 novembre 2017.", "combien de visiteurs"),
        ("Deux mille personnes sont venues.", None),
        ("Une centaine de personnes sont venues.", None),
        ("Il en vint 300.", None),
    ],
)
def test_a_count_needs_a_number_or_its_noun(sentence: str, found: str | None) -> None:
    assert foreign_count("Combien de visiteurs sont attendus ?", sentence, sentence) == found
    assert foreign_count("Combien de visiteurs ?", f"{sentence} Des visiteurs viennent.", sentence) is None
