"""Rules for the phrases of the calendar: days, months, years, seasons, quarters, written out or in figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from assistant.dates.atoms import Atom, Grain, Rule, before
from assistant.dates.expressions import Annual, Expr, Fixed
from assistant.dates.folding import Folded
from assistant.dates.lexicon import (
    COUNTED,
    DAY,
    DIRECTION,
    LONG_MONTH,
    MONTH,
    ORDINAL,
    SEASONS,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    direction_of,
    month_number,
    ordinal_value,
    pattern,
)
from assistant.dates.ranges import months, years

_DAY_ITEM = pattern(rf"(?:(?P<weekday>{WEEKDAY}),? (?:le )?)?(?P<day>{DAY})")
_ITEM = rf"(?:{WEEKDAY},? (?:le )?)?{DAY}"
_ITEMS = (
    rf"{_ITEM}(?:(?:, (?:le )?{_ITEM}){{0,12}} (?:et|ou|&) (?:le )?{_ITEM}|(?:~[-/]~{_ITEM}){{1,6}}| (?:au|a) {_ITEM})?"
)
_OF_YEAR = r"(?:de (?:l'annee )?)?"
_DAYS = pattern(
    rf"(?<![\w/])(?<!\d[.,:-])(?P<lead>du |entre (?:le )?)?(?P<days>{_ITEMS}) (?:du mois de )?(?P<month>{MONTH})"
    rf"(?:,? (?:de l'annee )?(?P<year>{YEAR})| (?P<to>{DIRECTION}))?"
    r"(?! (?:suivant|precedent|(?:de )?chaque annee|de (?:la meme|l'annee)))"
)
_STREET = pattern(
    r"\b(?:rue|place|avenue|av\.?|boulevard|bd\.?|quai|cours|square|stade|ecole|college|lycee|pont|allee|esplanade|"
    r"impasse|hopital|gymnase|caserne|parc|station|metro) (?:du |de la )?$"
)
_MONTH_YEAR = pattern(rf"(?<!\w)(?<!de-)(?<!champ\x20de\x20)(?P<month>{MONTH}) {_OF_YEAR}(?P<year>{YEAR})")
_MONTH = pattern(rf"(?<!\w)(?<!de-)(?P<month>{LONG_MONTH})(?: (?P<to>{DIRECTION}))?")
_NOT_COUNT = rf"(?![\w°%€/]|[.,]\d|-\d|~(?:%|€|\d{{3}}\b)| {COUNTED})"
_YEAR = pattern(rf"(?<![\w.,/°+])(?<!\d-)(?P<year>(?:1[789]|20)\d\d){_NOT_COUNT}")
_YEARS = pattern(rf"(?<![\w.,/°-])(?P<first>{YEAR})~[-/]~(?P<last>{YEAR})(?![\w/-]|[.,]\d)")
_NUMBERED = pattern(
    r"(?:\bn°|\bno\.?|\b(?:art|articles?|lois?|decrets?|arretes?|ordonnances?|decisions?|deliberations?|circulaires?|"
    r"reglements?|directives?|u\.?e|cee?|euratom)\b[.)]?)~(?:n°|no\.?|\(u\.?e\.?\))?~$"
)
_DECADE = pattern(r"\bannees (?P<decade>\d\d\d0|[3-9]0)(?!\d)(?! (?:et|ou|a) (?:19|20)\d[1-9])")
_ISO = pattern(r"(?<![\w/.-])(?P<year>[12]\d{3})-(?P<month>\d\d)-(?P<day>\d\d)(?=t\d\d:|[^\w/-]|$)")
_FIGURES = pattern(
    rf"(?<![\w/.])(?:(?P<weekday>{WEEKDAY}),? )?"
    r"(?:(?P<day>\d{1,2})(?P<sep>/|(?<!-\d)(?<!-\d\d)-)(?P<month>\d{1,2})(?P=sep)(?P<year>(?:19|20)\d\d)(?!(?P=sep))"
    r"|(?P<day2>\d\d)(?P<sep2>[/.])(?P<month2>\d\d)(?P=sep2)(?P<year2>(?:19|20)\d\d|(?<=/)\d\d))"
    r"(?![\w/]|\.\d|-\d+(?!\d|/))"
)
_FIGURES_NO_YEAR = pattern(
    r"(?=\d)(?:(?<=\ble\x20)|(?<=\bdu\x20)|(?<=\bau\x20)|(?<=di\x20))(?P<day>\d\d?)/(?P<month>\d\d)(?![\w/])"
)
_FIGURES_MONTH = pattern(r"(?<![\w/.°-])(?P<month>0[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)(?![\w/-])")
_QUARTER = pattern(
    rf"(?<!\w)(?:(?P<rank>{ORDINAL}) (?P<unit>trimestre|semestre)\b(?: {_OF_YEAR}(?P<year>{YEAR}))?"
    rf"|(?P<unit2>[tqs])(?P<rank2>[1-4])~[-/]?~(?P<year2>{YEAR}))(?! (?:suivant|civil|scolaire|d[eu']|des)\b)"
)
_SEASON = pattern(
    rf"(?<!\w)(?P<this>cet )?(?P<season>{'|'.join(SEASONS)})\b"
    rf"(?: {_OF_YEAR}(?P<year>{YEAR})(?:~[-/]~(?P<next>{YEAR}))?| (?P<to>{DIRECTION}))?"
)
# "a été 2018 fois": the participle has no article; summer does, or stands at the head of a line or of a bracket.
_SUMMER = pattern(r"(?:\b(?:l|d)'|\b(?:en|fin|debut|courant|bel) |\bmi-|[(:,]~|^~|\n~|- |cet )$")
_AT_SEASON = pattern(r"\b(?:(?:a|avant|apres|des|depuis|d'ici|pour|de|fin|debut) l'|au |ce |(?:avant|des|depuis) le )$")
_OF = pattern(r" d[eu']")
_BACK_TO_SCHOOL = pattern(
    rf"\brentree(?: (?:scolaire|universitaire|politique))?(?: (?:de )?(?:septembre )?(?P<year>{YEAR})"
    r"| (?P<to>prochaine|derniere|passee))?(?! (?:d[eu']|des))\b"
)
_AT_SCHOOL = pattern(r"\b(?:a|des|pour|avant|apres|depuis|d'ici) la $")


def _annual(start: tuple[int, int], end: tuple[int, int], year: str | None, to: str | None = None) -> Expr | None:
    yearly = Annual(start, end, direction_of(to))
    return yearly.in_year(int(year)) if year else yearly


def _one(start: int, end: int, expr: Expr | None, grain: Grain = Grain.OTHER, weak: bool = False) -> list[Atom]:
    return [Atom(start, end, expr, grain, weak)] if expr else []


def _days(match: re.Match[str], folded: Folded) -> Iterator[Atom]:
    month, items = month_number(match["month"]), list(_DAY_ITEM.finditer(match["days"]))
    numbers = [int(re.sub(r"\D", "", item["day"]) or 1) for item in items]
    longest = 31 - (month in (4, 6, 9, 11)) - 2 * (month == 2)
    if min(numbers) < 1 or max(numbers) > longest or _STREET.search(before(folded, match.start())):
        yield Atom(*match.span(), Annual((month, 1), (month, 1)), Grain.VOID)
        return
    runs = _day_runs(match, items, numbers)
    for first, last in runs:
        yearly = _yearly_days(month, items[first : last + 1], numbers[first : last + 1], match["to"])
        expr = yearly.in_year(int(match["year"])) if match["year"] else yearly
        whole = last > first and len(runs) == 1 and bool(match["lead"])
        start = match.start() if whole else match.start("days") + items[first].start()
        end = match.end() if last == len(items) - 1 else match.start("days") + items[last].end()
        yield from _one(start, end, expr, Grain.DAY)


def _yearly_days(month: int, items: list[re.Match[str]], numbers: list[int], to: str | None) -> Annual:
    named = ((number, item["weekday"]) for number, item in zip(numbers, items, strict=True) if item["weekday"])
    checks = tuple((month, number, WEEKDAYS.index(name)) for number, name in named)
    return Annual((month, numbers[0]), (month, numbers[-1]), direction_of(to), checks)


def _day_runs(match: re.Match[str], items: list[re.Match[str]], numbers: list[int]) -> list[tuple[int, int]]:
    """The (first, last) indices of the days that make one range: "du 3 au 5", or neighbours in a list."""
    gaps = [match["days"][a.end() : b.start()].strip() for a, b in pairwise(items)]
    ranged = gaps[:1] in (["au"], ["a"], ["-"]) or (match["lead"] or "").startswith("entre")
    runs = [(0, 0)]
    for k in range(1, len(items)):
        together = numbers[k] > numbers[k - 1] if ranged else numbers[k] == numbers[k - 1] + 1
        runs[-1:] = [(runs[-1][0], k)] if together else [runs[-1], (k, k)]
    return runs


def _month(match: re.Match[str], _: Folded) -> list[Atom]:
    month, fields = month_number(match["month"]), match.groupdict()
    expr = _annual((month, 1), (month, 31), fields.get("year"), fields.get("to"))
    return _one(*match.span(), expr, Grain.MONTH, weak=not (fields.get("year") or fields.get("to")))


def _year(match: re.Match[str], _: Folded) -> list[Atom]:
    return _one(*match.span(), Fixed(*years(int(match["year"]))), Grain.YEAR, weak=True)


def _years(match: re.Match[str], folded: Folded) -> list[Atom]:
    first, last = int(match["first"]), int(match["last"])
    if not 0 < last - first <= 60 or _NUMBERED.search(before(folded, match.start())):
        return []
    return _one(*match.span(), Fixed(*years(first, last)))


def _decade(match: re.Match[str], _: Folded) -> list[Atom]:
    first = int(match["decade"]) + (1900 if len(match["decade"]) == 2 else 0)
    return _one(*match.span(), Fixed(*years(first, first + 9))) if first else []


def _figures(match: re.Match[str], _: Folded) -> list[Atom]:
    found = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    try:
        day = date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        return []
    consistent = "weekday" not in found or WEEKDAYS.index(found["weekday"]) == day.weekday()
    return _one(*match.span(), Fixed(day, day, consistent), Grain.DAY)


def _figures_no_year(match: re.Match[str], _: Folded) -> list[Atom]:
    try:
        day = date(2000, int(match["month"]), int(match["day"]))
    except ValueError:
        return []
    return _one(*match.span(), Annual((day.month, day.day), (day.month, day.day)), Grain.DAY)


def _figures_month(match: re.Match[str], folded: Folded) -> list[Atom]:
    expr = (
        None
        if _NUMBERED.search(before(folded, match.start()))
        else Fixed(*months(int(match["year"]), int(match["month"])))
    )
    return _one(*match.span(), expr, Grain.MONTH)


def _quarter(match: re.Match[str], folded: Folded) -> list[Atom]:
    fields = match.groupdict()
    size = 6 if "s" in ((match["unit"] or match["unit2"])[:1]) else 3
    rank = ordinal_value(match["rank"] or fields["rank2"], 12 // size)
    year = match["year"] or match["year2"]
    if rank > 12 // size or not (year or re.search(r"\b(?:au|le|du)\s$", before(folded, match.start()))):
        return []
    return _one(*match.span(), _annual(((rank - 1) * size + 1, 1), (rank * size, 31), year))


def _season(match: re.Match[str], folded: Folded) -> list[Atom]:
    name, year, context = match["season"], match["year"], before(folded, match.start("season"))
    named = year or match["to"] or match["this"]
    if name == "ete" and not _SUMMER.search(context):
        return []
    if not named and not (_AT_SEASON.search(context) and not _OF.match(folded.text, match.end())):
        return []
    start, end = SEASONS[name]
    if year and name == "hiver" and not match["next"]:
        year = str(int(year) - 1)
    return _one(*match.span(), _annual(start, end, year, match["to"]))


def _back_to_school(match: re.Match[str], folded: Folded) -> list[Atom]:
    if not (match["year"] or match["to"] or _AT_SCHOOL.search(before(folded, match.start()))):
        return []
    return _one(*match.span(), _annual((9, 1), (9, 30), match["year"], match["to"]), Grain.MONTH)


RULES: tuple[Rule, ...] = (
    (_DAYS, _days),
    (_MONTH_YEAR, _month),
    (_MONTH, _month),
    (_ISO, _figures),
    (_FIGURES, _figures),
    (_FIGURES_NO_YEAR, _figures_no_year),
    (_FIGURES_MONTH, _figures_month),
    (_YEARS, _years),
    (_YEAR, _year),
    (_DECADE, _decade),
    (_QUARTER, _quarter),
    (_SEASON, _season),
    (_BACK_TO_SCHOOL, _back_to_school),
)
