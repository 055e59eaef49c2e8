"""Rules for the phrases that count from the reference: "hier", "la semaine dernière", "il y a trois ans"."""

from __future__ import annotations

import re

from assistant.dates.atoms import Atom, Rule, before
from assistant.dates.expressions import Direction, Expr, PartOf, rolling, shifted, weekday_near
from assistant.dates.folding import Folded
from assistant.dates.lexicon import (
    DIRECTION,
    DIRECTION_ANY,
    DURATION,
    MONTH,
    NUMBER,
    PARTS,
    UNITS,
    WEEKDAY,
    WEEKDAYS,
    direction_of,
    number_value,
    pattern,
    unit_of,
)
from assistant.dates.ranges import Unit

_STEPS = {Direction.PAST: -1, Direction.NEAREST: 0, Direction.FUTURE: 1}
_DAY_WORDS = {"avant-hier": -2, "hier": -1, "aujourd'hui": 0, "demain": 1, "apres-demain": 2}
_DAY_WORD = pattern(r"(?<![\w-])(?P<word>avant-hier|hier|aujourd'hui|apres-demain|demain)(?![\w-])")
_THIS_DAY = pattern(r"\b(?:ce (?:matin|soir)|cet apres-midi)\b")
_UNIT = "|".join(unit for unit in UNITS if unit != "jour")
_THIS_UNIT = pattern(rf"\b(?:ce|cet|cette) (?P<unit>{_UNIT})(?:-ci)?\b(?!-la| (?:\d|scolaire|universitaire|civile))")
_UNIT_TO = pattern(rf"\b(?:l'|la |le |au |du )(?P<unit>{_UNIT}) (?:(?P<to>{DIRECTION_ANY})|en cours\b)(?! \d{{4}})")
_WEEKDAY_TO = pattern(
    rf"\b(?:(?P<this>ce )(?P<day>{WEEKDAY})\b|(?P<day2>{WEEKDAY}) (?P<to>{DIRECTION}))(?!,? (?:le )?\d)"
)
_COUNT = rf"(?P<count>{NUMBER}) (?P<unit>{DURATION})"
_AGO = pattern(rf"\b(?:il y a|voila|voici) (?:(?:environ|pres de|presque|deja) )?{_COUNT}(?! d[e'](?! cela\b)| que\b)")
_IN = pattern(rf"\b(?:dans|d'ici(?: a)?) {_COUNT}(?! (?:ou|et|apres|a compter|suivant|d[e'u]))")
_SPAN_UNIT = r"(?P<unit>jours|semaines|mois|ans|annees)\b"
_SPAN = pattern(
    rf"\b(?:les|des|ces|aux|nos) (?:(?P<count>{NUMBER}) (?P<to>derniers|dernieres|prochains|prochaines) {_SPAN_UNIT}"
    rf"|(?P<count2>{NUMBER}) {_SPAN_UNIT.replace('unit', 'unit2')} (?P<to2>derniers|dernieres|prochains|prochaines))"
)
_PART_OF_UNIT = pattern(
    r"(?<!\bde\x20)\b(?P<part>fin|debut|milieu) "
    r"(?:(?:de l'|d')(?P<year>annee)|(?:de la |de )(?P<week>semaine)|du (?P<month>mois))\b"
    r"(?! (?:\d|suivant|prochain|dernier|passe|civile|scolaire|universitaire|precedent|en cours|d[e'u]|qui|ou))"
)
# In a note "aujourd'hui" nearly always means nowadays ("est aujourd'hui devenue") and "demain" some day ("la ville de
# demain"): they count as days by a date or an hour, after an event's verb, or in a text as short as a question.
_QUESTION_LENGTH = 200
_DAY_FOLLOWS = pattern(
    rf",?~(?:{WEEKDAY}|(?:le )?\d\d? (?:er )?{MONTH}|a \d\d? ?h|a partir|matin|soir|apres-midi|midi)"
)
_EVENT_BEFORE = pattern(
    r"\b(?:reuni|tien|deroul|ouvr|debut|commenc|lanc|annonc|present|sign|inaugur|publi|clotur|organis|accueill?|retrouv|"
    r"aura lieu|auront lieu|a lieu|ont lieu|rendez-vous)\w* (?:des )?$"
)
_NOT_A_DAY = pattern(
    r"(?:\b(?:d'|de |jusqu'|comme )|\b(?:est|sont|a|ont|apparai\w+|deven\w+|etes|sommes|suis|devient) (?:des )?)$"
)


def _day_word(match: re.Match[str], folded: Folded) -> list[Atom]:
    context, word = before(folded, match.start()), match["word"]
    asked = len(folded.text) <= _QUESTION_LENGTH
    sure = "hier" in word or _DAY_FOLLOWS.match(folded.text, match.end()) or _EVENT_BEFORE.search(context)
    if _NOT_A_DAY.search(context) or not (asked or sure):
        return []
    return [Atom(*match.span(), shifted(Unit.DAY, _DAY_WORDS[word]))]


def _this_day(match: re.Match[str], _: Folded) -> list[Atom]:
    return [Atom(*match.span(), shifted(Unit.DAY, 0))]


def _this_unit(match: re.Match[str], _: Folded) -> list[Atom]:
    return [Atom(*match.span(), shifted(unit_of(match["unit"]), 0))]


def _unit_to(match: re.Match[str], _: Folded) -> list[Atom]:
    return [Atom(*match.span(), shifted(unit_of(match["unit"]), _STEPS[direction_of(match["to"])]))]


def _weekday_to(match: re.Match[str], _: Folded) -> list[Atom]:
    weekday = WEEKDAYS.index(match["day"] or match["day2"])
    return [Atom(*match.span(), weekday_near(weekday, direction_of(match["to"])))]


def _ago(match: re.Match[str], _: Folded) -> list[Atom]:
    return [Atom(*match.span(), shifted(unit_of(match["unit"]), -number_value(match["count"])))]


def _in(match: re.Match[str], _: Folded) -> list[Atom]:
    unit, count = unit_of(match["unit"]), number_value(match["count"])
    deadline = match[0].startswith("d'ici")
    return [Atom(*match.span(), rolling(unit, count) if deadline else shifted(unit, count))]


def _span(match: re.Match[str], _: Folded) -> list[Atom]:
    unit, count = unit_of(match["unit"] or match["unit2"]), number_value(match["count"] or match["count2"])
    return [Atom(*match.span(), rolling(unit, count * _STEPS[direction_of(match["to"] or match["to2"])]))]


def _part_of_unit(match: re.Match[str], _: Folded) -> list[Atom]:
    unit = Unit.YEAR if match["year"] else Unit.WEEK if match["week"] else Unit.MONTH
    expr: Expr = PartOf(PARTS[match["part"]], shifted(unit, 0))
    return [Atom(*match.span(), expr)]


RULES: tuple[Rule, ...] = (
    (_DAY_WORD, _day_word),
    (_THIS_DAY, _this_day),
    (_THIS_UNIT, _this_unit),
    (_UNIT_TO, _unit_to),
    (_WEEKDAY_TO, _weekday_to),
    (_AGO, _ago),
    (_IN, _in),
    (_SPAN, _span),
    (_PART_OF_UNIT, _part_of_unit),
)
