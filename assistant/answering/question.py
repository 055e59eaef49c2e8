"""What a question asks for and which names it holds, read from its words alone."""

from __future__ import annotations

import re
from enum import StrEnum
from unicodedata import normalize

from assistant.french.words import fold, normalise, variants


class Asked(StrEnum):
    """The kind of answer that is asked for."""

    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"
    MEANING = "meaning"
    PURPOSE = "purpose"
    MEMBERS = "members"


_ASKED = {
    Asked.PERSON: re.compile(
        r"(?:(?:^|\b(?:par|avec|a|pour|chez|de|et|moi|savoir) )\W*qui"
        r"|\bquels? (?:maire|elu|president|ministre|conseiller)s?|\bwho|\bwhom)\b"
    ),
    Asked.TIME: re.compile(
        r"\b(quand|quelles? (?:date|annee|mois|jour|heure|epoque|periode|siecle)s?|quels? (?:jour|mois|siecle)s?"
        r"|depuis combien|when|what (?:date|year|day))\b"
    ),
    Asked.PLACE: re.compile(r"\b(ou|quelles? (?:ville|commune|region)s?|quels? (?:lieu|endroit|pays)[sx]?|where)\b"),
    Asked.NUMBER: re.compile(
        r"\b(combien|quel(?:le)? (?:est le )?(?:nombre|montant|budget|prix|taux)|how (?:many|much))\b"
    ),
    Asked.MEANING: re.compile(
        r"\b(que (?:veut dire|signifie)|signification|definition|sigle|acronyme|veut dire|stand for|mean)\b"
    ),
    Asked.PURPOSE: re.compile(
        r"\b(?:a quoi (?:ca |cela )?(?:sert|servent|servait)|pour quoi faire|que fait|what is .+ for"
        r"|purpose|aims?|goals?|(?:but|objectif|mission|role|vocation|finalite|utilite)s?)\b"
    ),
    Asked.MEMBERS: re.compile(
        r"\b(?:siege(?:nt|ait|aient)?|composition|compose[nrz]?t?|fai(?:t|sai(?:en)?t) partie|font partie|membres?"
        r"|regroupe(?:nt)?|rassemble(?:nt)?|reunit|who sits|members?|made up of|belongs?)\b"
    ),
}
_MONTH = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
_NUMBER_WORD = "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cent|mille"
_HELD = {
    Asked.PERSON: re.compile(r"(?<![.!?] )(?<!^)\b[A-ZÀ-Ý][\w’'-]+ (?:(?:de|du|d['’]|le|la) ?)?[A-ZÀ-Ý][\w-]+"),
    Asked.TIME: re.compile(rf"\b(?:{_MONTH}|1\d\d\d|20\d\d|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b"),
    Asked.PLACE: re.compile(r"\b(?:à|a|au|en|de|dans|chez|vers) (?:la |le |l['’])?[A-ZÀ-Ý][\w-]+"),
    Asked.NUMBER: re.compile(rf"\d|\b(?:{_NUMBER_WORD})\b"),
    Asked.MEANING: re.compile(r"\([^)]*[A-Z]{2}[^)]*\)|\b(?:signifie|désigne|acronyme|sigle)\b"),
    Asked.PURPOSE: re.compile(
        r"\b(?:pour (?:objectif|but|mission|vocation|role|objet|ambition|finalite)|objectifs?|but de"
        r"|vis(?:e|ent|ant|ait) a|permet\w*|afin d|destine\w*|chargee?s? d|consacr\w*|contribu\w*"
        r"|ser(?:t|vent|vir) (?:a|de)|missions?|vocation|roles?|expertise|consultation|concertation|accompagn\w*)"
    ),
    Asked.MEMBERS: re.compile(
        r"\b(?:regroup|rassembl|reuni|compose|comprend|comprenn|membre|constitue|representant|particip|associ|partie"
        r"|sieg|parmi|aux cotes)"
    ),
}
_FOLDED = {Asked.TIME, Asked.NUMBER, Asked.PURPOSE, Asked.MEMBERS}
_NAME = re.compile(r"(?<![\w’'-])(?:[A-ZÀ-Ý][\w-]*|\w*[a-z][A-Z]\w*|\d[\w.,/-]*)")
_ELISION = re.compile(r"\b[A-Za-z]{1,2}['’](?=\w)")


def asked_for(question: str) -> frozenset[Asked]:
    """The kinds of answer that the question asks for; none where its words do not say."""
    # The accent tells « où » from « ou »; without accents, only a first « ou » is the question word.
    text = normalise(question).replace("où", "ou_place")
    folded = fold(text)
    kinds = {kind for kind, pattern in _ASKED.items() if kind is not Asked.PLACE and pattern.search(folded)}
    place = re.sub(r"(?<!^)\bou\b", " ", folded).replace("ou_place", "ou")
    if Asked.MEMBERS in kinds:
        kinds.discard(Asked.PERSON)  # « Qui siège au conseil ? » asks for those whom it brings together
    return frozenset(kinds | ({Asked.PLACE} if _ASKED[Asked.PLACE].search(place) else set()))


def holds(sentence: str, kind: Asked) -> bool:
    """Whether a sentence holds something of that kind."""
    text = fold(normalise(sentence)) if kind in _FOLDED else normalize("NFC", sentence)
    return _HELD[kind].search(text) is not None


def names(question: str) -> list[tuple[str, ...]]:
    """The proper names, acronyms and numbers of a question, each as its index terms; its first word is not told apart
    from a capitalised one and so is left out, as is everything in a question typed in capitals.
    """
    question = normalize("NFC", question)
    letters = [char for char in question if char.isalpha()]
    if sum(char.isupper() for char in letters) > len(letters) / 2:
        return []
    text = _ELISION.sub(" ", question)
    first = len(text) - len(text.lstrip(" «\"'-–"))
    found = (match[0].strip(".,/-") for match in _NAME.finditer(text) if match.start() > first or _is_acronym(match[0]))
    return [variants(normalise(name)) for name in found if len(name) > 1 or name.isdigit()]


def _is_acronym(word: str) -> bool:
    return sum(char.isupper() for char in word) > 1
