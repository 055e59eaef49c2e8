"""The date phrases of an English question, put in French for the grammar. French text stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.french.calendar import MONTHS

_NAMES = "january|february|march|april|may|june|july|august|september|october|november|december".split("|")
_MONTH_OF = dict(zip(_NAMES, MONTHS, strict=True)) | {
    name[:3]: month for name, month in zip(_NAMES, MONTHS, strict=True) if name[:3] not in ("mar", "may")
}
_MONTH = rf"(?P<month>{'|'.join(_NAMES)}|(?:jan|feb|apr|jun|jul|aug|sep|oct|nov|dec)\b\.?)"
_YEAR = r"(?P<year>(?:1[789]|20)\d\d)"
_SEASONS = {"spring": "printemps", "summer": "été", "autumn": "automne", "fall": "automne", "winter": "hiver"}
_SEASON = rf"(?P<season>{'|'.join(_SEASONS)})"
_ENGLISH = r"(?:in|on|since|before|after|until|till|from|by|between|and|to|during|of|early|late|next|last|this|mid|the)"
_UNITS = {
    "day": ("jour", "prochain", "dernier", "ce"),
    "week": ("la semaine", "prochaine", "dernière", "cette semaine"),
    "month": ("le mois", "prochain", "dernier", "ce mois"),
    "quarter": ("le trimestre", "prochain", "dernier", "ce trimestre"),
    "year": ("l'année", "prochaine", "dernière", "cette année"),
}
_RANKS = {"first": "premier", "second": "deuxième", "third": "troisième", "fourth": "quatrième", "last": "dernier"}
_PARTS = {"early": "début", "late": "fin", "mid": "mi", "beginning": "début", "start": "début", "end": "fin"}


def _month(match: re.Match[str]) -> str:
    return _MONTH_OF[match["month"].rstrip(".")[:3] if match["month"].endswith(".") else match["month"]]


def _season(match: re.Match[str]) -> str:
    return f"l'{_SEASONS[match['season']]}" if match["season"] != "spring" else "le printemps"


def _unit(match: re.Match[str]) -> str:
    name, following, past, this = _UNITS[match["unit"]]
    return this if match["to"] == "this" else f"{name} {following if match['to'] == 'next' else past}"


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
_RULES: tuple[_Rule, ...] = tuple(
    (re.compile(rf"\b{source}(?!\w)"), put)
    for source, put in (
        (rf"{_MONTH} (?P<day>\d\d?)(?:st|nd|rd|th)?(?:,? {_YEAR})", lambda m: f"le {m['day']} {_month(m)} {m['year']}"),
        (
            rf"(?P<day>\d\d?)(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? {_YEAR})?",
            lambda m: f"le {m['day']} {_month(m)} {m['year'] or ''}".rstrip(),
        ),
        (rf"{_MONTH},? (?:of )?{_YEAR}", lambda m: f"{_month(m)} {m['year']}"),
        (rf"(?P<lead>{_ENGLISH}) {_MONTH}", lambda m: f"{m['lead']} {_month(m)}"),
        (rf"(?:the )?{_SEASON},? (?:of )?{_YEAR}", lambda m: f"{_season(m)} {m['year']}"),
        (
            rf"(?:the )?(?P<rank>first|second|third|fourth|last) (?P<unit>quarter|half) (?:of )?{_YEAR}",
            lambda m: f"au {_RANKS[m['rank']]} {'trimestre' if m['unit'] == 'quarter' else 'semestre'} {m['year']}",
        ),
        (r"(?P<to>next|last|this) (?P<unit>week|month|quarter|year)", _unit),
        (r"(?:(?:at|in|by) )?(?:the )?(?P<part>beginning|start|end) of(?: the year)?", lambda m: _PARTS[m["part"]]),
        (r"(?:in )?(?P<part>early|late|mid)", lambda m: _PARTS[m["part"]]),
        (r"between", lambda m: "entre"),
        (r"before", lambda m: "avant"),
        (r"after", lambda m: "après"),
        (r"since", lambda m: "depuis"),
        (r"(?:until|till|up to)", lambda m: "jusqu'en"),
        (r"today", lambda m: "aujourd'hui"),
        (r"tomorrow", lambda m: "demain"),
        (r"yesterday", lambda m: "hier"),
    )
)
_FROM_TO = re.compile(r"\bfrom (?P<first>[^?]{3,20}?) to (?=[\dl]|\w+ \d)")
_JOINED = re.compile(r"\bentre (?P<first>[^?]{3,20}?) and ")
_IN = re.compile(r"\b(?:in|during|of|for|by)(?: the year| the)? (?=(?:1[789]|20)\d\d\b)")
_IN_MONTH = re.compile(rf"\b(?:in|during|of)(?: the)? (?=(?:{'|'.join(MONTHS)}|l'|le printemps|début|fin|mi)\b)")
_IN_SEASON = re.compile(r"\ben l'(?=été|automne|hiver)")
_SIGN = re.compile(
    r"\b(?:which|what|when|where|who|how|the|events?|list|upcoming|in|from|mid|since|before|after|between|next|last|this|today|"
    r"tomorrow|yesterday)\b",
    re.I,
)


def in_french(question: str) -> str:
    """The question with its English date phrases in French; one without an English word is given back as it is."""
    if not _SIGN.search(question):
        return question
    text = question.lower()
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    if text == question.lower() and not _IN.search(text):
        return question
    text = _FROM_TO.sub(lambda m: f"de {m['first']} à ", text)
    text = _JOINED.sub(lambda m: f"entre {m['first']} et ", text)
    text = _IN_MONTH.sub("en ", _IN.sub("en ", text))
    return _IN_SEASON.sub("à l'", text)
