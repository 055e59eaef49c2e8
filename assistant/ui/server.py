"""The web application around the chat, and the server that runs it."""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from gradio.utils import get_upload_folder
from starlette.staticfiles import StaticFiles

from assistant.access import Door
from assistant.errors import AssistantError, ServeError
from assistant.models import Role
from assistant.settings import Settings
from assistant.ui.chat import build_chat
from assistant.ui.exporting import add_exports
from assistant.ui.forwarded import Forwarded
from assistant.ui.gate import Gate, Rule
from assistant.ui.login import LoginRoutes
from assistant.ui.markup import NO_SPAN, Span
from assistant.ui.pages import Earlier, message_page, note_page
from assistant.ui.places import Place
from assistant.ui.render import note_url
from assistant.ui.security import MAX_UPLOAD, Guard
from assistant.ui.theme import THEME, TRANSLATIONS

if TYPE_CHECKING:
    from assistant import Assistant, Note

STATIC = Path(__file__).parent / "static"


def build_app(bot: Assistant, settings: Settings, places: Sequence[Place] = (), door: Door | None = None) -> FastAPI:
    """The chat at `/`, notes at `/notes/<id>`, the login, and other pages, each behind the role that it needs.

    Args:
        bot: who answers.
        settings: how.
        places: the pages beside the chat; each is closed, with its API, to those who lack its role.
        door: who may come in; that of the settings by default.
    """
    door = door or Door(settings)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=_closing(door))
    # The last added is the first to see a request.
    app.add_middleware(Gate, door=door, rules=_rules(settings, places))
    app.add_middleware(Guard, places=places)
    app.add_middleware(Forwarded, proxies=door.proxies)
    app.mount("/statique", StaticFiles(directory=STATIC))
    _add_notes(app, bot)
    add_exports(app, bot)
    LoginRoutes(door, settings, places).add_to(app)
    for place in places:
        _add_place(app, place)
    _mount(app, build_chat(bot, settings), "/", "1kb")
    return app


def _rules(settings: Settings, places: Sequence[Place]) -> list[Rule]:
    """What needs which role. Pages for staff and evaluators need theirs whatever the settings, even where none is."""
    rules = [Rule(place.path, place.role) for place in places]
    rules += [Rule("/corpus", Role.STAFF), Rule("/evaluation", Role.EVALUATOR)]
    return [*rules, Rule("/", Role.MEMBER)] if settings.member_login else rules


def _closing(door: Door) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        door.close()

    return lifespan


def _add_place(app: FastAPI, place: Place) -> None:
    @app.get(place.path)
    def with_slash(request: Request) -> RedirectResponse:
        # Gradio's page finds its API beside its own address.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{place.path}/{query}", 307)

    blocks = place.build()
    _mount(app, blocks, place.path, MAX_UPLOAD)
    # A folder of its own: Gradio's is common to all, and whoever knows a path in it may read the file.
    folder = str(Path(get_upload_folder()) / place.path.strip("/"))
    mounted: Any = app.routes[-1]
    mounted.app.uploaded_file_dir = folder
    for block in blocks.blocks.values():
        block.GRADIO_CACHE = folder


def _mount(app: FastAPI, blocks: gr.Blocks, path: str, max_file_size: str | int) -> None:
    gr.mount_gradio_app(
        app,
        blocks,
        path=path,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=max_file_size,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
        i18n=TRANSLATIONS,
        theme=THEME,
    )


def server_config(app: FastAPI) -> uvicorn.Config:
    """How the application is served."""
    # No access log: the addresses of a Gradio session hold the key to its answers. `Forwarded` reads proxies' headers.
    return uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, proxy_headers=False)


def serve(bot: Assistant, settings: Settings, open_browser: bool = False, places: Sequence[Place] = ()) -> None:
    """Serve until interrupted; prints the address once pages are answered. `places` as in `build_app`.

    Raises:
        ServeError: the address or port cannot be used; says what to do.
    """
    listener = listen(settings.host, settings.port)
    if warning := _exposed(settings):
        print(warning, file=sys.stderr, flush=True)
    address = f"http://{_reachable(settings.host)}:{settings.port}"
    server = _Server(server_config(build_app(bot, settings, places)), address, open_browser)
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


def _exposed(settings: Settings) -> str:
    """What an operator must know who opens the server to other machines; empty on this machine alone."""
    with contextlib.suppress(ValueError):
        if ip_address(settings.host).is_loopback:
            return ""
    if settings.host == "localhost":
        return ""
    if settings.insecure_login:
        return (
            f"Attention : l’assistant écoute sur {settings.host} et accepte des mots de passe en clair "
            "(ASSISTANT_INSECURE_LOGIN) : qui lit le réseau les lit aussi."
        )
    return (
        f"Attention : l’assistant écoute sur {settings.host} sans chiffrement. Placez devant lui un serveur mandataire "
        "en https, seul à pouvoir joindre ce port. D’une autre machine, la connexion par mot de passe est refusée en "
        "http : voir docs/exploitation.md."
    )


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
