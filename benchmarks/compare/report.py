"""Figures -> one table in Markdown: a row a figure, a column a system."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.compare.environments import Entry
from benchmarks.compare.running import Lines, Run
from benchmarks.compare.scoring import Scored

_NONE = "–"


@dataclass(frozen=True)
class Column:
    """A system, what it said and how that scores."""

    entry: Entry
    lines: Lines
    scored: Scored


Cell = Callable[[Column, Column], str]


@dataclass(frozen=True)
class Tabled:
    """A run, and its systems in their order."""

    run: Run
    columns: Sequence[Column]

    @classmethod
    def of(cls, run: Run, entries: Sequence[Entry], found: Mapping[str, Lines]) -> Tabled:
        """The systems scored on the cases that each was asked."""
        texts = {note.id: note.text for note in run.inputs.notes}
        columns = [Column(e, found[e.name], Scored(run.inputs.cases, texts, found[e.name].replies)) for e in entries]
        return cls(run, columns)

    @property
    def title(self) -> str:
        """What was asked of whom."""
        cases, notes = self.run.inputs.cases, len(self.run.inputs.notes)
        silent, follow_ups = sum(not case.answerable for case in cases), sum(bool(case.history) for case in cases)
        corpus = {"piaf": "PIAF", "seed": "The project's corpus"}[self.run.inputs.name]
        chat = f", with the chat model {self.run.chat['model']} where one is needed" if self.run.chat else ""
        beside = f", {follow_ups} follow-ups" if follow_ups else ""
        return f"{corpus}{chat}: {notes} notes, {len(cases)} cases, of which {silent} unanswerable{beside}"


def report(tabled: Sequence[Tabled]) -> str:
    """One table of all runs, then what went wrong, and each system's versions, settings and what was not compared."""
    failures = [line for one in tabled for line in _failures(one)]
    return "\n".join([*table(tabled), "", *failures, *([""] if failures else []), *settings(tabled)])


def table(tabled: Sequence[Tabled]) -> list[str]:
    """The lines of the table. `≈` after a figure: not told from ours on these cases (paired bootstrap, 95 %)."""
    titles = [column.entry.title for column in tabled[0].columns]
    lines = [_row("", *titles), _row("---", *("---:" for _ in titles))]
    for one in tabled:
        lines += [_row(f"**{one.title}**", *("" for _ in titles)), *_rows(one.columns)]
    return lines


def _rows(columns: Sequence[Column]) -> list[str]:
    ours = next((column for column in columns if column.entry.name == "ours"), columns[0])
    lines = []
    for group, rows in GROUPS.items():
        cells = {title: [_cell(cell, column, ours) for column in columns] for title, cell in rows.items()}
        told = {title: row for title, row in cells.items() if any(value != _NONE for value in row)}
        if told:
            lines += [_row(f"*{group}*", *("" for _ in columns)), *(_row(title, *row) for title, row in told.items())]
    return lines


def _cell(cell: Cell, column: Column, ours: Column) -> str:
    return cell(column, ours) if column.scored.trials else "not run"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _mean(name: str, of: str = "", follow_ups: bool = False) -> Cell:
    """A metric; empty where the system gave no answers (`of` = "answers") or never cites ("citations")."""

    def cell(column: Column, ours: Column) -> str:
        if of and not column.scored.answers:
            return _NONE
        if of == "citations" and not column.scored.cites:
            return "none"
        figure, other = (c.scored.metric(name, follow_ups) for c in (column, ours))
        if figure.total is None:
            return _NONE
        same = column is not ours and other.cases and not figure.differs(other)
        return _share(figure.total) + (" ≈" if same else "")

    return cell


def _refusal(name: str) -> Cell:
    def cell(column: Column, ours: Column) -> str:
        value = column.scored.refusals()[name] if column.scored.answers else None
        return _NONE if value is None else _share(value)

    return cell


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1"


def _stat(name: str, form: str = "{:.1f}", ratio: bool = False) -> Cell:
    def cell(column: Column, ours: Column) -> str:
        value, own = column.lines.stats.get(name), ours.lines.stats.get(name)
        if value is None:
            return _NONE
        beside = f" (× {value / own:.2g})" if ratio and own and column is not ours else ""
        return form.format(value) + beside

    return cell


