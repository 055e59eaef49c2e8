"""The routes of the evaluators' pages. Who asks has been let in by the gate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.errors import AssistantError
from assistant.models import Role
from assistant.ui.gate import identity
from assistant.ui.pages import message_page
from assistant.ui.places import Place

if TYPE_CHECKING:
    from assistant.ui.evaluation.pages import Pages

PATH, TITLE = "/evaluation", "Évaluation"
_GONE = "Cette évaluation ou ce cas n'existe pas, ou n'existe plus."


def evaluation_place(evals_dir: Path) -> Place:
    """The pages, their path and their role. `evals_dir` is where runs are."""
    return Place(PATH, TITLE, Role.EVALUATOR, routes=EvaluationRoutes(evals_dir).add_to)


class EvaluationRoutes:
    """Render runs and take verdicts; they decide nothing."""

    def __init__(self, evals_dir: Path) -> None:
        self.evals_dir = evals_dir

    @cached_property
    def pages(self) -> Pages:
        """Loaded at the first request: statistics and drawings take a second that the chat must not wait for."""
        from assistant.ui.evaluation.pages import Pages

        return Pages(self.evals_dir, PATH)

    def add_to(self, app: FastAPI) -> None:
        """Make the application answer them."""
        case = f"{PATH}/{{run_id}}/cas/{{at}}"
        for path, handler, method in (
            (f"{PATH}/", self.index, "GET"),
            (f"{PATH}/style.css", self.style, "GET"),
            (f"{PATH}/{{run_id}}", self.show, "GET"),
            (f"{PATH}/{{run_id}}/rapport", self.report, "GET"),
            (case, self.case, "GET"),
            (case, self.label, "POST"),
        ):
            app.add_api_route(path, handler, methods=[method], response_model=None)

    def index(self) -> Response:
        """All runs."""
        return _answered(lambda: self.pages.index())

    def style(self) -> Response:
        """The style sheet, that of the report."""
        return _answered(lambda: self.pages.style())

    def show(self, run_id: str, request: Request) -> Response:
        """One run."""
        return _answered(lambda: self.pages.show(run_id, request.query_params, who(request)))

    def report(self, run_id: str, request: Request) -> Response:
        """The whole as one file."""
        return _answered(lambda: self.pages.report(run_id, str(request.base_url).rstrip("/")))

    def case(self, run_id: str, at: int, request: Request) -> Response:
        """One case, with the form for a verdict."""
        return _answered(lambda: self.pages.case(run_id, at, request.query_params, who(request)))

    async def label(self, run_id: str, at: int, request: Request) -> Response:
        """Keep a verdict."""
        form = await request.form()
        given = {name: str(form.get(name, "")) for name in ("jeton", "avis", "commentaire", "suite")}

        def made() -> Response:
            return self.pages.label(run_id, at, request.query_params, who(request), given)

        return await run_in_threadpool(lambda: _answered(made))


def who(request: Request) -> str:
    """The name of the account."""
    user = identity(request.scope).user
    return user.name if user else ""


def _answered(make: Callable[[], Response]) -> Response:
    """What is made, or the page that says why not."""
    try:
        return make()
    except KeyError:
        return HTMLResponse(message_page("Évaluation introuvable", _GONE), 404)
    except AssistantError as error:
        return HTMLResponse(message_page("Page indisponible", str(error)), 503)
