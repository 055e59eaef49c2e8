"""French words of dates as regular expressions over folded text, and what they stand for.

In every pattern of the grammar a space stands for any gap within a phrase: spaces, or one line break, never an empty
line; `~` stands for optional spaces on one line.
"""

from __future__ import annotations

import re

from assistant.dates.expressions import Direction
from assistant.dates.ranges import Part, Unit


def pattern(source: str) -> re.Pattern[str]:
    """Compile a pattern of the grammar."""
    return re.compile(source.replace(" ", r"(?:\x20{1,4}\n?\x20{0,4}|\n\x20{0,4})").replace("~", r"\x20{0,2}"))


MONTHS = ("jan", "fev", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")
_MONTH_FULL = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
_MONTH_SHORT = "janv?|fevr?|avr|juil|sept|oct|nov|dec"
MONTH = rf"(?:(?:{_MONTH_FULL})\b|(?:{_MONTH_SHORT})\b\.?)"
LONG_MONTH = rf"(?:(?:{_MONTH_FULL})\b|(?:{_MONTH_SHORT})\.)"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
DAY = r"(?:1 ?er\b|\d\d?(?!\d)|premier\b)"
YEAR = r"(?:1\d|20)\d\d(?!\d)"
SEASONS = {
    "printemps": ((3, 21), (6, 20)),
    "ete": ((6, 21), (9, 22)),
    "automne": ((9, 23), (12, 20)),
    "hiver": ((12, 21), (3, 20)),
}

_DIRECTIONS = {"prochain": Direction.FUTURE, "dernier": Direction.PAST, "passe": Direction.PAST}
# "le 3 mai dernier délai" is a deadline, not a past day.
DIRECTION = r"(?:prochain|dernier|passe)s?\b(?! (?:delai|jour))"
DIRECTION_ANY = r"(?:prochaine?|derniere?|passee?)\b(?! (?:delai|jour))"

UNITS = {
    "jour": Unit.DAY,
    "semaine": Unit.WEEK,
    "week-end": Unit.WEEKEND,
    "weekend": Unit.WEEKEND,
    "mois": Unit.MONTH,
    "trimestre": Unit.QUARTER,
    "semestre": Unit.SEMESTER,
    "annee": Unit.YEAR,
    "an": Unit.YEAR,
}
DURATION = r"(?:jours?|semaines?|mois|ans?|annees?)\b"
_NUMBERS = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze")
_NUMBER_VALUES = {word: value for value, word in enumerate(_NUMBERS, 1)} | {
    "une": 1,
    "quinze": 15,
    "vingt": 20,
    "trente": 30,
}
NUMBER = rf"(?:\d{{1,3}}|{'|'.join(_NUMBER_VALUES)})"

_ORDINALS = (
    r"1 ?ere?|premiere?|1",
    r"2 ?n?de?|2 ?e(?:me)?|seconde?|deuxieme|2",
    r"3 ?e(?:me)?|troisieme|3",
    r"4 ?e(?:me)?|quatrieme|4",
)
ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|dernier)"

PARTS = {"debut": Part.EARLY, "mi": Part.MIDDLE, "milieu": Part.MIDDLE, "fin": Part.LATE, "courant": Part.WHOLE}

COUNTED = (
    r"(?:fois|ans?|annees|jours|heures|mois|semaines|minutes|secondes|euros?|eur|millions?|milliards?|k?m[23²]?|ha|kg|"
    r"hectares|tonnes|metres|kilometres|habitants|communes|villes|departements|personnes|participants?|inscrits|"
    r"agents|elus|eleves|etudiants|citoyens|adherents|membres|visiteurs|signataires|usagers|logements|emplois|postes|"
    r"points|places|pages|mots|signes|exemplaires|entreprises|collectivites|projets|dossiers|sites|lits|kwh|mwh)\b"
)


def month_number(word: str) -> int:
    """1..12 for a folded month name or abbreviation."""
    return next(number for number, head in enumerate(MONTHS, 1) if word.startswith(head))


def number_value(word: str) -> int:
    """The value of a folded number, in digits or letters."""
    return int(word) if word.isdigit() else _NUMBER_VALUES[word]


def ordinal_value(word: str, last: int) -> int:
    """The rank that a folded ordinal names; "dernier" is `last`."""
    ranks = (rank for rank, form in enumerate(_ORDINALS, 1) if re.fullmatch(form, re.sub(r"\s", " ", word)))
    return next(ranks, last)


def direction_of(word: str | None) -> Direction:
    """Where "prochain", "dernier" or "passé" in any form points; nearest for None."""
    return next((to for head, to in _DIRECTIONS.items() if word and word.startswith(head)), Direction.NEAREST)


def unit_of(word: str) -> Unit:
    """The unit that a folded word names, plural or not."""
    return UNITS.get(word) or UNITS[word.removesuffix("s")]
