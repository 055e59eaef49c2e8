"""The routes of what is read without asking: a note, the list of notes, the agenda and its calendar files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from assistant.errors import AssistantError
from assistant.language import tr
from assistant.ui.addresses import note_url
from assistant.ui.agenda_page import FILE, agenda_page, agenda_wanted
from assistant.ui.agenda_page import PATH as AGENDA
from assistant.ui.apology import for_members
from assistant.ui.calendar_file import MEDIA_TYPE, calendar_file
from assistant.ui.gate import identity
from assistant.ui.markup import NO_SPAN, Span
from assistant.ui.note_page import Earlier, Shown, note_page
from assistant.ui.notes_page import PATH as NOTES
from assistant.ui.notes_page import notes_page, notes_wanted
from assistant.ui.pages import message_page

if TYPE_CHECKING:
    from assistant import Assistant, Note

_GONE = "Cette note n’existe pas, ou a été retirée depuis la réponse qui la citait."
_NO_EVENT = "Aucune note n’annonce cet événement, ou ne l’annonce plus."
_NO_STORE = {"Cache-Control": "no-store"}


class ReadingRoutes:
    """Render what the assistant gives; they decide nothing. `read` runs in a thread of the pool."""

    def __init__(self, bot: Assistant) -> None:
        self.bot = bot

    def add_to(self, app: FastAPI) -> None:
        """Make the application answer them."""
        for path, handler in (
            ("/note/{note_id:path}", self.note),
            (NOTES, self.notes),
            (AGENDA, self.agenda),
            (FILE, self.calendar),
            (f"{AGENDA}/{{event_id}}.ics", self.event),
        ):
            app.add_api_route(path, handler, methods=["GET", "HEAD"], response_model=None)

    def note(self, note_id: str, request: Request) -> Response:
        """A whole note."""
        return _answered(request, lambda: self._note(note_id, request), (tr("Note introuvable"), tr(_GONE)))

    def notes(self, request: Request) -> Response:
        """The list of notes."""
        wanted = notes_wanted(request.query_params)
        return _answered(request, lambda: HTMLResponse(notes_page(wanted, self.bot.browse(wanted))))

    def agenda(self, request: Request) -> Response:
        """The agenda."""
        query = request.query_params
        wanted = agenda_wanted(query)
        return _answered(request, lambda: HTMLResponse(agenda_page(wanted, self.bot.agenda(wanted), query)))

    def calendar(self, request: Request) -> Response:
        """The events of the agenda as a calendar file."""

        def made() -> Response:
            agenda = self.bot.agenda(agenda_wanted(request.query_params))
            events = sorted([*agenda.coming, *agenda.past], key=lambda event: event.first)
            return _file(calendar_file(events, _site(request), agenda.made), "agenda")

        return _answered(request, made)

    def event(self, event_id: str, request: Request) -> Response:
        """One event as a calendar file."""

        def made() -> Response:
            event = self.bot.event(event_id)
            return _file(calendar_file([event], _site(request), datetime.now(UTC)), f"evenement-{event.id}")

        return _answered(request, made, (tr("Événement introuvable"), tr(_NO_EVENT)))

    def _note(self, note_id: str, request: Request) -> Response:
        """As the answer's build had it where that is known and differs, else as it is.

        Raises:
            KeyError: no note has this id, and none had.
        """
        query, site = request.query_params, _site(request)
        today, cited = self._found(note_id, None), self._found(note_id, query.get("version"))
        span, extract = _span(query), query.get("extrait", "")
        if cited is not None and (today is None or cited.text != today.text):
            earlier = Earlier(note_url(note_id) if today else None)
            return HTMLResponse(note_page(cited, Shown(span, extract, earlier, site=site)))
        if today is None:
            raise KeyError(note_id)
        events = self.bot.events_of(note_id)
        return HTMLResponse(note_page(today, Shown(span, extract, events=events, site=site)))

    def _found(self, note_id: str, build: str | None) -> Note | None:
        try:
            return self.bot.note(note_id, build)
        except KeyError:
            return None


def _answered(request: Request, make: Callable[[], Response], missing: tuple[str, str] | None = None) -> Response:
    """What is made, or the page that says why not; `missing` is what to say where there is no such thing."""
    try:
        response = make()
    except KeyError:
        if missing is None:
            raise
        response = HTMLResponse(message_page(*missing), 404)
    except AssistantError as error:
        response = HTMLResponse(message_page(tr("Page indisponible"), for_members(error)), 503)
    if identity(request.scope).user is not None:
        response.headers.update(_NO_STORE)
    return response


def _file(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _site(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _span(query: Mapping[str, str]) -> Span:
    # Typed by hand or cut by a mail program, an address may hold anything: the note is then shown unmarked.
    ends = [text for name in ("debut", "fin") if (text := query.get(name))]
    numbers = [int(text) for text in ends if text.isascii() and text.isdigit() and len(text) < 10]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else NO_SPAN
