"""« Et à Lyon ? », « Et en 2018 ? », « Et le CNI ? »: the earlier question with its place, date or name replaced."""

from __future__ import annotations

import re

from assistant.dates import find_dates
from assistant.french.words import canonical

_PROPER = r"[A-ZÀ-Ý][\w'-]*(?:[ -](?:(?:de|du|des|la|le|les|sur|en|sous|d'|l') ?)*[A-ZÀ-Ý][\w'-]*)*"
_AT = r"(?:à|a|au|aux|en|dans|in|at)"
_OTHER = r"(?:de|du|des|d'|pour|chez|sur|avec|par|for|with|of)"
_PHRASE = re.compile(
    rf"(?:(?P<prep>{_AT}|{_OTHER})(?: |(?<='))(?P<art>la |le |les |l')?)?(?P<name>\S+(?:[ -]\S+){{0,3}})", re.I
)
_NAMED = re.compile(r"(?P<art>le |la |les |l'|un |une |the )(?P<words>(?:[^\W\d_]+ ){0,2})(?P<name>[A-ZÀ-Ý].*)", re.I)
_OLD_NAMED = re.compile(rf"(?<![\w'])(?:le |la |les |l'|the )(?:[a-zà-ÿ]+ ){{0,2}}{_PROPER}")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_BEFORE_DATE = re.compile(r"(?:\b(?:en|in|le|les|au|à|pour|dès|depuis|avant|après|du) |\bd')$", re.I)


def replaced(subject: str, other: str) -> str | None:
    """The subject's question about the other place, date or name; None where that cannot be told.

    Where the earlier question has none, the new one is put at its end: `Qui pilote DcANT ?` and `à Lyon` give
    `Qui pilote DcANT à Lyon ?`.
    """
    subject, other = canonical(subject), canonical(other).strip()
    dates = find_dates(other, None)
    if dates:
        rest = _BEFORE_DATE.sub("", other[: dates[-1].start]).strip(" ,")
        if len(rest.split()) <= 1 and not _is_place(rest):
            return _another_date(subject, other)
        place = replaced(subject, rest)
        return place and _another_date(place, other[len(rest) :].strip(" ,"))
    return _another_name(subject, other)


def _is_place(text: str) -> bool:
    return any(word[:1].isupper() for word in text.split())


def _another_date(subject: str, phrase: str) -> str:
    old = [mention for mention in find_dates(subject, None) if mention.resolved or _YEAR.search(mention.text)]
    if not old:
        return _at_the_end(subject, phrase)
    start, end = old[-1].start, old[-1].end
    year = _YEAR.search(subject[start:end])
    if year and not _YEAR.search(phrase):
        phrase = f"{phrase} {year[0]}"
    lead = _BEFORE_DATE.search(subject[:start])
    if lead and _BEFORE_DATE.match(re.split(r"(?<= )", phrase)[0]):
        start = lead.start()
    return subject[:start] + phrase + subject[end:]


def _another_name(subject: str, phrase: str) -> str | None:
    named = _NAMED.fullmatch(phrase)
    if named and (old := list(_OLD_NAMED.finditer(subject))):
        return subject[: old[-1].start()] + phrase + subject[old[-1].end() :]
    if named:
        return _bare_name(subject, phrase)
    parts = _PHRASE.fullmatch(phrase)
    if parts is None or not (parts["prep"] or _is_place(phrase)):
        return None
    if parts["prep"] is None:
        return _bare_name(subject, phrase)
    preps = _AT if re.fullmatch(_AT, parts["prep"], re.I) else re.escape(parts["prep"])
    slots = list(re.finditer(rf"\b(?:{preps})(?: |(?<='))(?:la |le |les |l')?{_PROPER}", subject))
    if slots:
        return subject[: slots[-1].start()] + phrase + subject[slots[-1].end() :]
    return _at_the_end(subject, phrase) if re.fullmatch(_AT, parts["prep"], re.I) else None


def _bare_name(subject: str, name: str) -> str | None:
    """« Et Lyon ? »: in the place of the only name that stands alone or behind a preposition."""
    old = [match for match in re.finditer(_PROPER, subject) if match.start()]
    if len(old) != 1 or _OLD_NAMED.search(subject):
        return None
    return subject[: old[0].start()] + name + subject[old[0].end() :]


def _at_the_end(subject: str, phrase: str) -> str:
    return f"{subject.rstrip(' ?!.')} {phrase} ?"
