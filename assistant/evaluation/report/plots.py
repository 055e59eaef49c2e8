"""Plots as SVG, to stand in a page: they take its colours, print in black and white, and are the same at every run."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from assistant.evaluation.calibration import ece, reliability, risk_coverage
from assistant.evaluation.metrics.ranking import found_at
from assistant.evaluation.models import Result, Trial
from assistant.evaluation.runs import Run
from assistant.evaluation.telling import number

DEPTH = 20
#: Stand-ins that the page's own colours replace.
_INK, _LINE, _FAINT = "#010101", "#020202", "#030303"
_COLOURS = {_INK: "currentColor", _LINE: "var(--plot, #1f5fa8)", _FAINT: "var(--plot-faint, #9aa3ad)"}
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched, and is small
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.grid": True,
    "grid.color": _FAINT,
    "grid.alpha": 0.35,
    "lines.linewidth": 2,
    "axes.formatter.use_locale": False,
}
_SIZE = (4.8, 3.2)


def recall_by_k(results: Sequence[Result]) -> Markup | None:
    """How much of what answers is among the first k passages."""
    found = [found_at(Trial(r.case, r.response, {}, r.gold)) for r in results if r.case.sources]
    if not found:
        return None
    ks = np.arange(1, DEPTH + 1)
    recall = [np.mean([np.mean([rank is not None and rank <= k for rank in ranks]) for ranks in found]) for k in ks]
    with _drawing("recall") as (canvas, axes):
        axes.plot(ks, recall, color=_LINE, marker="o", markersize=4)
        axes.set(xlabel="passages lus (k)", ylabel="rappel", ylim=(0, 1.03), xticks=[1, 5, 10, 15, 20])
    return canvas.svg


def reliability_curve(results: Sequence[Result]) -> Markup | None:
    """Whether what is said with 80 % confidence is true four times out of five."""
    bins = reliability(results)
    if not bins:
        return None
    with _drawing("reliability") as (canvas, axes):
        axes.plot([0, 1], [0, 1], color=_FAINT, linestyle="--", linewidth=1)
        axes.plot([b.confidence for b in bins], [b.accuracy for b in bins], color=_LINE, linewidth=1)
        most = max(b.count for b in bins)
        sizes = [20 + 180 * b.count / most for b in bins]
        axes.scatter([b.confidence for b in bins], [b.accuracy for b in bins], s=sizes, color=_LINE, alpha=0.6)
        for b in bins:
            axes.annotate(
                str(b.count), (b.confidence, b.accuracy), xytext=(6, -11), textcoords="offset points", fontsize=8
            )
        axes.set(xlabel="confiance affichée", ylabel="part où les notes répondent", xlim=(0, 1.05), ylim=(-0.05, 1.05))
        axes.set_title(f"ECE {number(ece(results) or 0)}", fontsize=10)
    return canvas.svg


def risk_by_coverage(results: Sequence[Result]) -> Markup | None:
    """What would be wrong if only the most confident answers were given."""
    points = risk_coverage(results)
    if not points:
        return None
    with _drawing("risk") as (canvas, axes):
        axes.step([x for x, _ in points], [y for _, y in points], where="post", color=_LINE)
        axes.plot(*points[-1], color=_LINE, marker="s", markersize=5)
        axes.set(xlabel="part des questions auxquelles il répond", ylabel="part de réponses fausses", xlim=(0, 1.02))
        axes.set_ylim(bottom=0)
    return canvas.svg


def latency(results: Sequence[Result]) -> Markup | None:
    """How the times of replies are spread."""
    taken = [r.scores["latency"].value for r in results if "latency" in r.scores]
    if not taken:
        return None
    with _drawing("latency") as (canvas, axes):
        axes.hist(taken, bins=min(30, max(5, len(taken) // 5)), color=_LINE, edgecolor=_FAINT, linewidth=0.5)
        for percent, style in ((50, "-"), (95, ":")):
            axes.axvline(float(np.percentile(taken, percent)), color=_INK, linestyle=style, linewidth=1.5)
        axes.set(xlabel="millisecondes (— médiane, ··· 95e centile)", ylabel="réponses")
    return canvas.svg


_FOLLOWED = {
    "right": ("réponses justes", "o", "-"),
    "recall@5": ("rappel à 5", "s", "--"),
    "citation_recall": ("phrases étayées", "^", ":"),
}


def run_over_run(runs: Sequence[Run]) -> Markup | None:
    """The same cases at several times, the oldest first; None of one run alone."""
    if len(runs) < 2:
        return None
    at = np.arange(len(runs))
    with _drawing("runs") as (canvas, axes):
        for name, (title, marker, style) in _FOLLOWED.items():
            scores = [[r.scores[name].value for r in run.results if name in r.scores] for run in runs]
            means = [np.mean(values) if values else np.nan for values in scores]
            axes.plot(at, means, color=_LINE, marker=marker, linestyle=style, label=title)
        names = [run.info.name or f"{run.info.created[8:10]}/{run.info.created[5:7]}" for run in runs]
        axes.set_xticks(at, names, rotation=30, ha="right")
        axes.set_ylim(top=1.005)
        axes.legend(frameon=False, fontsize=8)
    return canvas.svg


class _drawing:  # noqa: N801
    """A canvas and its axes; when left, `svg` holds the drawing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.svg = Markup()

    def __enter__(self) -> tuple[_drawing, Any]:
        # The state of the whole process: nothing else draws with it.
        style: Any = {**_STYLE, "svg.hashsalt": self.name}
        self._style = mpl.rc_context(style)
        self._style.__enter__()
        self._canvas = Canvas(figsize=_SIZE, layout="constrained")
        axes: Any = self._canvas.subplots()
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", ","))
        return self, axes

    def __exit__(self, *raised: Any) -> None:
        try:
            if raised[0] is None:
                out = io.StringIO()
                self._canvas.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
                self.svg = self._embedded(out.getvalue())
        finally:
            self._style.__exit__(*raised)

    def _embedded(self, text: str) -> Markup:
        """Without the head of a file; names of its own; in the page's colours."""
        svg = text[text.index("<svg") :]
        svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
        svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{self.name}-", svg)
        svg = re.sub(
            r'<svg [^>]*?viewBox="([^"]+)"[^>]*>', r'<svg viewBox="\1" aria-hidden="true" focusable="false">', svg
        )
        for stand_in, colour in _COLOURS.items():
            svg = svg.replace(stand_in, colour)
        return Markup(svg.replace("xlink:href", "href"))
