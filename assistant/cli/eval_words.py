"""Figures and differences of evaluations, as lines of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from assistant.cli.table import table
from assistant.evaluation.telling import interval, number

if TYPE_CHECKING:
    from assistant.evaluation.comparing import Difference
    from assistant.evaluation.figures import Figure

_SHOWN = 8  # ids of cases on a line, at most


def figures_table(figures: Iterable[Figure]) -> list[str]:
    """One line a figure, under its group."""
    rows = []
    for figure in figures:
        sense = "" if figure.higher_is_better else "↓"
        value = number(figure.value, figure.unit)
        rows.append((figure.title, value, interval(figure.low, figure.high, figure.unit), str(figure.count), sense))
    return table(("chiffre", "valeur", "intervalle à 95 %", "cas", ""), rows, elastic=(0,))


def differences_table(differences: Iterable[Difference]) -> list[str]:
    """One line a metric: before, after, the difference, what chance explains, the least that would be seen."""
    rows = []
    for each in differences:
        unit = "ms" if each.metric.name == "latency" else ""
        mark = "" if not each.told else "▲" if each.gain > 0 else "▼"
        rows.append(
            (
                each.metric.title,
                number(each.before, unit),
                number(each.after, unit),
                number(each.after - each.before, unit, signed=True),
                interval(each.low, each.high, unit, signed=True),
                number(each.p),
                number(each.detectable, unit),
                str(each.count),
                mark,
            )
        )
    header = ("chiffre", "avant", "après", "écart", "intervalle à 95 %", "p", "décelable", "cas", "")
    return table(header, rows, elastic=(0,))


def changed_lines(difference: Difference) -> list[str]:
    """Which cases lost and which won in one metric."""
    sign = 1 if difference.metric.higher_is_better else -1
    lost = [c.case for c in difference.changed if sign * (c.after - c.before) < 0]
    won = [c.case for c in difference.changed if sign * (c.after - c.before) > 0]
    return [
        f"  {difference.metric.title} : {len(ids)} {how} ({some(ids)})"
        for how, ids in (("de moins", lost), ("de plus", won))
        if ids
    ]


def some(ids: Iterable[str], most: int = _SHOWN) -> str:
    """The first of them, and how many more."""
    given = list(ids)
    more = f" et {len(given) - most} autres" if len(given) > most else ""
    return ", ".join(given[:most]) + more
