"""The figures of `benchmarks.scale` as a table with growth laws, and as curves: `python -m benchmarks.growth`.

Writes benchmarks/results/scale.md and scale.svg. A growth law is the exponent b of n^b, n the number of chunks, by
least squares over all sizes on logarithmic axes: 0 does not grow, 1 grows in proportion.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from benchmarks.scale import FOLDER

RESULTS = Path(__file__).parent / "results"
Figures = dict[str, Any]
_HEAD = """# What grows with the index

`python -m benchmarks.scale`, then `python -m benchmarks.growth`; two cores of a shared machine, bfloat16. The first
9,349 chunks are real, the others made from them (`benchmarks/large.py`). 189 questions; at 100,000 chunks the wide
filter lets 31 % of the notes through, the narrow one 2 %. What grows as n^0.1 hardly grows; in proportion is n^1.
"""
_ROWS: dict[str, Callable[[Figures], float]] = {
    "build, s": lambda f: f["build_seconds"],
    "publish one note, s": lambda f: f["publish_seconds"],
    "open, s": lambda f: f["open_seconds"],
    "memory at most, MB": lambda f: f["memory_mb"],
    "disk: vectors, MB": lambda f: f["disk_mb"]["vectors"],
    "disk: catalogue, MB": lambda f: f["disk_mb"]["catalogue"],
    "question p50, ms": lambda f: f["ms"]["none"]["total"][0],
    "question p95, ms": lambda f: f["ms"]["none"]["total"][1],
    "of which retrieval p50, ms": lambda f: f["ms"]["none"]["retrieve"][0],
    "of which retrieval p95, ms": lambda f: f["ms"]["none"]["retrieve"][1],
    "wide filter p50, ms": lambda f: f["ms"]["wide"]["total"][0],
    "wide filter p95, ms": lambda f: f["ms"]["wide"]["total"][1],
    "narrow filter p50, ms": lambda f: f["ms"]["narrow"]["total"][0],
    "narrow filter p95, ms": lambda f: f["ms"]["narrow"]["total"][1],
    "recall@20": lambda f: f["recall"],
}
_PLOTS = {
    "Questions, ms": ("question p50, ms", "question p95, ms", "of which retrieval p95, ms", "narrow filter p95, ms"),
    "Building and publishing, s": ("build, s", "publish one note, s", "open, s"),
    "Memory and disk, MB": ("memory at most, MB", "disk: vectors, MB", "disk: catalogue, MB"),
}


def measured() -> list[Figures]:
    """What was measured of each size, the smallest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")]
    return sorted(found, key=lambda figures: figures["chunks"])


def exponent(sizes: list[int], values: list[float]) -> float:
    """The b of the n^b that is nearest to the values on logarithmic axes."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def table(all_figures: list[Figures]) -> str:
    """In Markdown: a line a figure, a column a size, the growth law last."""
    sizes = [figures["chunks"] for figures in all_figures]
    lines = [
        "| | " + " | ".join(f"{size:,} chunks" for size in sizes) + " | grows as |",
        "|---" * (len(sizes) + 2) + "|",
    ]
    for name, read in _ROWS.items():
        values = [read(figures) for figures in all_figures]
        law = "" if name.startswith("recall") else f"n^{exponent(sizes, values):.2f}"
        lines.append(f"| {name} | " + " | ".join(_shown(value) for value in values) + f" | {law} |")
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:.3f}" if value <= 1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def plot(all_figures: list[Figures], path: Path) -> None:
    """The curves, as SVG."""
    mpl.rcParams["svg.hashsalt"] = "scale"  # the same figures give the same file
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 4), layout="constrained")
    sizes = [figures["chunks"] for figures in all_figures]
    for axes, (title, names) in zip(figure.subplots(1, len(_PLOTS)), _PLOTS.items(), strict=True):
        for name in names:
            axes.loglog(sizes, [_ROWS[name](figures) for figures in all_figures], marker="o", label=name)
        axes.set(title=title, xlabel="chunks")
        axes.grid(visible=True, which="both", alpha=0.2)
        axes.legend(fontsize="small")
    figure.savefig(path, format="svg", metadata={"Date": None})


def main() -> None:
    """Write both files."""
    RESULTS.mkdir(exist_ok=True)
    found = measured()
    plot(found, RESULTS / "scale.svg")
    (RESULTS / "scale.md").write_text(f"{_HEAD}\n{table(found)}\n\n![Curves](scale.svg)\n", encoding="utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
