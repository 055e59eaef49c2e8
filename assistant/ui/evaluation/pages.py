"""What the evaluators' pages show. Imported at the first request: statistics and drawings take a second to load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.evaluation import labels as kept
from assistant.evaluation.figures import Figure, headline
from assistant.evaluation.models import Label, Result, Verdict
from assistant.evaluation.report import (
    Plot,
    RunView,
    all_agreements,
    case_view,
    drawn,
    report_html,
    run_view,
    same_cases,
    title,
)
from assistant.evaluation.report.render import asset, render
from assistant.evaluation.runs import ID, RUNS, Run, RunInfo, read_run, run_folder, runs
from assistant.french.words import fold
from assistant.ui.forms import MAX_WORDS, number
from assistant.ui.login import Forms
from assistant.ui.pages import page

TITLE = "Évaluations"
_PAGE = 50
_NO_STORE = {"Cache-Control": "no-store"}
_FIELDS = ("texte", "etiquette", "attendu", "revoir", "avis")
_STALE = "Ce formulaire est trop ancien : donnez votre avis de nouveau."
_CHOOSE = "Choisissez d'abord un avis : juste, en partie juste ou fausse."
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A run, and what is computed of it once."""

    run: Run
    view: RunView
    plots: Sequence[Plot]


class Pages:
    """Runs and their cases as HTML. `query` are the filters of an address, `who` the name of an account."""

    def __init__(self, evals_dir: Path, path: str) -> None:
        self.evals_dir = evals_dir
        self.path = path
        self.forms = Forms()

    def style(self) -> Response:
        """The style sheet."""
        return Response(str(asset("report.css")), media_type="text/css")

    def index(self) -> Response:
        """All runs, the latest first."""
        rows = [self._row(info) for info in runs(self.evals_dir)[::-1]]
        return self._page(TITLE, render("runs.html", runs=rows))

    def report(self, run_id: str, site: str) -> Response:
        """The whole as one file.

        Raises:
            KeyError: there is no such run.
        """
        run = self._loaded(run_id).run
        attached = {**_NO_STORE, "Content-Disposition": f'attachment; filename="evaluation-{run_id}.html"'}
        return HTMLResponse(report_html(run, same_cases(self.evals_dir, run), site), headers=attached)

    def _row(self, info: RunInfo) -> Mapping[str, Any]:
        folder = self.evals_dir / RUNS / info.id
        right = next((figure for figure in _figures(folder, _stamp(folder)) if figure.name == "right"), None)
        return {"info": info, "right": right, "labels": len(kept.labels(folder)), "url": f"{self.path}/{info.id}"}

    def show(self, run_id: str, query: Query, who: str) -> Response:
        """One run: figures, plots, the cases that the filters leave.

        Raises:
            KeyError: there is no such run.
        """
        loaded, wanted = self._loaded(run_id), _wanted(query)
        given = kept.labels(loaded.run.folder)
        labelled, mine = kept.by_case(given), {label.case for label in given if label.who == who}
        cases = _chosen(loaded.run.results, wanted, mine)
        pages = max(1, -(-len(cases) // _PAGE))
        at = min(max(1, number(query, "page") or 1), pages)
        body = render(
            "run.html",
            title=title(loaded.run),
            view=loaded.view,
            plots=loaded.plots,
            agreements=all_agreements(loaded.run.results, given),
            wanted=wanted,
            count=len(cases),
            pages=pages,
            page=at,
            mine=len(mine),
            cases=[
                (case_view(number, result, labelled.get(result.case.id, ())), self._case_url(run_id, number, wanted))
                for number, result in cases[(at - 1) * _PAGE : at * _PAGE]
            ],
            below=lambda name: f"?{urlencode({'revoir': name})}#cas",
            page_url=lambda page: f"?{urlencode({**_set(wanted), 'page': page})}#cas",
            next_url=self._next_url(run_id, cases, mine, 0, wanted),
            runs_url=f"{self.path}/",
            report_url=f"{self.path}/{run_id}/rapport",
        )
        return self._page(title(loaded.run), body)

    def case(self, run_id: str, at: int, query: Query, who: str) -> Response:
        """One case, with the form for a verdict.

        Raises:
            KeyError: there is no such run or case.
        """
        return self._case(run_id, at, query, who, saved=query.get("garde") == "1")

    def label(self, run_id: str, at: int, query: Query, who: str, given: Mapping[str, str]) -> Response:
        """Keep a verdict, then show the next case that has none, or this one again.

        Raises:
            KeyError: there is no such run or case.
            EvaluationError: it cannot be kept.
        """
        run, wanted = self._loaded(run_id).run, _wanted(query)
        if not 1 <= at <= len(run.results):
            raise KeyError(at)
        verdict = {"none": None, **{each.value: each for each in Verdict}}
        fault = _STALE if not self.forms.fits(who, given["jeton"]) else _CHOOSE if given["avis"] not in verdict else ""
        if fault:
            return self._case(run_id, at, query, who, fault=fault, comment=given["commentaire"])
        kept.add_label(run.folder, run.results[at - 1].case.id, who, verdict[given["avis"]], given["commentaire"])
        onward = ""
        if given["suite"] == "suivant":
            mine = {label.case for label in kept.labels(run.folder) if label.who == who}
            onward = self._next_url(run_id, _chosen(run.results, {**wanted, "avis": ""}, mine), mine, at, wanted)
        here = self._case_url(run_id, at, {**wanted, "garde": "1"})
        return RedirectResponse(onward or here, 303, _NO_STORE)

    def _case(
        self,
        run_id: str,
        at: int,
        query: Query,
        who: str,
        *,
        saved: bool = False,
        fault: str = "",
        comment: str | None = None,
    ) -> Response:
        run, wanted = self._loaded(run_id).run, _wanted(query)
        if not 1 <= at <= len(run.results):
            raise KeyError(at)
        given = kept.labels(run.folder)
        mine = {label.case: label for label in given if label.who == who}
        result = run.results[at - 1]
        own: Label | None = mine.get(result.case.id)
        numbers = [number for number, _ in _chosen(run.results, wanted, set(mine))]
        before, after = [n for n in numbers if n < at], [n for n in numbers if n > at]
        body = render(
            "case.html",
            title=title(run),
            case=case_view(at, result, kept.by_case(given).get(result.case.id, ())),
            own=own,
            comment=comment if comment is not None else own.comment if own else "",
            saved=saved,
            fault=fault,
            token=self.forms.field(who),
            mine=len(mine),
            total=len(run.results),
            run_url=f"{self.path}/{run_id}?{urlencode(_set(wanted))}#cas",
            case_url=self._case_url(run_id, at, wanted),
            before_url=self._case_url(run_id, before[-1], wanted) if before else "",
            after_url=self._case_url(run_id, after[0], wanted) if after else "",
        )
        return self._page(result.case.question, body, 422 if fault else 200)

    def _case_url(self, run_id: str, at: int, wanted: Query) -> str:
        query = urlencode(_set(wanted))
        return f"{self.path}/{run_id}/cas/{at}" + (f"?{query}" if query else "")

    def _next_url(
        self, run_id: str, cases: Sequence[tuple[int, Result]], mine: set[str], after: int, wanted: Query
    ) -> str:
        """The first case after that one on which the person has not said anything; round to the first ones."""
        left = [number for number, result in cases if result.case.id not in mine]
        following = [number for number in left if number > after] or left
        return self._case_url(run_id, following[0], wanted) if following else ""

    def _page(self, heading: str, body: str, status: int = 200) -> Response:
        style = f'\n<link rel="stylesheet" href="{self.path}/style.css">'
        return HTMLResponse(page(heading, body, head=style), status, _NO_STORE)

    def _loaded(self, run_id: str) -> _Loaded:
        """Raises:
        KeyError: there is no such run.
        """
        folder = self.evals_dir / RUNS / run_id
        if not ID.fullmatch(run_id) or not folder.is_dir():
            raise KeyError(run_id)
        return _load(self.evals_dir, run_folder(self.evals_dir, run_id), _stamp(folder))


def _stamp(folder: Path) -> tuple[int, ...]:
    """Changes when the run does."""
    return tuple(
        (folder / name).stat().st_mtime_ns for name in ("run.json", "results.jsonl") if (folder / name).exists()
    )


@lru_cache(maxsize=4)
def _load(evals_dir: Path, folder: Path, stamp: tuple[int, ...]) -> _Loaded:
    run = read_run(folder)
    return _Loaded(run, run_view(run), drawn(run, same_cases(evals_dir, run)))


@lru_cache(maxsize=256)
def _figures(folder: Path, stamp: tuple[int, ...]) -> tuple[Figure, ...]:
    return tuple(headline(read_run(folder).results))


def _wanted(query: Query) -> dict[str, str]:
    return {name: query.get(name, "").strip()[:MAX_WORDS] for name in _FIELDS}


def _set(wanted: Query) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if value}


def _chosen(results: Sequence[Result], wanted: Query, mine: set[str]) -> list[tuple[int, Result]]:
    return [(at, result) for at, result in enumerate(results, start=1) if _fits(at, result, wanted, mine)]


def _fits(at: int, result: Result, wanted: Query, mine: set[str]) -> bool:
    case = result.case
    if wanted["etiquette"] and wanted["etiquette"] not in case.tags:
        return False
    if wanted["attendu"] and wanted["attendu"] != case.expected:
        return False
    if wanted["revoir"] and wanted["revoir"] not in case_view(at, result).low:
        return False
    if wanted["avis"] and (wanted["avis"] == "oui") != (case.id in mine):
        return False
    return fold(wanted["texte"]) in fold(f"{case.id} {case.question} {result.response.text}")
