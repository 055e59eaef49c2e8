"""What a question says that a text does not: names, numbers, offices, an end, an amount that was never told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from assistant.answering import facts
from assistant.answering.details import DETAILS
from assistant.dates import find_dates
from assistant.french.words import canonical, fold, index_terms, normalise, variants

_WORD = re.compile(r"[^\W\d_]+")
_FIGURES = re.compile(r"(?<![\d,.])\d{2,}(?=\D|$)")
_ROMAN = re.compile(r"[ivxlc]+(?:e|er|ere|eme|ieme)?")
_ALIKE, _ALIKE_FROM = 0.85, 5  # how near to a word of the text a name is one of its spellings, and from which length
# « dans les années 80 », « les 50 dernières années »: a span of time, told in other figures or in none.
_LOOSE = re.compile(r"\bannees \d+|\b\d+ (?:derni\w+|prochain\w+|ans\b|annees\b)|\d+ ?%")
_OFFICE = re.compile(
    r"\b(?P<vice>vice[- ])?(?P<office>(?:maire|president|depute|senateur|senatrice|prefet|directeur|directrice)e?)s?"
    r"(?: general\w*)? (?:de la |de l'|des |de |du |d')(?P<of>[^\W\d_][\w-]*)"
)
_PRESIDES = re.compile(r"\b(?:qui|who) preside\w* (?:la |le |les |l')?(?P<of>[^\W\d_][\w-]*)")
_ENDS = re.compile(
    r"\b(?:supprim|annul|abandonn|dissou|dissol|interdi|boycott|demission|renonc|ferm(?:e|er|ee|es|ees|eture)\b"
    r"|rejet|refus|report(?:e|er|ee|es|ees)\b|cess(?:e|er|ation)\b|privatis|condamn"
    r"|mis fin|mettre fin|met fin|suspend|suspens|arret(?:e|er|ee|es|ees)\b|licenci|expuls|exclu(?:e|s|es)?\b"
    r"|cancel|abolish|abandon|refuse|resign|reject|postpone|ban(?:ned)?\b)"
)
_COUNT = re.compile(
    r"\b(?:combien (?:y a-t-il |sont-ils )?(?:de |d')(?!temps|fois)|how many |quel (?:est|etait) le nombre )"
)
_COUNTED = re.compile(r"\b(?:combien (?:de |d')|how many )(?!temps|fois)(?P<noun>[a-z]{4,})")
_CARDINAL = re.compile(
    r"\b\d[\d., ]*(?!\d|\w*e\b|er\b|nd\b)(?!\w)|\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize"
    r"|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|cent|cents|mille|one|two|three|four|five)\b"
)
_SOME = re.compile(
    r"\b(?:douzaine|dizaine|vingtaine|trentaine|centaine|milliers?|aucune?|plusieurs|moitie|tiers|quart|double"
    r"|une? seule?|millions?|milliards?)s?\b"
)


def foreign_names(question: str, text: str) -> tuple[str, ...]:
    """The proper names of the question, as it writes them, that the text holds in no spelling near to it."""
    held = facts.name_words(text)
    capitalised = {fold(word.lower()) for word in _WORD.findall(canonical(text)) if word[0].isupper()}
    missing = {name for name in facts.names_asked(question) if not _known(name, held, capitalised)}
    plain, runs, last = canonical(question), list[str](), -2
    for word in _WORD.finditer(plain):
        if fold(word[0].lower()) in missing:
            joined = bool(runs) and plain[last : word.start()] in (" ", "-")
            runs[-1:] = [f"{runs[-1]}{plain[last : word.start()]}{word[0]}"] if joined else [*runs[-1:], word[0]]
            last = word.end()
    return tuple(dict.fromkeys(runs))


def _known(name: str, held: set[str], capitalised: set[str]) -> bool:
    if len(name) < 2 or name in held or name.removesuffix("s") in held or _ROMAN.fullmatch(name):
        return True
    return len(name) >= _ALIKE_FROM and bool(get_close_matches(name, capitalised, 1, _ALIKE))


def foreign_numbers(question: str, text: str) -> tuple[str, ...]:
    """The numbers in figures, of two at least, that the text does not hold; dates and spans of time do not count."""
    rest = _LOOSE.sub(" ", fold(normalise(_undated(question))))
    figures = {figure for figure in _FIGURES.findall(rest) if figure.lstrip("0")}
    return tuple(sorted((facts.numbers(rest) & figures) - facts.numbers(text)))


def foreign_office(question: str, texts: Iterable[str]) -> str | None:
    """« maire de Lyon » of a question, where no text names someone so."""
    asked = fold(normalise(question))
    for match in (*_OFFICE.finditer(asked), *_PRESIDES.finditer(asked)):
        groups = match.groupdict()
        office, vice = groups.get("office") or "presid", bool(groups.get("vice"))
        if _is_named(match["of"], question) and not any(
            _holds_office(text, office[:6], vice, match["of"]) for text in texts
        ):
            return match[0]
    return None


def _is_named(of: str, question: str) -> bool:
    return of.split("-")[0] in facts.names_asked(question)


def _holds_office(text: str, stem: str, vice: bool, of: str) -> bool:
    pattern = rf"(?P<vice>vice[- ])?\b{stem}\w*[^.;:,!?]{{0,40}}\b{re.escape(of)}"
    return any(bool(m["vice"]) == vice for m in re.finditer(pattern, fold(normalise(text))))


def foreign_detail(question: str, text: str) -> str | None:
    """The words by which a question asks for a detail (a price, an hour, an age), where the text gives none."""
    asked, held = fold(normalise(question)), fold(normalise(text))
    for asks, holds in DETAILS:
        if (match := asks.search(asked)) and not holds.search(held):
            return match[0]
    counted = _COUNT.search(asked)
    return counted[0].strip() if counted and not _SOME.search(held) and not facts.numbers(_undated(text)) else None


def foreign_count(question: str, text: str, sentence: str) -> str | None:
    """« Combien de visiteurs » where the text does not name what is counted and the sentence that answers counts
    nothing, dates and ranks apart.
    """
    counted = _COUNTED.search(fold(normalise(question)))
    if counted is None or set(index_terms(text).split()).intersection(variants(counted["noun"])):
        return None
    plain = fold(normalise(_undated(sentence)))
    return None if _CARDINAL.search(plain) or _SOME.search(plain) else counted[0]


def _undated(text: str) -> str:
    """The text with its dates blanked."""
    plain = list(text)
    for mention in find_dates(text, None):
        plain[mention.start : mention.end] = " " * (mention.end - mention.start)
    return "".join(plain)


def foreign_end(question: str, text: str) -> str | None:
    """The word by which a question has something end, fail or be refused, where the text tells of no such thing."""
    found = _ENDS.search(fold(normalise(question)))
    if found is None or _ENDS.search(fold(normalise(text))):
        return None
    word = re.match(r"[\w']+", fold(normalise(question))[found.start() :])
    terms = set(index_terms(text).split())
    return None if word is None or terms.intersection(variants(word[0])) else word[0]