def _time(name: str, quantile: float, of: str = "", ratio: bool = False) -> Cell:
    def cell(column: Column, ours: Column) -> str:
        if of and not column.scored.answers:
            return _NONE
        value, own = _quantile(column, name, quantile), _quantile(ours, name, quantile)
        if value is None:
            return _NONE
        return f"{value:.{0 if value >= 10 else 1}f}" + (
            f" (× {value / own:.2g})" if ratio and own and column is not ours else ""
        )

    return cell


def _quantile(column: Column, name: str, quantile: float) -> float | None:
    times = column.scored.times(name)
    return float(np.quantile(times, quantile)) if times else None


#: Every row of the table.
GROUPS: Mapping[str, Mapping[str, Cell]] = {
    "Retrieval, ten passages": {
        "recall@1": _mean("recall@1"),
        "recall@5": _mean("recall@5"),
        "recall@10": _mean("recall@10"),
        "MRR@10": _mean("mrr@10"),
        "nDCG@10": _mean("ndcg@10"),
        "follow-ups: source among five passages": _mean("follow_up", follow_ups=True),
    },
    "Answers": {
        "facts found (a refusal counts 0)": _mean("facts_found", "answers"),
        "answerable questions answered": _refusal("answered"),
        "follow-ups: facts found": _mean("facts_found", "answers", follow_ups=True),
    },
    "Refusal": {
        "answered or refused as expected": _mean("decision", "answers"),
        "refusals: precision": _refusal("precision"),
        "refusals: recall": _refusal("recall"),
        "refusals: F1": _refusal("f1"),
    },
    "Citations, of answers": {
        "expected source cited (a refusal counts 0)": _mean("source_cited", "citations"),
        "sentences that their citations bear out": _mean("citation_recall", "citations"),
        "citations that bear out their sentence": _mean("citation_precision", "citations"),
        "sentences word for word": _mean("verbatim", "citations"),
    },
    "Time and memory": {
        "start, s": _stat("start_seconds"),
        "ingestion, s": _stat("ingestion_seconds", ratio=True),
        "ingestion, processor s": _stat("cpu_ingestion_seconds", ratio=True),
        "search, ms: median": _time("search_milliseconds", 0.5, ratio=True),
        "search, ms: 95th percentile": _time("search_milliseconds", 0.95),
        "search, processor ms: median": _time("cpu_search_milliseconds", 0.5),
        "reply, ms: median": _time("milliseconds", 0.5, "answers", ratio=True),
        "reply, ms: 95th percentile": _time("milliseconds", 0.95, "answers"),
        "memory, MB: peak": _stat("peak_rss_mb", "{:.0f}", ratio=True),
        "index, MB": _stat("index_mb"),
    },
}


def _failures(one: Tabled) -> list[str]:
    name = one.run.folder.name
    told = [
        f"- **{c.entry.title}** was not run on {name}: it {c.lines.failure}" for c in one.columns if c.lines.failure
    ]
    for column in one.columns:
        wrong = sum(reply.get("kind") == "error" for reply in column.scored.replies.values())
        if wrong:
            kinds = "; ".join(column.scored.errors()[:3])
            told.append(f"- **{column.entry.title}**: {wrong} cases of {name} went wrong: {kinds}")
    return told


def settings(tabled: Sequence[Tabled]) -> list[str]:
    """Versions, settings, and what could not be compared, a paragraph a system."""
    lines: list[str] = []
    for at, entry in enumerate(column.entry for column in tabled[0].columns):
        stats = {one.run.folder.name: one.columns[at].lines.stats for one in tabled}
        told = [values for values in stats.values() if values]
        if not told:
            continue
        versions = ", ".join(f"{name} {version}" for name, version in told[0]["versions"].items())
        lines += [f"- **{entry.title}**: {versions}."]
        lines += [f"  - {name}: {_by_run(name, stats)}" for name in told[0]["settings"]]
        lines += [f"  - Not compared. {sentence}" for sentence in told[0]["not_compared"]]
    return lines


def _by_run(name: str, stats: Mapping[str, Mapping[str, Any]]) -> str:
    values = {run: str(told["settings"].get(name, "")) for run, told in stats.items() if told}
    if len(set(values.values())) == 1:
        return next(iter(values.values()))
    return "; ".join(f"{value} ({run})" for run, value in values.items())
