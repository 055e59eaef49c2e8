"""Words for search: what must be the same word, and what must stay whole."""

from __future__ import annotations

import unicodedata

import pytest

from assistant.french.words import content_words, fold, index_terms, normalise, variants, words


def meet(first: str, second: str) -> bool:
    """Whether a search for one text finds the other by its words."""
    return bool(set(index_terms(first).split()) & set(index_terms(second).split()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’administration numérique", ["l", "administration", "numérique"]),
        ("aujourd'hui", ["aujourd", "hui"]),
        ("qu'est-ce que l'INP ?", ["qu", "est", "ce", "que", "l", "inp"]),
        ("La S.N.C.F. et l'O.N.U.", ["la", "sncf", "et", "l", "onu"]),
        ("2,5 % en 2018", ["2,5", "en", "2018"]),
        ("n° 2015-991 du 20/11/2017", ["n", "2015-991", "du", "20/11/2017"]),
        ("La 14ème édition", ["la", "14ème", "édition"]),
        ("1.200.000 euros", ["1.200.000", "euros"]),
        ("ville_intelligente", ["ville", "intelligente"]),
        ("fin.Début", ["fin", "début"]),
        ("", []),
        ("?! … « »", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "text", ["L’été à Besançon", "Événement : « déjà vu »", "où naît l'œuvre ?", "n° 3, 14ème édition"]
)
def test_all_spellings_of_one_text_give_the_same_terms(text: str) -> None:
    expected = index_terms(text)
    assert expected
    assert index_terms(unicodedata.normalize("NFC", text)) == expected
    assert index_terms(unicodedata.normalize("NFD", text)) == expected
    assert index_terms(text.replace("’", "'")) == expected
    assert index_terms(text.replace("'", "’")) == expected
    assert index_terms(text.replace(" ", "\u00a0")) == expected
    assert index_terms(text.replace(" ", "\u202f")) == expected
    assert index_terms(text.upper()) == expected
    assert index_terms(f"  {text}\n") == expected


@pytest.mark.parametrize("apostrophe", "'’‘ʼ`´")
def test_every_apostrophe_elides(apostrophe: str) -> None:
    assert content_words(f"l{apostrophe}administration d{apostrophe}avenir") == ["administration", "avenir"]


@pytest.mark.parametrize("invisible", ["\u00ad", "\u200b"])
def test_invisible_characters_do_not_cut_a_word(invisible: str) -> None:
    assert words(f"metro{invisible}pole") == ["metropole"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("métropole", "métropoles"),
        ("élu", "élus"),
        ("élue", "élues"),
        ("numéro", "numéros"),
        ("lieu", "lieux"),
        ("enjeu", "enjeux"),
        ("association", "associations"),
        ("numérique", "numériques"),
        ("président", "présidente"),
        ("adjoint", "adjointe"),
        ("régional", "régionaux"),
        ("territorial", "territoriales"),
        ("piloté", "pilote"),
        ("représentait", "représenté"),
        ("organise", "organisé"),
        ("cœur", "coeur"),
        ("œuvre", "oeuvres"),
        ("S.N.C.F.", "SNCF"),
        ("INP", "inp"),
        ("14ème", "14"),
        ("14ème", "14e"),
        ("2015-991", "2015"),
        ("2,5", "2.5"),
    ],
)
def test_forms_of_one_word_meet(first: str, second: str) -> None:
    assert meet(first, second)


@pytest.mark.parametrize(
    "word",
    [
        *("métropole", "événement", "numérique", "société", "intégré", "préfète", "coopération", "qualité", "créée"),
        *("développement", "présidente", "représentée", "fête", "hôtel", "Besançon", "intérêt", "élèves", "réseaux"),
    ],
)
def test_a_word_typed_without_accents_meets_the_right_one(word: str) -> None:
    typed = "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
    assert typed != word
    assert meet(word, typed)


@pytest.mark.parametrize(
    ("first", "second"),
    [("14ème", "4ème"), ("2,5", "25"), ("2015-991", "991"), ("INP", "CNI"), ("ville", "village")],
)
def test_other_words_do_not_meet(first: str, second: str) -> None:
    assert index_terms(first)
    assert not meet(first, second)


@pytest.mark.parametrize(
    "question", ["Qui est-ce ?", "Où est-ce que c'est ?", "what is it", "Et quand ?", "Qu’est-ce que c’est ?", "à a y"]
)
def test_stop_words_leave_nothing(question: str) -> None:
    assert content_words(question) == []
    assert index_terms(question) == ""


@pytest.mark.parametrize("question", ["Ou est-ce ?", "OU ETES VOUS", "pour que ca ait meme apres"])
def test_stop_words_are_known_without_accents(question: str) -> None:
    assert set(content_words(question)) <= {"ait"}


def test_single_letters_go_but_digits_stay() -> None:
    assert content_words("le plan b, étape 3") == ["plan", "étape", "3"]


def test_normalise_folds_all_but_accents() -> None:
    assert normalise("L’ÉTÉ\u00a0: ﬁn, e\u0301té") == "l'été : fin, été"


def test_fold() -> None:
    assert [fold(word) for word in ("été", "cœur", "ça", "naïf", "ægis", "2015")] == [
        *("ete", "coeur", "ca", "naif", "aegis", "2015"),
    ]


@pytest.mark.parametrize("word", ["14ème", "2,5", "20/11/2017", "2015-991", "1.200.000"])
def test_terms_of_numbers_are_safe_for_the_index(word: str) -> None:
    assert all(term.replace("_", "").isalnum() for term in variants(word))
