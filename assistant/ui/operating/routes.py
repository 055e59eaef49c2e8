"""Which of our routes a path is: a few dozen names, without what a path may hold: session keys, ids, words typed."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ui.agenda_page import FILE
from assistant.ui.agenda_page import PATH as AGENDA
from assistant.ui.api import NAMES
from assistant.ui.exporting import EXPORTS
from assistant.ui.gate import LOGIN, LOGOUT
from assistant.ui.notes_page import PATH as NOTES
from assistant.ui.operating.metrics_page import METRICS
from assistant.ui.operating.probes import HEALTH, READINESS
from assistant.ui.places import Place

UNKNOWN = "autre"
_API = "/gradio_api/"
#: Where questions come in.
QUESTIONS = (f"{_API}queue/join", f"{_API}call/ask")
_WHOLE = frozenset(
    {"/", LOGIN, LOGOUT, NOTES, AGENDA, FILE, *EXPORTS, HEALTH, READINESS, METRICS}
    | {"/config", "/favicon.ico", "/theme.css"}
    | {f"{_API}{name}" for name in ("queue/join", "queue/data", "upload", "cancel", "reset", "info", "app_id")}
)
#: What begins so, the longest first; the rest of the path is left out.
_BEGUN = tuple(
    sorted(
        (
            *("/note/", f"{AGENDA}/", f"{LOGIN}/", "/assets/", "/static/", "/statique/"),
            *(f"{_API}{name}" for name in ("heartbeat/", "file=", "upload_progress", "startup-events", "theme.css")),
            *(f"{_API}call/{name}" for name in NAMES),
        ),
        key=len,
        reverse=True,
    )
)
#: Asked for with every page, or every few seconds by machines: nobody reads them one by one.
_QUIET = ("/assets", "/static", "/statique", "/theme.css", "/config", "/favicon.ico", HEALTH, READINESS, METRICS)
_QUIET_API = ("heartbeat", "startup-events", "theme.css", "app_id", "info", "upload_progress")


def route_of(path: str, places: Sequence[Place] = ()) -> str:
    """The name of a path's route; those of a page beside the chat begin with the page's."""
    place = next((place for place in places if place.holds(path)), None)
    if place is None:
        return _local(path)
    if place.build is None:
        return place.path if path == place.path else f"{place.path}/…"
    return place.path + _local(path.removeprefix(place.path) or "/")


def _local(path: str) -> str:
    if path in _WHOLE:
        return path
    begun = next((known for known in _BEGUN if path.startswith(known)), None)
    return UNKNOWN if begun is None else begun.rstrip("/=")


def is_quiet(route: str) -> bool:
    """Whether a route is asked for by machines, or beside every page."""
    _, found, name = route.rpartition(_API)
    return route.endswith(_QUIET) or bool(found and name in _QUIET_API)
