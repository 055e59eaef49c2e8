"""A run -> one HTML file that a person without the program can read, keep and print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from assistant.errors import EvaluationError, french_reason
from assistant.evaluation.files import write_whole
from assistant.evaluation.judging import judge_agreements
from assistant.evaluation.labels import Agreement, agreements, by_case, labels
from assistant.evaluation.models import Label, Result
from assistant.evaluation.report import plots
from assistant.evaluation.report.render import asset, render
from assistant.evaluation.report.views import CaseView, RunView, case_view, run_view
from assistant.evaluation.runs import RUNS, Run, read_run, runs

FILE = "report.html"
_EARLIER = 11  # runs that the last plot goes back


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing with its title and how to read it."""

    svg: Markup
    title: str
    text: str


def write_report(run: Run, path: Path, earlier: Sequence[Run] = (), site: str = "") -> None:
    """Write the report of a run, with the labels that it has. The same run gives the same bytes.

    Args:
        run: what is reported.
        path: the file.
        earlier: other runs of the same cases, the oldest first.
        site: the address of the chat, for the links that ask a case again.

    Raises:
        EvaluationError: labels cannot be read, or the file cannot be written.
    """
    try:
        write_whole(path, report_html(run, earlier, site))
    except OSError as error:
        raise EvaluationError(f"Le rapport {path} ne peut pas être écrit : {french_reason(error)}.") from None


def report_html(run: Run, earlier: Sequence[Run] = (), site: str = "") -> str:
    """The report as text.

    Raises:
        EvaluationError: labels cannot be read.
    """
    given = labels(run.folder)
    labelled = by_case(given)
    return render(
        "report.html",
        title=title(run),
        css=asset("report.css"),
        script=asset("report.js"),
        view=run_view(run),
        plots=drawn(run, earlier),
        agreements=all_agreements(run.results, given),
        cases=[
            case_view(number, result, labelled.get(result.case.id, ()), site)
            for number, result in enumerate(run.results, start=1)
        ],
        below=lambda name: "#cas",
    )


def title(run: Run) -> str:
    """« Évaluation essai »."""
    return f"Évaluation {run.info.name or run.info.id}"


def all_agreements(results: Sequence[Result], given: Sequence[Label]) -> list[Agreement]:
    """Between people, and between the judge and each of them."""
    return [*agreements(given), *judge_agreements(results, given)]


def same_cases(evals_dir: Path, run: Run) -> list[Run]:
    """The complete runs of the same cases before this one, the oldest first."""
    found = [i for i in runs(evals_dir) if i.complete and i.digest == run.info.digest and i.id < run.info.id]
    return [read_run(evals_dir / RUNS / info.id) for info in found[-_EARLIER:]]


def drawn(run: Run, earlier: Sequence[Run] = ()) -> list[Plot]:
    """The plots that apply."""
    results = run.results
    made = [
        (
            plots.recall_by_k(results),
            "Rappel selon le nombre de passages",
            "La part des sources attendues parmi les k premiers passages. Si la courbe monte encore après 5, lire plus "
            "de passages aiderait.",
        ),
        (
            plots.reliability_curve(results),
            "Fiabilité de la confiance",
            "Chaque point est une tranche d'un dixième, avec son nombre de cas. Sur la diagonale, la confiance dit "
            "vrai ; au-dessus, elle est trop modeste ; en dessous, trop assurée.",
        ),
        (
            plots.risk_by_coverage(results),
            "Risque selon la couverture",
            "S'il ne donnait que ses réponses les plus sûres : la part de réponses fausses, selon la part des "
            "questions auxquelles il répondrait. Le carré : ce qu'il fait aujourd'hui.",
        ),
        (
            plots.latency(results),
            "Durée des réponses",
            "De la question à la réponse entière ; dépend de la machine et de ce qu'elle faisait d'autre.",
        ),
        (
            plots.run_over_run([*earlier, run]),
            "D'une évaluation à l'autre",
            "Les mêmes cas, posés à plusieurs moments.",
        ),
    ]
    return [Plot(svg, name, text) for svg, name, text in made if svg is not None]


__all__ = [
    "FILE",
    "Agreement",
    "CaseView",
    "Plot",
    "RunView",
    "all_agreements",
    "case_view",
    "drawn",
    "report_html",
    "run_view",
    "same_cases",
    "title",
    "write_report",
]
