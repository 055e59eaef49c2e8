"""The web application around the chat, and the server that runs it."""

from __future__ import annotations

import contextlib
import logging
import socket
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from gradio.routes import App as GradioApp
from gradio.utils import get_upload_folder
from starlette.staticfiles import StaticFiles

from assistant import language
from assistant.access import Door
from assistant.language import Language
from assistant.models import Role
from assistant.retention import Retention
from assistant.settings import Settings
from assistant.ui.chat import build_chat
from assistant.ui.exporting import add_exports
from assistant.ui.forwarded import Forwarded
from assistant.ui.gate import Gate, Rule
from assistant.ui.listening import allow_files, listen
from assistant.ui.login import LoginRoutes
from assistant.ui.operating.metrics_page import MetricsPage
from assistant.ui.operating.probes import Probes
from assistant.ui.operating.watch import Watch
from assistant.ui.patience import Patient
from assistant.ui.places import Place
from assistant.ui.reading import ReadingRoutes
from assistant.ui.security import MAX_UPLOAD, Guard
from assistant.ui.theme import THEME
from assistant.ui.turns import CONNECTIONS
from assistant.ui.words import given_words

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.observing.metrics import Metrics

#: Pages that the server remembers, the latest used: Gradio holds 125 KB for each, and by itself forgets none of 10,000.
SESSIONS = 1000
#: Seconds that answers in progress have once the server is to stop; `deploy/` kills what is left after 30.
LAST_WORDS = 20
STATIC = Path(__file__).parent / "static"
logger = logging.getLogger(__name__)


def build_app(
    bot: Assistant,
    settings: Settings,
    places: Sequence[Place] = (),
    door: Door | None = None,
    metrics: Metrics | None = None,
) -> FastAPI:
    """The chat at `/`, notes and agenda, the login, and other pages, each behind the role that it needs.

    Args:
        bot: who answers.
        settings: how.
        places: the pages beside the chat; each is closed, with its API, to those who lack its role.
        door: who may come in; that of the settings by default.
        metrics: what `/metrics` shows; there is no such page without.
    """
    door = door or Door(settings)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=living(door, settings))
    # The last added is the first to see a request.
    app.add_middleware(Gate, door=door, rules=_rules(settings, places))
    app.add_middleware(Guard, places=places)
    app.add_middleware(Forwarded, proxies=door.proxies)
    # Before all that refuses, counts or asks who it is.
    app.add_middleware(Probes, ready=lambda: bot.reader.ready())
    if metrics is not None:
        app.add_middleware(MetricsPage, metrics=metrics, token=settings.metrics_token)
    app.add_middleware(Watch, places=places, metrics=metrics)
    app.mount("/statique", StaticFiles(directory=STATIC))
    ReadingRoutes(bot).add_to(app)
    add_exports(app, bot)
    LoginRoutes(door, settings, places).add_to(app)
    for place in places:
        _add_place(app, place)
    chat = build_chat(bot, settings)
    _mount(app, chat, "/", "1kb", language.current())
    if metrics is not None:
        metrics.look(lambda: bot.state(), lambda: len(chat._queue))
    return app


def _rules(settings: Settings, places: Sequence[Place]) -> list[Rule]:
    """What needs which role. Pages for staff and evaluators need theirs whatever the settings, even where none is."""
    rules = [Rule(place.path, place.role) for place in places]
    rules += [Rule("/corpus", Role.STAFF), Rule("/evaluation", Role.EVALUATOR)]
    return [*rules, Rule("/", Role.MEMBER)] if settings.member_login else rules


def living(door: Door, settings: Settings) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    """What goes on while the application is served: old personal data goes, and the accounts close in the end."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with Retention(settings).running():
            yield
        door.close()

    return lifespan


def _add_place(app: FastAPI, place: Place) -> None:
    @app.get(place.path)
    def with_slash(request: Request) -> RedirectResponse:
        # Gradio's page finds its API beside its own address.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{place.path}/{query}", 307)

    if place.routes is not None:
        place.routes(app)
    if place.build is None:
        return
    blocks = place.build()
    _mount(app, blocks, place.path, MAX_UPLOAD, place.language)
    # A folder of its own: Gradio's is common to all, and whoever knows a path in it may read the file.
    folder = str(Path(get_upload_folder()) / place.path.strip("/"))
    mounted: Any = app.routes[-1]
    mounted.app.uploaded_file_dir = folder
    for block in blocks.blocks.values():
        block.GRADIO_CACHE = folder


def _mount(app: FastAPI, blocks: gr.Blocks, path: str, max_file_size: str | int, spoken: Language) -> None:
    blocks.state_session_capacity = SESSIONS
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
        i18n=gr.I18n(**given_words(spoken)),
        theme=THEME,
    )


def server_config(app: FastAPI) -> uvicorn.Config:
    """How the application is served."""
    # No access log: the addresses of a Gradio session hold the key to its answers; `Watch` names routes instead.
    # `Forwarded` reads proxies' headers, `observing.logs` takes what uvicorn has to say.
    return uvicorn.Config(
        app,
        http=Patient,
        limit_concurrency=CONNECTIONS,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LAST_WORDS,
    )


def serve(
    bot: Assistant,
    settings: Settings,
    open_browser: bool = False,
    places: Sequence[Place] = (),
    metrics: Metrics | None = None,
) -> None:
    """Serve until interrupted, in the language of the settings; prints the address once pages are answered. Answers in
    progress have `LAST_WORDS` seconds to end. `places` and `metrics` as in `build_app`.

    Raises:
        ServeError: the address or port cannot be used; says what to do.
    """
    language.use(settings.language)
    listener = listen(settings.host, settings.port)
    allow_files(2 * CONNECTIONS)
    if warning := _exposed(settings):
        logger.warning("%s", warning)
    address = f"http://{_reachable(settings.host)}:{settings.port}"
    server = _Server(server_config(build_app(bot, settings, places, metrics=metrics)), address, open_browser)
    with listener, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        logger.info("Arrêt : les réponses en cours ont %s secondes pour finir.", LAST_WORDS)
        for route in self.config.app.routes:  # type: ignore[union-attr]
            # Each open page holds a stream that says nothing: it would be waited for like an answer.
            if isinstance(pages := getattr(route, "app", None), GradioApp):
                pages.stop_event.set()
        await super().shutdown(sockets)
