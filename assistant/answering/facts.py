"""What a sentence states that can be compared to the letter: numbers, months and days, names, offices, negations."""

from __future__ import annotations

import re
from itertools import product

from assistant.french.calendar import MONTHS
from assistant.french.words import STOP_WORDS, canonical, fold, normalise, words

_THOUSANDS = re.compile(r"(?<=\d)[ .](?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d+(?:,\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(r"[a-z]+(?:-[a-z]+)*")
_STOPS = frozenset(fold(word) for word in STOP_WORDS)
_UNITS = "un deux trois quatre cinq six sept huit neuf".split()
_TEENS = "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf".split()
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "quatre-vingt": 80}
_ORDINAL_STEMS = {"quatre": "quatr", "cinq": "cinqu", "neuf": "neuv"}
_DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
_ENGLISH_MONTHS = "January February March April May June July August September October November December".split()
_ENGLISH_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
#: Folded, with what each is called in French; English ones count with their capital only: « may » and « march » do not.
_CALENDAR = {fold(word): fold(word) for word in (*MONTHS, *_DAYS)}
_ENGLISH = dict(zip((*_ENGLISH_MONTHS, *_ENGLISH_DAYS), _CALENDAR, strict=True))
_OFFICES = re.compile(
    r"\b(maires?|adjointe?s?|president(?:e|s|es)?|presid(?:e|ent|ait)|ministres?|deputee?s?|senat(?:eur|rice)s?"
    r"|conseill(?:er|ere)s?|secretaires? general|direct(?:eur|rice)s?|prefete?s?|dirige(?:nt)?|fondat(?:eur|rice)s?)\b"
)
_NEGATED = re.compile(r"\b(?:ne|n')\W*\w+(?:\W+\w+){0,2}?\W+(?:pas|plus|jamais|rien|personne)\b|\b(?:aucune?|jamais)\b")
_PRONOUN = re.compile(
    r"\b(?:il|elle|ils|elles|celui-ci|celle-ci|ceux-ci|celles-ci|ce|cet|cette|ces|son|sa|ses|leur|leurs)\b"
)
_QUOTED = re.compile(r"[«“\"]\s*([^«»“”\"]+?)\s*[»”\"]")
_OPENS = re.compile(r"(?:^|[.!?:;«\"])[\s«\"'(-]*$")
_OPENS_QUESTION = re.compile(r"(?:^|\w{3}\s*[.!?…]+)[\s«\"'(-]*$")  # « M. Hulot » opens none
# A first word that is no name: participles, adverbs, gerunds, and these.
_NO_NAME = re.compile(
    r".*(?:ee?s?|ment|ant|ants)$|oui|voici|ensuite|enfin|lancee?|organise|cree|face|suite|grace|faute"
)


def _cardinals() -> dict[str, int]:
    numbers = {word: number for number, word in enumerate(_TEENS, start=10)}
    numbers |= {word: number for number, word in enumerate(_UNITS, start=1) if number > 1}
    for (ten, base), (number, unit) in product(_TENS.items(), enumerate([*_UNITS, *_TEENS], start=1)):
        if number < 10 or base in (60, 80):
            numbers[f"{ten}-{unit}"] = base + number
    return numbers | _TENS | {"quatre-vingts": 80, "cent": 100, "mille": 1000, "soixante-et-onze": 71}


def _ordinals(cardinals: dict[str, int]) -> dict[str, int]:
    stems = {word: _ORDINAL_STEMS.get(word, word.removesuffix("e")) for word in cardinals}
    return {f"{stem}ieme": cardinals[word] for word, stem in stems.items() if cardinals[word] < 100}


_SPELT = _cardinals()
_SPELT |= _ordinals(_SPELT)


def numbers(text: str) -> set[str]:
    """Every number, in digits: `24` of `vingt-quatre` and `14` of `14ème` too, `1788` of `1 788`. « un » is none."""
    folded = fold(normalise(text))
    digits = {number.lstrip("0") or "0" for number in _DIGITS.findall(_THOUSANDS.sub("", folded))}
    return digits | {str(_SPELT[word]) for word in _HYPHENATED.findall(folded) if word in _SPELT}


def calendar_words(text: str) -> set[str]:
    """The months and days of the week that it names, folded, in French."""
    english = {_ENGLISH[word] for word in _WORD.findall(canonical(text)) if word in _ENGLISH}
    return (set(map(fold, words(text))) & _CALENDAR.keys()) | english


def offices(text: str) -> set[str]:
    """The offices that it speaks of (maire, présidente, préside…), folded and cut to a common stem."""
    return {match[1][:6].rstrip("es") for match in _OFFICES.finditer(fold(normalise(text)))}


def denies(text: str) -> bool:
    """Whether it denies something."""
    return _NEGATED.search(fold(normalise(text))) is not None


def proper_names(text: str) -> list[str]:
    """Its capitalised words, folded. A first word counts unless it is grammar or looks like a verb or an adverb."""
    plain = canonical(text)
    found = [(match.start(), match[0]) for match in _WORD.finditer(plain)]
    return [fold(word.lower()) for at, word in found if _is_name(word, opening=bool(_OPENS.search(plain[:at])))]


def _is_name(word: str, *, opening: bool) -> bool:
    if len(word) < 2 or not word[0].isupper():
        return False
    folded = fold(word.lower())
    if folded in _STOPS or folded in _CALENDAR or word in _ENGLISH:
        return False
    return word.isupper() or not (opening and _NO_NAME.fullmatch(folded))


def names_asked(question: str) -> list[str]:
    """The proper names of a question: a word that opens a sentence is none but for an acronym; none where it is typed
    in capitals.
    """
    letters = [char for char in question if char.isalpha()]
    if sum(map(str.isupper, letters)) > len(letters) / 2:
        return []
    plain = canonical(question)
    return [
        fold(match[0].lower())
        for match in _WORD.finditer(plain)
        if _is_name(match[0], opening=False)
        and (match[0].isupper() or not _OPENS_QUESTION.search(plain[: match.start()]))
    ]


def quotes(text: str) -> list[str]:
    """What it gives between quotation marks, of two words or more."""
    return [quoted for quoted in _QUOTED.findall(canonical(text)) if len(quoted.split()) > 1]


def name_words(text: str) -> set[str]:
    """All that a name may be found as in a text: each of its words folded, and without a plural s."""
    found = {fold(word) for word in words(text)}
    found |= {fold(word.lower()) for word in _WORD.findall(canonical(text))}
    return found | {word.removesuffix("s") for word in found}


def leans_back(sentence: str) -> bool:
    """Whether it speaks of what came before: a pronoun comes ahead of any name."""
    plain = fold(normalise(sentence))
    pronoun = _PRONOUN.search(plain)
    names = [
        name
        for name in proper_names(sentence)
        if (at := plain.find(name)) >= 0 and (not pronoun or at < pronoun.start())
    ]
    return pronoun is not None and not names
