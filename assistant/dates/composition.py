"""From atoms to whole phrases: ranges, lists that share a year, parts ("fin"), open sides ("avant", "depuis")."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.dates.atoms import Atom, Grain, before
from assistant.dates.expressions import Annual, Between, Direction, Expr, Fixed, Following, Open, PartOf, Side
from assistant.dates.folding import Folded
from assistant.dates.lexicon import PARTS, pattern
from assistant.dates.ranges import Part

_PART = pattern(
    r"(?:\b(?P<part>fin|debut|milieu|courant) (?:du mois (?:de |d')|de l'annee |d'annee |de l'|de la |du |de |d'|des )?"
    r"|\b(?P<mi>mi)(?:-| ))$"
)
_OPEN = pattern(
    r"(?<![\w-])(?P<side>avant|apres|depuis|des|jusqu'|d'ici|a partir|a compter)"
    r"(?: ?(?:au mois de|au mois d'|du mois de|du mois d'|a|au|aux|en|du|de|d'))?"
    r"(?: ?(?:le mois de|mois de|mois d'|l'annee|annee|l'an|an|la fin|le|la|les|l'))? ?$"
)
_SIDES = {
    "avant": Side.BEFORE,
    "apres": Side.AFTER,
    "jusqu'": Side.UNTIL,
    "d'ici": Side.BY,
    "depuis": Side.FROM,
    "des": Side.FROM,
    "a partir": Side.FROM,
    "a compter": Side.FROM,
}
_TURNS = {"d'ici": Direction.FUTURE, "depuis": Direction.PAST}
_RANGE_PREFIX = pattern(
    r"\b(?:du |de |d'|depuis (?:le |la |l')?|a partir d[ue'] ?|des (?:le |la |l')?)(?:mois d[e'] ?)?$"
)
_BETWEEN_PREFIX = pattern(r"\bentre (?:le |la |l')?$")
_RANGE_GAP = pattern(r",? (?:au|a|jusqu'(?:au|a|en)|et jusqu'(?:au|a|en))(?: (?:l'|la |le |mois d[e'] ?)?|$)|~-~")
_AND_GAP = pattern(r" et (?:le |la |l')?")
_LIST_GAP = pattern(r"(?:,| et| ou| &|~[/-]|, puis|, et) ?(?:le |la |les |l'|en |du |de |au )?")
_PERIOD = pattern(r"\b(?:periode|annees|exercices|programmation|plan|mandat)(?: de)? $")

_BY_MONTH = pattern(r"(?:\ben |\bmois (?:de |d')|\bvers |\bau mois d[e'] ?)$")
# A capital makes a name of it: "place de Mars", "pour Avril".
_BY_SMALL_MONTH = pattern(r"\b(?:de |d'|pour )$")
_BY_YEAR = pattern(
    r"(?:\ben |\b(?:l'|d')an |\bannees? (?:scolaire |civile |universitaire |budgetaire |de )?|\bhorizon "
    r"|\b(?:courant|fin|debut|milieu|depuis|avant|apres) )$"
)
# Words that name something held or made yearly vouch for a year, unless that counts something ("forum 2018 places").
_BY_NOUN = pattern(
    r"(?:(?<!plus\x20)(?<!moins\x20)(?<!pres\x20)(?<!environ\x20)(?<!total\x20)(?<!nombre\x20)\bde |\bpour |\bvers "
    r"|\b(?:editions?|promotions?|sessions?|saisons?|exercices?|budgets?|bilans?|rentrees?|millesimes?|evenements?|forums?|salons?|"
    r"congres|sommets?|journees?|rencontres|assises|rapports?|barometres?|enquetes?|concours|prix|elections|municipales|"
    r"legislatives|presidentielles?|regionales|departementales|europeennes|cantonales|senatoriales|consulaires|"
    r"jeux olympiques|jo|loi de finances|plf|"
    r"programmation|agenda|calendrier|conference|seminaire|assemblee generale|universite d'ete) )$"
)
# What follows a year and is no counted thing: a stop, or a word that is not in the plural.
_SAFE_AFTER = pattern(
    r"(?! a \d)~(?:$|[\n.,;:!?)(»\"\]-]|(?:[a-z]'|[a-z]+(?<![sx])\b|(?:dans|sans|vers|sous|mais|puis|lors|depuis|apres|"
    r"des|les|ces|ses|aux|nous|vous|ils|elles|plus|pas)\b))"
)
_OPEN_BRACKET, _IN_BRACKET = re.compile(r"\($"), re.compile(r" ?[),;:]")
_LINE_HEAD, _LINE_REST = re.compile(r"(?:^|\n)[#\-\u2022 ]*$"), re.compile(r" ?(?:$|\n|\?|: |- )")


def compose(atoms: list[Atom], folded: Folded) -> list[Atom]:
    """The phrases of a text: atoms joined and qualified, without the weak ones that nothing vouches for."""
    parted = [_with_part(atom, folded) for atom in atoms]
    shared = _share(parted, folded)
    joined = _join([_vouched(atom, folded) for atom in shared], folded)
    listed: list[Atom] = []
    for atom in joined:
        listed.append(_after_list(listed, atom, folded))
    opened = [_with_side(atom, folded) for atom in listed]
    return [atom for atom in opened if not atom.weak]


def _gap(left: Atom, right: Atom, folded: Folded) -> str:
    return folded.text[left.end : right.start]


def _with_part(atom: Atom, folded: Folded) -> Atom:
    found = _PART.search(before(folded, atom.start))
    if not found:
        return atom
    part = PARTS[found["part"] or "mi"]
    return Atom(atom.start - len(found[0]), atom.end, PartOf(part, atom.expr), Grain.OTHER)


def _vouched(atom: Atom, folded: Folded) -> Atom:
    if not atom.weak:
        return atom
    context = before(folded, atom.start)
    if atom.grain is Grain.MONTH:
        small = folded.original(atom.start, atom.start + 1).islower()
        return replace(atom, weak=not (_BY_MONTH.search(context) or (small and _BY_SMALL_MONTH.search(context))))
    sure = _BY_YEAR.search(context) or any(
        left.search(context) and right.match(folded.text, atom.end)
        for left, right in ((_BY_NOUN, _SAFE_AFTER), (_OPEN_BRACKET, _IN_BRACKET), (_LINE_HEAD, _LINE_REST))
    )
    return replace(atom, weak=not sure)


def _share(atoms: list[Atom], folded: Folded) -> list[Atom]:
    """Give the last year, "prochains" or "derniers" of a list to the dates before it."""
    done: list[Atom] = []
    for atom in reversed(atoms):
        if done and _LIST_GAP.fullmatch(_gap(atom, done[-1], folded)):
            atom = _shared(atom, done[-1])
        done.append(atom)
    return done[::-1]


def _shared(atom: Atom, following: Atom) -> Atom:
    here, there = atom.expr, following.expr
    if not isinstance(here, Annual) or here.direction is not Direction.NEAREST or atom.grain is not following.grain:
        return atom
    if isinstance(there, Annual):
        return replace(atom, expr=replace(here, direction=there.direction), weak=atom.weak and following.weak)
    fixed = _latest_before(here, there) if isinstance(there, Fixed) else None
    return replace(atom, expr=fixed, weak=False) if fixed else atom


def _after_list(done: list[Atom], atom: Atom, folded: Folded) -> Atom:
    """A date that continues a list: no weaker than the one before it ("en 2017 et 2018"), and later in time."""
    previous = done[-1] if done else None
    if not previous or previous.grain is not atom.grain or not _LIST_GAP.fullmatch(_gap(previous, atom, folded)):
        return atom
    here, lead = atom.expr, previous.expr
    bare = isinstance(here, Annual) and here.direction is Direction.NEAREST and not here.weekdays
    if isinstance(here, Annual) and bare and isinstance(lead, Annual | Following):
        here = Following(lead.lead if isinstance(lead, Following) else lead, here)
    return replace(atom, expr=here, weak=atom.weak and previous.weak)


def _join(atoms: list[Atom], folded: Folded) -> list[Atom]:
    done: list[Atom] = []
    for atom in atoms:
        joined = _joined(done[-1], atom, folded) if done else None
        done[-1:] = [joined] if joined else [*done[-1:], atom]
    return done


def _joined(left: Atom, right: Atom, folded: Folded) -> Atom | None:
    gap, context = _gap(left, right, folded), before(folded, left.start)
    prefix = _BETWEEN_PREFIX.search(context) if _AND_GAP.fullmatch(gap) else None
    if prefix is None:
        if not _RANGE_GAP.fullmatch(gap):
            return None
        prefix = _RANGE_PREFIX.search(context)
        if not prefix and left.weak and right.weak and not _PERIOD.search(context):
            return None
    if (left.grain is Grain.YEAR) != (right.grain is Grain.YEAR) and Grain.OTHER not in (left.grain, right.grain):
        return None
    expr = _range(left.expr, right.expr)
    start = left.start - len(prefix[0]) if prefix else left.start
    return Atom(start, right.end, expr) if expr else None


def _range(left: Expr, right: Expr) -> Expr | None:
    match left, right:
        case Annual(), Annual():
            direction = left.direction if right.direction is Direction.NEAREST else right.direction
            return Annual(left.start, right.end, direction, left.weekdays + right.weekdays)
        case Annual(), Fixed():
            opening = _latest_before(left, right)
            return _range(opening, right) if opening else None
        case Fixed(), Annual():
            years = (right.in_year(left.first.year + more) for more in (0, 1))
            closing = next((fixed for fixed in years if fixed and fixed.last >= left.first), None)
            return _range(left, closing) if closing else None
        case Fixed(), Fixed():
            consistent = left.consistent and right.consistent
            return Fixed(left.first, right.last, consistent) if left.first < right.last else None
        case PartOf(part=part, whole=Annual() as whole), _:
            edge = right.resolve(None)
            dated = _latest_before(whole, Fixed(edge.first, edge.last)) if edge and edge.first and edge.last else None
            return Between(PartOf(part, dated) if dated else left, right)
    return Between(left, right)


def _latest_before(yearly: Annual, fixed: Fixed) -> Fixed | None:
    years = (yearly.in_year(fixed.first.year - back) for back in (0, 1))
    return next((found for found in years if found and found.first <= fixed.first), None)


def _with_side(atom: Atom, folded: Folded) -> Atom:
    found = _OPEN.search(before(folded, atom.start))
    if not found or isinstance(atom.expr, Between):
        return atom
    start = atom.start - len(found[0])
    # Folding makes "des" of "dès": only the accent tells "dès 2014" from "des années 2030".
    if found["side"] == "des" and folded.original(start, start + 3).lower() != "dès":
        return atom
    word = " ".join(found["side"].split())
    if word == "avant" and isinstance(atom.expr, PartOf) and atom.expr.part is Part.LATE:
        return Atom(start, atom.end, Open(Side.UNTIL, atom.expr))  # "avant fin 2017": until it is over
    expr = _turned(atom.expr, _TURNS[word]) if word in _TURNS else atom.expr
    return Atom(start, atom.end, Open(_SIDES[word], expr))


def _turned(expr: Expr, direction: Direction) -> Expr:
    """A yearless phrase seen from "d'ici" or "depuis": not the nearest, but one that lies that way."""
    match expr:
        case PartOf(part=part, whole=whole):
            return PartOf(part, _turned(whole, direction))
        case Annual(direction=Direction.NEAREST):
            return replace(expr, direction=direction)
    return expr
