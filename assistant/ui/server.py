"""The web application around the chat, and the server that runs it."""

from __future__ import annotations

import contextlib
import errno
import socket
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from assistant.errors import AssistantError, ServeError
from assistant.settings import Settings
from assistant.ui.chat import build_chat
from assistant.ui.markup import NO_SPAN, Span
from assistant.ui.pages import Earlier, message_page, note_page
from assistant.ui.render import note_url
from assistant.ui.security import Guard
from assistant.ui.theme import THEME, TRANSLATIONS

if TYPE_CHECKING:
    from assistant import Assistant, Note

STATIC = Path(__file__).parent / "static"


def build_app(bot: Assistant, settings: Settings) -> FastAPI:
    """The chat at `/`, notes at `/notes/<id>`, all behind the security headers."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    app.mount("/statique", StaticFiles(directory=STATIC))
    _add_notes(app, bot)
    gr.mount_gradio_app(
        app,
        build_chat(bot, settings),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        i18n=TRANSLATIONS,
        theme=THEME,
    )
    return app


def serve(bot: Assistant, settings: Settings, open_browser: bool = False) -> None:
    """Serve until interrupted; prints the address once pages are answered.

    Raises:
        ServeError: the address or port cannot be used; says what to do.
    """
    listener = listen(settings.host, settings.port)
    address = f"http://{_reachable(settings.host)}:{settings.port}"
    # No access log: the addresses of a Gradio session hold the key to its answers.
    config = uvicorn.Config(build_app(bot, settings), log_level="warning", access_log=False, server_header=False)
    server = _Server(config, address, open_browser)
    with listener, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that is already ours when the server starts.

    Raises:
        ServeError: the address or port cannot be used; says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ServeError(_unusable(host, port, error)) from None


def _unusable(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Le port {port} est déjà utilisé : choisissez-en un autre avec --port ou ASSISTANT_PORT."
    if error.errno == errno.EACCES:
        return (
            f"Le port {port} est réservé au système : choisissez-en un au-dessus de 1023 avec --port ou ASSISTANT_PORT."
        )
    return f"L’adresse « {host} » n’est pas celle de cette machine : corrigez ASSISTANT_HOST (127.0.0.1 convient)."


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, address: str, open_browser: bool) -> None:
        super().__init__(config)
        self.address = address
        self.open_browser = open_browser

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        print(f"L’assistant est prêt : {self.address} (Ctrl+C pour arrêter)", flush=True)
        if self.open_browser:
            webbrowser.open(self.address)


def _add_notes(app: FastAPI, bot: Assistant) -> None:
    @app.get("/notes/{note_id:path}", response_class=HTMLResponse)
    def note(note_id: str, request: Request) -> HTMLResponse:
        try:
            return HTMLResponse(_note(bot, note_id, request.query_params))
        except KeyError:
            text = "Cette note n’existe pas, ou a été retirée depuis la réponse qui la citait."
            return HTMLResponse(message_page("Note introuvable", text), 404)
        except AssistantError as error:
            return HTMLResponse(message_page("Note indisponible", str(error)), 503)


def _note(bot: Assistant, note_id: str, query: Mapping[str, str]) -> str:
    """The page of a note: as the answer's build had it where that is known and differs, else as it is."""
    today, cited = _found(bot, note_id, None), _found(bot, note_id, query.get("version"))
    span, extract = _span(query.get("debut"), query.get("fin")), query.get("extrait", "")
    if cited is not None and (today is None or cited.text != today.text):
        return note_page(cited, span, extract, Earlier(note_url(note_id) if today else None))
    if today is None:
        raise KeyError(note_id)
    return note_page(today, span, extract)


def _found(bot: Assistant, note_id: str, build: str | None) -> Note | None:
    try:
        return bot.note(note_id, build)
    except KeyError:
        return None


def _span(start: str | None, end: str | None) -> Span:
    # Typed by hand or cut by a mail program, an address may hold anything: the note is then shown unmarked.
    numbers = [text for text in (start, end) if text and text.isascii() and text.isdigit() and len(text) < 10]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else NO_SPAN
